"""Commands that are searched for secrets."""

import sys

from tests.leaks.study import Study
from tests.leaks.ways import command, file

SLACK_WRAPPER = [sys.executable, "-m", "slack_wrapper.cli.main"]


KEY = ["--encrypted-key", "keys/slack-api.enc"]


def options(study: Study) -> list[str]:
    """Return the options that give the password in the study's way."""
    if study.way is file:
        return ["--password-file", str(study.safe / "password")]
    if study.way is command:
        return ["--password-command", study.given.config["password_command"]]
    return []

"""`--logger slack` alone, in a workflow that knows nothing of it, leaks nothing either."""

import re
from typing import Any

import pytest

from tests.leaks.conftest import New
from tests.leaks.study import LOUD
from tests.leaks.ways import command, file, keyring, prompt
from tests.support.leak_logger import LOGGER


@pytest.mark.parametrize(
    "way", [command, file, prompt, pytest.param(keyring, marks=pytest.mark.secret_service)]
)
def test_the_logger_shows_and_leaves_no_secret(new_study: New, way: Any) -> None:
    study = new_study(way)
    snakefile = study.folder / "Snakefile"
    text = snakefile.read_text().partition("use rule")[0]
    snakefile.write_text(re.sub("include: slack_wrapper.*|import slack_wrapper", "", text))
    given = study.given.config
    options = ["--logger-slack-password-command", given["password_command"]] if (
        "password_command" in given) else []  # fmt: skip
    if "keyring" in given:
        options = ["--logger-slack-keyring-username", given["keyring"]["username"]]
    jobs = ["results/compute.txt", "results/never.txt", "--keep-going", *LOUD]
    done = study.run(*jobs, *LOGGER, *options)
    assert done.code == 1
    texts = str(study.sandbox.messages())
    assert "failed" in texts, done.output
    assert "fails.log" in texts
    assert study.leaks(done) == []

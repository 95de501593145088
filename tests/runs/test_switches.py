"""Nothing is sent: switched off by the config, by `--config`, a profile or the environment."""

import re
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, REPOSITORY, Run
from tests.support.steps import CONFIG, INCLUDE, receipt, shown, write

HELLO = """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="hello"
"""
PROFILE_TEXT = 'config:\n  - "slack={dry_run: true, max_wait: 5}"\n'
PROFILE_MAPPING = "config:\n  slack:\n    dry_run: true\n    max_wait: 5\n"


@pytest.mark.parametrize(
    ("options", "env", "profile", "status"),
    [
        (["--config", "slack={dry_run: true, max_wait: 5}"], {}, "", "dry_run"),
        (["--config", 'slack={"dry_run": true}'], {}, "", "dry_run"),
        (["--config", "slack={enabled: false}"], {}, "", "disabled"),
        (["--config", "slack={enabled: true, dry_run: no}"], {}, "", "delivered"),
        ([], {"SLACK_WRAPPER_DRY_RUN": "1"}, "", "dry_run"),
        ([], {"SLACK_WRAPPER_ENABLED": "0"}, "", "disabled"),
        ([], {"SLACK_WRAPPER_ENABLED": "1", "SLACK_WRAPPER_DRY_RUN": "0"}, "", "delivered"),
        ([], {}, PROFILE_TEXT, "dry_run"),
        ([], {}, PROFILE_MAPPING, "dry_run"),
        (["--config", "slack={dry_run: false}"], {}, PROFILE_MAPPING, "delivered"),
    ],
)
def test_a_switch_of_a_run(
    options: list[str], env: dict, profile: str, status: str,
    study: Path, sandbox: Sandbox, snakemake: Run,
) -> None:  # fmt: skip
    # The config file is read again behind the rules, and puts the texts of --config back.
    write(study, INCLUDE + "configfile: 'config.json'\n" + HELLO, CONFIG)
    if profile:
        (study / "profiles" / "default").mkdir(parents=True)
        (study / "profiles" / "default" / "config.yaml").write_text(profile)
    password = {"SLACK_WRAPPER_PASSWORD": PASSWORD} if status == "delivered" else {}
    done = snakemake("slack/hello.json", *options, env={**env, **password})
    assert done.returncode == 0, done.stderr
    assert receipt(study, "hello")["status"] == status
    assert shown(sandbox) == (["hello"] if status == "delivered" else [])


def test_the_profile_of_the_docs(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    page = (REPOSITORY / "docs" / "config.md").read_text()
    (profile,) = re.findall(r"```yaml\n# (profiles/dry)/config.yaml\n(.*?)```", page, re.S)
    write(study, INCLUDE + HELLO, CONFIG)
    (study / profile[0]).mkdir(parents=True)
    (study / profile[0] / "config.yaml").write_text(profile[1])
    done = snakemake("slack/hello.json", "--workflow-profile", profile[0], env={})
    assert done.returncode == 0, done.stderr
    assert receipt(study, "hello")["status"] == "dry_run"


def test_a_switch_that_says_neither_is_refused(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + HELLO, CONFIG)
    done = snakemake("slack/hello.json", "--config", "slack={dry_run: perhaps}")
    assert done.returncode == 1
    assert "config: slack.dry_run is not valid" in done.stderr
    done = snakemake("slack/hello.json", env={"SLACK_WRAPPER_DRY_RUN": "perhaps"})
    assert done.returncode == 1
    assert "$SLACK_WRAPPER_DRY_RUN is neither 1 nor 0" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_commands_heed_the_environment(study: Path, sandbox: Sandbox, command: Run) -> None:
    given = ("--channel", "librec_channel", "--encrypted-key", "keys/slack-api.enc")
    env = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
    off = command("message", "hello", *given, env={**env, "SLACK_WRAPPER_ENABLED": "0"})
    assert off.returncode == 0, off.stderr
    assert off.stdout.endswith("\ndisabled: librec_channel\n")
    flush = command("flush", env={**env, "SLACK_WRAPPER_DRY_RUN": "1"})
    assert flush.returncode == 2
    assert "nothing was delivered: sending is switched off" in flush.stderr
    assert shown(sandbox) == []
    assert command("message", "hello", *given, env=env).returncode == 0
    assert shown(sandbox) == ["hello"]

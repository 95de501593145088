"""docs/unattended.md: each command is run, with a real Secret Service and systemd-creds."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import yaml

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD
from tests.support.keyring_names import SERVICE
from tests.support.steps import CONFIG, INCLUDE, STEPS, shown, write

pytestmark = pytest.mark.secret_service
PAGE = Path(__file__).parents[2] / "docs" / "unattended.md"
BIN = str(Path(sys.executable).parent)
# What is typed at a prompt; `login` is the password of the keyring that with-secret-service makes.
ANSWERS = {"assword of the keyring: ": "login", "assword[^:\n]*: ": PASSWORD}


def sections() -> dict[str, list[tuple[str, str]]]:
    """Return heading → blocks, each with its language."""
    found = {}
    for part in PAGE.read_text().split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        found[title] = re.findall(r"^```(\w+)\n(.*?)^```$", body, flags=re.M | re.S)
    return found


def configure(study: Path, text: str) -> None:
    """Merge a block of YAML into the study's config."""
    config = json.loads((study / "config.json").read_text())
    config["slack"].update(yaml.safe_load(text)["slack"])
    (study / "config.json").write_text(json.dumps(config))


def type_along(study: Path, script: str, env: dict[str, str]) -> str:
    """Run a script on a terminal and answer its prompts; return what was on the screen."""
    child = pexpect.spawn(
        SERVICE, ["bash", "-euo", "pipefail", "-c", script], cwd=str(study), timeout=90,
        encoding="utf-8", env={"PATH": f"{BIN}:{os.environ['PATH']}", "TERM": "dumb", **env},
    )  # fmt: skip
    seen = ""
    while True:
        prompt = child.expect([*ANSWERS, pexpect.EOF])
        seen += child.before
        if prompt == len(ANSWERS):
            break
        child.sendline(list(ANSWERS.values())[prompt])
    child.close()
    assert child.exitstatus == 0, seen
    assert PASSWORD not in seen
    return seen


def unit(study: Path, text: str) -> None:
    """Do what systemd does with a unit: decrypt the credential into a folder, run the command."""
    (source,) = re.findall(r"^LoadCredentialEncrypted=slack:(.*)$", text, flags=re.M)
    (command,) = re.findall(r"^ExecStart=(.*)$", text, flags=re.M)
    credentials = study / "credentials"
    credentials.mkdir(mode=0o700)
    subprocess.run(
        ["systemd-creds", "decrypt", "--name=slack", Path(source).name, "credentials/slack"],
        cwd=study, check=True,
    )  # fmt: skip
    alone(study, command, {"CREDENTIALS_DIRECTORY": str(credentials)})


def alone(study: Path, command: str, env: dict[str, str]) -> None:
    """Run a command as a service does: no terminal, next to no environment."""
    done = subprocess.run(
        ["sh", "-c", re.sub("/opt/venv/bin/", "", command)], cwd=study,
        env={"PATH": f"{BIN}:{os.environ['PATH']}", **env}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, start_new_session=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("title", sections())
def test_every_command_of_the_page(title: str, study: Path, sandbox: Sandbox) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    blocks = sections()[title]
    url = {"SLACK_WRAPPER_BASE_URL": os.environ["SLACK_WRAPPER_BASE_URL"]}
    script = ""
    for language, text in blocks:
        if language == "sh":
            # env -i takes the sandbox's address away too, which no user has to pass on
            script += text.replace("env -i ", f"env -i {next(iter(url))}={sandbox.api_url} ")
        elif language == "yaml":
            configure(study, text)
        elif language == "github":
            (step,) = yaml.safe_load(text)
            assert list(step["env"]) == ["SLACK_WRAPPER_PASSWORD"]
            alone(study, step["run"], {"SLACK_WRAPPER_PASSWORD": PASSWORD, **url})
        else:
            assert language in ("ini", "crontab")
    if script:
        type_along(study, script, url if "systemd" in title else {**url, "HOME": str(study)})
    for language, text in blocks:
        if language == "ini":
            configure(study, f"slack: {{base_url: '{sandbox.api_url}'}}")
            unit(study, text)
    assert len(shown(sandbox)) == 2


def test_the_crontab_runs_what_the_page_tries_out() -> None:
    (crontab,) = [text for _, text in sections()["A keyring, from cron"][:1]]
    assert crontab.splitlines()[1].endswith("snakemake --cores 2")
    assert shutil.which("systemd-creds"), "tests/secret_service/run installs it"

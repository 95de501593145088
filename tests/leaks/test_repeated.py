"""A server that repeats the token in its answers: nothing printed and nothing on disk holds it.

The token stands in error codes, in a header, in an HTML page, also split by colour codes, and in
the address of a redirect.
"""

import shutil
import sys
from typing import Any

import pytest

from slack_wrapper.common import patience
from slack_wrapper.sandbox.faults import Fault
from tests.leaks import secrets
from tests.leaks.conftest import New
from tests.leaks.study import LOUD, Study
from tests.leaks.ways import file
from tests.support.leak_commands import KEY, SLACK_WRAPPER, options
from tests.support.leak_logger import LOGGER

ALWAYS = 10_000
WAITS = ".snakemake/slack/outbox"
# The same command with its masks off.
OPEN = (
    sys.executable,
    "-c",
    "import slack_wrapper.common.redact as masks\n"
    "masks.mask_tokens = masks.Scrubber.known = lambda *given: given[-1]\n"
    "from slack_wrapper.cli.main import main\n"
    "raise SystemExit(main())",
)
QUICK = ("--configfile", "quick.yaml")
LOUDER = "import logging\nlogging.basicConfig(level=logging.DEBUG)\n"


def repeating(token: str) -> dict[str, dict[str, Any]]:
    """Return what the server may answer, by name."""
    split = f"{token[:9]}\x1b[31m{token[9:]}"
    page = f"<html><title>{token}</title><a href='/?t={token}'>{split}</a></html>"
    header = {"X-Echo": token, "WWW-Authenticate": f"Bearer {token}"}
    told = {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": [token]}}
    scope = {"ok": False, "error": "missing_scope", "needed": token, "provided": token}
    return {
        "code": {"kind": "error", "code": f"invalid_{token}"},
        "code split": {"kind": "error", "code": split},
        "told": {"kind": "shape", "answer": told},
        "scope": {"kind": "shape", "answer": scope},
        "page": {"kind": "page", "body": page, "headers": header},
        "refusal": {"kind": "http", "status": 403, "body": page, "headers": header},
        "trouble": {"kind": "http", "status": 500, "body": token, "headers": header},
        "later": {"kind": "retry_after", "wait": token},
        "redirect": {"kind": "redirect", "to": f"http://127.0.0.1:9/?token={token}"},
    }


def repeat(study: Study, name: str, method: str = "*") -> Fault:
    study.sandbox.faults.clear()
    fault = Fault(method, times=ALWAYS, **repeating(study.token.text)[name])
    return study.sandbox.faults.add(fault)


def test_flush_repeats_no_token(new_study: New, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(patience.VARIABLE, "0.01")  # an unclear post is looked for
    study = new_study(file)
    (study.folder / QUICK[1]).write_text("slack: {max_wait: 1}")
    queued = study.run("slack/hello.json", down=True)
    waits, kept = study.folder / WAITS, study.place / "kept"
    assert list(waits.glob("*.json")), queued.output
    shutil.copytree(study.folder / ".snakemake/slack", kept)
    leaked = set()
    for name in repeating(study.token.text):
        for program in (SLACK_WRAPPER, *([[*OPEN]] if name in ("told", "scope") else [])):
            shutil.rmtree(study.folder / ".snakemake/slack")
            shutil.copytree(kept, study.folder / ".snakemake/slack")
            fault = repeat(study, name)
            done = study.watch([*program, "flush", "--json", *QUICK, *options(study)])
            assert fault.times < ALWAYS, (name, done.output)
            assert done.code != 0, (name, done.output)
            if program is SLACK_WRAPPER:
                assert study.leaks(done) == [], name
                assert b"Traceback" not in done.output, done.output
            elif secrets.find(done.output, study.token):
                leaked.add(name)
    assert leaked, "the control: without masks it shows"


@pytest.mark.parametrize("name", ["code split", "refusal", "redirect"])
def test_commands_repeat_no_token(new_study: New, name: str) -> None:
    study = new_study(file)
    (study.folder / "config.json").unlink()
    for command in (["message", "a text"], ["check"]):
        fault = repeat(study, name)
        given = ["--channel", "librec_channel", *KEY, *options(study)]
        done = study.watch([*SLACK_WRAPPER, *command, *given])
        assert fault.times < ALWAYS, done.output
        assert study.leaks(done) == []


@pytest.mark.parametrize("name", ["code split", "refusal"])
def test_steps_and_notifications_repeat_no_token(new_study: New, name: str) -> None:
    """Each post is answered so: of the hooks at start and end, of a step, of the failure."""
    study = new_study(file)
    snakefile = study.folder / "Snakefile"
    snakefile.write_text(LOUDER + snakefile.read_text())
    fault = repeat(study, name, "chat.*")
    done = study.run("slack/hello.json", "results/never.txt", "--keep-going", *LOUD)
    assert ALWAYS - fault.times >= 2, done.output
    assert study.leaks(done) == []


@pytest.mark.parametrize("name", ["code split", "refusal"])
def test_the_logger_repeats_no_token(new_study: New, name: str) -> None:
    """Also where all loggers of Python print all that they have, urllib3's among them."""
    study = new_study(file)
    snakefile = study.folder / "Snakefile"
    text = snakefile.read_text().partition("use rule")[0]
    text = "\n".join(line for line in text.splitlines() if "slack_wrapper" not in line)
    snakefile.write_text(LOUDER + text)
    fault = repeat(study, name, "chat.*")
    command = ["--logger-slack-password-command", study.given.config["password_command"]]
    done = study.run("results/never.txt", "--keep-going", *LOUD, *LOGGER, *command)
    assert fault.times < ALWAYS, done.output
    assert study.leaks(done) == []

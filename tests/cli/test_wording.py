"""What commands print to people: one prefix, options instead of parameters, whole sentences."""

import re
from pathlib import Path

import pytest

from slack_wrapper.cli.wording import HINTS
from slack_wrapper.common.text import counted
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, REPOSITORY, Run
from tests.support.steps import CONFIG, INCLUDE, write

KEY = ("--encrypted-key", "keys/slack-api.enc")
CHANNEL = ("--channel", "librec_channel")
HELLO = """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="hi"
rule work:
    output: "work.txt"
    shell: "touch {output}"
"""
AWAY = {"SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/"}


@pytest.mark.parametrize("part", HINTS)
def test_each_hint_that_is_replaced_exists(part: str) -> None:
    sources = [
        re.sub(r'"\s*\n\s*f?"', "", path.read_text())
        for path in (REPOSITORY / "slack_wrapper").rglob("*.py")
        if path.name != "wording.py"
    ]
    assert any(part in text for text in sources)


def odd(*words: str, code: int = 2, says: str, hint: str = "", env: dict | None = None) -> tuple:
    return words, code, says, hint, env or {}


ODD = [
    odd("message", "hi", *KEY, says="the post has no channel", hint="--channel NAME"),
    odd("file", "p.png", *KEY, says="the post has no channel", hint="--channel NAME"),
    odd("check", *KEY, says="the post has no channel", hint="--channel NAME"),
    odd("check", says="the post has no channel", hint="--channel NAME"),
    odd("message", "hi", *CHANNEL, code=1, says="no Slack token", hint="--encrypted-key FILE"),
    odd("scheduled", code=1, says="no Slack token", hint="--encrypted-key FILE"),
    odd("message", *KEY, *CHANNEL, says="has nothing to say", hint="slack-wrapper message TEXT"),
    odd("message", "hi", *KEY, *CHANNEL, "--thread", "p.png", says="thread p.png is not a receipt",
        hint="--receipt FILE"),
    odd("message", "hi", *KEY, *CHANNEL, code=1, env=AWAY, says="no answer from Slack",
        hint="--on-failure queue"),
    odd("message", "hi", *KEY, *CHANNEL, code=1, env={"SLACK_WRAPPER_PASSWORD": "wrong"},
        says="the password from $SLACK_WRAPPER_PASSWORD does not open"),
    odd("file", "none.png", *KEY, *CHANNEL, code=1, says="none.png does not exist"),
    odd("file", *KEY, *CHANNEL, says="the following arguments are required: FILE", hint="--help"),
    odd("nonsense", says="invalid choice: 'nonsense'", hint="--help"),
    odd("completion", "fish", says="invalid choice: 'fish'", hint="completion --help"),
    odd("keyring", says="required: action", hint="slack-wrapper keyring --help"),
    odd("inspect", "token.txt", code=1, says="token.txt is not a key file, it holds a token",
        hint="encrypt --key token.txt"),
    odd("rekey", "token.txt", code=1, says="token.txt is not a key file"),
    odd("preview", "slack/nope.json", says="no rule makes slack/nope.json",
        hint="the receipts are: slack/b.json, slack/a.json, slack/hello.json"),
    odd("preview", "work.txt", says="work.txt has no step that posts",
        hint="the receipts are: slack/b.json, slack/a.json, slack/hello.json"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "says", "hint", "env"), ODD)
def test_an_odd_call_is_told_what_helps(
    words: tuple, code: int, says: str, hint: str, env: dict,
    study: Path, sandbox: Sandbox, command: Run,
) -> None:  # fmt: skip
    (study / "p.png").write_bytes(b"\x89PNG")
    (study / "token.txt").write_text("xoxb-1234-hunter22")
    write(
        study, INCLUDE + HELLO, {**CONFIG, "posts": {"b": {"message": "x"}, "a": {"message": "y"}}}
    )
    done = command(*words, env={"SLACK_WRAPPER_PASSWORD": PASSWORD, **env})
    assert done.returncode == code, done.stdout + done.stderr
    error, *rest = done.stderr.splitlines()
    assert error.startswith("slack-wrapper: error: ")
    assert says in error
    assert not rest or rest[0].startswith("hint: ")
    for part in re.findall(r"[\w./-]{3,}", hint):
        assert part in done.stderr
    for never in ("step's", "hunter22", "Traceback", "usage:", " slack ", "slack_wrapper:"):
        assert never not in done.stderr
    assert "input:" not in done.stderr


def test_a_queued_post_says_when_it_will_be_delivered(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    env = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
    done = command("message", "hi", *KEY, *CHANNEL, "--on-failure", "queue", env={**env, **AWAY})
    assert done.returncode == 75
    assert done.stdout.startswith(
        "queued: librec_channel until the next run in this folder, or slack-wrapper flush: "
    )
    assert "can be run again" not in done.stdout
    assert "delivered" in command("flush", env=env).stdout
    assert command("flush", env=env).stdout == "nothing to deliver\n"


def test_check_says_what_it_checked(study: Path, sandbox: Sandbox, command: Run) -> None:
    env = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
    one = command("check", *KEY, *CHANNEL, env=env)
    assert one.stdout.endswith("checked a message to channel librec_channel\n")
    write(study, "", {**CONFIG, "posts": {"b": {"message": "x"}, "a": {"message": "y"}}})
    both = command("check", "--configfile", "config.json", env=env)
    assert both.stdout.endswith("checked 2 posts: b, a\n")


def test_words_for_numbers() -> None:
    assert [counted(n, "post") for n in (0, 1, 2)] == ["0 posts", "1 post", "2 posts"]

"""The session of a run, shared by the rules and by somebody else, such as the logger plugin."""

import os
import sys
from pathlib import Path

import pexpect
import pytest

from slack_wrapper.message.parameters import build
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session import current
from tests.conftest import PASSWORD
from tests.support.steps import CONFIG, INCLUDE, write

HELLO = """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="hello"
"""
HOOKS = """
import slack_wrapper
include: slack_wrapper.rules("hooks.smk")
"""
# Stands where the logger plugin does: made before or after the rules, it posts a root of its own.
OTHER = """
from slack_wrapper.session import current as slack_shared
other = slack_shared.current()
other.offer(flags={"encrypted_key": "keys/slack-api.enc"})
"""
AT_START = """
onstart:
    from slack_wrapper.message.parameters import build
    other.session().workspace("keys/slack-api.enc")
    root = {"channel": "librec_channel", "message": "live"}
    other.begin_thread(build(root, defaults={"encrypted_key": "keys/slack-api.enc"}))
"""


@pytest.fixture
def fresh() -> current.SharedSession:
    current.current().over()
    return current.current()


def typed(study: Path, *arguments: str) -> tuple[int, int]:
    """Run Snakemake at a terminal; return how often it asked, and its exit code."""
    child = pexpect.spawn(
        sys.executable, ["-m", "snakemake", "--cores", "1", *arguments], cwd=str(study),
        timeout=60, encoding="utf-8", env=dict(os.environ),
    )  # fmt: skip
    asked = 0
    while child.expect(["Password for [^:]*: ", pexpect.EOF]) == 0:
        asked += 1
        child.sendline(PASSWORD)
    child.close()
    return asked, int(child.exitstatus or 0)


@pytest.mark.parametrize("order", ["other first", "rules first"])
def test_the_password_is_asked_for_once_and_the_thread_is_one(
    study: Path, sandbox: Sandbox, order: str
) -> None:
    parts = [OTHER, INCLUDE] if order == "other first" else [INCLUDE, OTHER]
    write(study, "".join(parts) + AT_START + HELLO, CONFIG)
    assert typed(study, "slack/hello.json") == (1, 0)
    root, step = sandbox.messages()
    assert (root["text"], step["text"]) == ("live", "hello")
    assert step["thread_ts"] == root["ts"]


def test_it_works_without_our_rule_files(study: Path, sandbox: Sandbox) -> None:
    work = 'rule work:\n    output: "work.txt"\n    shell: "touch {output}"\n'
    write(study, OTHER + AT_START + work, CONFIG)
    assert typed(study, "work.txt") == (1, 0)
    assert [message["text"] for message in sandbox.messages()] == ["live"]


def test_the_hooks_stay_quiet_while_somebody_tells_the_run(study: Path, sandbox: Sandbox) -> None:
    write(study, OTHER + "other.live = True\n" + HOOKS + INCLUDE + AT_START + HELLO, CONFIG)
    assert typed(study, "slack/hello.json") == (1, 0)
    assert [message["text"] for message in sandbox.messages()] == ["live", "hello"]


def test_flags_win_over_the_config(fresh: current.SharedSession) -> None:
    fresh.offer(flags={"enabled": False})
    fresh.offer(config={"enabled": True, "channel": "x"})
    assert not fresh.session().sends


def test_the_second_to_begin_the_thread_replies(
    study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, fresh: current.SharedSession
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    first, second = (
        fresh.begin_thread(build({"channel": "librec_channel", "message": text}))
        for text in ("first", "second")
    )
    assert first.get("thread_ts") is None
    assert second["thread_ts"] == first["ts"]


def test_a_run_that_is_over_and_another_workflow_get_sessions_of_their_own(
    fresh: current.SharedSession,
) -> None:
    one, other = object(), object()
    assert current.current() is fresh
    assert current.current(one) is fresh
    assert current.current(one) is fresh
    assert current.current(other) is not fresh
    last = current.current(other)
    last.over()
    assert current.current(other) is not last

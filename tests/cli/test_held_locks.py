"""Locks that somebody never gives back: a post ends all the same, and is not lost."""

import contextlib
import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.support.cli_posts import ENV, KEY

STATE = Path(".snakemake/slack")
LOCKS = ("lock", "receipts.lock", "digests/lock")
AWAY = {**ENV, "SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/"}
QUICK = (*KEY, "--configfile", "c.yaml")


@contextlib.contextmanager
def held(study: Path) -> Iterator[list[Path]]:
    """Hold each lock of the folder, and each file of the turns of this user's processes."""
    with contextlib.ExitStack() as files:
        turns = Path(tempfile.gettempdir()).glob("slack-wrapper.turns.*/*")
        paths = [*(study / STATE / name for name in LOCKS), *turns]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            fcntl.flock(files.enter_context(path.open("a")), fcntl.LOCK_EX)
        yield paths


@pytest.mark.timeout(180)
def test_a_post_does_not_wait_for_them_without_an_end(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    (study / "c.yaml").write_text("slack: {max_wait: 60}")
    assert command("message", "before", *QUICK, env=ENV).returncode == 0
    with held(study) as paths:
        assert len(paths) > len(LOCKS), "no turns are held"
        done = command("message", "hello", *QUICK, "--receipt", "r.json", env=ENV)
    assert done.returncode == 0, done.stderr
    assert [message["text"] for message in sandbox.messages()] == ["before", "hello"]


@pytest.mark.timeout(180)
def test_what_waits_is_left_to_whoever_holds_the_outbox(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    (study / "c.yaml").write_text("slack: {max_wait: 2}")
    queued = command("message", "first", *QUICK, "--on-failure", "queue", env=AWAY)
    assert queued.returncode == 75
    with held(study):
        done = command("message", "second", *QUICK, "--on-failure", "queue", env=ENV)
        flushed = command("flush", env=ENV)
    assert done.returncode in (0, 75), done.stderr
    assert flushed.returncode == 75
    assert "another process has locked the outbox" in flushed.stderr
    assert command("flush", env=ENV).returncode == 0  # the control: nobody holds it any more
    assert [message["text"] for message in sandbox.messages()] == ["first", "second"]

"""What cannot be read is not taken for gone: nothing waits behind it, and everybody is told."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from slack_wrapper.errors import StateUnreadable
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.local import LocalSession
from tests.conftest import PASSWORD, Run, run
from tests.spool.conftest import STATE, request, step, texts
from tests.support.records import WholeRun

ENV = {"SLACK_WRAPPER_PASSWORD": PASSWORD}


def replace(path: Path, kind: str) -> None:
    """Put something in the place of a state file that is not one."""
    whole = path.read_text()
    path.unlink()
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "dangling":
        path.symlink_to("nowhere")
    elif kind == "link":
        (path.parent / "elsewhere").write_text(whole)
        path.symlink_to("elsewhere")
    else:
        data = json.loads(whole)
        asked = data.get("request", {})
        path.write_text({
            "empty": "",
            "cut": whole[: len(whole) // 2],
            "binary": "\x00\x01",
            "null": "null",
            "list": "[]",
            "text": "a file of somebody's\n",
            "deep": "[" * 100_000,
            "newer": json.dumps({**data, "version": 99}),
            "no request": json.dumps({**data, "request": {}}),
            "no channel": json.dumps({**data, "request": {**asked, "channels": []}}),
            "channels of numbers": json.dumps({**data, "request": {**asked, "channels": [5]}}),
            "no progress": json.dumps({**data, "progress": None}),
            "a key with a path": json.dumps({**data, "progress": {"key": "../../../data"}}),
            "infinite": json.dumps({**data, "queued_at": float("inf")}),
            "never": json.dumps({**data, "request": {**asked, "post_at": "9" * 30 + "w"}}),
        }[kind])  # fmt: skip


KINDS = [
    "directory", "fifo", "dangling", "link", "empty", "cut", "binary", "null", "list", "text",
    "deep", "newer", "no request", "no channel", "channels of numbers", "no progress",
    "a key with a path", "infinite", "never",
]  # fmt: skip


def queue(session: LocalSession, sandbox: Sandbox) -> Path:
    """Let a post wait, and return its file."""
    fault = sandbox.faults.add(Fault("*", "error", code="service_unavailable", times=10_000))
    assert step(session, "first", message="first")["status"] == "queued"
    fault.times = 0
    (path,) = (STATE / "outbox").glob("*.json")
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_waits_behind_it_and_flush_says_so(
    kind: str, session: Callable[[], LocalSession], sandbox: Sandbox, command: Run,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = queue(session(), sandbox)
    replace(path, kind)
    later = session()
    assert step(later, "second", message="second")["status"] == "delivered"
    assert texts(sandbox) == ["second"]
    assert path.name in capsys.readouterr().err
    name = path.stem[-8:]
    done = command("flush", env=ENV)
    assert done.returncode == 1
    assert path.stem in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
    listed = command("outbox", env=ENV)
    assert listed.returncode == 0
    assert f"{name}  unreadable" in listed.stdout
    (told,) = json.loads(command("outbox", "--json").stdout)
    assert told["state"] == "unreadable"
    retried = command("outbox", "--retry", name)
    assert retried.returncode == 1
    assert "--drop" in retried.stderr
    assert command("outbox", "--drop", name).returncode == 0
    assert "nothing waits" in command("outbox").stdout
    assert command("flush", env=ENV).returncode == 0
    assert Path("data").is_dir()


def test_a_file_that_can_be_read_again_is_delivered(
    session: Callable[[], LocalSession], sandbox: Sandbox, command: Run
) -> None:
    """One that a newer release wrote waits for that release."""
    path = queue(session(), sandbox)
    whole = path.read_text()
    path.write_text(whole.replace('"version": 3', '"version": 4'))
    assert session().flush() == []
    (held,) = (STATE / "held").glob("*.json")
    held.write_text(whole)
    assert command("flush", env=ENV).returncode == 0
    assert texts(sandbox) == ["first"]


def test_a_file_with_a_name_of_its_own_is_told_and_a_post_in_it_delivered(
    session: Callable[[], LocalSession], sandbox: Sandbox, command: Run
) -> None:
    path = queue(session(), sandbox)
    path.rename(path.parent / "renamed.json")
    (path.parent / "notes.json").write_text("mine")
    done = command("flush", env=ENV)
    assert done.returncode == 1
    assert "notes.json cannot be read" in done.stderr
    assert texts(sandbox) == ["first"]
    assert command("outbox", "--drop", "notes").returncode == 0
    assert command("flush", env=ENV).returncode == 0


@pytest.mark.parametrize("folder", ["sending", "delivered"])
@pytest.mark.parametrize("kind", ["empty", "fifo", "newer", "no request", "directory", "dangling"])
def test_a_step_does_not_post_what_it_may_have_posted(
    kind: str, folder: str, session: Callable[[], LocalSession], sandbox: Sandbox, command: Run
) -> None:
    session().post(request("hello", message="hello"))
    assert texts(sandbox) == ["hello"]
    (path,) = (STATE / "delivered").glob("*.json")
    if folder == "sending":
        (STATE / "sending").mkdir(exist_ok=True)
        path = path.rename(STATE / "sending" / path.name)
    replace(path, kind)
    with pytest.raises(StateUnreadable) as told:
        session().post(request("hello", message="hello"))
    assert path.name in told.value.message
    assert f"outbox --drop {path.stem}" in told.value.hint
    warned = session().post(request("hello", message="hello", on_failure="warn"))
    assert warned["status"] == "warned"
    assert texts(sandbox) == ["hello"]
    assert command("flush", env=ENV).returncode == 1
    assert path.stem in command("outbox").stdout
    session().poster.history.ends.catch_up()  # no error of theirs at the start, nor at the end
    last = session()
    last.poster.history.recall(path.stem + "x", "")
    last.poster.history.ends.acknowledge()
    assert command("outbox", "--drop", path.stem).returncode == 0
    session().post(request("hello", message="hello"))
    assert texts(sandbox) == ["hello", "hello"]  # the control: now it is not known


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@pytest.mark.parametrize("kind", ["empty", "fifo", "directory", "binary"])
def test_lines_of_a_shared_message_that_cannot_be_read_are_told(
    kind: str, ending: str, session: Callable[..., LocalSession], sandbox: Sandbox, command: Run,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    first = session(WholeRun())
    step(first, "one", message="one", coalesce="All")
    (path,) = (STATE / "digests").glob(f"*.{ending}")
    if (kind, ending) == ("binary", "jsonl"):
        pytest.skip("a line that a crash has cut off is left out")
    path.unlink()
    path.write_text("{}")
    replace(path, kind)
    os.close(first.digests._owned)  # the run is over
    again = session(WholeRun())
    again.digests.resume()
    assert path.stem in capsys.readouterr().err
    assert again.digests.close() == []
    done = command("flush", env=ENV)
    assert done.returncode == 1
    assert path.stem in done.stderr
    assert command("outbox", "--drop", path.stem).returncode == 0
    assert command("flush", env=ENV).returncode == 0


def test_a_copied_folder_posts_when_that_is_asked_for(
    session: Callable[[], LocalSession], sandbox: Sandbox, command: Run, study: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    name = queue(session(), sandbox).stem[-8:]
    shutil.copytree(study, study.parent / "copy")
    study.rename(study.parent / "original")
    (study.parent / "copy").rename(study.parent / "another")

    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return run(sys.executable, "-m", "slack_wrapper.cli.main", *arguments,
                   cwd=study.parent / "another", env=ENV)  # fmt: skip

    asked = call("flush")
    assert asked.returncode == 1
    assert "flush --here" in asked.stderr
    assert texts(sandbox) == []
    assert f"{name}  elsewhere" in call("outbox").stdout
    assert call("flush", "--here").returncode == 0
    assert texts(sandbox) == ["first"]
    assert call("flush").returncode == 0
    assert "nothing waits" in call("outbox").stdout

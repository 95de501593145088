"""A run that is shown by an incoming webhook: what it says cannot be changed, nor replied to."""

import time
from pathlib import Path

import pytest

from slack_wrapper.live.notify import Event, Log
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from tests.live.shown import until, whole

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def session(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    address = f"{sandbox.url}/services/T0000TEAM/B0000HOOK/sandbox"
    monkeypatch.setenv("SLACK_BOT_TOKEN", address)
    return open_local({"channel": "librec_channel"})


def texts(sandbox: Sandbox) -> list[str]:
    return [message["text"] for message in sandbox.messages()]


def test_start_and_end_are_messages(show, sandbox: Sandbox, capfd) -> None:
    run = show()
    until(sandbox.messages)
    until(lambda: run.roots)
    for done in (1, 2, 3):
        run.story.progress(done, 4)
        time.sleep(0.1)
    run.close()
    start, end = texts(sandbox)
    assert start == ":hourglass_flowing_sand: *study* started: 4 jobs, ada@node1"
    assert end.startswith(":white_check_mark: *study* succeeded: 4 jobs in")
    assert "100 %" in str(sandbox.messages()[1]["attachments"])
    assert capfd.readouterr().err == ""
    assert list(Path(".snakemake/slack/live").iterdir()) == []


def test_failures_follow_the_end(show, sandbox: Sandbox) -> None:
    run = show(failure=Event(mention=("here",), log=Log.FILE))
    until(sandbox.messages)
    run.fail(1, sample="a")
    run.fail(2, sample="b")
    time.sleep(0.3)
    assert len(texts(sandbox)) == 1
    run.close(1)
    _, end, card = texts(sandbox)
    assert end.startswith(":x: *study* failed: work sample=a, and 1 more job · 1 of 4 jobs, ")
    assert end.endswith(" <!here>")
    assert card.startswith(":x: *study* failed: work sample=a")
    assert "<!here>" not in card
    assert "*work* (2 jobs): sample=a; sample=b" in whole(sandbox.messages()[2])


def test_an_outage_at_the_end(show, session, sandbox: Sandbox) -> None:
    run = show()
    until(sandbox.messages)
    busy = {"status": 503, "body": "service_unavailable", "times": 10_000}
    sandbox.faults.add(Fault("webhook", "http", **busy))
    run.fail(sample="a")
    run.close(2)
    sandbox.faults.clear()
    session.flush()
    _, end = texts(sandbox)
    assert "*study* failed" in end
    assert "failed: *work*: sample=a" in end
    show().close()  # the next run in the folder
    assert len(texts(sandbox)) == 4


def test_an_end_in_doubt_is_not_posted_again(show, session, sandbox: Sandbox, capfd) -> None:
    run = show()
    until(sandbox.messages)
    sandbox.faults.add(Fault("webhook", "reset", when="after"))
    run.close()
    session.flush()
    assert sum("succeeded" in text for text in texts(sandbox)) == 1
    assert "waits in the outbox" in capfd.readouterr().err


def test_a_start_in_doubt_is_not_posted_again(show, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("webhook", "reset", when="after"))
    run = show()
    until(lambda: run.roots)
    time.sleep(0.3)
    run.close()
    assert sum("started" in text for text in texts(sandbox)) == 1


def test_the_next_run_tells_of_one_that_was_killed(show, sandbox: Sandbox) -> None:
    run = show()
    until(lambda: run.roots)
    run.updater._root._mark._file.release()  # as the process that is killed does
    show().close()
    assert sum("*study* was interrupted: it was killed" in text for text in texts(sandbox)) == 1
    run.updater._root.forget()

"""Threads that take no replies, messages that cannot be edited: nothing is lost, nothing twice."""

import json
import time
from pathlib import Path

import pytest

from slack_wrapper.client.closed import UNEDITABLE, UNTHREADABLE
from slack_wrapper.errors import SlackRefused
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import PENDING, Receipt
from slack_wrapper.sandbox.faults import Fault, FaultKind
from slack_wrapper.sandbox.methods import reactions
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from tests.support.records import WholeRun

CHANNEL = "C0000LIBREC"
FOREVER = 10**6


@pytest.fixture(autouse=True)
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WRAPPER_PATIENCE", "0.02")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def session(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(name)
    return open_local({"channel": CHANNEL}, records=WholeRun())


def post(session: LocalSession, kind: str, name: str = "step", **more: object) -> Receipt:
    params: dict = {
        "message": {"message": kind},
        "long": {"message": "\n\n".join(f"part {one} " + "x" * 2500 for one in range(3))},
        "file": {"file": "a.txt", "comment": kind},
        "files": {"file": ["a.txt", "b.txt"], "comment": kind},
        "coalesce": {"message": f"line {name}", "coalesce": {"title": "all", "window": 1}},
    }[kind]
    request = build({"channel": CHANNEL, **params, **more}, receipt=f"slack/{name}.json")
    return session.post(request)


def root_of_the_run(session: LocalSession) -> str:
    receipt = post(session, "message", "root", thread="none")
    session.begin_thread(receipt)
    return str(receipt["ts"])


def refuse(box: Sandbox, ts: str, code: str) -> None:
    """Let the thread of a message refuse replies, as people and admins do."""
    with box.store.change() as data:
        message = box.store.message(CHANNEL, ts)
        assert message is not None
        if code == "thread_not_found":
            box.store.messages(CHANNEL).remove(message)
        message["locked"] = code == "restricted_action_thread_locked"
        message["no_replies"] = code == "cannot_reply_to_message"
        data["channels"][0]["no_threads"] = "non_threadable" in code


@pytest.mark.parametrize("code", sorted(UNTHREADABLE))
@pytest.mark.parametrize("kind", ["message", "file", "files", "coalesce"])
def test_what_is_in_the_runs_thread_by_default_goes_to_the_channel(
    session: LocalSession, sandbox: Sandbox, kind: str, code: str
) -> None:
    refuse(sandbox, root_of_the_run(session), code)
    before = len(sandbox.messages())
    receipt = post(session, kind)
    (message,) = sandbox.messages()[before:]
    assert receipt["status"] == "delivered"
    assert "thread_ts" not in message
    assert not receipt.get("thread_ts")
    post(session, "message", "next")
    assert sandbox.messages()[-1]["text"] == "message"
    assert sandbox.calls("chat.postMessage")[-1]["args"].get("thread_ts") is None


def test_the_thread_is_kept_where_it_takes_replies(session: LocalSession, sandbox: Sandbox) -> None:
    ts = root_of_the_run(session)
    post(session, "message")
    assert sandbox.messages()[-1]["thread_ts"] == ts


@pytest.mark.parametrize("code", sorted(UNTHREADABLE))
def test_a_thread_that_the_author_has_named_is_not_left(
    session: LocalSession, sandbox: Sandbox, code: str
) -> None:
    receipt = post(session, "message", "root", thread="none")
    Path("slack").mkdir()
    Path("slack/root.json").write_text(json.dumps(receipt))
    refuse(sandbox, str(receipt["ts"]), code)
    before = len(sandbox.messages())
    with pytest.raises(SlackRefused) as caught:
        post(session, "message", thread="slack/root.json")
    assert (caught.value.code, len(sandbox.messages())) == (code, before)
    assert caught.value.hint


@pytest.mark.parametrize("first", ["none", "run"])
def test_the_parts_of_a_long_message(session: LocalSession, sandbox: Sandbox, first: str) -> None:
    """A channel without threads takes what follows as messages of its own."""
    refuse(sandbox, root_of_the_run(session), "restricted_action_non_threadable_channel")
    assert post(session, "long", thread=first)["status"] == "delivered"
    assert [one["text"][:6] for one in sandbox.messages()[1:]] == ["part 0", "part 1", "part 2"]


def test_a_queued_reply_finds_its_root_deleted(session: LocalSession, sandbox: Sandbox) -> None:
    ts = root_of_the_run(session)
    sandbox.faults.add(Fault("*", FaultKind.ERROR, code="service_unavailable", times=FOREVER))
    session.poster.policy = session.poster.policy.__class__(attempts=1)
    assert post(session, "message")["status"] == "queued"
    sandbox.faults.clear()
    refuse(sandbox, ts, "thread_not_found")
    session.flush()
    assert [one["text"] for one in sandbox.messages()] == ["message"]
    assert session.poster.outbox.entries() == []


def lines(box: Sandbox) -> list[str]:
    return [line for one in box.messages() for line in one["text"].split("\n") if "• " in line]


@pytest.mark.parametrize("code", sorted(UNEDITABLE - {"message_not_found"}))
def test_a_shared_message_that_stays_as_it_is(
    session: LocalSession, sandbox: Sandbox, code: str
) -> None:
    post(session, "coalesce", "a")
    sandbox.faults.add(Fault("chat.update", FaultKind.ERROR, code=code, times=FOREVER))
    post(session, "coalesce", "b")
    post(session, "coalesce", "c")
    session.digests.close()
    assert sorted(lines(sandbox)) == ["• line a", "• line b", "• line c"]
    assert len(sandbox.messages()) == 2
    assert list(Path(".snakemake/slack/digests").glob("*.json*")) == []


def test_a_shared_message_that_can_be_edited_later_loses_nothing(
    session: LocalSession, sandbox: Sandbox
) -> None:
    post(session, "coalesce", "a")
    sandbox.faults.add(Fault("chat.update", FaultKind.ERROR, code="edit_window_closed", times=1))
    digest = next(iter(session.digests._known.values()))
    for name in "bcd":
        post(session, "coalesce", name)
        digest.change()
    session.digests.close()
    assert sorted(lines(sandbox)) == [f"• line {name}" for name in "abcd"]
    assert len(sandbox.messages()) == 2


def test_a_receipt_that_comes_late_is_renewed_all_the_same(
    session: LocalSession, sandbox: Sandbox
) -> None:
    params = {"message": "line b", "coalesce": {"title": "all", "window": 1}, "channel": CHANNEL}
    request = build(params, receipt="slack/b.json")
    post(session, "coalesce", "a")
    receipt = session.post(request)
    assert receipt["status"] == "queued"
    digest = next(iter(session.digests._known.values()))
    digest.change()
    sandbox.faults.add(Fault("chat.update", FaultKind.ERROR, code="edit_window_closed"))
    post(session, "coalesce", "c")
    digest.change()
    Path("slack").mkdir()
    Path("slack/b.json").write_text(json.dumps(receipt))
    session.confirm(request, receipt, Path("slack/b.json").stat().st_mtime_ns)
    assert json.loads(Path("slack/b.json").read_text())["status"] == "delivered"


def test_a_shared_message_that_was_deleted_is_said_again(
    session: LocalSession, sandbox: Sandbox
) -> None:
    post(session, "coalesce", "a")
    with sandbox.store.change():
        sandbox.store.messages(CHANNEL).clear()
    post(session, "coalesce", "b")
    session.digests.close()
    assert lines(sandbox) == ["• line a", "• line b"]


@pytest.mark.parametrize("code", sorted(UNTHREADABLE))
def test_a_decision_is_told_in_the_channel(
    session: LocalSession, sandbox: Sandbox, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slack_wrapper.approvals.open_questions.SHORTEST", 0.0)
    monkeypatch.setattr("slack_wrapper.approvals.open_questions.SPACING", 0.0)
    given = {"option": "approval", "message": "Go on?", "channel": CHANNEL}
    request = build(given, receipt="slack/ask.json", rule="ask")
    assert session.post(request)["status"] == PENDING
    question = sandbox.messages()[0]
    sandbox.faults.add(Fault("chat.postMessage", FaultKind.ERROR, code=code))
    with sandbox.store.change():
        reactions.react(question, "white_check_mark", "U00000ADA")
    while (receipt := session.post(request))["status"] == PENDING:
        time.sleep(0.02)
    assert receipt["decision"] == "approved"
    told = sandbox.messages()[-1]
    assert told["text"].startswith(":white_check_mark: approved by <@U00000ADA> (http")
    assert "thread_ts" not in told

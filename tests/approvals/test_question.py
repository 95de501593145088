"""A question as people see it: in the channel, until when, and changed into its answer."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from slack_wrapper.approvals import open_questions
from slack_wrapper.errors import ApprovalTimedOut
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import PENDING, Receipt
from slack_wrapper.model.request import Request
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.methods import reactions
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession

ADA = "U00000ADA"


@pytest.fixture
def session(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    """A session in which every question may be looked at each time."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    monkeypatch.setattr(open_questions, "SPACING", 0.0)
    monkeypatch.setattr(open_questions.OpenQuestions, "pause", lambda *_: 0.0)
    return open_local({})


def asking(defaults: dict | None = None, **params: Any) -> Request:
    given = {"option": "approval", "message": "Release?", "channel": "librec_channel", **params}
    return build(given, defaults=defaults, receipt="slack/ask.json", rule="ask")


def answered(session: LocalSession, sandbox: Sandbox, request: Request) -> Receipt:
    """Ask, have ada approve, and return the receipt."""
    assert session.post(request)["status"] == PENDING
    with sandbox.store.change():
        reactions.react(roots(sandbox)[0], "white_check_mark", ADA)
    return session.post(request)


def roots(sandbox: Sandbox) -> list[dict]:
    return [one for one in sandbox.messages() if one.get("thread_ts") in (None, one["ts"])]


def replies(sandbox: Sandbox) -> list[dict]:
    return [one for one in sandbox.messages() if one not in roots(sandbox)]


@pytest.mark.parametrize("thread", [None, "run"])
def test_it_stands_in_the_channel_unless_its_step_says_otherwise(
    session: LocalSession, sandbox: Sandbox, thread: str | None
) -> None:
    hello = session.post(build({"message": "the run", "channel": "librec_channel"}))
    session.begin_thread(hello)
    given = {"thread": thread} if thread else {}
    session.post(asking({"thread": "run"}, **given))
    question = next(one for one in sandbox.messages() if "Release?" in one["text"])
    assert question.get("thread_ts") == (hello["ts"] if thread else None)


def test_it_says_until_when_in_the_readers_time_zone(
    session: LocalSession, sandbox: Sandbox
) -> None:
    session.post(asking(time_limit="2h", approvers="ada@example.org"))
    question = roots(sandbox)[0]
    assert question["text"].startswith(f"<@{ADA}> Release?")
    found = re.search(r"_Open until <!date\^(\d+)\^{date_short_pretty} {time}\|.+ UTC>\._",
                      question["text"])  # fmt: skip
    assert found
    assert int(found[1]) == pytest.approx(float(question["ts"]) + 7200, abs=5)


def test_when_it_was_asked_does_not_make_another_question(
    session: LocalSession, sandbox: Sandbox
) -> None:
    session.post(asking())
    again = open_local({})  # the run was killed and begun again
    assert again.post(asking())["status"] == PENDING
    assert len(roots(sandbox)) == 1


def test_it_becomes_its_answer(session: LocalSession, sandbox: Sandbox) -> None:
    answered(session, sandbox, asking(approvers="ada@example.org"))
    told = f":white_check_mark: approved by <@{ADA}>"
    assert [one["text"] for one in roots(sandbox)] == [f"<@{ADA}> Release?\n{told}"]
    assert [one["text"] for one in replies(sandbox)] == [told]


def test_a_time_out_too(session: LocalSession, sandbox: Sandbox) -> None:
    session.post(asking(time_limit="1h"))
    sandbox.store.ahead += 4000.0
    with pytest.raises(ApprovalTimedOut):
        session.post(asking(time_limit="1h"))
    assert roots(sandbox)[0]["text"] == "Release?\nnobody has answered in time"


def test_what_it_shows_beside_its_text_stays(session: LocalSession, sandbox: Sandbox) -> None:
    answered(session, sandbox, asking(fields={"auc": "0.91"}, color="good"))
    question = roots(sandbox)[0]
    shown = str(question["attachments"])
    assert "approved by" in shown
    assert "*auc*\\n0.91" in shown
    assert "React with" not in shown + question["text"]


def test_its_files_stay(session: LocalSession, sandbox: Sandbox, study: Path) -> None:
    (study / "plot.png").write_bytes(b"\x89PNG" + bytes(300))
    answered(session, sandbox, asking(file="plot.png"))
    question = roots(sandbox)[0]
    assert [file["name"] for file in question["files"]] == ["plot.png"]
    assert "approved by" in question["text"] + str(question.get("blocks"))


def test_a_long_question_is_not_said_twice(session: LocalSession, sandbox: Sandbox) -> None:
    text = "\n".join(f"line {number} of a long question" for number in range(300))
    receipt = answered(session, sandbox, asking(message=text))
    assert receipt["decision"] == "approved"
    whole = "\n".join(one["text"] for one in sandbox.messages())
    assert whole.count("line 7 of") == whole.count("line 299 of") == 1


def test_where_slack_takes_no_edit_the_thread_tells_it(
    session: LocalSession, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("chat.update", "error", code="edit_window_closed", times=9))
    receipt = answered(session, sandbox, asking())
    assert receipt["decision"] == "approved"
    assert "React with" in roots(sandbox)[0]["text"]
    assert len(replies(sandbox)) == 1


def test_a_kill_before_the_edit_leaves_it_to_the_next_run(
    session: LocalSession, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("slack_wrapper.approvals.question.answer", killed)
        with pytest.raises(KeyboardInterrupt):
            answered(session, sandbox, asking())
    assert open_local({}).post(asking())["decision"] == "approved"
    assert "approved by" in roots(sandbox)[0]["text"]
    assert len(replies(sandbox)) == 1


def test_a_reminder_is_seen_in_the_channel_and_becomes_the_answer(
    session: LocalSession, sandbox: Sandbox
) -> None:
    request = asking(time_limit="1d", remind_every="1h", approvers="ada@example.org")
    session.post(request)
    for _ in range(2):
        sandbox.store.ahead += 3700.0
        assert session.post(request)["status"] == PENDING
    reminders = replies(sandbox)
    assert [one["subtype"] for one in reminders] == ["thread_broadcast"] * 2
    assert all(one["text"].startswith(f"<@{ADA}> still open, until <!date^") for one in reminders)
    with sandbox.store.change():
        reactions.react(roots(sandbox)[0], "x", ADA)
    skipping = replace(request, approval={**request.approval, "on_reject": "skip"})
    assert session.post(skipping)["decision"] == "rejected"
    told = f":x: rejected by <@{ADA}>"
    assert [one["text"] for one in replies(sandbox)] == [told] * 3

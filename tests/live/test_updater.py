"""The message of a run at the sandbox: one message, the right one, whatever Slack does."""

import re
import time
from pathlib import Path

import pytest

from slack_wrapper.client.closed import UNEDITABLE
from slack_wrapper.live import cadence
from slack_wrapper.live.notify import Event, Log
from slack_wrapper.live.run_state import Story
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from tests.live.shown import until, whole
from tests.support.live_roots import broadcast, reactions, root

pytestmark = pytest.mark.usefixtures("quick")

# Slack itself says so: a page with HTTP 503 could come from anybody, and leaves a post unclear.
HERE = Event(mention=("here",))
DOWN = {"code": "service_unavailable", "times": 10_000}


@pytest.fixture
def session(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    return open_local({"channel": "librec_channel"})


def thread(sandbox: Sandbox) -> list[str]:
    return [whole(message) for message in sandbox.messages()[1:]]


def test_one_message_from_begin_to_end(show, sandbox: Sandbox) -> None:
    run = show()
    until(lambda: sandbox.messages() and reactions(sandbox) == ["hourglass_flowing_sand"])
    run.story.progress(2, 4)
    until(lambda: "2 of 4" in root(sandbox)["text"])
    run.close()
    assert len(sandbox.messages()) == 1
    assert "*study* succeeded: 4 jobs" in root(sandbox)["text"]
    assert reactions(sandbox) == ["white_check_mark"]


def test_nothing_is_said_while_nothing_changes(show, sandbox: Sandbox) -> None:
    show()
    until(lambda: sandbox.calls("reactions.add"))
    time.sleep(0.5)
    assert sandbox.calls("chat.update") == []


def test_a_message_is_renewed_for_its_clock(show, sandbox, monkeypatch) -> None:
    monkeypatch.setattr(cadence, "STALE", 0.2)
    show()
    until(lambda: len(sandbox.calls("chat.update")) > 1)


def test_a_rule_that_fails_has_one_card(show, sandbox: Sandbox) -> None:
    run = show(failure=HERE)
    run.fail(1, sample="a")
    until(lambda: thread(sandbox))
    run.fail(2, sample="b")
    until(lambda: "2 jobs" in thread(sandbox)[0])
    run.fail(3, "other")
    run.close(1)
    work, other = thread(sandbox)
    assert "*work* (2 jobs): sample=a; sample=b" in work
    assert re.match(
        r":x: \*study\* failed: work sample=a, and 2 more jobs · 1 of 4 jobs, \d+ s <!here>\n", work
    )
    assert "*other*" in other
    assert "<!here>" not in other
    assert [text.split(",")[0] for text in broadcast(sandbox)] == [
        ":x: *study* failed: work sample=a"
    ]
    assert "failed: work sample=a, and 2 more jobs" in root(sandbox)["text"]
    assert reactions(sandbox) == ["x"]


def test_a_card_of_many_jobs_counts_them(show, sandbox: Sandbox) -> None:
    run = show()
    until(sandbox.messages)
    for jobid in range(60):
        run.fail(jobid, sample=str(jobid))
    run.close(0)
    assert "(60 jobs)" in thread(sandbox)[0]
    assert "and 55 more" in thread(sandbox)[0]


def test_an_attempt_is_told_apart_from_a_failure(show, sandbox: Sandbox) -> None:
    run = show(story=Story(allowed=lambda rule: 2))
    run.fail()
    until(lambda: thread(sandbox))
    run.fail()
    run.close(0)
    again, final = thread(sandbox)
    assert "tried again: *work*, attempt 1 of 2" in again
    assert "failed: *work*, attempt 2 of 2" in final


def test_in_quiet_hours_nobody_is_mentioned(show, sandbox: Sandbox) -> None:
    class Always:
        def until(self, moment: float) -> float:
            return moment + 1

    run = show(failure=HERE, quiet_hours=Always())
    run.fail()
    run.close(0)
    assert "<!here>" not in thread(sandbox)[0]


def test_a_run_that_an_error_ends_mentions_too(show, sandbox: Sandbox) -> None:
    run = show(failure=HERE)
    until(sandbox.messages)
    run.story.broke("WorkflowError")
    run.close(0)
    assert broadcast(sandbox) == [f"{root(sandbox)['text']} <!here>"]
    assert len(sandbox.messages()) == 2


def test_a_run_of_seconds_says_nothing(show, sandbox: Sandbox) -> None:
    run = show(min_duration=60.0)
    run.fail()
    time.sleep(0.3)
    run.close(0)
    assert sandbox.store.calls == []


def test_a_run_that_lasts_is_shown_late(show, sandbox: Sandbox) -> None:
    show(min_duration=0.5)
    until(sandbox.messages)


def test_progress_is_noted_when_wished(show, sandbox, monkeypatch) -> None:
    run = show(progress_every=0.3)
    until(lambda: thread(sandbox))
    run.close()
    assert "0 of 4 jobs" in thread(sandbox)[0]


def test_the_log_of_a_failed_job_is_posted_without_secrets(show, sandbox: Sandbox) -> None:
    Path("work.log").write_text("line 1\nusing xoxb-1234-secret\n")
    run = show(failure=Event(log=Log.FILE))
    run.story.started(1, FailedJob("work", logs=("work.log",)), time.time())
    run.story.failed(1, FailedJob("work"), time.time())
    run.close(0)
    files = [one for message in sandbox.messages() for one in message.get("files", [])]
    assert [one["name"] for one in files] == ["work.log"]
    kept = sandbox.store.folder / "files" / files[0]["id"]
    assert kept.read_text() == "line 1\nusing [redacted]\n"


def test_an_outage_from_the_begin_ends_in_the_outbox(show, session, sandbox, capfd) -> None:
    sandbox.faults.add(Fault("*", "error", **DOWN))
    run = show()
    run.fail(sample="a")
    until(lambda: len(sandbox.calls("auth.test")) > 1)
    assert sandbox.calls("chat.postMessage") == []  # nothing is posted to a Slack that is away
    run.close(0)
    assert sandbox.messages() == []
    sandbox.faults.clear()
    session.flush()
    (text,) = [message["text"] for message in sandbox.messages()]
    assert "*study* failed" in text
    assert "*work*: sample=a" in text
    assert capfd.readouterr().err.count("waits in the outbox") == 1


def test_after_an_outage_the_newest_state_is_said(show, sandbox: Sandbox) -> None:
    fault = sandbox.faults.add(Fault("chat.postMessage", "error", **DOWN))
    run = show()
    run.fail(sample="a")
    until(lambda: len(sandbox.calls("chat.postMessage")) > 3)
    run.story.progress(3, 4)
    fault.times = 0
    until(lambda: thread(sandbox))
    assert "3 of 4 jobs" in root(sandbox)["text"]
    run.close(3)
    assert len(sandbox.messages()) == 2


def test_an_outage_at_the_end_is_made_good(show, session, sandbox: Sandbox) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("*", "error", **DOWN))
    run.close()
    assert "is running" in root(sandbox)["text"]
    sandbox.faults.clear()
    session.flush()
    assert thread(sandbox)[0].startswith(":white_check_mark: *study* succeeded")
    assert sandbox.messages()[1]["thread_ts"] == root(sandbox)["ts"]
    show().close()  # the next run in the folder
    assert "*study* succeeded: 4 jobs" in root(sandbox)["text"]
    assert reactions(sandbox) == ["white_check_mark"]
    assert list(Path(".snakemake/slack/live").iterdir()) == []


@pytest.mark.parametrize("fault", ["reset", "close"])
def test_a_root_whose_answer_is_lost_is_there_once(fault: str, show, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("chat.postMessage", fault, when="after"))
    run = show()
    until(sandbox.messages)
    run.close()
    assert len(sandbox.messages()) == 1
    assert "succeeded" in root(sandbox)["text"]


def test_a_root_in_doubt_is_not_doubled(show, session, sandbox: Sandbox, capfd) -> None:
    with sandbox.store.change() as data:
        data["tokens"][0]["scopes"] = ["chat:write", "reactions:write"]
    sandbox.faults.add(Fault("chat.postMessage", "reset", when="after"))
    run = show()
    until(lambda: run.roots)
    run.close()
    session.flush()
    assert len(sandbox.messages()) == 2
    assert "succeeded" in sandbox.messages()[1]["text"]
    assert "until its end" in capfd.readouterr().err


def test_a_wrong_token_is_told_and_the_end_waits(show, session, sandbox: Sandbox, capfd) -> None:
    sandbox.faults.add(Fault("*", "error", code="invalid_auth", times=10_000))
    run = show()
    until(lambda: run.roots)
    run.fail(sample="a")
    run.close(0)
    told = capfd.readouterr().err
    assert told.count("warning") == 2
    assert "Slack has refused it: the run's summary waits in the outbox" in told
    assert sandbox.messages() == []
    sandbox.faults.clear()
    session.flush()
    (text,) = [message["text"] for message in sandbox.messages()]
    assert "*study* failed" in text
    assert "*work*: sample=a" in text


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "invalid_auth"])
def test_one_refusal_ends_nothing(show, sandbox: Sandbox, code: str) -> None:
    sandbox.faults.add(Fault("chat.postMessage", "error", code=code, times=2))
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("chat.update", "error", code="internal_error"))
    sandbox.faults.add(Fault("chat.update", "error", code=code))
    run.story.progress(2, 4)
    until(lambda: "2 of 4" in root(sandbox)["text"])
    run.close()
    assert len(sandbox.messages()) == 1
    assert "succeeded" in root(sandbox)["text"]


@pytest.mark.parametrize("code", sorted(UNEDITABLE))
def test_the_end_is_told_where_the_message_cannot_be_changed(
    show, sandbox: Sandbox, code: str, capfd
) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("chat.update", "error", code=code, times=10_000))
    run.story.progress(1, 4)
    until(lambda: sandbox.calls("chat.update"))
    run.fail(sample="a")
    until(lambda: thread(sandbox))
    run.close(3)
    first, card, last = sandbox.messages()
    assert "is running" in first["text"]
    assert card["thread_ts"] == first["ts"]
    assert "*study* failed" in last["text"]
    assert card["subtype"] == "thread_broadcast"
    assert last.get("thread_ts") == first["ts"]  # the channel knows by the card
    assert "3 of 4" in str(last["attachments"])
    assert reactions(sandbox) == ["x"]
    assert [one["args"]["ts"] for one in sandbox.calls("chat.update")].count(first["ts"]) == 1
    assert capfd.readouterr().err.count("warning") == 1
    assert list(Path(".snakemake/slack/live").iterdir()) == []


def test_the_end_of_a_run_whose_message_was_deleted(show, sandbox: Sandbox, capfd) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    with sandbox.store.change() as data:
        for listed in data["messages"].values():
            listed.clear()
    run.story.progress(1, 4)
    until(lambda: sandbox.calls("chat.update"))
    run.fail(sample="a")
    until(sandbox.messages)
    run.close(3)
    card, last = sandbox.messages()
    assert "failed: *work*: sample=a" in whole(card)
    assert "*study* failed" in last["text"]
    assert capfd.readouterr().err.count("warning") == 1


def test_a_thread_that_takes_no_replies(show, sandbox: Sandbox) -> None:
    run = show(failure=Event(log=Log.FILE))
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    with sandbox.store.change():
        root(sandbox)["locked"] = True
    Path("work.log").write_text("line 1\n")
    run.story.started(1, FailedJob("work", logs=("work.log",)), time.time())
    run.story.failed(1, FailedJob("work"), time.time())
    run.fail(2, "other")
    run.close(2)
    _, *rest = sandbox.messages()
    assert not any("thread_ts" in message for message in rest)
    assert sum("failed: *work*" in whole(message) for message in rest) == 1
    assert sum("failed: *other*" in whole(message) for message in rest) == 1
    assert sum(bool(message.get("files")) for message in rest) == 1
    assert "and 1 more job" in root(sandbox)["text"]


def test_a_card_that_cannot_be_changed_goes_on_in_another(show, sandbox: Sandbox) -> None:
    run = show()
    run.fail(1, sample="a")
    until(lambda: thread(sandbox))
    card = sandbox.messages()[1]["ts"]
    edit = {"ts": card}
    sandbox.faults.add(
        Fault("chat.update", "error", code="edit_window_closed", match=edit, times=9)
    )
    run.fail(2, sample="b")
    until(lambda: len(thread(sandbox)) == 2)
    run.fail(3, sample="c")
    run.close(1)
    first, second = thread(sandbox)
    assert "sample=a" in first and "sample=b" not in first
    assert "*work* (2 jobs): sample=b; sample=c" in second
    assert "and 2 more jobs" in root(sandbox)["text"]


def test_a_card_that_is_refused_stops_no_other(show, session, sandbox: Sandbox, capfd) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    run.fail(1, "bad", sample="x")
    bad = Fault("chat.postMessage", "error", code="msg_too_long", times=10_000)
    bad.meets = lambda method, given: method == bad.method and ": bad " in given["text"]
    sandbox.faults.add(bad)
    run.fail(2, "good", sample="y")
    run.close(2)
    assert [text.split(" · ")[0] for text in thread(sandbox)] == [
        ":x: *study* failed: good sample=y"
    ]
    assert "what failed waits in the outbox" in capfd.readouterr().err
    sandbox.faults.clear()
    session.flush()
    assert "failed: *bad*: sample=x" in thread(sandbox)[-1]


def test_cards_that_an_outage_keeps_back_at_the_end_wait(show, session, sandbox: Sandbox) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("chat.postMessage", "error", **DOWN))
    run.fail(1, sample="a")
    run.close(2)
    assert "*study* failed" in root(sandbox)["text"]
    sandbox.faults.clear()
    session.flush()
    (text,) = thread(sandbox)
    assert "failed: *work*: sample=a" in text


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_card_in_doubt_at_the_end_is_told_once(
    show, session, sandbox: Sandbox, when: str
) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("conversations.replies", "http", times=10_000))
    sandbox.faults.add(Fault("chat.postMessage", "reset", when=when))
    run.fail(1, sample="a")
    run.close(2)
    assert "*study* failed" in root(sandbox)["text"]
    sandbox.faults.clear()
    session.flush(patient=True)
    (text,) = thread(sandbox)
    assert "failed: *work*: sample=a" in text


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_end_in_doubt_is_told_once(show, session, sandbox: Sandbox, when: str) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("chat.update", "error", code="cant_update_message", times=10_000))
    sandbox.faults.add(Fault("conversations.history", "http", **DOWN))
    sandbox.faults.add(Fault("chat.postMessage", "reset", when=when))
    run.close()
    sandbox.faults.clear()
    session.flush(patient=True)
    ends = [one["text"] for one in sandbox.messages() if "succeeded" in one["text"]]
    assert len(ends) == 1


def test_without_the_scope_there_are_no_reactions(show, sandbox: Sandbox, capfd) -> None:
    with sandbox.store.change() as data:
        data["tokens"][0]["scopes"] = ["chat:write"]
    run = show()
    until(lambda: sandbox.calls("reactions.add"))
    run.close()
    assert "succeeded" in root(sandbox)["text"]
    assert capfd.readouterr().err.count("reactions:write") == 1


def test_a_slack_that_hangs_holds_nobody_up(show, session, sandbox: Sandbox) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    hanging = sandbox.faults.add(Fault("chat.update", "hang", times=10_000))
    run.story.progress(4, 4)
    hanging.reached.wait(30)
    run.updater.close(0.1)
    assert len(list(Path(".snakemake/slack/outbox").glob("*.json"))) == 1
    hanging.release()
    sandbox.faults.clear()
    session.flush()
    assert any("succeeded" in text for text in thread(sandbox))


def test_a_run_that_stops_logging_has_ended(show, sandbox: Sandbox) -> None:
    run = show()
    until(sandbox.messages)
    run.story.progress(4, 4)
    run.alive = False
    until(lambda: "succeeded" in root(sandbox)["text"])
    until(lambda: reactions(sandbox) == ["white_check_mark"])


def test_slack_asks_to_wait(show, sandbox: Sandbox) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    slow = {"Retry-After": "1"}
    sandbox.faults.add(Fault("chat.update", "http", status=429, headers=slow, times=2))
    run.story.progress(2, 4)
    until(lambda: "2 of 4" in root(sandbox)["text"])
    run.close()
    assert "succeeded" in root(sandbox)["text"]


def test_a_full_disk_is_no_matter(show, sandbox: Sandbox) -> None:
    Path(".snakemake").write_text("no folder")
    run = show()
    until(sandbox.messages)
    run.close()
    assert "succeeded" in root(sandbox)["text"]


def test_steps_do_not_wait_for_a_root_that_does_not_come(show, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("*", "error", **DOWN))
    run = show()
    until(lambda: run.roots)


def test_an_end_that_is_the_first_change_to_be_refused_is_told_in_the_channel(
    show, sandbox: Sandbox
) -> None:
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("chat.update", "error", code="edit_window_closed", times=10_000))
    run.story.broke("WorkflowError", "WorkflowError:\nno such profile")
    run.updater.close(30)
    last = sandbox.messages()[1]
    assert "thread_ts" not in last
    assert "failed: WorkflowError: no such profile" in last["text"]

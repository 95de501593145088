"""Posts at a time and in quiet hours: scheduled at Slack, or kept until then; never twice."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slack_wrapper.common.quiet_hours import parse
from slack_wrapper.errors import RequestError, SlackAmbiguous, SlackUnavailable
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import PENDING, Receipt
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sending.schedule import due
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from tests.conftest import PASSWORD, Run
from tests.support.steps import CONFIG, INCLUDE, receipt, write

KEY = ("--encrypted-key", "keys/slack-api.enc", "--channel", "librec_channel")
ENV = {"SLACK_WRAPPER_PASSWORD": PASSWORD}


def quiet(hours: int = 1) -> str:
    """Quiet hours that hold now, and for about so many hours more."""
    now = datetime.now(UTC)
    first, last = now - timedelta(hours=1), now + timedelta(hours=hours)
    return f"{first:%H:%M}-{last:%H:%M} UTC"


@pytest.fixture
def session(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    return open_local({})


def post(session: LocalSession, **params: object) -> Receipt:
    given = {"channel": "librec_channel", "on_failure": "queue", **params}
    return session.post(build(given, receipt="slack/a.json", rule="a"))


def scheduled(sandbox: Sandbox) -> list[dict]:
    return list(sandbox.store.data["scheduled"])


def pass_time(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, seconds: float = 7210.0) -> None:
    """Let everybody's clock be ahead."""
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + seconds)
    sandbox.store.ahead += seconds


def waiting(study: Path) -> list[Path]:
    return sorted((study / ".snakemake" / "slack").glob("[ot]*/*.json"))  # outbox and timed


def test_a_message_is_scheduled_at_slack(
    session: LocalSession, sandbox: Sandbox, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = post(session, message="later", post_at="2h", fields={"jobs": "3"})
    assert done["status"] == "scheduled"
    assert done["ts"] is None
    entry = scheduled(sandbox)[0]
    assert done["scheduled_message_id"] == entry["id"]
    assert abs(entry["post_at"] - time.time() - 7200) < 600
    assert done["post_at"] == datetime.fromtimestamp(entry["post_at"], UTC).isoformat()
    assert sandbox.messages() == []
    assert post(session, message="later", post_at="2h", fields={"jobs": "3"}) == done  # a restart
    assert len(scheduled(sandbox)) == 1
    pass_time(sandbox, monkeypatch)
    assert [one["text"] for one in sandbox.messages()] == ["later"]
    assert waiting(study) == []


@pytest.mark.parametrize("kind", ["file", "long", "image", "far"])
def test_what_slack_cannot_schedule_waits_in_the_outbox(
    session: LocalSession, sandbox: Sandbox, study: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (study / "a.png").write_bytes(b"\x89PNG" + bytes(100))
    params = {
        "file": {"file": "a.png"},
        "long": {"message": "word " * 1200},
        "image": {"message": "look", "images": "a.png"},
        "far": {"message": "far", "post_at": "200d"},
    }[kind]
    done = post(session, **{"post_at": "2h", **params})
    assert (done["status"], bool(done["post_at"])) == ("queued", True)
    assert done["reason"].startswith("its time is ")
    assert sandbox.messages() == scheduled(sandbox) == []
    assert session.flush() == []
    assert len(waiting(study)) == 1
    assert not session.poster.waiting.any_due()
    pass_time(sandbox, monkeypatch, 201 * 86_400 if kind == "far" else 7210)
    assert session.poster.waiting.any_due()
    assert [outcome["status"] for _, outcome in session.flush()] == ["delivered"]
    assert len([one for one in sandbox.messages() if "thread_ts" not in one]) == 1
    assert waiting(study) == []


def test_the_31st_within_five_minutes_waits_here(session: LocalSession, sandbox: Sandbox) -> None:
    when = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    found = [
        session.post(build({"channel": "librec_channel", "message": f"m{n}", "post_at": when}))
        for n in range(32)
    ]
    assert [one["status"] for one in found] == ["scheduled"] * 30 + ["queued"] * 2
    assert len(scheduled(sandbox)) == 30


@pytest.mark.parametrize("post_at", ["now", "1s", "2020-01-01T00:00Z"])
def test_now_and_the_past_are_at_once(
    session: LocalSession, sandbox: Sandbox, post_at: str
) -> None:
    assert post(session, message="hello", post_at=post_at)["status"] == "delivered"


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_lost_answer_is_settled_by_the_list(
    session: LocalSession, sandbox: Sandbox, lost: str
) -> None:
    sandbox.faults.add(Fault("chat.scheduleMessage", "reset", when=lost))
    assert post(session, message="later &amp; once", post_at="2h")["status"] == "scheduled"
    assert len(scheduled(sandbox)) == 1


def test_an_unclear_one_is_settled_when_its_time_has_come(
    session: LocalSession, sandbox: Sandbox, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.faults.add(Fault("chat.scheduleMessage", "reset", when="after"))
    sandbox.faults.add(Fault("chat.scheduledMessages.list", "error", code="account_inactive"))
    done = post(session, message="once", post_at="2h")
    assert (done["status"], len(scheduled(sandbox))) == ("queued", 1)
    assert "may or may not have been scheduled" in done["reason"]
    pass_time(sandbox, monkeypatch)
    assert len(sandbox.messages()) == 1  # Slack has posted it
    assert [outcome["status"] for _, outcome in session.flush()] == ["delivered"]
    assert len(sandbox.messages()) == 1
    assert waiting(study) == []


def test_a_step_that_is_run_again_takes_up_what_it_has_scheduled(
    session: LocalSession, sandbox: Sandbox, study: Path
) -> None:
    sandbox.faults.add(Fault("chat.scheduleMessage", "reset", when="after"))
    sandbox.faults.add(Fault("chat.scheduledMessages.list", "error", code="account_inactive"))
    with pytest.raises(SlackAmbiguous):
        post(session, message="once", post_at="2h", on_failure="fail")
    other = open_local({})  # as after a crash: only the ledger knows
    done = post(other, message="once", post_at="2h", on_failure="fail")
    assert done["scheduled_message_id"] == scheduled(sandbox)[0]["id"]
    assert len(scheduled(sandbox)) == 1


def test_what_has_its_time_keeps_nothing_waiting(
    session: LocalSession, sandbox: Sandbox, study: Path
) -> None:
    (study / "a.txt").write_text("text")
    assert post(session, file="a.txt", post_at="2h")["status"] == "queued"
    other = build({"channel": "librec_channel", "message": "hello"}, receipt="slack/b.json")
    assert session.post(other)["status"] == "delivered"


def test_an_outage_while_scheduling_is_made_good(
    session: LocalSession, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.faults.add(Fault("chat.scheduleMessage", "error", code="service_unavailable", times=10))
    assert post(session, message="later", post_at="2h")["status"] == "queued"
    with pytest.raises(SlackUnavailable):
        session.post(
            build({"channel": "librec_channel", "message": "x", "post_at": "2h",
                   "on_failure": "fail"})
        )  # fmt: skip
    assert session.flush() == []
    pass_time(sandbox, monkeypatch)
    assert [outcome["status"] for _, outcome in session.flush()] == ["delivered"]


def test_a_bad_time_is_refused() -> None:
    with pytest.raises(RequestError, match="step a: post_at is neither a time nor a duration"):
        build({"channel": "x", "message": "y", "post_at": "tomorrow"}, rule="a")


def test_due() -> None:
    hours = parse("22:00-07:00 UTC")

    def at(text: str) -> float:
        return datetime.fromisoformat(f"{text}+00:00").timestamp()

    night, noon = at("2026-01-15T23:00"), at("2026-01-15T12:00")
    morning = at("2026-01-16T07:00")
    assert due("", 0, hours, noon) == 0
    assert due("", 0, hours, night) == morning
    assert due("now", 0, hours, night) == 0
    assert due("12h", noon, hours, noon) == morning
    assert due("3h", noon, hours, noon) == noon + 10800
    assert due("3h", noon - 10800, hours, noon) == 0
    assert due("2026-01-16T08:00Z", 0, hours, night) == morning + 3600


def test_quiet_hours_in_a_run(study: Path, sandbox: Sandbox, snakemake: Run, command: Run) -> None:
    write(
        study,
        INCLUDE
        + """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="good morning"
use rule slack_message as urgent with:
    output: "slack/urgent.json"
    params: message="it burns", post_at="now"
use rule slack_file as plot with:
    input: file="post/viz-bar-NormalizedDCG.jpg"
    output: "slack/plot.json"
rule all:
    default_target: True
    input: expand("slack/{name}.json", name=["hello", "urgent", "plot"])
""",
        {**CONFIG, "quiet_hours": quiet()},
    )
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert receipt(study, "hello")["status"] == "scheduled"
    assert receipt(study, "plot")["status"] == "queued"
    assert [one["text"] for one in sandbox.messages()] == ["it burns"]
    assert len(scheduled(sandbox)) == 1
    assert "1 post waits for its time; deliver later by: slack-wrapper flush" in done.stderr
    assert "Nothing to be done" in snakemake("-n").stdout
    (study / "quiet.yaml").write_text(json.dumps({"slack": {"quiet_hours": quiet()}}))
    held = command("flush", "--configfile", "quiet.yaml", env=ENV)
    assert held.returncode == 0
    assert "1 post kept: its time has not come" in held.stdout
    assert "its time is " in command("outbox", env={}).stdout
    over = command("flush", env=ENV)  # as if they were over
    assert over.returncode == 0, over.stderr
    assert receipt(study, "plot")["status"] == "delivered"
    assert len(sandbox.messages()) == 2


def test_bad_quiet_hours_are_told_while_parsing(study: Path, snakemake: Run) -> None:
    write(study, INCLUDE, {**CONFIG, "quiet_hours": "at night"})
    done = snakemake("-n")
    assert done.returncode == 1
    text = done.stdout + done.stderr
    assert "the quiet hours are not valid\nhint: write quiet hours like" in text
    assert "Traceback" not in text


def test_no_question_is_asked_in_quiet_hours(
    study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    session = open_local({"quiet_hours": quiet()})
    params = {"option": "approval", "message": "Release?", "channel": "librec_channel"}
    asked = build(params, receipt="slack/ask.json", rule="ask")
    assert session.post(asked)["status"] == PENDING
    assert sandbox.messages() == []
    session.poster.waiting.quiet = None
    session.post(asked)
    assert len(sandbox.messages()) == 1


def test_a_command_posts_later(study: Path, sandbox: Sandbox, command: Run) -> None:
    done = command("message", "later", *KEY, "--post-at", "2h", env=ENV)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("scheduled: librec_channel 20")
    (study / "a.txt").write_text("text")
    kept = command("file", "a.txt", *KEY, "--post-at", "2h", env=ENV)
    assert kept.returncode == 75, kept.stderr
    assert kept.stdout.startswith("queued: librec_channel until the next run in this folder")
    assert ": its time is 20" in kept.stdout


def test_a_message_that_steps_share_is_kept_here_and_told_when_they_are_over(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    """Slack cannot post by itself what is going to be changed."""
    write(
        study,
        INCLUDE
        + """
use rule slack_message as line with:
    output: "slack/{n}.json"
    params: message="sample {n}", coalesce="All samples"
rule all:
    default_target: True
    input: expand("slack/{n}.json", n=[1, 2])
""",
        {**CONFIG, "quiet_hours": quiet()},
    )
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert sandbox.messages() == scheduled(sandbox) == []
    assert receipt(study, "1")["status"] == "queued"
    (study / "config.json").write_text(json.dumps({"slack": CONFIG}))  # as if they were over
    again = snakemake("--forcerun", "line")
    assert again.returncode == 0, again.stderr
    text = sandbox.messages()[0]["text"]
    assert "sample 1" in text
    assert "sample 2" in text
    assert receipt(study, "1")["status"] == "delivered"


def test_what_is_scheduled_is_listed_and_can_be_called_off(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    for text, when in (("late", "3h"), ("soon " * 30, "1h")):
        assert command("message", text, *KEY, "--post-at", when, env=ENV).returncode == 0
    listed = command("scheduled", *KEY[:2], env=ENV).stdout.splitlines()
    assert listed[0].split() == ["ID", "POST", "AT", "CHANNEL", "TEXT"]
    assert "soon soon" in listed[1]
    assert listed[1].endswith("…")
    assert listed[2].split()[2:] == ["C0000LIBREC", "late"]
    found = json.loads(command("scheduled", *KEY[:2], "--json", env=ENV).stdout)
    done = command("scheduled", *KEY[:2], "--cancel", found[0]["id"], env=ENV)
    assert done.stdout == f"called off {found[0]['id']}\n"
    assert [one["message"]["text"] for one in scheduled(sandbox)] == ["late"]
    again = command("scheduled", *KEY[:2], "--cancel", found[0]["id"], env=ENV)
    assert again.returncode == 2
    assert "hint: slack-wrapper scheduled lists them" in again.stderr

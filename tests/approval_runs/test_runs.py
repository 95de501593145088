"""Approvals in real Snakemake runs, answered by scripted people."""

import json
import os
import signal
import time

import pytest

import slack_wrapper
from slack_wrapper.sandbox.faults import Fault
from tests.approval_runs.desk import ADA, BOT, GRACE, Desk, wait_for_end

FOREVER = 10**6


def ask(params: str = "", inputs: str = "") -> str:
    return f"""
use rule slack_approval as ask with:
    input: {inputs}
    output: "slack/ask.json"
    params: message="Release these results?", {params}
rule release:
    default_target: True
    input: "slack/ask.json"
    output: "released.txt"
    shell: "touch {{output}}"
"""


def test_approved_with_files_by_one_who_may(desk: Desk) -> None:
    desk.write(ask('approvers="ada@example.org"', 'file=["plot.png", "plot2.png"]'))
    (desk.study / "plot2.png").write_bytes(b"\x89PNG" + bytes(300))
    run = desk.begin()
    message = desk.asked()
    assert [file["name"] for file in message["files"]] == ["plot.png", "plot2.png"]
    assert message["text"].startswith(f"<@{ADA}> Release these results?")
    assert "within 1 d" in message["text"]
    assert [one["users"] for one in message["reactions"]] == [[BOT], [BOT]]
    desk.look_again()  # the bot's own reactions decide nothing
    assert run.poll() is None
    desk.react(message, "white_check_mark", ADA)
    assert wait_for_end(run) == 0, desk.told
    receipt = desk.receipt()
    assert receipt["decision"] == "approved"
    assert receipt["decided_by"] == {"id": ADA, "name": "ada"}
    assert receipt["reaction"] == "white_check_mark"
    assert receipt["decided_at"]
    assert (receipt["option"], receipt["status"]) == ("approval", "delivered")
    assert receipt["ts"] == message["ts"]
    assert (desk.study / "released.txt").exists()
    assert desk.replies() == [f":white_check_mark: approved by <@{ADA}>"]
    assert "waits for an answer until" in desk.told
    assert list((desk.study / ".snakemake" / "slack").glob("*/*.json")) == []


def test_rejected_fails_and_asks_anew(desk: Desk) -> None:
    desk.write(ask())
    run = desk.begin()
    message = desk.asked()
    with desk.box.store.lock:  # seen in one look: one rejection decides
        desk.react(message, "white_check_mark", ADA)
        desk.react(message, "x", GRACE)
    assert wait_for_end(run) == 1
    assert "step ask: rejected by grace, :x:" in desk.told
    assert "hint: run the step again to repeat the question" in desk.told
    assert not (desk.study / "slack" / "ask.json").exists()
    assert not (desk.study / "released.txt").exists()
    again = desk.begin()
    desk.wait(lambda: len(desk.questions()) == 2)
    desk.react(desk.asked(), "white_check_mark", GRACE)
    assert wait_for_end(again) == 0, desk.told
    assert "Traceback" not in desk.told


def test_rejected_skips_by_choice(desk: Desk) -> None:
    desk.write("""
checkpoint ask:
    output: "slack/ask.json"
    threads: 0
    localrule: True
    retries: 0
    params: option="approval", message="Release?", channel="librec_channel",
        encrypted_key="keys/slack-api.enc", on_reject="skip", on_timeout="skip"
    wrapper: slack_wrapper.wrapper()
def released(wildcards):
    return ["released.txt"] if slack_wrapper.approved(checkpoints.ask.get().output[0]) else []
rule all:
    default_target: True
    input: "slack/ask.json", released
rule release:
    output: "released.txt"
    shell: "touch {output}"
""")
    run = desk.begin()
    desk.react(desk.asked(), "x", ADA)
    assert wait_for_end(run) == 0, desk.told
    assert desk.receipt()["decision"] == "rejected"
    assert not (desk.study / "released.txt").exists()
    (desk.study / "slack" / "ask.json").unlink()
    again = desk.begin()
    desk.wait(lambda: len(desk.questions()) == 2)
    desk.react(desk.asked(), "white_check_mark", ADA)
    assert wait_for_end(again) == 0, desk.told
    assert (desk.study / "released.txt").exists()


@pytest.mark.parametrize(("choice", "code"), [("fail", 1), ("skip", 0)])
def test_time_out(desk: Desk, choice: str, code: int) -> None:
    desk.write(ask(f'time_limit="2s", on_timeout="{choice}"'))
    run = desk.begin()
    assert wait_for_end(run) == code, desk.told
    assert len(desk.questions()) == 1
    assert desk.replies() == ["nobody has answered in time"]
    if choice == "fail":
        assert "step ask: nobody has answered within 2 s" in desk.told
        assert not (desk.study / "slack" / "ask.json").exists()
    else:
        receipt = desk.receipt()
        assert (receipt["decision"], receipt["decided_by"]) == ("timed_out", None)


@pytest.mark.parametrize(("key", "status"), [("dry_run", "dry_run"), ("enabled", "disabled")])
def test_where_nothing_is_sent_nobody_is_asked_and_the_run_says_so(
    desk: Desk, key: str, status: str
) -> None:
    section = {"channel": "librec_channel", key: key == "dry_run"}
    (desk.study / "config.json").write_text(json.dumps({"slack": section}))
    desk.write(ask())
    assert wait_for_end(desk.begin()) == 0, desk.told
    assert f"no question is asked, and the run continues: {status}" in desk.told
    assert desk.receipt()["decision"] is None
    assert not slack_wrapper.approved(str(desk.study / "slack" / "ask.json"))
    assert desk.questions() == []


def test_reminders_mention_the_approvers_and_become_the_answer(desk: Desk) -> None:
    desk.write(ask('approvers="@ada", time_limit="1d", remind_every="0.5s"'))
    run = desk.begin()
    message = desk.asked()
    desk.wait(lambda: len(desk.replies()) >= 2)
    assert all(text.startswith(f"<@{ADA}> still open, until ") for text in desk.replies())
    desk.react(message, "white_check_mark", ADA)
    assert wait_for_end(run) == 0, desk.told
    *reminders, last = desk.replies()
    assert last == f":white_check_mark: approved by <@{ADA}>"
    assert set(reminders) == {last}
    assert desk.receipt()["reminders"] >= len(reminders)


def test_who_may_not_is_ignored_and_aliases_and_skin_tones_are_understood(desk: Desk) -> None:
    desk.box.store.data["usergroups"] = [
        {"id": "S0000PILOT", "handle": "pilots", "name": "Pilots", "users": [GRACE]}
    ]
    desk.write(ask('approve=["✅", ":thumbsup:"], approvers={"groups": ["pilots"]}'))
    run = desk.begin()
    message = desk.asked()
    desk.react(message, "white_check_mark", ADA)
    desk.react(message, "x", ADA)
    desk.react(message, "tada", GRACE)
    desk.look_again(3)
    assert run.poll() is None
    desk.react(message, "+1::skin-tone-4", GRACE)
    assert wait_for_end(run) == 0, desk.told
    receipt = desk.receipt()
    assert (receipt["decided_by"]["name"], receipt["reaction"]) == ("grace", "+1")


def test_another_bot_is_not_anyone(desk: Desk) -> None:
    with desk.box.store.change() as data:
        data["users"].append({"id": "U000OTHERBOT", "name": "robot", "is_bot": True})
    desk.write(ask())
    run = desk.begin()
    message = desk.asked()
    desk.react(message, "white_check_mark", "U000OTHERBOT")
    desk.look_again(2)
    assert run.poll() is None
    desk.react(message, "white_check_mark", GRACE)
    assert wait_for_end(run) == 0, desk.told
    assert desk.receipt()["decided_by"]["name"] == "grace"


def test_killed_and_restarted_asks_once(desk: Desk) -> None:
    desk.write(ask("", 'file="plot.png"'))
    first = desk.begin()
    message = desk.asked()
    desk.wait(lambda: "waits for an answer" in desk.told)
    until = [line for line in desk.told.splitlines() if "waits for an answer" in line]
    desk.kill(first)
    assert wait_for_end(desk.begin("--unlock")) == 0
    again = desk.begin("--rerun-incomplete")
    desk.look_again()
    assert again.poll() is None
    later = [line for line in desk.told.splitlines() if "waits for an answer" in line]
    assert later == until * 2  # the same question, the same deadline
    desk.react(message, "white_check_mark", ADA)
    assert wait_for_end(again) == 0, desk.told
    assert len(desk.questions()) == 1
    assert desk.receipt()["ts"] == message["ts"]


def test_the_bare_wrapper_asks_once_too(desk: Desk) -> None:
    """Without a rule file of ours the step has a session of its own; the ledger is the same."""
    desk.write("""
rule ask:
    output: "slack/ask.json"
    threads: 0
    params: option="approval", message="Release?", channel="librec_channel",
        encrypted_key="keys/slack-api.enc"
    wrapper: slack_wrapper.wrapper()
""", head="import slack_wrapper\n")  # fmt: skip
    first = desk.begin()
    message = desk.asked()
    desk.kill_all(first)
    assert wait_for_end(desk.begin("--unlock")) == 0
    again = desk.begin("--rerun-incomplete")
    desk.look_again()
    desk.react(message, "white_check_mark", ADA)
    assert wait_for_end(again) == 0, desk.told
    assert len(desk.questions()) == 1


def test_interrupted_by_ctrl_c_goes_on_with_the_question(desk: Desk) -> None:
    desk.write(ask())
    run = desk.begin()
    message = desk.asked()

    def interrupted() -> bool:
        if run.poll() is None:  # Ctrl-C, as a terminal does it, and again if Snakemake goes on
            os.killpg(run.pid, signal.SIGINT)
            time.sleep(2)
        return run.poll() is not None

    desk.wait(interrupted)
    assert run.returncode != 0
    assert "slack-wrapper: interrupted" in desk.told
    assert "slack_wrapper/run/step.py" not in desk.told  # no frame of ours
    again = desk.begin("--rerun-incomplete")
    desk.look_again()
    desk.react(message, "white_check_mark", ADA)
    assert wait_for_end(again) == 0, desk.told
    assert len(desk.questions()) == 1


def test_a_changed_question_is_asked_anew_and_the_old_one_withdrawn(desk: Desk) -> None:
    desk.write(ask())
    first = desk.begin()
    old = desk.asked()
    desk.kill(first)
    assert wait_for_end(desk.begin("--unlock")) == 0
    desk.write(ask().replace("Release these results?", "Release these results, really?"))
    again = desk.begin("--rerun-incomplete")
    desk.wait(lambda: len(desk.questions()) == 2)
    new = desk.asked()
    desk.react(old, "x", ADA)
    desk.look_again()
    assert again.poll() is None
    assert desk.replies() == ["withdrawn: it has changed and is asked again"]
    desk.react(new, "white_check_mark", ADA)
    assert wait_for_end(again) == 0, desk.told


def test_killed_after_the_answer_takes_it_up(desk: Desk) -> None:
    desk.write(ask())
    slow = desk.box.faults.add(Fault("chat.postMessage", "pause", skip=1, seconds=60))
    first = desk.begin()
    desk.react(desk.asked(), "x", ADA)
    desk.react(desk.questions()[0], "white_check_mark", GRACE)
    assert slow.reached.wait(60)  # it tells in the thread what was decided
    desk.kill(first)
    slow.release()
    decided = json.loads(
        next((desk.study / ".snakemake/slack/delivered").glob("*.json")).read_text()
    )["receipt"]
    assert wait_for_end(desk.begin("--unlock")) == 0
    again = desk.begin("--rerun-incomplete")
    assert wait_for_end(again) == (1 if decided["decision"] == "rejected" else 0), desk.told
    assert len(desk.questions()) == 1


def test_slack_is_down_for_a_while(desk: Desk) -> None:
    """An answer given in time counts, though it is seen after the time only."""
    down = desk.box.faults.add(Fault("*", "http", status=503, times=0))
    desk.write(ask('time_limit="15s", on_timeout="skip"'))
    run = desk.begin()
    message = desk.asked()
    down.times = FOREVER
    desk.wait(lambda: "goes on waiting" in desk.told)
    desk.react(message, "white_check_mark", ADA)
    desk.wait(lambda: time.time() > float(message["ts"]) + 15)
    before = len(desk.box.calls("reactions.get"))
    desk.wait(lambda: len(desk.box.calls("reactions.get")) >= before + 2)
    assert run.poll() is None
    down.times = 0
    assert wait_for_end(run) == 0, desk.told
    assert desk.receipt()["decision"] == "approved"
    assert len(desk.questions()) == 1


def test_slack_is_down_when_it_is_to_be_asked(desk: Desk) -> None:
    busy = {"code": "service_unavailable", "times": FOREVER}
    down = desk.box.faults.add(Fault("chat.postMessage", "error", **busy))
    desk.write(ask())
    run = desk.begin()
    desk.wait(lambda: "goes on waiting" in desk.told)
    desk.wait(lambda: len(desk.box.calls("chat.postMessage")) >= 5)
    assert run.poll() is None
    down.times = 0
    desk.react(desk.asked(), "white_check_mark", ADA)
    assert wait_for_end(run) == 0, desk.told
    assert len(desk.questions()) == 1


def test_an_unclear_question_is_asked_once(desk: Desk) -> None:
    desk.box.faults.add(Fault("chat.postMessage", "reset", when="after"))
    desk.write(ask())
    run = desk.begin()
    desk.react(desk.asked(), "white_check_mark", ADA)
    assert wait_for_end(run) == 0, desk.told
    assert len(desk.questions()) == 1


def test_a_deleted_question_fails_the_step(desk: Desk) -> None:
    desk.write(ask())
    run = desk.begin()
    desk.asked()
    with desk.box.store.change():
        desk.box.store.messages("C0000LIBREC").clear()
    assert wait_for_end(run) == 1
    assert "step ask: the question in channel librec_channel was deleted" in desk.told
    assert "hint: run the step again" in desk.told


def test_it_holds_no_core(desk: Desk) -> None:
    """With one core, two questions wait while three jobs run one after the other."""
    desk.write("""
use rule slack_approval as ask with:
    output: "slack/ask{n}.json"
    params: message="Question {n}?"
    priority: 100
rule all:
    default_target: True
    input: expand("slack/ask{n}.json", n=[1, 2]), "three.txt"
rule work:
    output: touch("one.txt")
rule more:
    input: "one.txt"
    output: touch("two.txt")
rule most:
    input: "two.txt"
    output: touch("three.txt")
""")
    run = desk.begin(cores=1)
    desk.wait(lambda: len(desk.questions()) == 2)
    desk.wait((desk.study / "three.txt").exists)
    assert run.poll() is None
    for message in desk.questions():
        desk.react(message, "white_check_mark", ADA)
    assert wait_for_end(run) == 0, desk.told


def test_more_questions_than_places_leave_room_for_work(desk: Desk) -> None:
    desk.write("""
use rule slack_approval as ask with:
    output: "slack/ask{n}.json"
    params: message="Question {n}?"
    priority: 100
rule all:
    default_target: True
    input: expand("slack/ask{n}.json", n=range(8)), "one.txt"
rule work:
    input: "slack/ask0.json"
    output: touch("one.txt")
""")
    run = desk.begin(cores=1)
    answered: set[str] = set()

    def all_answered() -> bool:
        for message in desk.questions():
            if message["ts"] not in answered:
                answered.add(message["ts"])
                desk.react(message, "white_check_mark", ADA)
        return len(answered) == 8

    desk.wait(lambda: len(desk.questions()) == 5)
    desk.look_again(5)
    assert len(desk.questions()) == 5  # not one more, until one is answered
    desk.wait(all_answered)
    assert wait_for_end(run) == 0, desk.told


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ('approvers="nobody@example.org"', "users_not_found"),
        ('time_limit="soon"', "time_limit is not a duration"),
        ('on_reject="ignore"', "on_reject is ignore"),
        ('approve="🦄"', "an emoji whose name is not known"),
        ('approve="x"', "both approves and rejects"),
        ('channel=["librec_channel", "general"]', "asks in 2 channels"),
        ('on_failure="warn"', "on_failure cannot be combined with option approval"),
    ],
)
def test_what_cannot_be_meant(desk: Desk, params: str, line: str) -> None:
    desk.write(ask(params))
    run = desk.begin()
    assert wait_for_end(run) == 1
    assert line in desk.told
    assert "hint: " in desk.told
    assert "Traceback" not in desk.told
    assert desk.questions() == []

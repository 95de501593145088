"""How runs end: well, badly, stopped, killed."""

import os
import re
import signal
from pathlib import Path

import pytest

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD
from tests.live.shown import whole as shown_by
from tests.logger_runs.conftest import (
    Start,
    cards,
    marked_as_killed,
    reaction,
    root,
    thread,
    until,
    whole,
)
from tests.support.endings import GOES_WELL, TWO_FAIL

AT_ONCE = """
rule all:
    localrule: True
    input: "a.txt", "b.txt"
rule work:
    output: "{s}.txt"
    log: "{s}.log"
    shell:
        "echo trouble with {wildcards.s} > {log}; touch {wildcards.s}.runs; "
        "until [ -e a.runs ] && [ -e b.runs ]; do sleep 0.05; done; exit 3"
"""
RETRIES = """
rule all:
    localrule: True
    input: "luck.txt", "never.txt"
rule luck:
    output: "luck.txt"
    retries: 1
    shell: "[ -e tried ] || {{ touch tried; exit 1; }}; touch {output}"
rule never:
    input: "luck.txt"
    output: "never.txt"
    retries: 2
    shell: "exit 7"
"""
GROWS = """
checkpoint split:
    output: directory("parts")
    shell: "mkdir {output}; touch {output}/1 {output}/2 {output}/3"
def parts(wildcards):
    folder = checkpoints.split.get().output[0]
    return expand("done/{n}", n=glob_wildcards(folder + "/{n,[0-9]}").n)
rule one:
    input: "parts/{n}"
    output: "done/{n}"
    shell: "touch {output}"
rule all:
    default_target: True
    input: parts
    output: "all.txt"
    shell: "touch {output}"
"""
WAITS = """
rule all:
    localrule: True
    input: "fast.txt", "slow.txt"
rule fast:
    output: "fast.txt"
    shell: "touch {output}"
rule slow:
    input: "fast.txt"
    output: "slow.txt"
    shell: "touch begun; while [ ! -e go ]; do sleep 0.1; done; touch {output}"
"""


def test_success(start: Start, sandbox: Sandbox) -> None:
    run = start(GOES_WELL)
    assert run.wait() == 0, run.stderr
    assert "*study* succeeded: 3 jobs in" in root(sandbox)["text"]
    assert "100 %" in whole(sandbox)
    assert "work     2" in whole(sandbox)
    assert reaction(sandbox) == "white_check_mark"
    assert thread(sandbox) == []
    assert "warning" not in run.stderr.lower()
    assert list(Path(".snakemake/slack/live").iterdir()) == []
    found = [path for path in Path().rglob("*") if path.is_file() and _holds_secret(path, sandbox)]
    assert found == []
    assert PASSWORD not in run.stderr + str(sandbox.store.calls)


def _holds_secret(path: Path, sandbox: Sandbox) -> bool:
    data = path.read_bytes()
    return PASSWORD.encode() in data or sandbox.token.encode() in data


def test_two_failures_at_once_are_one_card(start: Start, sandbox: Sandbox) -> None:
    run = start(AT_ONCE, "--logger-slack-mention", "here", "--logger-slack-log-files")
    assert run.wait() == 1
    text = root(sandbox)["text"]
    assert re.match(
        r":x: \*study\* failed: work s=. \(exit 3\): trouble with ., and 1 more job", text
    )
    assert reaction(sandbox) == "x"
    (card,) = cards(sandbox)
    assert card["subtype"] == "thread_broadcast"
    assert card["text"] == f"{text} <!here>"
    shown = shown_by(card)
    assert "failed: *work* (2 jobs): s=" in shown
    assert "exit code 3" in shown
    assert "--rerun-incomplete" in shown
    assert len([one for one in sandbox.messages() if one.get("files")]) == 2


def test_keep_going_goes_on_after_a_failure(start: Start, sandbox: Sandbox) -> None:
    run = start(TWO_FAIL, "--keep-going")
    assert run.wait() == 1
    assert re.search("and 1 more job · 1 of 4 jobs, ", root(sandbox)["text"])
    assert len(thread(sandbox)) == 1


def test_retries_are_told_apart_from_a_failure(start: Start, sandbox: Sandbox) -> None:
    run = start(RETRIES, cores=1)
    assert run.wait() == 1
    assert [shown_by(card).split("\n")[2] for card in cards(sandbox)] == [
        "tried again: *luck*, attempt 1 of 2",
        "tried again: *never* (2 jobs), attempt 1 of 3",
        "failed: *never*, attempt 3 of 3",
    ]
    assert [card.get("subtype") for card in cards(sandbox)] == [None, None, "thread_broadcast"]
    assert "failed: never (exit 7) · 1 of 3 jobs, " in root(sandbox)["text"]
    assert "1 job: never" in whole(sandbox)
    assert "3 times" in whole(sandbox)


def test_a_run_whose_job_ends_well_at_its_second_try_is_green(
    start: Start, sandbox: Sandbox
) -> None:
    run = start(RETRIES, "luck.txt", cores=1)
    assert run.wait() == 0, run.stderr
    assert "succeeded: 1 job in" in root(sandbox)["text"]
    assert reaction(sandbox) == "white_check_mark"
    (card,) = cards(sandbox)
    assert "tried again: *luck*, attempt 1 of 2" in shown_by(card)
    assert "subtype" not in card


def test_a_checkpoint_adds_jobs(start: Start, sandbox: Sandbox) -> None:
    run = start(GROWS)
    assert run.wait() == 0, run.stderr
    assert "succeeded: 5 jobs" in root(sandbox)["text"]
    assert "5 of 5 jobs" in whole(sandbox)
    totals = {call["args"]["text"] for call in sandbox.calls("chat.postMessage")}
    assert any("of 2 jobs" in text for text in totals)


def test_ctrl_c(start: Start, sandbox: Sandbox) -> None:
    run = start(WAITS)
    until(Path("begun").exists, run)
    run.signal(signal.SIGINT, group=True)  # as a terminal does
    assert run.wait() == 1
    assert "was interrupted: " in root(sandbox)["text"]
    assert "1 of 3 jobs done" in root(sandbox)["text"]
    assert reaction(sandbox) == "warning"
    assert thread(sandbox) == []


def test_ctrl_c_twice_at_the_end(start: Start, sandbox: Sandbox) -> None:
    run = start(WAITS)
    until(Path("begun").exists, run)
    until(lambda: sandbox.calls("reactions.add"), run)
    hanging = sandbox.faults.add(Fault("chat.update", "hang", times=10_000))
    run.signal(signal.SIGINT, group=True)
    until(lambda: "did not complete successfully" in run.stderr, run)
    hanging.reached.wait(60)
    run.signal(signal.SIGINT, group=True)
    run.wait()
    assert "Traceback" not in run.stderr
    assert len(list(Path(".snakemake/slack/outbox").glob("*.json"))) == 1, run.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end(start: Start, sandbox: Sandbox, number: int) -> None:
    run = start(WAITS)
    until(Path("begun").exists, run)
    run.signal(number)
    until(lambda: "Will exit after finishing" in run.stderr, run)
    Path("go").touch()
    assert run.wait() == 1
    assert "was interrupted: " in root(sandbox)["text"]
    assert "2 of 3 jobs done" in root(sandbox)["text"]


def test_a_terminal_that_closes(start: Start, sandbox: Sandbox) -> None:
    """The run, its jobs and what they print to lose their terminal at once."""
    ours, theirs = os.openpty()
    run = start(WAITS, terminal=theirs)
    os.close(theirs)
    until(Path("begun").exists, run)
    until(lambda: sandbox.calls("reactions.add"), run)
    os.close(ours)
    run.signal(signal.SIGHUP, group=True)  # as the shell does to what it has started
    assert run.wait() != 0
    assert "was interrupted: " in root(sandbox)["text"]
    assert reaction(sandbox) == "warning"
    assert list(Path(".snakemake/slack/live").iterdir()) == []


def test_nohup_is_respected(start: Start, sandbox: Sandbox) -> None:
    run = start(WAITS, nohup=True)
    until(Path("begun").exists, run)
    run.signal(signal.SIGHUP)
    Path("go").touch()
    assert run.wait() == 0, run.stderr
    assert "succeeded" in root(sandbox)["text"]


def test_kill_9_is_marked_by_the_next_run(start: Start, sandbox: Sandbox) -> None:
    run = start(WAITS)
    until(Path("begun").exists, run)
    until(lambda: sandbox.calls("reactions.add"), run)
    run.signal(signal.SIGKILL, group=True)
    run.wait()
    assert "is running" in root(sandbox)["text"]
    Path("go").touch()
    again = start(WAITS, "--nolock", "--rerun-incomplete")
    assert again.wait() == 0, again.stderr
    marked_as_killed(sandbox)


def test_an_error_without_a_failed_job(start: Start, sandbox: Sandbox) -> None:
    run = start(GOES_WELL + "onsuccess: raise ValueError('broken')\n")
    assert run.wait() == 1
    assert "failed: ValueError: broken · 3 of 3 jobs, " in root(sandbox)["text"]
    (note,) = cards(sandbox)
    assert (note["text"], note["subtype"]) == (root(sandbox)["text"], "thread_broadcast")
    assert ".snakemake/log/" in shown_by(note)


def test_quiet_changes_nothing_in_slack(start: Start, sandbox: Sandbox) -> None:
    run = start(TWO_FAIL, "--quiet", "all", "--keep-going")
    assert run.wait() == 1
    assert re.search("and 1 more job · 1 of 4 jobs, ", root(sandbox)["text"])
    assert len(thread(sandbox)) == 1


@pytest.mark.parametrize(
    "flags",
    [
        ("-n",), ("--lint",), ("--dag",), ("--rulegraph",), ("--report", "report.html"),
        ("--touch",), ("--summary",), ("--unlock",), ("--list-rules",),
    ],
    ids=lambda flags: flags[0],
)  # fmt: skip
def test_nothing_is_said_where_nothing_is_run(
    flags: tuple[str, ...], start: Start, sandbox: Sandbox
) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).touch()
        os.utime(name, (1, 1))
    run = start(GOES_WELL, *flags, "--forceall") if flags == ("-n",) else start(GOES_WELL, *flags)
    run.wait()
    assert "Traceback" not in run.stderr
    assert sandbox.store.calls == []


def test_a_run_of_seconds_says_nothing(start: Start, sandbox: Sandbox) -> None:
    run = start(GOES_WELL, "--logger-slack-min-duration", "1h")
    assert run.wait() == 0, run.stderr
    assert sandbox.store.calls == []

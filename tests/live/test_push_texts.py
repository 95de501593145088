"""The first line of each kind of message is its notification: pinned here, and as docs say."""

import re
from pathlib import Path

import pytest

from slack_wrapper.html.mrkdwn import emoji
from slack_wrapper.live import render
from slack_wrapper.live.card import Card
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.never_began import _headline
from slack_wrapper.live.snapshot import Ending, Snapshot
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.snakemake_adapter import asked
from tests.conftest import REPOSITORY

FACTS = Facts("variants", "ada", "node1", "~/variants")
LOCKED = "LockException:\nError: Directory cannot be locked. Please make sure"


def run(**more) -> Snapshot:
    values = {
        "ending": Ending.FAILED, "began": 0.0, "now": 11520.0, "done": 120, "total": 300,
        "running": {"call": 1}, "busy": {}, "rules": {}, "slowest": (), "failed": 1, "attempts": 0,
        "reason": "", "lost": 0,
    }  # fmt: skip
    return Snapshot(**{**values, **more})


@pytest.fixture
def job(tmp_path: Path):
    def failed(rule: str, sample: str, line: str, code: int) -> FailedJob:
        log = tmp_path / f"{rule}.log"
        log.write_text(f"reading\n{line}\nbye\n")
        return FailedJob(rule, {"sample": sample}, (str(log),), exit_code=code)

    return failed


def texts(job) -> dict[str, str]:
    call = job("call", "C", "MemoryError: out of memory", 137)
    later, again = Card(True), Card(False)
    later.add(job("plot", "D", "KeyError: 'depth'", 1), with_log=False)
    again.add(job("retry", "C", "timed out", 1), with_log=False)
    error = "WorkflowError:\nno such profile"
    return {
        "started by the logger": render.headline(
            run(ending=Ending.RUNNING, done=0, failed=0), FACTS
        ),
        "started by the hooks": render.started(run(ending=Ending.RUNNING), FACTS).text,
        "succeeded": render.headline(run(ending=Ending.SUCCEEDED, done=300, failed=0), FACTS),
        "failed": render.headline(run(first=call), FACTS),
        "failed without a job": render.headline(
            run(failed=0, reason="WorkflowError", error=error), FACTS
        ),
        "a later rule": later.headline(run(first=call, done=130, now=12000.0), FACTS),
        "tried again": again.headline(run(), FACTS).replace("retry", "call"),
        "interrupted": render.headline(run(ending=Ending.INTERRUPTED), FACTS),
        "killed": render.orphan("variants", 1, 2, "x").text.partition(";")[0] + "; …",
        "stalled": render.stalled(run(idle=7200.0, now=18180.0), FACTS),
        "never began": _headline(FACTS, asked.cause("LockException", LOCKED), LOCKED).partition(
            ": Error"
        )[0] + ": …",
    }  # fmt: skip


def as_shown(text: str) -> str:
    """Return a first line as a notification shows it: symbols for their names, no stars."""
    return re.sub(r":(\w+):", lambda name: emoji(name[1]), text).replace("*", "")


def test_the_docs_say_what_a_notification_says(job) -> None:
    page = (REPOSITORY / "docs" / "notify.md").read_text(encoding="utf-8")
    missing = {kind: text for kind, text in texts(job).items() if f"`{as_shown(text)}`" not in page}
    assert missing == {}


def test_each_tells_what_happened_to_which_workflow(job) -> None:
    for kind, text in texts(job).items():
        assert text.startswith(":"), kind
        assert "*variants*" in text
        assert "\n" not in text


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["INFO ok", "ERROR: bad input", "cleaning up"], "ERROR: bad input"),
        (["Traceback (most recent call last):", '  File "x.py"', "ValueError: x"], "ValueError: x"),
        (["Error in library(x) : there is no package", "Execution halted"],
         "Error in library(x) : there is no package"),
        (["slurmstepd: error: Detected 1 oom-kill event", "done"],
         "slurmstepd: error: Detected 1 oom-kill event"),
        (["bash: samtools: command not found"], "bash: samtools: command not found"),
        (["12 reads, 0 errors", "last words"], "last words"),
        ([], ""),
    ],
)  # fmt: skip
def test_the_line_of_a_log_that_looks_like_an_error(lines: list[str], line: str) -> None:
    from slack_wrapper.report.error_line import error_line

    assert error_line(lines) == line


def test_an_exit_code_tells_where_no_line_does() -> None:
    from slack_wrapper.report.error_line import error_line

    assert "lack of memory" in error_line(["reading"], 137)

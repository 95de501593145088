"""What a run says of itself: that it began, how it went, and a card for what failed.

Plain texts from plain facts; nothing here knows Snakemake or Slack. Logs are redacted, and before
they are cut: half a secret would not be found.
"""

from __future__ import annotations

import os
import socket
import textwrap
from collections.abc import Sequence
from pathlib import Path

from slack_wrapper.common import foreign
from slack_wrapper.common.host import user
from slack_wrapper.common.redact import redact, redact_log
from slack_wrapper.common.regular_file import open_regular
from slack_wrapper.common.text import shorten
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.model.run_again import Again, plain

HEAD_LINES = 5
TAIL_LINES = 15
MAX_LINE = 200  # characters of a log line that are shown
MAX_SIBLINGS = 5  # failed jobs of one rule that are named
MAX_RULES = 8  # failed rules that get a card of their own
MAX_COMMAND = 1000  # characters of a shell command that are shown
_READ_BYTES = 64 << 10  # of each end of a log
_MARGIN = 4 << 10  # beside the cut between the two ends, not shown: half a secret may be there


def started(jobs: int) -> str:
    """Return the text for a run that begins."""
    return (
        f":hourglass_flowing_sand: *{workflow_name()}* started: {_count(jobs, 'job')}, "
        f"{foreign.shown(where())}"
    )


def succeeded(jobs: int, seconds: float) -> str:
    """Return the text for a run that went well."""
    return (
        f":white_check_mark: *{workflow_name()}* succeeded: {_count(jobs, 'job')} "
        f"in {duration(seconds)}, {foreign.shown(where())}"
    )


def failed(
    jobs: Sequence[FailedJob],
    done: int,
    seconds: float,
    *,
    reason: str = "",
    again: Again = plain,
) -> str:
    """Return the card of a run that failed: what, why, and how to run it again.

    Args:
        jobs: those that failed; jobs of one rule are shown together.
        done: jobs that finished.
        seconds: since the run began.
        reason: what ended it when no job did, such as the name of an exception.
        again: tells how to run targets again.
    """
    because = f"{foreign.shown(reason)} (see Snakemake's log), " if reason else ""
    head = (
        f":x: *{workflow_name()}* failed after {duration(seconds)}: {because}"
        f"{_count(len(jobs), 'job')} failed, {done} done, {foreign.shown(where())}"
    )
    groups = by_rule(jobs)
    more = [
        f"*{foreign.shown(group[0].rule)}* ({_count(len(group), 'job')})"
        for group in groups[MAX_RULES:]
    ]
    rest = [f"failed as well: {', '.join(more)}"] if more else []
    return "\n\n".join([head, *(card(group, again=again) for group in groups[:MAX_RULES]), *rest])


def by_rule(jobs: Sequence[FailedJob]) -> list[list[FailedJob]]:
    """Return jobs in groups of one rule, in the order in which the rules first failed."""
    rules = dict.fromkeys(job.rule for job in jobs)
    return [[job for job in jobs if job.rule == rule] for rule in rules]


def duration(seconds: float) -> str:
    """Return seconds as people say them."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def log_excerpt(path: str) -> str:
    """Return head and tail of a log, redacted; says so when it is empty or not there."""
    try:
        with open_regular(path) as file:
            start = file.read(_READ_BYTES)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _READ_BYTES))
            end = file.read(_READ_BYTES)
    except OSError:
        return f"(no log: {foreign.one_line(path)})"
    if size <= _READ_BYTES:
        head = tail = _lines(start)
        if len(head) <= HEAD_LINES + TAIL_LINES:
            return "\n".join(head) or "(the log is empty)"
    else:
        head, tail = _lines(start, slice(-_MARGIN)), _lines(end, slice(_MARGIN, None))
    return "\n".join([*head[:HEAD_LINES], "…", *tail[-TAIL_LINES:]])


def card(jobs: Sequence[FailedJob], more: int = 0, *, again: Again = plain) -> str:
    """Return the card of jobs of one rule: which, the log of the first, how to run them again.

    Args:
        jobs: at least one.
        more: jobs that failed too and are not among them.
        again: tells how to run targets again.
    """
    first, count = jobs[0], len(jobs) + more
    named = [foreign.shown(described(job)) for job in jobs[:MAX_SIBLINGS] if job.wildcards]
    rest = f" and {count - MAX_SIBLINGS} more" if count > MAX_SIBLINGS else ""
    title = f"*{foreign.shown(first.rule)}*" + (f" ({_count(count, 'job')})" if count > 1 else "")
    lines = [title + (f": {'; '.join(named)}{rest}" if named else "") + _attempt(first)]
    if first.command:
        lines += [f"command:\n{foreign.block(_shown(first.command))}"]
    if not first.logs:
        lines += ["no log: the rule names none"]
    else:
        lines += [
            f"log {foreign.code(first.logs[0])}:\n{foreign.block(log_excerpt(first.logs[0]))}"
        ]
    return "\n".join([*lines, _run_again(jobs, again)])


def described(job: FailedJob) -> str:
    """Return a job's wildcards as one line."""
    return ", ".join(f"{name}={value}" for name, value in job.wildcards.items())


def _run_again(jobs: Sequence[FailedJob], again: Again) -> str:
    """Return the line with the command that runs the first of some failed jobs again."""
    how = again([job.outputs[0] if job.outputs else job.rule for job in jobs[:MAX_SIBLINGS]])
    parts = [foreign.code(redact(how.command))] if how.command else []
    parts += [foreign.shown(redact(how.note))] if how.note else []
    return f"run again: {' '.join(parts)}"


def _attempt(job: FailedJob) -> str:
    if job.attempts <= 1 and job.attempt <= 1:
        return ""
    of = f" of {job.attempts}" if job.attempts else ""
    return f", attempt {job.attempt}{of}"


def _shown(command: str) -> str:
    lines = [line.rstrip() for line in redact_log(command).strip("\n").split("\n")]
    text = textwrap.dedent("\n".join(lines))
    return shorten(text, MAX_COMMAND, mark=" …", plain=True)


def _lines(data: bytes, shown: slice = slice(None)) -> list[str]:
    """Return the lines of a log as a terminal shows them, without secrets, each cut at its end."""
    text = redact_log(data.decode("utf-8", "replace"))[shown]
    # A progress bar writes over its line again and again.
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.strip("\r\n").split("\n")]
    return [shorten(line, MAX_LINE, plain=True) for line in lines]


def workflow_name() -> str:
    """Return what a run is called: its folder; escaped."""
    return foreign.shown(Path.cwd().name)


def where() -> str:
    """Return user, host and folder."""
    return f"{user()}@{socket.gethostname()}:{Path.cwd()}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"

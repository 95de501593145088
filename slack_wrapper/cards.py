"""What a run says of itself: that it began, how it went, and a card for what failed.

Plain texts from plain facts; nothing here knows Snakemake or Slack. Logs are redacted.
"""

from __future__ import annotations

import getpass
import os
import shlex
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slack_wrapper.redact import redact

HEAD_LINES = 5
TAIL_LINES = 15
MAX_LINE = 200  # characters of a log line that are shown
MAX_SIBLINGS = 5  # failed jobs of one rule that are named
_READ_BYTES = 64 << 10  # of each end of a log


@dataclass(frozen=True)
class FailedJob:
    """One job that failed.

    Args:
        rule: its rule.
        wildcards: name → value.
        logs: its log files.
        outputs: what it should have made; enough to run it again.
    """

    rule: str
    wildcards: Mapping[str, str] = field(default_factory=dict)
    logs: Sequence[str] = ()
    outputs: Sequence[str] = ()


def started(jobs: int) -> str:
    """Return the text for a run that begins."""
    return f":hourglass_flowing_sand: *{_workflow()}* started: {_count(jobs, 'job')}, {_where()}"


def succeeded(jobs: int, seconds: float) -> str:
    """Return the text for a run that went well."""
    return (
        f":white_check_mark: *{_workflow()}* succeeded: {_count(jobs, 'job')} "
        f"in {duration(seconds)}, {_where()}"
    )


def failed(jobs: Sequence[FailedJob], done: int, seconds: float) -> str:
    """Return the card of a run that failed: what, why, and how to run it again.

    Args:
        jobs: those that failed; jobs of one rule are shown together.
        done: jobs that finished.
        seconds: since the run began.
    """
    head = (
        f":x: *{_workflow()}* failed after {duration(seconds)}: {_count(len(jobs), 'job')} failed, "
        f"{done} done, {_where()}"
    )
    rules = list(dict.fromkeys(job.rule for job in jobs))
    return "\n\n".join(
        [head, *(_rule([job for job in jobs if job.rule == rule]) for rule in rules)]
    )


def duration(seconds: float) -> str:
    """Return seconds as people say them."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def rerun_command(jobs: Sequence[FailedJob]) -> str:
    """Return the command that runs the failed jobs again."""
    targets = [job.outputs[0] if job.outputs else job.rule for job in jobs[:MAX_SIBLINGS]]
    return "snakemake --cores all --rerun-incomplete " + shlex.join(targets)


def log_excerpt(path: str) -> str:
    """Return head and tail of a log, redacted; says so when it is empty or not there."""
    try:
        with Path(path).open("rb") as file:
            start = file.read(_READ_BYTES)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _READ_BYTES))
            end = file.read()
    except OSError:
        return f"(no log: {path})"
    head, tail = _lines(start), _lines(end)
    if size <= _READ_BYTES and len(head) <= HEAD_LINES + TAIL_LINES:
        return redact("\n".join(head)) or "(the log is empty)"
    shown = [*head[:HEAD_LINES], "…", *tail[-TAIL_LINES:]]
    return redact("\n".join(shown))


def _rule(jobs: Sequence[FailedJob]) -> str:
    first = jobs[0]
    named = [_wildcards(job) for job in jobs[:MAX_SIBLINGS] if job.wildcards]
    more = f" and {len(jobs) - MAX_SIBLINGS} more" if len(jobs) > MAX_SIBLINGS else ""
    title = f"*{first.rule}*" + (f" ({_count(len(jobs), 'job')})" if len(jobs) > 1 else "")
    lines = [title + (f": {'; '.join(named)}{more}" if named else "")]
    if first.logs:
        excerpt = log_excerpt(first.logs[0]).replace("```", "'''")
        lines += [f"log `{first.logs[0]}`:", f"```\n{excerpt}\n```"]
    lines += [f"run again: `{rerun_command(jobs)}`"]
    return "\n".join(lines)


def _wildcards(job: FailedJob) -> str:
    return ", ".join(f"{name}={value}" for name, value in job.wildcards.items())


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace").strip("\n")
    return [line[:MAX_LINE] for line in text.split("\n")]


def _workflow() -> str:
    return Path.cwd().name


def _where() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}:{Path.cwd()}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"

"""Snakemake's log records as dataclasses, one an event that the message of a run is made of.

Seen on Snakemake 9.1.4 to 9.27. Records of errors hold no job: what `CalledProcessError` says of a
command comes before the record of the job that failed, sometimes with those of others between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from logging import LogRecord
from typing import Any, Protocol, Self

from slack_wrapper.model.failed_job import FailedJob

LOGGER = "snakemake.logging"  # the logger of all of Snakemake's records
RUN_INFO = "run_info"  # the event just before `onstart` of a real run
_TRIED_AGAIN = "Trying to restart job "
# What Snakemake says on Ctrl-C and on SIGTERM; there is no event for it.
_STOPPED = ("Terminating processes on user request", "Will exit after finishing currently running")
# What it says at the end of any run whose jobs have failed; that is known by then.
_JOBS_FAILED = "At least one job did not complete successfully"
_EXIT = re.compile(r"returned non-zero exit status (\d+)")
_SIGNAL = re.compile(r"died with <Signals\.\w+: (\d+)>")
_MAX_TEXT = 64 << 10  # characters of an error's text that are kept


class Told(Protocol):
    """What is told the events of a run: `live.run_state`."""

    def planned(self, jobs: Mapping[str, int]) -> None:
        """Learn the number of jobs of each rule."""

    def started(self, jobid: int, job: FailedJob, at: float) -> None:
        """Learn that a job runs."""

    def finished(self, jobid: int, at: float) -> None:
        """Learn that a job is done."""

    def progress(self, done: int, total: int) -> None:
        """Learn how many jobs are done, of how many."""

    def failed(self, jobid: int, job: FailedJob, at: float) -> None:
        """Learn that an attempt of a job failed."""

    def again(self, jobid: int) -> None:
        """Learn that a job is tried again."""

    def broke(self, reason: str, text: str) -> None:
        """Learn of an error, by the name of its exception and by what it says."""

    def interrupted(self, *, by_hand: bool = False) -> None:
        """Learn that somebody has stopped the run, by Ctrl-C or from afar."""


class Event(Protocol):
    """Something that happened in a run."""

    def tell(self, story: Told) -> None:
        """Add it to the story of the run."""


# What a log record adds to the name of an output; storage stays, see `command_line.SENT`.
# snakemake.io.fmt_iofile, seen on 9.1.4 to 9.27.
_NOTE = re.compile(r" \((?:pipe|service|nodelocal|update|before update|access: [^()]*)\)$")


@dataclass(frozen=True)
class RunInfo:
    """The run begins with so many jobs of each rule."""

    jobs: Mapping[str, int]

    @classmethod
    def from_record(cls, record: Any) -> RunInfo:
        """Read the statistics; their row `total` is no rule."""
        stats = {str(rule): int(count) for rule, count in dict(record.stats).items()}
        stats.pop("total", None)
        return cls(stats)

    def tell(self, story: Told) -> None:
        """Add it to the story."""
        story.planned(self.jobs)


@dataclass(frozen=True)
class _Attempt:
    """What identifies an attempt of a job, and what its card would need."""

    jobid: int
    job: FailedJob
    at: float

    @classmethod
    def from_record(cls, record: Any) -> Self:
        """Read it; the record of an error has no wildcards."""
        wildcards = dict(getattr(record, "wildcards", None) or {})
        job = FailedJob(
            rule=str(record.rule_name),
            wildcards={str(name): str(value) for name, value in wildcards.items()},
            logs=_texts(record, "log"),
            outputs=tuple(_NOTE.sub("", one) for one in _texts(record, "output")),
            command=str(getattr(record, "shellcmd", None) or ""),
        )
        return cls(int(record.jobid), job, float(record.created))


class JobInfo(_Attempt):
    """A job, or a further attempt of one, is started or submitted."""

    def tell(self, story: Told) -> None:
        """Add it to the story."""
        story.started(self.jobid, self.job, self.at)


class JobError(_Attempt):
    """An attempt of a job failed; Snakemake may tell it twice."""

    def tell(self, story: Told) -> None:
        """Add it to the story."""
        story.failed(self.jobid, self.job, self.at)


@dataclass(frozen=True)
class JobFinished:
    """A job is done."""

    jobid: int
    at: float

    @classmethod
    def from_record(cls, record: Any) -> JobFinished:
        """Read the number, which has had two names."""
        jobid = getattr(record, "job_id", None)
        return cls(int(record.jobid if jobid is None else jobid), float(record.created))

    def tell(self, story: Told) -> None:
        """Add it to the story."""
        story.finished(self.jobid, self.at)


@dataclass(frozen=True)
class Progress:
    """So many jobs of so many are done."""

    done: int
    total: int

    @classmethod
    def from_record(cls, record: Any) -> Progress:
        """Read the two numbers."""
        return cls(int(record.done), int(record.total))

    def tell(self, story: Told) -> None:
        """Add it to the story."""
        story.progress(self.done, self.total)


@dataclass(frozen=True)
class Error:
    """Snakemake reports an error: the name of its exception, and what is printed."""

    exception: str
    text: str = ""

    @classmethod
    def from_record(cls, record: Any) -> Error:
        """Read both."""
        text = record.msg if isinstance(record.msg, str) else ""
        return cls(str(getattr(record, "exception", None) or "error"), text[:_MAX_TEXT])

    def tell(self, story: Told) -> None:
        """Add it to the story."""
        if _JOBS_FAILED not in self.text:
            story.broke(self.exception, self.text)


@dataclass(frozen=True)
class TriedAgain:
    """A failed job will be tried again; Snakemake says so in words only."""

    jobid: int

    @classmethod
    def from_record(cls, record: LogRecord) -> TriedAgain:
        """Read the number out of the words."""
        return cls(int(str(record.msg).removeprefix(_TRIED_AGAIN).split(".")[0]))

    def tell(self, story: Told) -> None:
        """Add it to the story."""
        story.again(self.jobid)


@dataclass(frozen=True)
class Stopped:
    """Somebody asked the run to stop; Snakemake says so in words only."""

    by_hand: bool = False

    @classmethod
    def from_record(cls, record: LogRecord) -> Stopped:
        """Tell Ctrl-C from a signal."""
        return cls(by_hand=str(record.msg).startswith(_STOPPED[0]))

    def tell(self, story: Told) -> None:
        """Add it to the story."""
        story.interrupted(by_hand=self.by_hand)


_EVENTS: Mapping[str, Any] = {
    RUN_INFO: RunInfo,
    "job_info": JobInfo,
    "job_error": JobError,
    "job_finished": JobFinished,
    "progress": Progress,
    "error": Error,
}


def from_record(record: LogRecord) -> Event | None:
    """Return the event of a record; None for one that the message does not need.

    Raises:
        AttributeError, TypeError, ValueError: the record is not of the form that is known.
    """
    event = getattr(record, "event", None)
    if event is not None:
        kind = _EVENTS.get(str(event))
        return kind.from_record(record) if kind else None
    if not isinstance(record.msg, str):
        return None
    if record.msg.startswith(_TRIED_AGAIN):
        return TriedAgain.from_record(record)
    return Stopped.from_record(record) if record.msg.startswith(_STOPPED) else None


def exit_code(text: str) -> int | None:
    """Return the exit code that the text of an error tells of a command; a signal's as shells do.

    Python says `returned non-zero exit status 137` or `died with <Signals.SIGKILL: 9>`.
    """
    found = _EXIT.search(text)
    if found:
        return int(found[1])
    killed = _SIGNAL.search(text)
    return 128 + int(killed[1]) if killed else None


def belongs(text: str, job: FailedJob) -> bool:
    """Whether the text of an error is about a job: it holds its command, or names its rule."""
    command = " ".join(job.command.split())
    if command:
        return command in " ".join(text.replace("\\n", " ").split())
    return f"rule {job.rule} " in f"{text} " or f"rule {job.rule}:" in text


def _texts(record: Any, name: str) -> tuple[str, ...]:
    return tuple(str(value) for value in getattr(record, name, None) or ())

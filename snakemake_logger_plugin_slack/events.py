"""Snakemake's log records as dataclasses, one an event that the message of a run is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from logging import LogRecord
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from slack_wrapper.live.run_state import Story

_TRIED_AGAIN = "Trying to restart job "
# What Snakemake says on Ctrl-C and on SIGTERM; there is no event for it.
_STOPPED = ("Terminating processes on user request", "Will exit after finishing currently running")


class Event(Protocol):
    """Something that happened in a run."""

    def tell(self, story: Story) -> None:
        """Add it to the story of the run."""


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

    def tell(self, story: Story) -> None:
        """Add it to the story."""
        story.planned(self.jobs)


@dataclass(frozen=True)
class _Attempt:
    """What identifies an attempt of a job, and what its card would need."""

    jobid: int
    rule: str
    wildcards: Mapping[str, str]
    logs: tuple[str, ...]
    outputs: tuple[str, ...]
    command: str
    at: float

    @classmethod
    def from_record(cls, record: Any) -> Self:
        """Read it; the record of an error has no wildcards."""
        wildcards = dict(getattr(record, "wildcards", None) or {})
        return cls(
            jobid=int(record.jobid),
            rule=str(record.rule_name),
            wildcards={str(name): str(value) for name, value in wildcards.items()},
            logs=_texts(record, "log"),
            outputs=_texts(record, "output"),
            command=str(getattr(record, "shellcmd", None) or ""),
            at=float(record.created),
        )


class JobInfo(_Attempt):
    """A job, or a further attempt of one, is started or submitted."""

    def tell(self, story: Story) -> None:
        """Add it to the story."""
        story.started(self.jobid, _job(self), self.at)


class JobError(_Attempt):
    """An attempt of a job failed; Snakemake may tell it twice."""

    def tell(self, story: Story) -> None:
        """Add it to the story."""
        story.failed(self.jobid, _job(self), self.at)


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

    def tell(self, story: Story) -> None:
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

    def tell(self, story: Story) -> None:
        """Add it to the story."""
        story.progress(self.done, self.total)


@dataclass(frozen=True)
class Error:
    """Snakemake reports an error by the name of its exception."""

    exception: str

    @classmethod
    def from_record(cls, record: Any) -> Error:
        """Read the name."""
        return cls(str(getattr(record, "exception", None) or "error"))

    def tell(self, story: Story) -> None:
        """Add it to the story."""
        story.broke(self.exception)


@dataclass(frozen=True)
class TriedAgain:
    """A failed job will be tried again; Snakemake says so in words only."""

    jobid: int

    @classmethod
    def from_record(cls, record: LogRecord) -> TriedAgain:
        """Read the number out of the words."""
        return cls(int(str(record.msg).removeprefix(_TRIED_AGAIN).split(".")[0]))

    def tell(self, story: Story) -> None:
        """Add it to the story."""
        story.again(self.jobid)


@dataclass(frozen=True)
class Stopped:
    """Somebody asked the run to stop; Snakemake says so in words only."""

    @classmethod
    def from_record(cls, record: LogRecord) -> Stopped:
        """Nothing more is known."""
        return cls()

    def tell(self, story: Story) -> None:
        """Add it to the story."""
        story.interrupted()


_EVENTS: Mapping[str, Any] = {
    "run_info": RunInfo,
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
    return Stopped() if record.msg.startswith(_STOPPED) else None


def _texts(record: Any, name: str) -> tuple[str, ...]:
    return tuple(str(value) for value in getattr(record, name, None) or ())


def _job(event: _Attempt) -> Any:
    from slack_wrapper.model.failed_job import FailedJob

    return FailedJob(
        rule=event.rule,
        wildcards=event.wildcards,
        logs=event.logs,
        outputs=event.outputs,
        command=event.command,
    )

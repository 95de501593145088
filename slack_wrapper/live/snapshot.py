"""A run at one moment, as plain records: what `run_state` tells and the rest of the room shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from slack_wrapper.model.failed_job import FailedJob


class Ending(Enum):
    """How a run stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass
class Tally:
    """What is known of one rule.

    Args:
        planned: jobs that the run had at its start.
        done: jobs that are done.
        failed: jobs that have failed for good.
        seconds: what its finished jobs took in all.
        longest: what the slowest of them took.
    """

    planned: int = 0
    done: int = 0
    failed: int = 0
    seconds: float = 0.0
    longest: float = 0.0


@dataclass(frozen=True)
class Failure:
    """One attempt of a job that failed.

    Args:
        job: what failed.
        final: whether it will not be tried again; None while nobody knows.
        at: seconds since the epoch.
        jobid: Snakemake's number.
    """

    job: FailedJob
    final: bool | None
    at: float
    jobid: int


@dataclass(frozen=True)
class Running:
    """A job that runs: `job` is what it would be if it failed."""

    job: FailedJob
    began: float


@dataclass(frozen=True)
class Snapshot:
    """A run at one moment; nothing in it changes any more.

    Args:
        ending: how it stands.
        began, now: seconds since the epoch.
        done, total: jobs.
        running: rule → jobs that run.
        busy: rule → seconds for which its running jobs have run, in all.
        rules: rule → tally.
        slowest: seconds and job, slowest first.
        failed: jobs that failed for good.
        attempts: attempts that failed and were, or will be, made again.
        reason: what ended the run besides failed jobs, such as `WorkflowError`.
        lost: failures that were counted only.
        error: what Snakemake said when it told the reason; not redacted.
        first: the first job that failed for good.
        idle: seconds since a job started or ended.
        by_hand: whether somebody has interrupted it at its terminal.
    """

    ending: Ending
    began: float
    now: float
    done: int
    total: int
    running: Mapping[str, int]
    busy: Mapping[str, float]
    rules: Mapping[str, Tally]
    slowest: tuple[tuple[float, FailedJob], ...]
    failed: int
    attempts: int
    reason: str
    lost: int
    error: str = ""
    first: FailedJob | None = None
    idle: float = 0.0
    by_hand: bool = False

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return max(0.0, self.now - self.began)

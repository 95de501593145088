"""What is known of a run, folded together record by record.

There is no queue that could overflow: each record changes a few numbers under a lock and is
forgotten. What grows with a run is bounded: the jobs that run at the moment, one tally a rule, the
slowest few jobs, and the failures that still have to be told.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from slack_wrapper.model.failed_job import FailedJob

SLOWEST = 5  # finished jobs that are remembered for being slow
MAX_UNTOLD = 500  # failures whose details are kept until they are told; more are counted only


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

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return max(0.0, self.now - self.began)


@dataclass
class Story:
    """A run, told by its log records; every method may be called from any thread.

    Args:
        allowed: rule → attempts that its jobs have at most; None when that is not known.
        clock: seconds since the epoch.
    """

    allowed: Callable[[str], int | None] = lambda rule: None
    clock: Callable[[], float] = time.time
    began: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _done: int = 0
    _total: int = 0
    _running: dict[int, Running] = field(default_factory=dict)
    _rules: dict[str, Tally] = field(default_factory=dict)
    _slowest: list[tuple[float, int, FailedJob]] = field(default_factory=list)
    _tries: Counter[int] = field(default_factory=Counter)
    _failed: dict[int, str] = field(default_factory=dict)  # for good, or in doubt: number → rule
    _untold: deque[Failure] = field(default_factory=deque)
    _attempts: int = 0
    _lost: int = 0
    _reason: str = ""
    _broken: bool = False
    _stopped: float | None = None
    _over: bool = False

    def __post_init__(self) -> None:
        self.began = self.began or self.clock()

    def planned(self, jobs: Mapping[str, int]) -> None:
        """Take the number of jobs of each rule that the run begins with."""
        with self._lock:
            for rule, count in jobs.items():
                self._tally(rule).planned = count
            self._total = max(self._total, sum(jobs.values()))

    def started(self, jobid: int, job: FailedJob, at: float) -> None:
        """A job, or a further attempt of one, runs."""
        with self._lock:
            self._running[jobid] = Running(job, at)
            if jobid in self._failed:  # it runs again: its last failure was not the end of it
                self._decide(jobid, final=False)

    def finished(self, jobid: int, at: float) -> None:
        """A job is done."""
        with self._lock:
            was = self._running.pop(jobid, None)
            self._tries.pop(jobid, None)
            if was is None:
                return
            seconds, tally = max(0.0, at - was.began), self._tally(was.job.rule)
            tally.done += 1
            tally.seconds += seconds
            tally.longest = max(tally.longest, seconds)
            entry = (seconds, jobid, was.job)
            if len(self._slowest) < SLOWEST:
                heapq.heappush(self._slowest, entry)
            else:
                heapq.heappushpop(self._slowest, entry)

    def progress(self, done: int, total: int) -> None:
        """Take what Snakemake counts; checkpoints let the total grow."""
        with self._lock:
            self._done = max(self._done, done)
            self._total = total

    def failed(self, jobid: int, job: FailedJob, at: float) -> None:
        """An attempt of a job failed; told again of the same attempt, nothing happens."""
        with self._lock:
            was = self._running.pop(jobid, None)
            if was is None and (jobid in self._failed or self._tries[jobid]):
                return
            self._fail(jobid, job, was, at)

    def again(self, jobid: int) -> None:
        """Snakemake will try a job again."""
        with self._lock:
            was = self._running.pop(jobid, None)
            if was is not None:  # it failed without a record of its own, as for a missing output
                self._fail(jobid, was.job, was, self.clock())
            self._decide(jobid, final=False)

    def given_up(self, jobids: set[int]) -> None:
        """Snakemake counts these jobs as failed for good."""
        with self._lock:
            for jobid in jobids:
                was = self._running.pop(jobid, None)
                if was is not None:
                    self._fail(jobid, was.job, was, self.clock())
                    self._count_failed(jobid, was.job.rule)
                self._decide(jobid, final=True)

    def broke(self, reason: str) -> None:
        """Snakemake told an error by this name of an exception."""
        with self._lock:
            self._broken = True
            self._reason = self._reason or reason

    def interrupted(self) -> None:
        """Somebody asked the run to stop."""
        with self._lock:
            self._stopped = self._stopped or self.clock()

    def over(self) -> None:
        """No more records will come."""
        with self._lock:
            for number, failure in enumerate(self._untold):
                self._untold[number] = replace(failure, final=failure.final is not False)
            self._over = True

    def untold(self, *, settled_for: float) -> list[Failure]:
        """Return failures that nobody was told of, each once; those in doubt a moment later.

        Args:
            settled_for: seconds for which a failure waits, for others of its rule and for what
                becomes of it.
        """
        with self._lock:
            now, ready, kept = self.clock(), [], deque[Failure]()
            for failure in self._untold:
                old = now - failure.at
                if self._over or (old >= settled_for and failure.final is not None):
                    ready.append(failure)
                elif old >= 3 * settled_for + 3:  # Snakemake would have said so by now
                    ready.append(replace(failure, final=True))
                else:
                    kept.append(failure)
            self._untold = kept
            # What dies while a run is being stopped was killed, it did not fail.
            stopped = (self._stopped or float("inf")) - 2 * settled_for
            return [failure for failure in ready if failure.at < stopped]

    def snapshot(self) -> Snapshot:
        """Return the run as it stands."""
        with self._lock:
            now = self.clock()
            busy: Counter[str] = Counter()
            for one in self._running.values():
                busy[one.job.rule] += max(0, round(now - one.began))
            return Snapshot(
                ending=self._ending(),
                began=self.began,
                now=now,
                done=self._done,
                total=max(self._total, self._done),
                running=Counter(one.job.rule for one in self._running.values()),
                busy=dict(busy),
                rules={rule: replace(tally) for rule, tally in self._rules.items()},
                slowest=tuple((took, job) for took, _, job in sorted(self._slowest, reverse=True)),
                failed=len(self._failed),
                attempts=self._attempts,
                reason=self._reason,
                lost=self._lost,
            )

    def forget_finished(self, running: set[int], at: float) -> None:
        """Take jobs that run no more for done: under --quiet Snakemake does not tell of each."""
        with self._lock:
            gone = [jobid for jobid in self._running if jobid not in running]
        for jobid in gone:
            self.finished(jobid, at)

    def _ending(self) -> Ending:
        if not self._over:
            return Ending.RUNNING
        if self._stopped is not None:
            return Ending.INTERRUPTED
        if self._failed or self._broken:
            return Ending.FAILED
        # Snakemake tells of no success: it is the end without an error, with nothing left to do.
        return Ending.SUCCEEDED if self._done >= self._total else Ending.INTERRUPTED

    def _tally(self, rule: str) -> Tally:
        return self._rules.setdefault(rule, Tally())

    def _fail(self, jobid: int, job: FailedJob, was: Running | None, at: float) -> None:
        self._tries[jobid] += 1
        allowed = self.allowed(job.rule)
        if was is not None:  # the record of a failure knows no wildcards
            job = replace(
                job,
                wildcards=was.job.wildcards or job.wildcards,
                command=job.command or was.job.command,
                outputs=job.outputs or was.job.outputs,
                logs=job.logs or was.job.logs,
            )
        tries = self._tries[jobid]
        final = None if allowed is None else tries >= allowed
        if final is False:
            self._attempts += 1
        else:
            self._count_failed(jobid, job.rule)
        if len(self._untold) >= MAX_UNTOLD:
            self._lost += 1
            return
        job = replace(job, attempt=tries, attempts=allowed or 0)
        self._untold.append(Failure(job, final, at, jobid))

    def _count_failed(self, jobid: int, rule: str) -> None:
        if jobid not in self._failed:
            self._failed[jobid] = rule
            self._tally(rule).failed += 1

    def _decide(self, jobid: int, *, final: bool) -> None:
        """Say of a job's failure in doubt whether it is final."""
        for number, failure in enumerate(self._untold):
            if failure.jobid == jobid and failure.final is None:
                self._untold[number] = replace(failure, final=final)
        rule = None if final else self._failed.pop(jobid, None)
        if rule is not None:
            self._tally(rule).failed -= 1
            self._attempts += 1

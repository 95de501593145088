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

from slack_wrapper.live.errors_told import Errors, Told
from slack_wrapper.live.snapshot import Ending, Failure, Running, Snapshot, Tally
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.snakemake_adapter.events import exit_code

SLOWEST = 5  # finished jobs that are remembered for being slow
MAX_UNTOLD = 500  # failures whose details are kept until they are told; more are counted only


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
    _errors: Errors = field(default_factory=Errors)
    _finished: float = 0.0  # when a job was done last, by its record
    _stopped: float | None = None
    _by_hand: bool = False
    _over: bool = False
    _first: FailedJob | None = None  # the first that failed for good
    _moved: float = 0.0  # when a job started or ended last

    def __post_init__(self) -> None:
        self.began = self._moved = self.began or self.clock()

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
            self._moved = self.clock()
            if jobid in self._failed:  # it runs again: its last failure was not the end of it
                self._decide(jobid, final=False)

    def finished(self, jobid: int, at: float, *, recorded: bool = True) -> None:
        """A job is done; `recorded`: Snakemake has told so, and when."""
        with self._lock:
            self._finished = max(self._finished, at) if recorded else self._finished
            was = self._running.pop(jobid, None)
            self._moved = self.clock()
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
            if done > self._done:
                self._moved = self.clock()
            self._done = max(self._done, done)
            self._total = total

    def failed(self, jobid: int, job: FailedJob, at: float) -> None:
        """An attempt of a job failed; told again of the same attempt, nothing happens."""
        with self._lock:
            was = self._running.pop(jobid, None)
            if was is None and (jobid in self._failed or self._tries[jobid]):
                self._learn_error(jobid)
                return
            self._fail(jobid, job, was, at)

    def again(self, jobid: int) -> None:
        """Snakemake will try a job again."""
        with self._lock:
            was = self._running.pop(jobid, None)
            if was is not None:  # it failed without a record of its own, as for a missing output
                self._fail(jobid, was.job, was, self.clock())
            self._decide(jobid, final=False)

    def given_up(self, jobs: Mapping[int, FailedJob]) -> None:
        """Snakemake counts these jobs as failed for good; what no record has told is told now."""
        with self._lock:
            for jobid, job in jobs.items():
                was = self._running.pop(jobid, None)
                if was is not None or jobid not in self._failed:
                    self._fail(jobid, was.job if was else job, was, self.clock())
                    self._count_failed(jobid, job.rule)
                self._decide(jobid, final=True)

    def broke(self, reason: str, text: str = "") -> None:
        """Snakemake told an error: the name of its exception, and what it says.

        It may be that of a job, whose own record comes later.
        """
        with self._lock:
            self._errors.add(reason, text, self.clock())

    def interrupted(self, *, by_hand: bool = False) -> None:
        """Somebody asked the run to stop, by Ctrl-C or from afar."""
        with self._lock:
            self._by_hand = self._by_hand or by_hand
            self._stopped = self._stopped or self.clock()

    def over(self, *, badly: BaseException | str = "") -> None:
        """No more records will come.

        Args:
            badly: what ended the run, where Snakemake may have told no error of it; else empty.
        """
        with self._lock:
            if badly and not self._over and self._ended() is None:
                is_text = isinstance(badly, str)
                name, said = (badly, "") if is_text else (type(badly).__name__, str(badly))
                self._errors.add(str(name), said, self.clock())
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
            ended = self._ended()
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
                reason=ended.exception if ended else "",
                lost=self._lost,
                error=ended.text if ended else "",
                first=self._first,
                idle=max(0.0, now - self._moved),
                by_hand=self._by_hand,
            )

    def forget_finished(self, running: set[int], at: float) -> None:
        """Take jobs that run no more for done: under --quiet Snakemake does not tell of each."""
        with self._lock:
            gone = [jobid for jobid in self._running if jobid not in running]
        for jobid in gone:
            self.finished(jobid, at, recorded=False)

    def _ending(self) -> Ending:
        if not self._over:
            return Ending.RUNNING
        if self._stopped is not None:
            return Ending.INTERRUPTED
        if self._failed or self._ended() is not None:
            return Ending.FAILED
        # Snakemake tells of no success: it is the end without an error, with nothing left to do.
        return Ending.SUCCEEDED if self._done >= self._total else Ending.INTERRUPTED

    def _ended(self) -> Told | None:
        """Return the error that has ended the run, if one has."""
        whole = self._done >= self._total > 0 and self._finished > 0
        return self._errors.ended(self._finished if whole else None)

    def _tally(self, rule: str) -> Tally:
        return self._rules.setdefault(rule, Tally())

    def _fail(self, jobid: int, job: FailedJob, was: Running | None, at: float) -> None:
        self._tries[jobid] += 1
        self._moved = self.clock()
        allowed = self.allowed(job.rule)
        if was is not None:  # the record of a failure knows no wildcards
            job = replace(
                job,
                wildcards=was.job.wildcards or job.wildcards,
                command=job.command or was.job.command,
                outputs=job.outputs or was.job.outputs,
                logs=job.logs or was.job.logs,
            )
        job = self._with_error(job)
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
        if final is not False:
            self._first = self._first or job
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
            if not self._failed:
                self._first = None  # it was tried again after all
            self._tally(rule).failed -= 1
            self._attempts += 1

    def _with_error(self, job: FailedJob) -> FailedJob:
        """Return a job that failed with what was said of it."""
        said = self._errors.of(job)
        return replace(job, exit_code=exit_code(said), error=said) if said else job

    def _learn_error(self, jobid: int) -> None:
        """Add to a failure what was said of it after Snakemake had counted it."""
        for number, failure in enumerate(self._untold):
            if failure.jobid == jobid and not failure.job.error:
                job = self._with_error(failure.job)
                self._untold[number] = replace(failure, job=job)
                if self._first is not None and self._first == failure.job:
                    self._first = job

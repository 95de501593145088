"""What Snakemake knows of its run and does not write into log records; every answer may be missing.

A logger plugin is given no workflow. But the record with the run's job counts is written by
`Workflow.execute` on the main thread, just before `onstart`: there the workflow is one of the
callers. Where a release of Snakemake does that another way, the message knows a little less.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.snakemake_adapter import our_rules, process
from slack_wrapper.snakemake_adapter.failed_jobs import failed_job

_FRAMES = 20  # callers between the record and the workflow at most


def calling() -> Any:
    """Return the workflow among the callers; None when there is none."""
    frame = sys._getframe(1)
    for _ in range(_FRAMES):
        found = frame.f_locals.get("self")
        if type(found).__name__ == "Workflow" and hasattr(found, "scheduler"):
            return found
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None


class Counted(Protocol):
    """What is told the numbers of a run: `live.run_state`."""

    @property
    def clock(self) -> Callable[[], float]:
        """Seconds since the epoch."""

    def progress(self, done: int, total: int) -> None:
        """Learn how many jobs are done, of how many."""

    def given_up(self, jobs: Mapping[int, FailedJob]) -> None:
        """Learn which jobs have failed for good."""

    def forget_finished(self, running: set[int], at: float) -> None:
        """Learn which jobs are running; the others have ended."""

    def interrupted(self) -> None:
        """Learn that somebody has stopped the run."""


class Run:
    """One run of a workflow.

    Args:
        workflow: Snakemake's; None when it could not be found.
    """

    def __init__(self, workflow: Any) -> None:
        self._workflow = workflow

    @property
    def for_real(self) -> bool:
        """Whether jobs are run: neither a dry run nor --touch, nor a job's own Snakemake."""
        return self._workflow is None or process.for_real(self._workflow)

    @property
    def workflow(self) -> Any:
        """Snakemake's own object; None when it could not be found."""
        return self._workflow

    def planned(self) -> dict[str, int]:
        """Return the number of jobs of each rule that the run begins with; empty if not known."""
        try:
            return dict(Counter(job.rule.name for job in self._workflow.dag.needrun_jobs()))
        except (AttributeError, RuntimeError):
            return {}

    def config(self) -> Mapping[str, Any]:
        """Return the config of the workflow, empty when it is not known."""
        found = getattr(self._workflow, "config", None)
        return found if isinstance(found, Mapping) else {}

    def log(self) -> str:
        """Return the path of Snakemake's own log, empty when it is not known."""
        # Older releases have one for the process; 9.1.4 does.
        manager: Any = getattr(self._workflow, "logger_manager", None) or getattr(
            sys.modules.get("snakemake.logging"), "logger_manager", None
        )
        try:
            found = manager.get_logfile()
            return str((found if isinstance(found, str) else found[0]) or "")
        except (AttributeError, LookupError, TypeError):
            return ""

    def executing(self, thread: int | None) -> bool:
        """Whether a thread is still within the workflow's `execute`; True when nobody can tell.

        Several runs of one process have one logger, which no record tells that one has ended.
        """
        if self._workflow is None or thread is None:
            return True
        frame = sys._current_frames().get(thread)
        while frame is not None:
            if frame.f_code.co_name == "execute" and frame.f_locals.get("self") is self._workflow:
                return True
            frame = frame.f_back
        return False

    def posts(self) -> bool:
        """Whether a job of the run is a step of ours."""
        try:
            return any(our_rules.posts(job.rule) for job in self._workflow.dag.needrun_jobs())
        except (AttributeError, RuntimeError):
            return False

    def attempts(self, rule: str) -> int | None:
        """Return how often a job of a rule is tried at most; None when that is not known."""
        try:
            return int(self._workflow.get_rule(rule).restart_times) + 1
        except Exception:  # noqa: BLE001 - Snakemake's own errors; its interface is its own
            return None

    def refresh(self, story: Counted) -> None:
        """Tell a story what Snakemake counts itself: under --quiet there are no records of it."""
        try:
            scheduler, dag = self._workflow.scheduler, self._workflow.dag
            story.progress(int(scheduler.finished_jobs), len(dag))
            story.given_up({dag.jobid(job): failed_job(job) for job in _each(scheduler.failed)})
            if not scheduler.print_progress:
                story.forget_finished(_ids(dag, scheduler.running), story.clock())
            if scheduler._user_kill:
                story.interrupted()
        except (AttributeError, LookupError, RuntimeError, TypeError):
            return  # the main thread changes it meanwhile


def _each(jobs: Iterable[Any]) -> list[Any]:
    """Return single jobs, those of groups too."""
    return [one for job in list(jobs) for one in (job if job.is_group() else (job,))]


def _ids(dag: Any, jobs: Iterable[Any]) -> set[int]:
    return {dag.jobid(one) for one in _each(jobs)}

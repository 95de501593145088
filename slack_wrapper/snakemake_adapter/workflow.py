"""What Snakemake knows of its run and does not write into log records; every answer may be missing.

A logger plugin is given no workflow. But the record with the run's job counts is written by
`Workflow.execute` on the main thread, just before `onstart`: there the workflow is one of the
callers. Where a release of Snakemake does that another way, the message knows a little less.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol

from slack_wrapper.snakemake_adapter import our_rules

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

    def given_up(self, jobids: set[int]) -> None:
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
        workflow = self._workflow
        if workflow is None:
            return True
        return bool(workflow.is_main_process and not workflow.dryrun and not workflow.touch)

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
            story.given_up(_ids(dag, list(scheduler.failed)))
            if not scheduler.print_progress:
                story.forget_finished(_ids(dag, list(scheduler.running)), story.clock())
            if scheduler._user_kill:
                story.interrupted()
        except (AttributeError, LookupError, RuntimeError, TypeError):
            return  # the main thread changes it meanwhile


def _ids(dag: Any, jobs: list[Any]) -> set[int]:
    return {dag.jobid(one) for job in jobs for one in (job if job.is_group() else (job,))}

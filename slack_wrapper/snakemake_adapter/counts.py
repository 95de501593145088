"""How many jobs a run has, has done, and which of them have failed (seen on 9.1.4 to 9.27)."""

from __future__ import annotations

import itertools
from typing import Any

from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.snakemake_adapter.differs import told


def to_run(workflow: Any) -> int:
    """Return the number of jobs that a run is about to do.

    Raises:
        SnakemakeDiffers: this release does not tell it.
    """
    with told("the jobs that are to run"):
        return len(list(workflow.dag.needrun_jobs()))


def done(workflow: Any) -> int:
    """Return the number of jobs that a run has done.

    Raises:
        SnakemakeDiffers: this release does not tell it.
    """
    with told("how many jobs are done"):
        return int(workflow.scheduler.finished_jobs)


def failed(workflow: Any) -> list[FailedJob]:
    """Return the jobs that have failed for good, those of groups one by one, in their order.

    Raises:
        SnakemakeDiffers: this release does not tell them.
    """
    with told("the jobs that have failed"):
        nested = (job.jobs if job.is_group() else [job] for job in workflow.scheduler.failed)
        single = sorted(itertools.chain.from_iterable(nested), key=lambda job: int(job.jobid))
        return [_failed(job) for job in single]


def _failed(job: Any) -> FailedJob:
    return FailedJob(
        rule=str(job.rule.name),
        wildcards={name: str(value) for name, value in job.wildcards_dict.items()},
        logs=[str(path) for path in job.log],
        outputs=[str(path) for path in job.output],
        command=str(job.shellcmd or ""),
        attempt=int(job.attempt),
        attempts=int(job.restart_times) + 1,
    )

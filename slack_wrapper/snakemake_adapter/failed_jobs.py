"""A job that has failed, as Snakemake's scheduler has it (seen on 9.1.4 to 9.27)."""

from __future__ import annotations

from typing import Any

from slack_wrapper.model.failed_job import FailedJob


def failed_job(job: Any) -> FailedJob:
    """Return a job of Snakemake's, not a group, as cards tell of it."""
    return FailedJob(
        rule=str(job.rule.name),
        wildcards={name: str(value) for name, value in job.wildcards_dict.items()},
        logs=[str(path) for path in job.log],
        outputs=[str(path) for path in job.output],
        command=str(job.shellcmd or ""),
        attempt=int(job.attempt),
        attempts=int(job.restart_times) + 1,
    )

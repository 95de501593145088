"""What a workflow tells of this process and its jobs, while it is led (seen on 9.1.4 to 9.27).

`workflow.scheduler` is None until the first job is to be scheduled; `is_main_process` is true where
the run is led, `remote_exec` where a job of a cluster runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper.snakemake_adapter import our_rules
from slack_wrapper.snakemake_adapter.differs import told


def leads(workflow: Any) -> bool:
    """Whether this process leads the run; else it is the Snakemake of one job."""
    return bool(workflow.is_main_process)


def on_cluster(workflow: Any) -> bool:
    """Whether this process is a job of a cluster, whose run is led from somewhere else."""
    return bool(workflow.remote_exec)


def for_real(workflow: Any) -> bool:
    """Whether this process runs jobs: no dry run, no --touch, no job's own Snakemake."""
    return bool(leads(workflow) and not workflow.dryrun and not workflow.touch)


def schedules(workflow: Any) -> bool:
    """Whether jobs are scheduled by now, in whichever process, to be run."""
    return not (workflow.scheduler is None or workflow.dryrun or workflow.touch)


def is_quiet(workflow: Any) -> bool:
    """Whether less than all is to be printed."""
    return bool(workflow.output_settings.quiet)


def our_jobs(workflow: Any) -> tuple[list[Any], list[Any]]:
    """Return the jobs of a run that post, and those that encrypt a key.

    Raises:
        SnakemakeDiffers: this release does not tell its jobs.
    """
    with told("the jobs that are to run"):
        jobs = list(workflow.dag.needrun_jobs())
        return (
            [job for job in jobs if our_rules.posts(job.rule)],
            [job for job in jobs if our_rules.encrypts(job.rule)],
        )


def keep_local(workflow: Any) -> None:
    """Keep our steps on this host: `use rule … with:` may have lost `localrule: True`.

    Raises:
        SnakemakeDiffers: this release does not tell its rules.
    """
    with told("its rules"):
        ours = [rule.name for rule in workflow.rules
                if our_rules.posts(rule) or our_rules.encrypts(rule)]  # fmt: skip
        workflow.localrules(*ours)


def overwriting(workflow: Any, config: Any) -> Mapping[str, Any]:
    """Return what a later `configfile:` is overwritten with: the config of the command line.

    Args:
        workflow: Snakemake's.
        config: of the file that is parsed; a module's own is not overwritten.
    """
    if config is not workflow.config:
        return {}
    return getattr(workflow.config_settings, "overwrite_config", None) or {}

"""The jobs that run now, each as its wrapper would see it.

Seen on Snakemake 9.1.4 to 9.27: a job is among `scheduler.running` before its process starts, with
the others of its group; `_plainstrings` names its files where storage has put them on this host.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.snakemake_adapter import our_rules
from slack_wrapper.snakemake_adapter.differs import told


@dataclass(frozen=True)
class RunningJob:
    """A job as a wrapper would see it, with Snakemake's own rule behind it."""

    rule: Any
    input: Any
    output: Any
    params: Any
    log: Sequence[str]
    wildcards_dict: dict[str, Any]


def asks_by_wrapper(workflow: Any, output: str) -> bool:
    """Whether a running job with a wrapper has this output as its only one."""
    job = _find(workflow, (output,))
    return job is not None and bool(job.rule.wrapper)


def our_job(workflow: Any, outputs: Sequence[str]) -> RunningJob:
    """Return the running job of our rules that makes some outputs.

    Raises:
        RequestError: there is none.
        SnakemakeDiffers: this release does not tell its running jobs.
    """
    job = _find(workflow, outputs)
    if job is None or not (our_rules.posts(job.rule) or our_rules.encrypts(job.rule)):
        raise RequestError(
            f"no step of this run makes {', '.join(outputs)}",
            hint="steps are run by Snakemake; slack-wrapper message and file post by hand",
        )
    with told("the files of a job"):
        return RunningJob(
            rule=job.rule,
            input=job.input._plainstrings(),
            output=_receipts(job),
            params=job.params,
            log=[str(path) for path in job.log._plainstrings()],
            wildcards_dict=job.wildcards_dict,
        )


def _find(workflow: Any, outputs: Sequence[str]) -> Any:
    """Return Snakemake's job with these outputs, None if none runs."""
    with told("the running jobs"):
        for entry in list(workflow.scheduler.running):
            for job in entry.jobs if entry.is_group() else (entry,):
                if [str(path) for path in job.output._plainstrings()] == list(outputs):
                    return job
    return None


def _receipts(job: Any) -> Any:
    """Return the outputs of a job.

    Raises:
        RequestError: one is a folder.
    """
    if any(output.is_directory for output in job.output):
        raise RequestError(
            f"step {job.rule.name} has a directory() as output",
            hint=f"its output is its receipt, one file: output: 'slack/{job.rule.name}.json'",
        )
    return job.output._plainstrings()

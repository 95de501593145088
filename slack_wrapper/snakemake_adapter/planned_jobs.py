"""What is known of jobs before they run, and of those that a checkpoint may add.

Seen on Snakemake 9.1.4 to 9.27: a value that only a job's finished input can tell is a `TBDString`;
an input function that asks for a checkpoint's output marks its job `incomplete_input_expand`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from slack_wrapper.locate import rules
from slack_wrapper.snakemake_adapter.differs import told
from slack_wrapper.snakemake_adapter.our_rules import posts


def is_open(value: Any) -> bool:
    """Whether a value is Snakemake's mark for what only a job's finished input can tell."""
    return type(value).__name__ == "TBDString"


def made_by_run(workflow: Any) -> frozenset[str]:
    """Return the files that the jobs of a run make.

    Raises:
        SnakemakeDiffers: this release does not tell its jobs.
    """
    with told("the jobs that are to run"):
        return _made_by(workflow.dag.needrun_jobs())


def made_by_workflow(workflow: Any) -> frozenset[str]:
    """Return the files that any job makes of which a run knows, whether it is to run or not.

    Raises:
        SnakemakeDiffers: this release does not tell its jobs.
    """
    with told("its jobs"):
        return _made_by(workflow.dag.jobs)


def made_before(workflow: Any, job: Any) -> frozenset[str]:
    """Return the files that are made before a job runs, by whatever job.

    Raises:
        SnakemakeDiffers: this release does not tell what a job waits for.
    """
    with told("what a job waits for"):
        dependencies, found, left = workflow.dag.dependencies, set(), [job]
        while left:
            for earlier in dependencies.get(left.pop(), ()):
                if earlier not in found:
                    found.add(earlier)
                    left.append(earlier)
        return _made_by(found)


def _made_by(jobs: Iterable[Any]) -> frozenset[str]:
    return frozenset(str(path) for job in jobs for path in job.output)


def possible_rules(workflow: Any) -> Iterator[Any]:
    """Yield the rules that post and of which a checkpoint may add a job, none without one.

    Args:
        workflow: Snakemake's, with a DAG.
    """
    dag = workflow.dag
    if not any(getattr(job, "incomplete_input_expand", False) for job in dag.jobs):
        return
    known = {job.rule.name for job in dag.jobs}
    for rule in workflow.rules:
        if posts(rule) and rule.name not in known and rule.output and _is_the_users(rule):
            yield rule


def _is_the_users(rule: Any) -> bool:
    return os.path.dirname(str(rule.snakefile)) != os.path.dirname(rules())  # noqa: PTH120

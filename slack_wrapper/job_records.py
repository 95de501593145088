"""What Snakemake's main process knows of files: which jobs are finished, what it will delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_wrapper.delivery.records import Finished, finished_since, is_after


def finished(workflow: Any) -> Finished:
    """Return whether the job of an output was finished after a moment, asked of the run's records.

    Snakemake keeps them in files or in a database; only the run itself knows which.
    """

    def ask(output: str, since_ns: int) -> bool:
        from snakemake.io import IOFile

        try:
            record = workflow.persistence.metadata(IOFile(output))
            return bool(record) and is_after(record.get("endtime"), since_ns)
        except Exception:  # noqa: BLE001 - its interface has changed before within Snakemake 9
            return finished_since(output, since_ns)

    return ask


def temporary(workflow: Any) -> Callable[[str], bool]:
    """Return whether a file is `temp()`, so that Snakemake deletes it after its use."""

    def ask(path: str) -> bool:
        from snakemake.io import is_flagged

        return any(
            str(output) == path and is_flagged(output, "temp")
            for job in workflow.dag.jobs
            for output in job.output
        )

    return ask

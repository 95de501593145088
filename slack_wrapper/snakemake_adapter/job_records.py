"""What Snakemake's main process knows of files: whose jobs have ended, which stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_wrapper.snakemake_adapter.metadata import Finished, finished_since, is_after, is_marked


def finished(workflow: Any) -> Finished:
    """Return whether the job of an output ended after a moment, asked of the run's records.

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


def incomplete(workflow: Any) -> Callable[[str], bool]:
    """Return whether the job of an output has begun and not ended, asked of the run's records."""

    def ask(output: str) -> bool:
        try:
            filtered = getattr(workflow.persistence, "_filter_incomplete_keys", None)
            return bool(filtered([output])) if filtered else is_marked(output)
        except Exception:  # noqa: BLE001 - see above; then a post is not made again
            return True

    return ask


def ended_well(workflow: Any) -> set[str]:
    """Return the outputs of the jobs that this run has finished."""
    try:
        done = [job for job in workflow.dag.jobs if workflow.dag.finished(job)]
        return {str(output) for job in done for output in job.output}
    except Exception:  # noqa: BLE001 - see above; then the receipts tell
        return set()


def changes(workflow: Any) -> Callable[[str], bool]:
    """Return whether a file may be written in place, or is deleted by Snakemake after its use.

    Only the plain outputs of rules stay as they are: Snakemake deletes them before it makes them
    anew, and nothing else writes them.
    """
    stay: set[str] = set()

    def ask(path: str) -> bool:
        from snakemake.io import is_flagged

        if not stay:
            stay.update(
                str(output)
                for job in workflow.dag.jobs
                for output in job.output
                if not is_flagged(output, "temp") and not is_flagged(output, "update")
            )
        return path not in stay

    return ask

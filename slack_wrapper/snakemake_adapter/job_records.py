"""What Snakemake's main process knows of files: whose jobs have ended, which stay as they are.

Seen on Snakemake 9.1.4 to 9.27: the records are kept in files or, from 9.19 on by choice, in a
database; only `workflow.persistence` knows which. Where a release differs, the answer is the
cautious one, and the files of `metadata` are looked at.
"""

from __future__ import annotations

from typing import Any

from slack_wrapper.snakemake_adapter.metadata import finished_since, is_after, is_marked


class JobRecords:
    """The records of a run, asked of its workflow; see `model.run_records.RunRecords`.

    Args:
        workflow: Snakemake's.
    """

    lasts = True  # its session is there until the run ends

    def __init__(self, workflow: Any) -> None:
        self._workflow = workflow
        self._stay: set[str] = set()

    def finished(self, output: str, since_ns: int) -> bool:
        """Whether the job of an output ended after a moment; see `RunRecords`."""
        from snakemake.io import IOFile

        try:
            record = self._workflow.persistence.metadata(IOFile(output))
            return bool(record) and is_after(record.get("endtime"), since_ns)
        except Exception:  # noqa: BLE001 - its interface has changed before within Snakemake 9
            return finished_since(output, since_ns)

    def incomplete(self, output: str) -> bool:
        """Whether the job of an output has begun and not ended."""
        try:
            filtered = getattr(self._workflow.persistence, "_filter_incomplete_keys", None)
            return bool(filtered([output])) if filtered else is_marked(output)
        except Exception:  # noqa: BLE001 - see above; then a post is not made again
            return True

    def changes(self, path: str) -> bool:
        """Whether a file may be written in place, or is deleted by Snakemake after its use.

        Only the plain outputs of rules stay as they are: Snakemake deletes them before it makes
        them anew, and nothing else writes them.
        """
        from snakemake.io import is_flagged

        if not self._stay:
            self._stay.update(
                str(output)
                for job in self._workflow.dag.jobs
                for output in job.output
                if not is_flagged(output, "temp") and not is_flagged(output, "update")
            )
        return path not in self._stay


def ended_well(workflow: Any) -> set[str]:
    """Return the outputs of the jobs that this run has finished."""
    try:
        done = [job for job in workflow.dag.jobs if workflow.dag.finished(job)]
        return {str(output) for job in done for output in job.output}
    except Exception:  # noqa: BLE001 - see above; then the receipts tell
        return set()

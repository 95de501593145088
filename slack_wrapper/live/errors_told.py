"""The errors that Snakemake has told of a run: those of jobs, and the one that has ended it.

The record of an error names no job. Most are about an attempt of a job, whose own record follows;
a job that is tried again may still end well, and so may its run.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.snakemake_adapter.events import belongs

MOST = 50  # errors that wait for the record of their job


@dataclass(frozen=True)
class Told:
    """One error.

    Args:
        exception: name of its class.
        text: what Snakemake has printed; may be empty.
        at: seconds since the epoch.
    """

    exception: str
    text: str
    at: float


class Errors:
    """The errors that belong to no job as far as is known."""

    def __init__(self) -> None:
        self._told: deque[Told] = deque(maxlen=MOST)

    def add(self, exception: str, text: str, at: float) -> None:
        """Take an error; for the arguments see `Told`."""
        self._told.append(Told(exception, text, at))

    def of(self, job: FailedJob) -> str:
        """Return what was said of a job that has failed, which then is its own; empty if nothing.

        A text that nothing tells apart belongs to it if no other one waits.
        """
        found = next((one for one in self._told if one.text and belongs(one.text, job)), None)
        if found is None and not job.command and len(self._told) == 1:
            found = self._told[0]
        if found is None:
            return ""
        self._told.remove(found)
        return found.text

    def ended(self, whole_at: float | None) -> Told | None:
        """Return the error that has ended the run, None when none has.

        Args:
            whole_at: when its last job was done, in a run of which nothing is left to do: what was
                told before was made good.
        """
        return next((one for one in self._told if whole_at is None or one.at >= whole_at), None)

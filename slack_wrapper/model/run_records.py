"""What a session is told of the run that it posts for: one port, given to its constructor."""

from __future__ import annotations

from typing import Protocol


class RunRecords(Protocol):
    """What is recorded of the jobs of a run; see `snakemake_adapter.job_records`, `.metadata`."""

    @property
    def lasts(self) -> bool:
        """Whether the session is that of a whole run, which alone can gather shared messages."""

    def finished(self, output: str, since_ns: int) -> bool:
        """Whether the end of an output's job is recorded after a moment.

        Args:
            output: path of the output, as the rule names it.
            since_ns: the moment, by the clock of the file system, in ns since the epoch.
        """

    def incomplete(self, output: str) -> bool:
        """Whether the job of an output was seen to begin and not to end."""

    def changes(self, path: str) -> bool:
        """Whether a file may be written in place, or is deleted after its use."""

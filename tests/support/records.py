"""What is recorded of runs, for tests that open a session without one."""

from __future__ import annotations

from slack_wrapper.snakemake_adapter.metadata import FolderRecords


class WholeRun(FolderRecords):
    """A run that holds its session until its end, so that shared messages gather lines."""

    lasts = True

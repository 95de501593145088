"""Whether Snakemake took a step for finished: a forced re-run is told from one after a crash.

Snakemake 9 keeps a JSON record an output in `.snakemake/metadata`, under the URL-safe base64 of its
path in pieces of at most one file name's length; `endtime` is the output's time of last change when
its job had ended, well or not. While a job runs, and when it was killed with its Snakemake, there
is a file of the same name in `.snakemake/incomplete`.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from slack_wrapper.common.parsing import from_json
from slack_wrapper.common.regular_file import read_bytes

FOLDER = Path(".snakemake") / "metadata"
MARKERS = Path(".snakemake") / "incomplete"
_NAME_MAX = 255  # bytes of a file name, as Snakemake assumes where the system does not tell


class FolderRecords:
    """What is recorded in the folder of a workflow, for those who know no more of a run.

    See `model.run_records.RunRecords`.
    """

    lasts = False

    def finished(self, output: str, since_ns: int) -> bool:
        """Whether the job that makes an output ended after a moment, see `finished_since`."""
        return finished_since(output, since_ns)

    def incomplete(self, output: str) -> bool:
        """Whether the job that makes an output has begun and not ended, see `is_marked`."""
        return is_marked(output)

    def changes(self, path: str) -> bool:
        """Whether a file may change: nobody here knows that it does not."""
        return True


def is_marked(output: str) -> bool:
    """Whether a job that makes an output has begun, and Snakemake has not seen its end."""
    return _place(MARKERS, output).exists()


def finished_since(output: str, since_ns: int) -> bool:
    """Whether the job that makes an output ended after a moment.

    Args:
        output: path of the output, as the rule names it.
        since_ns: the moment, by the clock of the file system, in ns since the epoch.
    """
    try:
        record = from_json(read_bytes(_place(FOLDER, output)).decode())
        return is_after(record.get("endtime"), since_ns)
    except (OSError, ValueError, AttributeError):
        return False


def is_after(endtime: object, since_ns: int) -> bool:
    """Whether a record's `endtime`, in seconds, is after a moment in ns.

    Snakemake touches the output of a job that has ended well: its `endtime` is after the last
    change by the job. That of a job that was killed when its output was there is not.
    """
    # A double holds today's time to about 0.2 µs.
    return isinstance(endtime, (int, float)) and endtime * 1e9 > since_ns + 1000


def _place(folder: Path, output: str) -> Path:
    try:
        most = os.pathconf(folder, "PC_NAME_MAX") or _NAME_MAX
    except (OSError, ValueError):
        most = _NAME_MAX
    name = base64.urlsafe_b64encode(output.encode()).decode()
    pieces = [name[start : start + most - 1] for start in range(0, len(name), most - 1)]
    return folder.joinpath(*("@" + piece for piece in pieces[:-1]), pieces[-1])

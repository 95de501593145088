"""The copy of a log that is posted as a file: without secrets, and not endless."""

from __future__ import annotations

from pathlib import Path

from slack_wrapper.common.redact import redact_log
from slack_wrapper.common.regular_file import open_regular

MAX_BYTES = 8 << 20  # of a longer log the end is posted


def copy_of_log(log: Path, copy: Path) -> None:
    """Write a redacted copy.

    Raises:
        OSError: the log cannot be read, or the copy not be written.
    """
    with open_regular(log) as source:
        size = source.seek(0, 2)
        source.seek(max(0, size - MAX_BYTES))
        data = source.read(MAX_BYTES)
    head = ""
    if size > MAX_BYTES:
        data = data.partition(b"\n")[2]  # half a line, and maybe half a secret
        head = f"(the last {MAX_BYTES >> 20} MiB of {size} bytes)\n"
    copy.write_text(head + redact_log(data.decode("utf-8", "replace")), encoding="utf-8")

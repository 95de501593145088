"""The log of a failed job as a card shows it: redacted, then cut; half a secret is never left."""

from __future__ import annotations

import os

from slack_wrapper.common import foreign
from slack_wrapper.common.redact import redact_log
from slack_wrapper.common.regular_file import open_regular
from slack_wrapper.common.text import shorten

HEAD_LINES = 5
TAIL_LINES = 15
MAX_LINE = 200  # characters of a log line that are shown
_READ_BYTES = 64 << 10  # of each end of a log
_MARGIN = 4 << 10  # beside the cut between the two ends, not shown: half a secret may be there


def log_excerpt(path: str) -> str:
    """Return head and tail of a log, redacted; says so when it is empty or not there."""
    ends = _ends(path)
    if ends is None:
        return f"(no log: {foreign.one_line(path)})"
    head, tail, whole = ends
    if whole and len(head) <= HEAD_LINES + TAIL_LINES:
        return "\n".join(head) or "(the log is empty)"
    return "\n".join([*head[:HEAD_LINES], "…", *tail[-TAIL_LINES:]])


def log_tail(path: str) -> list[str]:
    """Return the lines of the end of a log, redacted; none when there is no log."""
    ends = _ends(path)
    return [line for line in ends[1] if line] if ends else []


def text_lines(text: str) -> list[str]:
    """Return the lines of a text as a terminal shows them, without secrets, each cut at its end."""
    return _lines(text.encode("utf-8", "replace"))


def _ends(path: str) -> tuple[list[str], list[str], bool] | None:
    """Return the lines of both ends of a log, and whether these are all of it."""
    try:
        with open_regular(path) as file:
            start = file.read(_READ_BYTES)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _READ_BYTES))
            end = file.read(_READ_BYTES)
    except OSError:
        return None
    if size <= _READ_BYTES:
        lines = _lines(start)
        return lines, lines, True
    return _lines(start, slice(-_MARGIN)), _lines(end, slice(_MARGIN, None)), False


def _lines(data: bytes, shown: slice = slice(None)) -> list[str]:
    text = redact_log(data.decode("utf-8", "replace"))[shown]
    # A progress bar writes over its line again and again.
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.strip("\r\n").split("\n")]
    return [shorten(line, MAX_LINE, plain=True) for line in lines]

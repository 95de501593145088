"""What a shared message says: its title, how many lines it has, and the last of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from slack_wrapper.common.text import shorten
from slack_wrapper.common.text_parts import MAX_TEXT
from slack_wrapper.spool.digest_log import Line, Shared

MAX_TITLE = 150  # characters of the title that are shown
MAX_LINE = 200  # characters of a line in the message; the list in the thread has all of it
_ROOM = MAX_TEXT - 200


def said_by(title: str, text: str) -> str:
    """Return what tells a line from another one of the same step: SHA-256, in hex."""
    return hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()


def shown(line: Line) -> str:
    """Return a line as the message has it."""
    return f"• {shorten(line.text, MAX_LINE)}"


def text_of(state: Shared, *, over: bool) -> str:
    """Return what the message says: title, count, and the last lines that there is room for."""
    count, room = len(state.lines), _ROOM
    head = f"*{shorten(state.title, MAX_TITLE)}*: {count}" + ("" if over else " so far")
    kept: list[str] = []
    for line in map(shown, reversed(state.lines.values())):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = count - len(kept)
    where = "all are in the thread" if over else "all of them will follow in the thread"
    more = [f"… {left} earlier ones; {where}"] if left else []
    return "\n".join([head, *more, *reversed(kept)])


def fits(lines: Sequence[Line]) -> bool:
    """Whether the message has room for lines, each of them whole."""
    whole = all(len(line.text) <= MAX_LINE for line in lines)
    return whole and sum(len(shown(line)) + 1 for line in lines) <= _ROOM

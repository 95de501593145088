"""Foreign text made harmless: what a file, a wildcard, a log or a server brings.

Three dangers, three means: terminal sequences and invisible characters are taken out (`printable`),
what has to stay on its line does (`one_line`), and Slack's markup is escaped (`escape`).
"""

from __future__ import annotations

import re
from functools import cache

# The 8-bit forms of the sequences that ESC and another character begin: ECMA-48, section 5.3.
_C1 = {0x90: "\x1bP", 0x98: "\x1bX", 0x9B: "\x1b[", 0x9C: "\x1b\\", 0x9D: "\x1b]",
       0x9E: "\x1b^", 0x9F: "\x1b_"}  # fmt: skip
_JOINERS = "\u200c\u200d"  # parts of words in Persian and Hindi, and of emoji
_BREAKS = "\v\f\x1c-\x1e\x85\u2028\u2029"  # what `str.splitlines` takes for the end of a line
# Controls, marks of direction, and whatever else takes no room: Unicode's Default_Ignorable.
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)


def printable(text: str, *, joiners: bool = True) -> str:
    """Return `text` without terminal sequences, control characters and hidden characters.

    Args:
        text: of any length; takes time in proportion to it.
        joiners: keep those that join letters and emoji.

    Returns:
        What is left: tabs, `\\n` and `\\r` stay, other ends of lines are `\\n`.
    """
    if text.isascii() and text.isprintable():
        return text
    if any(ord(one) in _C1 for one in set(text)):
        text = text.translate(_C1)
    if "\x1b" in text:
        from wcwidth import strip_sequences  # an import that most texts do not need

        text = strip_sequences(text)
    text = _pattern(f"[{_BREAKS}]").sub("\n", text)
    text = _pattern(f"[{_HIDDEN}{'' if joiners else _JOINERS}]").sub("", text)
    # Halves of surrogate pairs, as names of files that are not UTF-8 have them.
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """Return a name or value that cannot leave its line, nor hide a part of itself.

    Line breaks and tabs become blanks.
    """
    return _pattern(r"[\r\n\t]+").sub(" ", printable(text, joiners=False))


def escape(text: str) -> str:
    """Return `text` so that Slack shows it as it is, and takes nothing in it for a mention or link.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shown(text: str) -> str:
    """Return a name or value for a line of mrkdwn: on its line, escaped, opening no code."""
    return escape(one_line(text)).replace("`", "'")


def code(text: str) -> str:
    """Return a name or value as code within a line of mrkdwn, which nothing in it ends."""
    return f"`{shown(text)}`"


def block(text: str) -> str:
    """Return lines as a code block of mrkdwn, which a fence in them does not end."""
    lines = printable(text, joiners=False).replace("\r", "\n")
    return f"```\n{escape(lines.replace('```', chr(39) * 3))}\n```"


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Compile at the first use: importing this costs a step nothing."""
    return re.compile(text)

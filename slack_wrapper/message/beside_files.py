"""What is said beside files: blocks in their own message, and what to do where these are refused.

Slack shows links and mentions of an `initial_comment` as plain text, so the text goes as blocks
(slackapi/python-slack-sdk#1289, slackapi/node-slack-sdk#2261). Colour bars are attachments, and an
upload takes none: the text begins with a square of the nearest colour instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Kinds that a message with files shows. Of others that is not known, and `markdown` is an error of
# Slack's own (slackapi/python-slack-sdk#1756); they follow in the thread.
SHOWN = frozenset({"actions", "context", "divider", "header", "image", "rich_text", "section"})
# What Slack, or a server like it, says when it does not take the blocks of an upload.
REFUSALS = frozenset(
    {
        "block_mismatch",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
    }
)
_NAMED = {"good": "#2eb67d", "warning": "#e3b341", "danger": "#e01e5a"}
# https://unicode.org/emoji/charts/full-emoji-list.html, "geometric", with about their colours
_SQUARES = {
    "🟥": (0xDD, 0x2E, 0x44),
    "🟧": (0xF4, 0x90, 0x0C),
    "🟨": (0xFD, 0xCB, 0x58),
    "🟩": (0x4C, 0xAF, 0x50),
    "🟦": (0x1E, 0x88, 0xE5),
    "🟪": (0x8E, 0x44, 0xAD),
    "🟫": (0x8D, 0x5A, 0x3B),
    "⬛": (0x20, 0x20, 0x20),
    "⬜": (0xF0, 0xF0, 0xF0),
}


def square(color: str) -> str:
    """Return the square that is nearest to a colour.

    Args:
        color: `good`, `warning`, `danger` or `#rrggbb`.
    """
    wanted = bytes.fromhex(_NAMED.get(color, color).removeprefix("#"))
    return min(
        _SQUARES,
        key=lambda one: sum((a - b) ** 2 for a, b in zip(_SQUARES[one], wanted, strict=True)),
    )


def are_shown(blocks: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a message with files shows these blocks."""
    return all(block.get("type") in SHOWN for block in blocks)

"""Texts as Slack takes them: escaped, and long ones in parts that fit."""

from __future__ import annotations

from collections.abc import Iterator

# https://docs.slack.dev/reference/methods/chat.postMessage: 4,000 characters are advised for text;
# https://docs.slack.dev/reference/methods/chat.update refuses more.
MAX_TEXT = 4000


def split(text: str, limit: int = MAX_TEXT) -> Iterator[str]:
    """Yield `text` in parts of at most `limit` characters, cut at paragraphs, lines or words.

    A code block that is cut is closed and opened again, so that each part reads on its own.
    """
    fence = "```"
    while len(text) > limit:
        room = limit - len(fence) - 1
        cut = max(text.rfind("\n\n", 1, room), 0) or max(text.rfind("\n", 1, room), 0)
        cut = cut or max(text.rfind(" ", 1, room), 0) or room
        part, text = text[:cut].rstrip(), text[cut:].lstrip("\n ")
        if part.count(fence) % 2:
            part, text = f"{part}\n{fence}", f"{fence}\n{text}"
        yield part
    if text:
        yield text


def escape(text: str) -> str:
    """Return `text` so that Slack shows it as it is, and takes nothing in it for a mention or link.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

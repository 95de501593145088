"""Texts as Slack takes them: long ones in parts that fit."""

from __future__ import annotations

from collections.abc import Iterator

from slack_wrapper.common import text as cut

# https://docs.slack.dev/reference/methods/chat.postMessage: 4,000 characters are advised for text;
# https://docs.slack.dev/reference/methods/chat.update refuses more.
MAX_TEXT = 4000


def split(text: str, limit: int = MAX_TEXT) -> Iterator[str]:
    """Yield `text` in parts of at most `limit` characters; see `common.text.split`."""
    return cut.split(text, limit)

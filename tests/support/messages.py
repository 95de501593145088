"""What a message says, wherever it says it."""

from collections.abc import Iterator
from typing import Any


def said(message: dict[str, Any]) -> str:
    """Return text, blocks and attachments of a message as one text."""
    return "\n".join(_texts(message))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _texts(one)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in ("text", "fallback") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)

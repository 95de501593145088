"""Text that UTF-8 can carry.

Python keeps the bytes of a file name that are not UTF-8 as halves of surrogate pairs, and JSON and
YAML can hold such halves; nothing that has one can be sent, printed or written.
"""

from __future__ import annotations

from typing import Any


def valid(text: str) -> str:
    """Return a text with a replacement character for each part that is not one."""
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        pass
    try:
        # The bytes of a name or an argument, in a locale that does not know UTF-8.
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        # Halves of one pair become their character, as JSON means them.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def valid_within(value: Any) -> Any:
    """Return lists and mappings with each text in them made valid."""
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, dict):
        return {valid_within(key): valid_within(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(valid_within(one) for one in value)
    return value

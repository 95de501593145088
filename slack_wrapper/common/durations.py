"""Durations such as `90s` or `1d12h`, and moments: ISO times or durations from now. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from slack_wrapper.errors import RequestError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?\s*[smhdw]\s*)+")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")


def seconds(value: object, what: str) -> float:
    """Return a duration in seconds: a number of them, or a text such as `90s`, `2h`, `1d12h`.

    Args:
        value: as a parameter or config gives it.
        what: names it, for errors.

    Raises:
        RequestError: it is none, or not longer than nothing.
    """
    found = _seconds(value)
    if found is not None and 0 < found < float("inf"):
        return found
    raise RequestError(
        f"{what} is not a duration: {value}", hint="write it like 90s, 15m, 2h, 1d12h or 1w"
    )


def moment(value: object, what: str, now: float) -> float:
    """Return a moment in seconds since the epoch: an ISO 8601 time, or a duration from `now`.

    A time without an offset is of this machine's time zone.

    Args:
        value: as a parameter gives it; YAML may have read it as a time already.
        what: names it, for errors.
        now: seconds since the epoch.

    Raises:
        RequestError: it is neither.
    """
    if isinstance(value, datetime):
        return value.timestamp()
    text = str(value).strip()
    found = _seconds(text)
    if found is not None:
        return now + found
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise RequestError(
            f"{what} is neither a time nor a duration: {value}",
            hint="write it like 2026-03-29T07:30+02:00, 2026-03-29 07:30, or 2h for in two hours",
        ) from None


def _seconds(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip().lower()
    if _DURATION.fullmatch(text):
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None

"""What an answer has to look like: small checks that are put together to one for each method.

A check returns what it was given, without the optional parts that are not as they should be, and
raises `Unfit` when a part is wrong that nothing can be done without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

Shape = Callable[[Any], Any]
_WORD = re.compile(r"[\x21-\x7e]{1,255}")
_TS = re.compile(r"[0-9]{1,15}\.[0-9]{1,15}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Unfit(Exception):
    """A part of an answer is missing or not of its kind."""


def text(value: Any) -> str:
    """Check for any text."""
    if isinstance(value, str):
        return value
    raise Unfit


def word(value: Any) -> str:
    """Check for an ID or another word of printable ASCII."""
    if isinstance(value, str) and _WORD.fullmatch(value):
        return value
    raise Unfit


def ts(value: Any) -> str:
    """Check for what identifies a message in its channel, such as `1712345678.123456`."""
    if isinstance(value, str) and _TS.fullmatch(value):
        return value
    raise Unfit


def flag(value: Any) -> bool:
    """Check for true or false."""
    if isinstance(value, bool):
        return value
    raise Unfit


def whole(value: Any) -> int:
    """Check for a whole number that a time may be; Slack writes some of them as texts."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return value
    raise Unfit


def address(value: Any) -> str:
    """Check for an address to which bytes may be sent: https, or http on this machine."""
    if isinstance(value, str) and is_safe(value):
        return value
    raise Unfit


def is_safe(url: str) -> bool:
    """Whether an address is https, or http on this machine: nothing goes there in the clear."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    )


def record(
    must: Mapping[str, Shape] | None = None, may: Mapping[str, Shape] | None = None
) -> Shape:
    """Return the check for an object.

    Args:
        must: its keys that have to be there and to fit.
        may: those that are taken out when they do not fit; null counts as left out.
    """

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Unfit
        made = dict(value)
        for key, shape in (must or {}).items():
            if key not in made:
                raise Unfit
            made[key] = shape(made[key])
        for key, shape in (may or {}).items():
            if key in made:
                try:
                    made[key] = shape(made[key])
                except Unfit:
                    del made[key]
        return made

    return check


def each(shape: Shape) -> Shape:
    """Return the check for a list of which every entry has to fit."""

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Unfit
        return [shape(one) for one in value]

    return check


def some(shape: Shape) -> Shape:
    """Return the check for a list whose entries are left out when they do not fit, but not all."""

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Unfit
        made = []
        for one in value:
            try:
                made.append(shape(one))
            except Unfit:
                continue
        if value and not made:
            raise Unfit
        return made

    return check


def table(shape: Shape) -> Shape:
    """Return the check for an object of any keys, whose values are left out if they do not fit."""

    def check(value: Any) -> dict[str, Any]:
        return dict(record(may=dict.fromkeys(value, shape))(value)) if value else {}

    return lambda value: check(value) if isinstance(value, dict) else _unfit()


def _unfit() -> None:
    raise Unfit

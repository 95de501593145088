"""What a field of a block may hold: one small rule per form, which finds what Slack would refuse.

The texts in `Fault.slack` are those that Slack gives, as seen in
https://github.com/slackapi/python-slack-sdk/issues/1782, …/slackapi/java-slack-sdk/issues/1017 and
https://github.com/getnao/nao/issues/1143.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

Place = tuple[str | int, ...]
SHORTEN = "shorten it, or post it as a file"
TEXT_TYPES = ("mrkdwn", "plain_text")


class Refusal(StrEnum):
    """The error codes with which Slack refuses blocks."""

    INVALID = "invalid_blocks"
    INVALID_ATTACHMENTS = "invalid_attachments"
    TOO_LONG = "msg_blocks_too_long"


@dataclass(frozen=True)
class Fault:
    """What Slack would refuse.

    Args:
        place: of the part at fault, below the list of blocks: `(2, "elements", 0, "text")`.
        told: what is wrong with it, such as `has 3001 characters, Slack takes 3000`.
        hint: the remedy.
        slack: what Slack says of it.
        within: where below `place` Slack points to.
        code: with which Slack refuses it.
        certain: False for what Slack may have learned since this was written.
    """

    place: Place
    told: str
    hint: str = SHORTEN
    slack: str = "failed to match all allowed schemas"
    within: Place = ()
    code: Refusal = Refusal.INVALID
    certain: bool = True

    @property
    def path(self) -> str:
        """The part as people write it: `[2].elements[0].text`."""
        return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in self.place)

    @property
    def pointer(self) -> str:
        """The part as Slack writes it: `/2/elements/0/text`."""
        return "".join(f"/{one}" for one in (*self.place, *self.within))


class Check(Protocol):
    """Checks what is an object itself; see `block_check`."""

    def __call__(self, part: Any, place: Place, kinds: Sequence[str]) -> Iterator[Fault]:
        """Yield what Slack would refuse of an object that is to be of one of these kinds."""


class Rule(Protocol):
    """What a field may hold."""

    def faults(self, value: Any, place: Place, check: Check) -> Iterator[Fault]:
        """Yield what Slack would refuse of a value."""


def length(text: str, place: Place, fewest: int, most: int, within: Place = ()) -> Iterator[Fault]:
    """Yield a fault when a text is too short or too long; Slack counts Unicode code points."""
    if len(text) > most:
        told = f"has {len(text)} characters, Slack takes {most}"
        yield Fault(place, told, slack=f"must be less than {most + 1} characters", within=within)
    elif len(text) < fewest:
        hint = "leave it out, or give it a text"
        slack = f"must be more than {fewest - 1} characters"
        yield Fault(place, "is empty", hint, slack, within)


@dataclass(frozen=True)
class String:
    """A text of so many characters."""

    most: int = 1 << 20
    fewest: int = 0

    def faults(self, value: Any, place: Place, check: Check) -> Iterator[Fault]:
        """See `Rule`."""
        if isinstance(value, str):
            yield from length(value, place, self.fewest, self.most)
        else:
            yield Fault(place, "is not a text", "write it in quotes", "must be a string")


@dataclass(frozen=True)
class Text:
    """A text object of so many characters."""

    most: int = 3000
    kinds: tuple[str, ...] = TEXT_TYPES

    def faults(self, value: Any, place: Place, check: Check) -> Iterator[Fault]:
        """See `Rule`."""
        if (
            isinstance(value, Mapping)
            and value.get("type") in self.kinds
            and isinstance(value.get("text"), str)
        ):
            yield from length(value["text"], place, 1, self.most, ("text",))
            return
        told = f"is not a text object of the type {' or '.join(self.kinds)}"
        yield Fault(place, told, f"write {{type: {self.kinds[0]}, text: …}}")


PLAIN = ("plain_text",)


@dataclass(frozen=True)
class Url:
    """An address that Slack, or a person's browser, can fetch."""

    most: int = 3000

    def faults(self, value: Any, place: Place, check: Check) -> Iterator[Fault]:
        """See `Rule`."""
        if not isinstance(value, str):
            yield Fault(place, "is not a text", "write it in quotes", "must be a string")
        elif len(value) > self.most:
            yield from length(value, place, 1, self.most)
        elif not _is_url(value):
            hint = "write an address that begins with https://"
            yield Fault(place, "is not a URL", hint, "must be a valid URL")


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in value
    except ValueError:
        return False


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    def faults(self, value: Any, place: Place, check: Check) -> Iterator[Fault]:
        """See `Rule`."""
        if value not in self.words:
            told = f"is {value}" if isinstance(value, (str, int)) else "is not a word"
            hint = f"it is one of: {', '.join(self.words)}"
            yield Fault(place, told, hint, f"must be one of: {', '.join(self.words)}")


@dataclass(frozen=True)
class Number:
    """A number within bounds.

    Args:
        least: the smallest that is taken.
        most: the largest.
        above: it has to be larger than this.
        whole: without a fraction.
    """

    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    whole: bool = False

    def faults(self, value: Any, place: Place, check: Check) -> Iterator[Fault]:
        """See `Rule`."""
        kinds = (int,) if self.whole else (int, float)
        number = isinstance(value, kinds) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            yield Fault(place, "is not a number", "give a number", "must be a number")
        elif not self.least <= value <= self.most or value <= self.above:
            told = f"is {value}, Slack takes {self._bounds()}"
            yield Fault(place, told, "give another one", f"must be {self._bounds()}")

    def _bounds(self) -> str:
        if self.above > -math.inf:
            return f"more than {self.above:g}"
        return f"{self.least:g} to {self.most:g}"


@dataclass(frozen=True)
class Object:
    """An object of one of some kinds; without kinds, of any."""

    kinds: tuple[str, ...] = ()

    def faults(self, value: Any, place: Place, check: Check) -> Iterator[Fault]:
        """See `Rule`."""
        yield from check(value, place, self.kinds)


@dataclass(frozen=True)
class Each:
    """A list whose entries all follow one rule.

    Args:
        fewest: entries.
        most: entries.
        rule: of each entry.
    """

    fewest: int
    most: int
    rule: Rule

    def faults(self, value: Any, place: Place, check: Check) -> Iterator[Fault]:
        """See `Rule`."""
        if not isinstance(value, list | tuple):
            yield Fault(place, "is not a list", "write a list", "must be an array")
            return
        yield from count(value, place, self.fewest, self.most, str(place[-1]))
        for number, one in enumerate(value):
            yield from self.rule.faults(one, (*place, number), check)


def count(value: Sequence[Any], place: Place, fewest: int, most: int, unit: str) -> Iterator[Fault]:
    """Yield a fault when there are too few or too many."""
    if len(value) > most:
        told = f"has {len(value)} {unit}, Slack takes {most}"
        yield Fault(place, told, slack=f"no more than {most} items allowed")
    elif len(value) < fewest:
        told = f"has {len(value)} {unit}, Slack wants {fewest}" if value else "is empty"
        hint = "leave it out, or put something in"
        yield Fault(place, told, hint, f"no fewer than {fewest} items allowed")

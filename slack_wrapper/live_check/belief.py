"""A belief about Slack, and what a trial has shown of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from slack_wrapper.common.redact import redact
from slack_wrapper.live_check.lab import Lab


@dataclass(frozen=True)
class Shown:
    """What Slack showed, beside what was meant.

    Args:
        meant: each fact by its name, as it should be.
        said: the same facts, as Slack's answers have them.
    """

    meant: dict[str, Any]
    said: dict[str, Any]

    @property
    def differences(self) -> dict[str, Any]:
        """The facts that are not as they were meant."""
        return {name: self.said.get(name) for name in self.meant if not self.fits(name)}

    def fits(self, name: str) -> bool:
        """Whether one fact is as it was meant."""
        return bool(self.said.get(name) == self.meant[name])


@dataclass(frozen=True)
class Belief:
    """One belief.

    Args:
        name: short, for the table and for `--json`.
        text: what is believed, one sentence.
        feature: of `slack-wrapper manifest --features`; tried only if that is enabled.
        trial: tries it, in a lab.
    """

    name: str
    text: str
    feature: str
    trial: Callable[[Lab], Shown | str]


@dataclass(frozen=True)
class Result:
    """What a trial has shown.

    Args:
        belief: what was tried.
        good: whether Slack does as believed; None if it was not tried.
        told: what Slack said, or why it was not tried.
        meant: the facts that differ, as they were meant.
        said: the same, as Slack has them.
    """

    belief: Belief
    good: bool | None
    told: str
    meant: dict[str, Any]
    said: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, for JSON; without secrets."""
        return {
            "belief": self.belief.name,
            "text": self.belief.text,
            "as_expected": self.good,
            "told": self.told,
            "meant": self.meant,
            "said": self.said,
        }


def result(belief: Belief, shown: Shown | str) -> Result:
    """Return the result of a trial that ended; a text says why there was none."""
    if isinstance(shown, str):
        return Result(belief, None, shown, {}, {})
    said = _clean(shown.differences)
    meant = _clean({name: shown.meant[name] for name in said})
    if not said:
        return Result(belief, True, "as expected", {}, {})
    told = "; ".join(f"{name}: {said[name]!r}, not {meant[name]!r}" for name in said)
    return Result(belief, False, told, meant, said)


def table(results: Iterable[Result]) -> str:
    """Return one line per belief: its name, as expected or not, what Slack said."""
    rows = list(results)
    width = max((len(row.belief.name) for row in rows), default=0)
    marks = {True: "✓", False: "✗", None: "-"}
    return "\n".join(f"{marks[row.good]} {row.belief.name:{width}}  {row.told}" for row in rows)


def _clean(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: redact(value) if isinstance(value, str) else value for name, value in facts.items()
    }

"""What a preflight has found, and the table that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slack_wrapper.model.request import Request


@dataclass(frozen=True)
class Finding:
    """One answered question.

    Args:
        what: was looked at, such as `channel librec_channel`.
        good: whether it is as it must be.
        told: the answer.
        hint: the remedy, when it is not.
        blocked: the posts that cannot succeed because of it.
    """

    what: str
    good: bool
    told: str
    hint: str = ""
    blocked: tuple[Request, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, for JSON."""
        return {"what": self.what, "good": self.good, "told": self.told, "hint": self.hint}


def table(findings: Iterable[Finding]) -> str:
    """Return one line a finding, ✓ or ✗, with the remedy below where there is one."""
    rows = list(findings)
    width = max((len(row.what) for row in rows), default=0)
    return "\n".join(_line(row, width) for row in rows)


def _line(finding: Finding, width: int) -> str:
    line = f"{'✓' if finding.good else '✗'} {finding.what:{width}}  {finding.told}"
    return f"{line}\n    hint: {finding.hint}" if finding.hint else line

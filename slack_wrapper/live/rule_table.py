"""The table of a run's rules, in the width of a phone."""

from __future__ import annotations

from slack_wrapper.common.redact import redact
from slack_wrapper.common.text import shorten
from slack_wrapper.live.snapshot import Snapshot, Tally

MAX_ROWS = 20
MAX_NAME = 24  # characters of a rule's name that are shown


def rules(snapshot: Snapshot) -> str:
    """Return one row a rule, those that took most first; empty when nothing ran."""
    ran = [(name, tally) for name, tally in snapshot.rules.items() if tally.done or tally.failed]
    ran.sort(key=lambda entry: (-entry[1].failed, -entry[1].seconds, entry[0]))
    if not ran:
        return ""
    rows = [("rule", "done", "failed", "mean", "longest", "total"), *(_row(*one) for one in ran)]
    kept = rows[: MAX_ROWS + 1]
    if not any(tally.failed for _, tally in ran):
        kept = [(*row[:2], *row[3:]) for row in kept]
    widths = [max(len(row[column]) for row in kept) for column in range(len(kept[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in kept
    ]
    if len(rows) > len(kept):
        lines.append(f"and {len(rows) - len(kept)} more rules")
    return "\n".join(lines)


def short(seconds: float) -> str:
    """Return a duration in at most seven characters."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} m"
    return f"{whole // 3600}:{whole // 60 % 60:02d} h"


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    shown = shorten(redact(name), MAX_NAME, plain=True)
    if not tally.done:
        return (shown, "-", str(tally.failed), "-", "-", "-")
    mean = tally.seconds / tally.done
    failed = str(tally.failed) if tally.failed else "-"
    return (shown, str(tally.done), failed, short(mean), short(tally.longest), short(tally.seconds))

"""A snapshot of a run → what Slack shows. Pure: nothing here asks the system for anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.common import foreign
from slack_wrapper.common.redact import redact
from slack_wrapper.common.text import shorten
from slack_wrapper.live import rule_table
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.eta import remaining
from slack_wrapper.live.run_state import Ending, Snapshot
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.report import failure_card
from slack_wrapper.report.failure_card import duration

BAR_WIDTH = 16
DONE, FAILED, LEFT = "🟩", "🟥", "⬜"
MAX_RULES = 6  # running rules that are named
MAX_WILDCARDS = 80  # characters
# Slack's own colours, see https://docs.slack.dev/reference/block-kit/composition-objects
COLORS = {
    Ending.RUNNING: "#1d9bd1",
    Ending.SUCCEEDED: "#2eb67d",
    Ending.FAILED: "#e01e5a",
    Ending.INTERRUPTED: "#ecb22e",
}
EMOJI = {
    Ending.RUNNING: "hourglass_flowing_sand",
    Ending.SUCCEEDED: "white_check_mark",
    Ending.FAILED: "x",
    Ending.INTERRUPTED: "warning",
}


@dataclass(frozen=True)
class Shown:
    """One message.

    Args:
        text: stands above the coloured bar, and in notifications.
        attachments: the coloured bar with what is beside it.
        plain: the whole as text alone, for where only a text can go.
    """

    text: str
    attachments: list[dict[str, Any]] = field(default_factory=list)
    plain: str = ""


def run(snapshot: Snapshot, facts: Facts) -> Shown:
    """Return the message of a run, as it stands or as it ended."""
    text = headline(snapshot, facts)
    if snapshot.ending is Ending.RUNNING:
        body = [_section(_progress(snapshot)), _fields(_now(snapshot))]
        if snapshot.running:
            body.append(_section(f"*Running*  {_counted(snapshot.running)}"))
    else:
        body = [_section(_progress(snapshot)), _fields(_then(snapshot))]
        body += [_section(part) for part in _summary(snapshot)]
    body.append(_context(facts.lines(snapshot.began)))
    trouble = [f"*{name}*  {value}" for name, value in _trouble(snapshot)]
    plain = "\n".join(
        [text, _progress(snapshot), *trouble, *_summary(snapshot), *facts.lines(None)]
    )
    attachments = [{"color": COLORS[snapshot.ending], "blocks": body, "fallback": text}]
    return Shown(text, attachments, plain)


def started(snapshot: Snapshot, facts: Facts) -> Shown:
    """Return the message of a run that begins, for where it cannot be changed later."""
    name = f":{EMOJI[Ending.RUNNING]}: *{foreign.shown(facts.name)}*"
    text = f"{name} has started: {_jobs(snapshot.total)}"
    body = [_context(facts.lines(snapshot.began))]
    attachments = [{"color": COLORS[Ending.RUNNING], "blocks": body, "fallback": text}]
    return Shown(text, attachments, "\n".join([text, *facts.lines(None)]))


def headline(snapshot: Snapshot, facts: Facts) -> str:
    """Return what stands first, and in a notification."""
    name = f":{EMOJI[snapshot.ending]}: *{foreign.shown(facts.name)}*"
    took = duration(snapshot.elapsed)
    if snapshot.ending is Ending.RUNNING:
        failed = f", {snapshot.failed} failed" if snapshot.failed else ""
        return f"{name} is running: {snapshot.done} of {snapshot.total} jobs{failed}"
    if snapshot.ending is Ending.SUCCEEDED:
        return f"{name} succeeded: {_jobs(snapshot.done)} in {took}"
    if snapshot.ending is Ending.FAILED:
        what = f"{_jobs(snapshot.failed)} failed" if snapshot.failed else _reason(snapshot)
        return f"{name} failed after {took}: {what}, {snapshot.done} of {snapshot.total} done"
    return f"{name} was interrupted after {took}: {snapshot.done} of {snapshot.total} jobs done"


def note(snapshot: Snapshot, facts: Facts) -> str:
    """Return a line of progress for the thread."""
    left = remaining(snapshot)
    parts = [_progress(snapshot), f"{duration(snapshot.elapsed)} so far"]
    if left is not None:
        parts.append(f"about {duration(left)} left")
    if snapshot.failed:
        parts.append(f"{_jobs(snapshot.failed)} failed")
    return "  ·  ".join(parts)


def orphan(name: str, done: int, total: int, at: str) -> Shown:
    """Return the message of a run that ended without a word.

    Args:
        name: of the workflow.
        done, total: jobs, when it last said something.
        at: when that was.
    """
    text = (
        f":{EMOJI[Ending.INTERRUPTED]}: *{foreign.shown(name)}* was interrupted: it was "
        f"killed, or its machine went down; {done} of {total} jobs were done when it was last "
        f"heard of, {at}"
    )
    body = [_section(bar(done, total)), _context(["marked by the next run in its folder"])]
    attachments = [{"color": COLORS[Ending.INTERRUPTED], "blocks": body, "fallback": text}]
    return Shown(text, attachments, text)


def bar(done: int, total: int, failed: int = 0) -> str:
    """Return a bar of progress, its percentage and its numbers; never whole before the end."""
    part = min(1.0, done / total) if total else 1.0
    green = int(part * BAR_WIDTH)
    red = min(BAR_WIDTH - green, max(1, round(failed / total * BAR_WIDTH))) if failed else 0
    percent = "100 %" if part == 1 else f"{min(99, int(part * 100))} %"
    drawn = DONE * green + FAILED * red + LEFT * (BAR_WIDTH - green - red)
    return f"{drawn}  *{percent}*  ·  {done} of {_jobs(total)}"


def _progress(snapshot: Snapshot) -> str:
    return bar(snapshot.done, snapshot.total, snapshot.failed)


def _now(snapshot: Snapshot) -> list[tuple[str, str]]:
    left = remaining(snapshot)
    fields = [
        ("Elapsed", duration(snapshot.elapsed)),
        ("Left (estimate)", "…" if left is None else f"about {duration(left)}"),
    ]
    return [*fields, *_trouble(snapshot)]


def _then(snapshot: Snapshot) -> list[tuple[str, str]]:
    fields = [("Took", duration(snapshot.elapsed)), ("Done", _jobs(snapshot.done))]
    fields += _trouble(snapshot)
    left = snapshot.total - snapshot.done - snapshot.failed
    if snapshot.ending is not Ending.SUCCEEDED and left > 0:
        fields += [("Not run", _jobs(left))]
    return fields


def _trouble(snapshot: Snapshot) -> list[tuple[str, str]]:
    failed = {rule: tally.failed for rule, tally in snapshot.rules.items() if tally.failed}
    named = f": {_counted(failed)}" if failed else ""
    fields = [("Failed", f"{_jobs(snapshot.failed)}{named}")] if snapshot.failed else []
    if snapshot.attempts:
        fields += [("Tried again", _times(snapshot.attempts))]
    return fields


def _counted(rules: Mapping[str, int]) -> str:
    """Return rules with their counts, the largest first."""
    most = sorted(rules.items(), key=lambda entry: (-entry[1], entry[0]))
    named = [_rule(rule) + (f" × {count}" if count > 1 else "") for rule, count in most[:MAX_RULES]]
    more = [f"{len(most) - MAX_RULES} more rules"] if len(most) > MAX_RULES else []
    return ", ".join([*named, *more])


def _summary(snapshot: Snapshot) -> list[str]:
    """Return the parts of the summary: what ended it, rules, slowest jobs."""
    parts = []
    if snapshot.reason and not snapshot.failed and snapshot.ending is Ending.FAILED:
        parts.append(f"*Ended by*  {_reason(snapshot)}; see Snakemake's log")
    rows = rule_table.rules(snapshot)
    if rows:
        parts.append(foreign.block(rows))
    slowest = [(took, job) for took, job in snapshot.slowest if took >= 1]
    if len(slowest) > 1:
        lines = [f"• {_named(job)}  {duration(took)}" for took, job in slowest]
        parts.append("*Slowest jobs*\n" + "\n".join(lines))
    return parts


def _named(job: FailedJob) -> str:
    described = _cut(redact(failure_card.described(job)), MAX_WILDCARDS)
    return _rule(job.rule) + (f"  {foreign.code(described)}" if described else "")


def _rule(name: str) -> str:
    return foreign.shown(_cut(redact(name), rule_table.MAX_NAME))


def _cut(text: str, limit: int) -> str:
    return shorten(text, limit, plain=True)


def _reason(snapshot: Snapshot) -> str:
    return foreign.shown(redact(snapshot.reason or "error"))


def _jobs(count: int) -> str:
    return f"{count} job" if count == 1 else f"{count} jobs"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _fields(entries: Sequence[tuple[str, str]]) -> dict[str, Any]:
    fields = [{"type": "mrkdwn", "text": f"*{name}*\n{value}"} for name, value in entries]
    return {"type": "section", "fields": fields}


def _context(lines: Sequence[str]) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": line} for line in lines]}

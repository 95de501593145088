"""A snapshot of a run → what Slack shows. Pure: nothing here asks the system for anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from slack_wrapper.common import foreign
from slack_wrapper.common.redact import redact, redact_log
from slack_wrapper.common.text import shorten
from slack_wrapper.live import rule_table
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.eta import remaining
from slack_wrapper.live.snapshot import Ending, Snapshot
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.report import failure_card
from slack_wrapper.report.error_line import first_line
from slack_wrapper.report.failure_card import duration
from slack_wrapper.session import step_errors

BAR_WIDTH = 10  # more squares do not fit into a line on a phone
DONE, FAILED, LEFT = "🟩", "🟥", "⬜"
MAX_RULES = 6  # running rules that are named
MAX_WILDCARDS = 80  # characters
MAX_URL = 3000  # characters of a button's address
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
        blocks: all that is shown, where the text is for notifications only.
        plain: the whole as text alone, for where only a text can go.
    """

    text: str
    attachments: list[dict[str, Any]] = field(default_factory=list)
    plain: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)


def run(snapshot: Snapshot, facts: Facts) -> Shown:
    """Return the message of a run, as it stands or as it ended."""
    text = headline(snapshot, facts)
    if snapshot.ending is Ending.RUNNING:
        body = [_section(_progress(snapshot)), _fields(_now(snapshot))]
        if snapshot.running:
            body.append(_section(f"*Running*  {_counted(snapshot.running)}"))
    else:
        body = [_section(_progress(snapshot)), _fields(_then(snapshot))]
        body += [_section(part) for part in _summary(snapshot, facts)]
    body += [*button(facts.page), _context(facts.lines(snapshot.began))]
    trouble = [f"*{name}*  {value}" for name, value in _trouble(snapshot)]
    plain = "\n".join(
        [text, _progress(snapshot), *trouble, *_summary(snapshot, facts), *facts.lines(None)]
    )
    attachments = [{"color": COLORS[snapshot.ending], "blocks": body, "fallback": text}]
    return Shown(text, attachments, plain)


def started(snapshot: Snapshot, facts: Facts) -> Shown:
    """Return the message of a run that begins, for where it is not changed before the end."""
    name = f":{EMOJI[Ending.RUNNING]}: *{foreign.shown(facts.name)}*"
    where = f"{foreign.shown(facts.user)}@{foreign.shown(facts.host)}"
    text = f"{name} started: {_jobs(snapshot.total)}, {where}"
    body = [*button(facts.page), _context(facts.lines(snapshot.began))]
    attachments = [{"color": COLORS[Ending.RUNNING], "blocks": body, "fallback": text}]
    return Shown(text, attachments, "\n".join([text, *facts.lines(None)]))


def headline(snapshot: Snapshot, facts: Facts) -> str:
    """Return what stands first, and in a notification: what happened, to what, after how long."""
    name = f":{EMOJI[snapshot.ending]}: *{foreign.shown(facts.name)}*"
    took = duration(snapshot.elapsed)
    jobs = f"{snapshot.done} of {_jobs(snapshot.total)}"
    if snapshot.ending is Ending.RUNNING:
        failed = f", {snapshot.failed} failed" if snapshot.failed else ""
        return f"{name} is running: {snapshot.done} of {_jobs(snapshot.total)}{failed}"
    if snapshot.ending is Ending.SUCCEEDED:
        return f"{name} succeeded: {_jobs(snapshot.done)} in {took}"
    if snapshot.ending is Ending.FAILED:
        return f"{name} failed: {cause(snapshot, facts)} · {jobs}, {took}"
    return f"{name} was interrupted: {jobs} done, {took}"


def failing(snapshot: Snapshot, facts: Facts) -> str:
    """Return the headline of a run in which a job has failed for good, also while others run on."""
    return headline(replace(snapshot, ending=Ending.FAILED), facts)


def cause(snapshot: Snapshot, facts: Facts) -> str:
    """Return why a run failed, in one line: the first job, or what ended it without one."""
    if snapshot.first is None:
        said = first_line(redact_log(snapshot.error))
        reason = _reason(snapshot)
        return f"{reason}: {foreign.shown(said)}" if said and said != reason else reason
    more = f", and {snapshot.failed - 1} more" if snapshot.failed > 1 else ""
    more += f" {_jobs(snapshot.failed - 1).split()[1]}" if more else ""
    first = snapshot.first
    said = step_errors.of(first.outputs[0]) if first.outputs else ""
    job = replace(first, error=said) if said else first
    return f"{failure_card.named(job, quotes=facts.quotes)}{more}"


def button(page: str) -> list[dict[str, Any]]:
    """Return the button that opens the page of a run, nothing without a page."""
    if not page or len(page) > MAX_URL:
        return []
    text = {"type": "plain_text", "text": "Open run"}
    one = {"type": "button", "text": text, "url": page, "action_id": "slack_wrapper_open_run"}
    return [{"type": "actions", "elements": [one]}]


def note(snapshot: Snapshot, facts: Facts) -> str:
    """Return a line of progress for the thread."""
    left = remaining(snapshot)
    parts = [headline(snapshot, facts), f"{duration(snapshot.elapsed)} so far"]
    if left is not None:
        parts.append(f"about {duration(left)} left")
    return " · ".join([*parts, _progress(snapshot)])


def stalled(snapshot: Snapshot, facts: Facts) -> str:
    """Return the line for the thread of a run in which nothing happens."""
    running = f"; running: {_counted(snapshot.running)}" if snapshot.running else ""
    return (
        f":hourglass: *{foreign.shown(facts.name)}*: no job has started or ended for "
        f"{duration(snapshot.idle)} · {snapshot.done} of {_jobs(snapshot.total)}, "
        f"{duration(snapshot.elapsed)}{running}"
    )


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


def _summary(snapshot: Snapshot, facts: Facts) -> list[str]:
    """Return the parts of the summary: what ended it, rules, slowest jobs of a run that is well."""
    parts = []
    if snapshot.reason and not snapshot.failed and snapshot.ending is Ending.FAILED:
        log = f" {foreign.code(facts.log)}" if facts.log else ""
        parts.append(f"*Ended by*  {_reason(snapshot)}; see Snakemake's log{log}")
    rows = rule_table.rules(snapshot)
    if rows:
        parts.append(foreign.block(rows))
    slowest = [(took, job) for took, job in snapshot.slowest if took >= 1]
    if len(slowest) > 1 and snapshot.ending is not Ending.FAILED:
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

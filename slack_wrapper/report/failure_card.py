"""The card of what failed: the error first, then which job, then all that helps to mend it.

Plain texts and blocks from plain facts; nothing here asks Slack for anything. Logs are redacted,
and before they are cut: half a secret would not be found.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_wrapper.common import foreign
from slack_wrapper.common.redact import redact, redact_log
from slack_wrapper.common.text import shorten
from slack_wrapper.common.text_parts import split
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.model.run_again import Again, plain
from slack_wrapper.report.error_line import MEANINGS, error_line
from slack_wrapper.report.log_excerpt import log_excerpt, log_tail, text_lines

LAST_LINES = 4  # of a log that stand first
MAX_SIBLINGS = 5  # failed jobs of one rule that are named
MAX_COMMAND = 1000  # characters of a shell command that are shown
MAX_WILDCARDS = 80  # characters of them in a line
MAX_SECTION = 2900  # characters of one block; Slack's limit is 3,000
MAX_PART = 2000  # characters of error and command as they are sent, where escapes count
MAX_LOG = 6000  # the same of the log; Slack takes some 12,000 characters of blocks in all
OURS = "slack-wrapper: error"  # what an error of one of our steps begins with
FOLDED = "Command, log, run again"


@dataclass(frozen=True)
class Card:
    """One card.

    Args:
        title: which jobs, in one line of mrkdwn.
        error: the last lines of what was said, as a code block; may be empty.
        facts: exit code and log, in one line; may be empty.
        details: command, log, how to run it again: mrkdwn each.
    """

    title: str
    error: str
    facts: str
    details: Sequence[str]

    def text(self) -> str:
        """Return all of it as one text."""
        return "\n".join([self.title, *filter(None, (self.error, self.facts)), *self.details])

    def blocks(self, *, folded: bool = False) -> list[dict[str, Any]]:
        """Return what stands below the title.

        Args:
            folded: whether the details are behind a fold, in a block that not every Slack knows.
        """
        first = [_section(part) for part in filter(None, (self.error, self.facts))]
        rest = [_section(part) for text in self.details for part in split(text, MAX_SECTION)]
        if folded and rest:
            return [*first, fold(rest)]
        return [*first, *rest]


def fold(blocks: Sequence[dict[str, Any]], title: str = FOLDED) -> dict[str, Any]:
    """Return blocks, ten at most, behind a fold that is closed at first.

    https://docs.slack.dev/reference/block-kit/blocks/container-block
    """
    return {
        "type": "container",
        "title": {"type": "plain_text", "text": title},
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": list(blocks)[:10],
    }


def unfolded(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return blocks without folds, for a Slack that does not know them."""
    return [
        inner
        for block in blocks
        for inner in (block["child_blocks"] if block.get("type") == "container" else (block,))
    ]


def card(
    jobs: Sequence[FailedJob], more: int = 0, *, excerpt: bool = True, again: Again = plain
) -> Card:
    """Return the card of jobs of one rule, with the log of the first.

    Args:
        jobs: at least one.
        more: jobs that failed too and are not among them.
        excerpt: whether the log is shown.
        again: tells how to run targets again.
    """
    first = jobs[0]
    details = []
    if first.command and not _ours(first):
        command = f"command:\n{foreign.block(_shown(first.command))}"
        details += [shorten(command, MAX_PART)]
    if not first.logs:
        details += [] if _ours(first) else ["no log: the rule names none"]
    elif excerpt and not _is_whole(first):
        log = f"log {foreign.code(first.logs[0])}:\n{foreign.block(log_excerpt(first.logs[0]))}"
        details += [shorten(log, MAX_LOG)]
    details += [_run_again(jobs, again)]
    return Card(
        title=_title(jobs, more),
        error=_error(first) if excerpt else "",
        facts=_facts(first),
        details=details,
    )


def named(job: FailedJob, *, quotes: bool = True) -> str:
    """Return one failed job and what went wrong, for a line: `call sample=C (exit 137): …`.

    Args:
        job: the job.
        quotes: whether its log may be quoted.
    """
    which = " ".join(part for part in (job.rule, described(job)) if part)
    which = foreign.shown(shorten(redact(which), MAX_WILDCARDS, plain=True))
    code = f" (exit {job.exit_code})" if job.exit_code else ""
    said = what_went_wrong(job if quotes or _ours(job) else replace(job, logs=(), error=""))
    return f"{which}{code}: {foreign.shown(said)}" if said else f"{which}{code}"


def what_went_wrong(job: FailedJob) -> str:
    """Return why a job failed, in one line, redacted; empty when nothing tells.

    It is in its log. Of a job without one, what Snakemake or our own step has said is known.
    """
    if _ours(job):
        return error_line(text_lines(job.error.removeprefix(OURS).lstrip(": "))[:1])
    lines = log_tail(job.logs[0]) if job.logs else []
    if lines or job.exit_code:
        return error_line(lines, job.exit_code)
    return error_line(text_lines(job.error))


def described(job: FailedJob) -> str:
    """Return a job's wildcards as one line."""
    return ", ".join(f"{name}={value}" for name, value in job.wildcards.items())


def duration(seconds: float) -> str:
    """Return seconds as people say them."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _title(jobs: Sequence[FailedJob], more: int) -> str:
    first, count = jobs[0], len(jobs) + more
    which = [foreign.shown(described(job)) for job in jobs[:MAX_SIBLINGS] if job.wildcards]
    rest = f" and {count - MAX_SIBLINGS} more" if count > MAX_SIBLINGS else ""
    title = f"*{foreign.shown(first.rule)}*" + (f" ({count} jobs)" if count > 1 else "")
    return title + (f": {'; '.join(which)}{rest}" if which else "") + _attempt(first)


def _error(job: FailedJob) -> str:
    lines = [] if _ours(job) or not job.logs else log_tail(job.logs[0])
    lines = lines[-LAST_LINES:] or text_lines(job.error)[: 2 * LAST_LINES]
    told = "\n".join(line for line in lines if line.strip())
    return shorten(foreign.block(told), MAX_PART) if told else ""


def _run_again(jobs: Sequence[FailedJob], again: Again) -> str:
    """Return the command that runs the first of some failed jobs again, for pasting."""
    how = again([job.outputs[0] if job.outputs else job.rule for job in jobs[:MAX_SIBLINGS]])
    note = f" ({foreign.shown(redact(how.note)).strip('()')})" if how.note else ""
    command = f"\n{foreign.block(redact(how.command))}" if how.command else ""
    return f"run again{note}:{command}"


def _is_whole(job: FailedJob) -> bool:
    """Whether the last lines of a log are all of it, so that it need not be shown again."""
    return _read(job.logs[0]) == log_tail(job.logs[0])[-LAST_LINES:]


def _read(path: str) -> list[str]:
    return [line for line in log_excerpt(path).split("\n") if line]


def _facts(job: FailedJob) -> str:
    parts = []
    if job.exit_code:
        meaning = MEANINGS.get(job.exit_code)
        parts.append(f"exit code {job.exit_code}" + (f": {meaning}" if meaning else ""))
    if job.logs:
        parts.append(f"log {foreign.code(redact(job.logs[0]))}")
    return " · ".join(parts)


def _ours(job: FailedJob) -> bool:
    """Whether a step of ours has failed, whose own error says more than its command."""
    return job.error.startswith(OURS)


def _attempt(job: FailedJob) -> str:
    if job.attempts <= 1 and job.attempt <= 1:
        return ""
    of = f" of {job.attempts}" if job.attempts else ""
    return f", attempt {job.attempt}{of}"


def _shown(command: str) -> str:
    lines = [line.rstrip() for line in redact_log(command).strip("\n").split("\n")]
    text = textwrap.dedent("\n".join(lines))
    return shorten(text, MAX_COMMAND, mark=" …", plain=True)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}

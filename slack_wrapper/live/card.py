"""What is said of the failures of one rule, or of the attempts that were made again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

from slack_wrapper.client.updates import Living
from slack_wrapper.common import foreign
from slack_wrapper.live import render
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.notify import Log
from slack_wrapper.live.render import Shown
from slack_wrapper.live.snapshot import Snapshot
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.model.run_again import Again, plain
from slack_wrapper.report import failure_card
from slack_wrapper.session import step_errors
from slack_wrapper.spool.progress import Progress

RENEW = 5.0  # seconds between two changes of one card
MAX_NAMED = 50  # failed jobs of one rule that are kept to be named
MAX_LOGS = 3  # logs of one rule that are posted as files


@dataclass
class Card:
    """The card of one rule: of its failures, or of the attempts that were made again.

    Args:
        final: whether its jobs failed for good.
        notifies: whether it is the one that tells people of the run's failure.
        jobs: the first of them.
        more: how many others.
        progress: of its message.
        living: its message, once it is there.
        said: how many jobs the message tells of.
        said_at: when it was changed last, monotonic.
        logs: logs that are still to be posted as files.
        logged: logs that were.
        unclear: it may be in the thread or not; it is left alone.
        mention: markup of who is mentioned, after a blank.
        extras: blocks that the policy adds.
        shown: what was posted last, or is on its way.
        again: tells how to run targets again.
    """

    final: bool
    notifies: bool = False
    jobs: list[FailedJob] = field(default_factory=list)
    more: int = 0
    progress: Progress = field(default_factory=Progress)
    living: Living | None = None
    said: int = 0
    said_at: float = 0.0
    logs: list[str] = field(default_factory=list)
    logged: int = 0
    unclear: bool = False
    mention: str = ""
    extras: list[dict[str, Any]] = field(default_factory=list)
    shown: Shown | None = None
    again: Again = plain

    @property
    def count(self) -> int:
        """How many failures it is about."""
        return len(self.jobs) + self.more

    @property
    def in_doubt(self) -> bool:
        """Whether it was posted and nobody knows yet what has become of it."""
        return self.living is None and self.progress.unclear

    @property
    def is_left(self) -> bool:
        """Whether there is something that its message does not tell."""
        return self.said < self.count and not (self.unclear or self.in_doubt)

    def add(self, job: FailedJob, *, with_log: bool) -> None:
        """Take a further failure; of a step of ours, with what it has said."""
        said = step_errors.of(job.outputs[0]) if job.outputs else ""
        job = replace(job, error=said) if said else job
        if len(self.jobs) < MAX_NAMED:
            self.jobs.append(job)
        else:
            self.more += 1
        if with_log and self.final and self.logged < MAX_LOGS:
            self.logs += job.logs[:1]
            self.logged += 1

    def is_due(self, *, last: bool) -> bool:
        """Whether it is to be posted or changed now."""
        if self.said == self.count or self.unclear:
            return False
        return self.living is None or last or time.monotonic() - self.said_at >= RENEW

    def begin_anew(self) -> None:
        """Go on in another message with what the one that cannot be changed does not tell."""
        told = min(self.said, len(self.jobs))
        self.jobs, self.more = self.jobs[told:], self.more - (self.said - told)
        self.progress, self.living, self.said, self.shown = Progress(), None, 0, None

    def headline(self, run: Snapshot, facts: Facts) -> str:
        """Return its first line, which is its notification."""
        if not self.final:
            return (
                f":arrows_counterclockwise: *{foreign.shown(facts.name)}* tries again: "
                f"{failure_card.named(self.jobs[0], quotes=facts.quotes)}"
            )
        if not self.notifies:
            run = replace(run, first=self.jobs[0], failed=self.count)
        return render.failing(run, facts)

    def draw(self, run: Snapshot, facts: Facts, log: Log) -> Shown:
        """Return what it says; while its message is in doubt, what that was to say."""
        if self.in_doubt and self.shown:
            return self.shown
        card = self._card(log)
        text = self.headline(run, facts) + self.mention
        first = [_section(part) for part in (text, f"failed: {card.title}")]
        if not self.final:
            first[1] = _section(f"tried again: {card.title}")
        blocks = [*first, *card.blocks(folded=True), *self.extras, *render.button(facts.page)]
        self.shown = Shown(text, blocks=blocks)
        return self.shown

    def text(self, log: Log) -> str:
        """Return all of it as one text, for the outbox."""
        word = ":x: failed" if self.final else ":arrows_counterclockwise: tried again"
        return f"{word}: {self._card(log).text()}"

    def _card(self, log: Log) -> failure_card.Card:
        excerpt = log is not Log.NONE
        return failure_card.card(self.jobs, self.more, excerpt=excerpt, again=self.again)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}

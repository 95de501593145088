"""What stands in the thread of a run: one card a rule that fails, logs, notes of progress."""

from __future__ import annotations

import contextlib
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from slack_wrapper.client.closed import uneditable, unthreadable
from slack_wrapper.client.updates import Living
from slack_wrapper.common.redact import redact
from slack_wrapper.errors import SlackAmbiguous, SlackRefused, SlackWrapperError
from slack_wrapper.live import render
from slack_wrapper.live.channel import Line
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.run_state import Ending, Failure, Snapshot, Story
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.model.run_again import Again, plain
from slack_wrapper.report import failure_card
from slack_wrapper.report.log_copy import copy_of_log
from slack_wrapper.spool.progress import Progress

SETTLED = 1.0  # seconds for which a failure waits for others of its rule
RENEW = 5.0  # seconds between two changes of one card
MAX_NAMED = 50  # failed jobs of one rule that are kept to be named
MAX_LOGS = 3  # logs of one rule that are posted as files


@dataclass
class Card:
    """The card of one rule: of its failures, or of the attempts that were made again.

    Args:
        final: whether its jobs failed for good.
        again: tells how to run targets again.
        jobs: the first of them.
        more: how many others.
        progress: of its message.
        living: its message, once it is there.
        said: how many jobs the message tells of.
        said_at: when it was changed last, monotonic.
        logs: logs that are still to be posted as files.
        logged: logs that were.
        unclear: it may be in the thread or not; it is left alone.
    """

    final: bool
    again: Again = plain
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

    @property
    def count(self) -> int:
        """How many failures it is about."""
        return len(self.jobs) + self.more

    @property
    def in_doubt(self) -> bool:
        """Whether it was posted and nobody knows yet what has become of it."""
        return self.living is None and self.progress.unclear

    def begin_anew(self) -> None:
        """Go on in another message with what the one that cannot be changed does not tell."""
        told = min(self.said, len(self.jobs))
        self.jobs, self.more = self.jobs[told:], self.more - (self.said - told)
        self.progress, self.living, self.said = Progress(), None, 0

    def text(self) -> str:
        """Return what it says."""
        head = ":x: failed" if self.final else ":arrows_counterclockwise: tried again"
        lead = f"{self.mention} {head}" if self.mention else head
        return f"{lead}: {failure_card.card(self.jobs, self.more, again=self.again)}"


class Replies:
    """Writes into the thread of a run.

    Args:
        line: to Slack.
        settings: of the live message.
        key: of the root, of which the keys of its replies are made.
        again: tells how to run targets of the run again.
    """

    def __init__(self, line: Line, settings: LiveSettings, key: str, again: Again = plain) -> None:
        self._line, self._settings, self._key, self._again = line, settings, key, again
        self.root: Living | None = None
        self._in_channel = not line.editable  # the thread takes no replies
        self._cards: dict[tuple[str, bool], Card] = {}
        self._mentioned = False
        self._noted = time.monotonic()

    def say(self, story: Story, run: Snapshot, facts: Facts, *, last: bool = False) -> None:
        """Bring the thread up to date; at the last call, all of it.

        Raises:
            SlackWrapperError: Slack did not take it; the next call goes on with what is left.
        """
        self._collect(story)
        refused = [error for card in list(self._cards.values()) if (error := self._try(card, last))]
        for card in self._cards.values():
            self._post_logs(card)
        every = self._settings.progress_every
        if last:
            self._tell_end(run, facts)
        elif every and time.monotonic() - self._noted >= every:
            self._noted = time.monotonic()
            self._reply(render.note(run, facts))
        if refused:
            raise refused[0]

    def _try(self, card: Card, last: bool) -> SlackRefused | None:
        """Bring a card up to date; return why Slack does not take it, which is no other's fault."""
        if self._due(card, last):
            try:
                self._show(card)
            except SlackRefused as refused:
                return refused
        return None

    def left(self, story: Story) -> list[str]:
        """Return the texts of what is not in the thread, for elsewhere."""
        self._collect(story)
        return [
            card.text()
            for card in self._cards.values()
            if card.said < card.count and not (card.unclear or card.in_doubt)
        ]

    def in_doubt(self) -> list[tuple[str, Progress]]:
        """Return the cards that may be in the thread, with what is known of their posts."""
        return [(card.text(), card.progress) for card in self._cards.values() if card.in_doubt]

    def _collect(self, story: Story) -> None:
        for failure in story.untold(settled_for=SETTLED):
            card = self._card(failure)
            if len(card.jobs) < MAX_NAMED:
                card.jobs.append(failure.job)
            else:
                card.more += 1
            if self._settings.log_files and card.final and card.logged < MAX_LOGS:
                card.logs += failure.job.logs[:1]
                card.logged += 1

    def _card(self, failure: Failure) -> Card:
        final = failure.final is not False
        return self._cards.setdefault((failure.job.rule, final), Card(final, self._again))

    def _due(self, card: Card, last: bool) -> bool:
        if card.said == card.count or card.unclear:
            return False
        return card.living is None or last or time.monotonic() - card.said_at >= RENEW

    def _show(self, card: Card) -> None:
        assert self.root is not None
        if card.final and not self._mentioned:
            card.mention = self._mentions()
            self._mentioned = True
        count = card.count
        try:
            if card.living is None:
                card.living = self._say(render.Shown(card.text()), card.progress)
            else:
                self._line.update(card.living, render.Shown(card.text()))
        except SlackAmbiguous as error:
            # The root tells of the failure in any case.
            card.unclear = error.again_in is None
            return
        except SlackRefused as refused:
            if card.living is None or not uneditable(refused):
                raise
            card.begin_anew()
            self._show(card)
            return
        card.said, card.said_at = count, time.monotonic()

    def _say(self, shown: render.Shown, progress: Progress) -> Living:
        """Post into the thread, or into the channel if the thread takes no replies."""
        assert self.root is not None
        progress.thread = None if self._in_channel else self.root.posted.ts
        try:
            return self._line.post(shown, progress)
        except SlackRefused as refused:
            if not (progress.thread and unthreadable(refused)):
                raise
        self._in_channel, progress.thread = True, None
        return self._line.post(shown, progress)

    def _post_logs(self, card: Card) -> None:
        assert self.root is not None
        root = None if self._in_channel else self.root.posted.ts
        while card.logs:
            log = card.logs.pop(0)
            with contextlib.suppress(SlackWrapperError, OSError):  # it is on the disk all the same
                self._post_log(log, root)

    def _post_log(self, log: str, thread: str | None) -> None:
        with tempfile.TemporaryDirectory(prefix="slack-wrapper-log-") as folder:
            copy = Path(folder) / Path(log).name
            copy_of_log(Path(log), copy)
            self._line.file(copy, redact(log), Path(log).name, thread)

    def _tell_end(self, run: Snapshot, facts: Facts) -> None:
        """Mention people of a run that failed without a failed job: nothing else would."""
        if run.ending is Ending.FAILED and not self._mentioned:
            names = self._mentions()
            self._mentioned = True
            if names:
                self._reply(f"{names} {render.headline(run, facts)}")

    def _reply(self, text: str) -> None:
        self._say(render.Shown(text), Progress())

    def _mentions(self) -> str:
        hours = self._settings.quiet_hours
        if not self._settings.mention or (hours and hours.until(time.time()) is not None):
            return ""
        return self._line.mentions(self._settings.mention)

"""What stands in the thread of a run: one card a rule that fails, logs, notes, the end's note.

The first card of a failure, or the note of the end, is the one message that notifies: it is shown
in the channel too, and mentions people. Nothing else here does.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

from slack_wrapper.client.closed import uneditable, unthreadable
from slack_wrapper.client.updates import Living
from slack_wrapper.common.redact import redact
from slack_wrapper.errors import SlackAmbiguous, SlackRefused, SlackWrapperError
from slack_wrapper.live import render
from slack_wrapper.live.card import Card
from slack_wrapper.live.channel import Line
from slack_wrapper.live.end_note import EndNote
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.notify import Log
from slack_wrapper.live.render import Shown
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.snapshot import Ending, Failure, Snapshot
from slack_wrapper.model.run_again import Again, plain
from slack_wrapper.report.log_copy import copy_of_log
from slack_wrapper.spool.progress import Progress

SETTLED = 1.0  # seconds for which a failure waits for others of its rule


class Replies:
    """Writes into the thread of a run.

    Args:
        line: to Slack.
        settings: of the live message.
        note: composes what the end says.
        again: tells how to run targets of the run again.

    Attributes:
        root: the message that is replied to; None: the first message that is posted here.
        notified: people have been told of the run's end, or of its failure.
    """

    def __init__(
        self, line: Line, settings: LiveSettings, note: EndNote, again: Again = plain
    ) -> None:
        self._line, self._settings, self._note, self._again = line, settings, note, again
        self.root: Living | None = None
        self.notified = False
        self._in_channel = not line.editable  # the thread takes no replies
        self._cards: dict[tuple[str, bool], Card] = {}
        self._noted = time.monotonic()
        self._stalled = False  # and the thread says so
        self._end = Progress()  # of the end's note
        self._ended: Shown | None = None  # that note

    def say(self, story: Story, run: Snapshot, facts: Facts, *, last: bool = False) -> None:
        """Bring the thread up to date; at the last call, all of it.

        Raises:
            SlackWrapperError: Slack did not take it; the next call goes on with what is left.
        """
        self._collect(story)
        cards = list(self._cards.values())
        refused = [error for card in cards if (error := self._try(card, run, facts, last))]
        for card in cards:
            self._post_logs(card)
        if last:
            self._tell_end(run, facts)
        else:
            self._tell_progress(run, facts)
        if refused:
            raise refused[0]

    def left(self, story: Story) -> list[str]:
        """Return the texts of what is not in the thread, for elsewhere."""
        self._collect(story)
        return [card.text(self._log) for card in self._cards.values() if card.is_left]

    def hand_over(self, story: Story) -> list[str]:
        """Return the texts of what is not in the thread, which somebody else now says."""
        texts = self.left(story)
        for card in self._cards.values():
            card.said = card.count
        return texts

    def in_doubt(self) -> list[tuple[Shown, Progress, bool]]:
        """Return what may be in the thread, what is known of its post, whether it is broadcast."""
        found = [
            (card.shown, card.progress, card.notifies)
            for card in self._cards.values()
            if card.in_doubt and card.shown
        ]
        if self._ended and self._end.unclear:
            found.append((self._ended, self._end, True))
        return found

    @property
    def left_notifies(self) -> bool:
        """Whether the card that tells people is among what is not in the thread."""
        wanted = self._settings.notify.failure.broadcast
        return wanted and any(card.notifies and card.is_left and not card.said
                              for card in self._cards.values())  # fmt: skip

    def missing_end(self, run: Snapshot) -> bool:
        """Whether nothing has told people of the end, as the policy wants it, or is about to."""
        return self._note.is_due(run) and not self.notified and not self._end.unclear

    @property
    def _log(self) -> Log:
        return self._settings.notify.failure.log

    def _collect(self, story: Story) -> None:
        wanted = self._settings.notify.failure.on
        for failure in story.untold(settled_for=SETTLED):
            if wanted:
                self._card(failure).add(failure.job, with_log=self._log is Log.FILE)

    def _card(self, failure: Failure) -> Card:
        final = failure.final is not False
        return self._cards.setdefault((failure.job.rule, final), Card(final, again=self._again))

    def _try(self, card: Card, run: Snapshot, facts: Facts, last: bool) -> SlackRefused | None:
        """Bring a card up to date; return why Slack does not take it, which is no other's fault."""
        if card.is_due(last=last) or (last and self._says_less(card, run, facts)):
            try:
                self._show(card, run, facts)
            except SlackRefused as refused:
                return refused
        return None

    def _says_less(self, card: Card, run: Snapshot, facts: Facts) -> bool:
        """Whether the card of the run's failure was posted before the run had ended."""
        if not (card.notifies and card.living and card.shown):
            return False
        return card.shown.text != card.headline(run, facts) + card.mention

    def _show(self, card: Card, run: Snapshot, facts: Facts) -> None:
        if card.final and card.living is None and not self.notified:
            self._let_notify(card, run, facts)
        count, shown = card.count, card.draw(run, facts, self._log)
        try:
            if card.living is None:
                broadcast = card.notifies and self._settings.notify.failure.broadcast
                card.living = self.post(shown, card.progress, broadcast=broadcast)
            else:
                self._line.update(card.living, shown)
        except SlackAmbiguous as error:
            # The root tells of the failure in any case.
            card.unclear = error.again_in is None
            return
        except SlackRefused as refused:
            if card.living is None or not uneditable(refused):
                raise
            card.begin_anew()
            if card.count:
                self._show(card, run, facts)
            return
        card.said, card.said_at = count, time.monotonic()

    def _let_notify(self, card: Card, run: Snapshot, facts: Facts) -> None:
        """Make a card the one that tells people, unless it is too early, or a quiet hour."""
        if not self._note.notifies(run) or self._line.later.is_quiet:
            return
        card.mention = self._note.mentions(run)
        card.notifies = self.notified = True
        card.extras = self._note.extras(run, facts)

    def post(
        self, shown: Shown, progress: Progress, *, broadcast: bool = False, beside: bool = False
    ) -> Living:
        """Post into the thread, or into the channel if the thread takes no replies.

        Args:
            shown: what is said.
            progress: of its message.
            broadcast: whether a reply is shown in the channel too.
            beside: whether it goes to the channel in any case.

        Raises:
            SlackWrapperError: see `Line.post`.
        """
        thread = self.root.posted.ts if self.root and not (self._in_channel or beside) else None
        progress.thread = thread
        try:
            living = self._line.post(shown, progress, broadcast=broadcast)
        except SlackRefused as refused:
            if not (thread and unthreadable(refused)):
                raise
            self._in_channel, progress.thread = True, None
            living = self._line.post(shown, progress)
        if self.root is None:
            self.root = living
        return living

    def _post_logs(self, card: Card) -> None:
        root = None if self._in_channel or self.root is None else self.root.posted.ts
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
        """Tell people of the end, once, if no card has."""
        if self.notified or not self._note.is_due(run):
            return
        self._ended = self._ended or self._note.shown(run, facts)
        loud = self._note.notifies(run) and self._note.event(run).broadcast
        if self._line.later.is_quiet:
            self._line.later.schedule(self._note.request(self._ended, broadcast=loud))
            self._ended = None
        else:
            self.post(self._ended, self._end, broadcast=loud)
        self.notified = True

    def _tell_progress(self, run: Snapshot, facts: Facts) -> None:
        every, limit = self._settings.progress_every, self._settings.notify.stalled
        if self.root is None or self._in_channel:
            return
        if every and time.monotonic() - self._noted >= every:
            self._noted = time.monotonic()
            self.post(Shown(render.note(run, facts)), Progress())
        if limit and run.idle >= limit and run.ending is Ending.RUNNING and not self._stalled:
            self._stalled = True
            self.post(Shown(render.stalled(run, facts)), Progress())
        self._stalled = self._stalled and run.idle >= limit

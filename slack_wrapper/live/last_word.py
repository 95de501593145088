"""How a run ended, said once: by a change of its message, by one of its own, or by the outbox.

Two threads may come to it: the one that shows the run, and the one that ends it and has waited long
enough. Whoever is first has the last word.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.errors import LedgerUnusable, SlackAmbiguous, SlackWrapperError
from slack_wrapper.live import render
from slack_wrapper.live.channel import Line
from slack_wrapper.live.end_note import EndNote
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.pauses import Pauses, warn
from slack_wrapper.live.render import Shown
from slack_wrapper.live.root import Root
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.snapshot import Snapshot
from slack_wrapper.live.thread import Replies
from slack_wrapper.model.request import WARN
from slack_wrapper.sending.run_threads import PENDING
from slack_wrapper.spool.progress import Progress

BATCH = 10  # files of one message


class LastWord:
    """Says how one run ended.

    Args:
        story: of the run.
        line: to Slack.
        root: the run's message.
        replies: its thread.
        note: composes what notifies people.
        pauses: know why Slack is not asked at the moment.
    """

    def __init__(
        self,
        story: Story,
        line: Line,
        *,
        root: Root,
        replies: Replies,
        note: EndNote,
        pauses: Pauses,
    ) -> None:
        self._story, self._line, self._root = story, line, root
        self._replies, self._note, self._pauses = replies, note, pauses
        self._own = Progress()  # of a message of its own that says how the run ended
        self._own_shown: Shown | None = None
        self._beneath = False  # it goes into the thread
        self._telling = False  # that message is on its way
        self._guard = threading.Lock()
        self._concluded = False
        self._waits = ""  # key of the summary that waits in the outbox

    def say(self, run: Snapshot, facts: Facts) -> None:
        """Say how the run ended.

        Raises:
            SlackWrapperError: it is not said; see `give_over`.
        """
        self._root.show(run, facts)
        if not self._root.tells_end and self._note.settings.notify.start:
            self._tell(run, facts)
        self._conclude()
        try:
            self._replies.say(self._story, run, facts, last=True)
        except SlackWrapperError as error:
            self._leave_replies(error, run, facts)
        self._leave_doubtful()
        self._root.react(run.ending, to=self._replies.root if self._line.editable else None)
        self._root.forget()

    def give_over(self, reason: str, facts: Facts | None) -> None:
        """Let the summary wait in the outbox, and leave the message to the next run.

        Args:
            reason: why it was not said.
            facts: of the run; None when nobody has asked for them yet.
        """
        if not self._conclude():
            return
        run, facts = self._story.snapshot(), facts or Facts("the workflow", "", "", "")
        shown = render.run(run, facts)
        self._root.leave(run, shown)
        silent = not self._note.settings.notify.start and not self._note.is_due(run)
        if self._telling and self._own_shown:  # whoever delivers it looks for it first
            self._own.unclear = True
            summary = Shown(self._own_shown.text)
            self._queue(self._own, reason, "the run's summary", shown=summary)
            self._queue_left(run, facts, f"{PENDING}{self._own.key}", reason)
        elif not silent:
            self._queue_summary(run, facts, shown, reason)
        self._leave_doubtful()

    def post_files(self, patience: Any) -> None:
        """Post the files of the end into the thread; they wait in the outbox where that fails."""
        files, self._note.files = self._note.files, []
        root = self._replies.root.posted.ts if self._replies.root else None
        waits = f"{PENDING}{self._waits}" if self._waits else None
        thread = (self._root.thread or root or waits) if self._line.editable else None
        if not self._line.editable:
            if files:
                warn("an incoming webhook cannot post files: slack.notify leaves them out")
            return
        for start in range(0, len(files), BATCH):
            self._keep(files[start : start + BATCH], thread)
        self._line.later.deliver(warn, patience)

    def _keep(self, files: Sequence[LocalFile], thread: str | None) -> None:
        try:
            self._line.later.queue_files(files, thread)
        except LedgerUnusable as error:
            warn(f"files of the run's end are not posted: {error}")

    def _tell(self, run: Snapshot, facts: Facts) -> None:
        """Say how the run ended in a message of its own, which notifies by itself."""
        quiet = self._line.later.is_quiet
        if self._own_shown is None:
            # The channel may know by a card already; then the summary stands below it.
            self._beneath = self._replies.notified and self._root.living is not None
        shown = self._own_shown or self._summary(run, facts, mention=not quiet)
        with self._guard:
            if self._concluded:  # it waits in the outbox already
                return
            self._telling, self._own_shown = not quiet, shown
        if quiet:
            text = "\n\n".join([shown.plain, *self._replies.hand_over(self._story)])
            names = self._note.names(run)
            self._line.later.schedule(
                self._line.later.request(text, mention=names, mention_missing=WARN)
            )
            return
        try:
            told = self._replies.post(shown, self._own, beside=not self._beneath)
        except SlackAmbiguous:
            raise  # it may be there: whoever tells it elsewhere has to look first
        except SlackWrapperError:
            self._telling = False
            raise
        if self._replies.root is None:
            self._replies.root = told

    def _summary(self, run: Snapshot, facts: Facts, *, mention: bool) -> Shown:
        """Return the run's message as one that notifies, unless a card has done so."""
        shown = render.run(run, facts)
        if self._replies.notified or not self._note.event(run).on:
            return shown
        people = self._note.mentions(run) if mention else ""
        self._replies.notified = True
        bar = dict(shown.attachments[0])
        bar["blocks"] = [*bar["blocks"][:2], *self._note.extras(run, facts), *bar["blocks"][2:]]
        return Shown(shown.text + people, [bar], shown.plain.replace("\n", f"{people}\n", 1))

    def _conclude(self) -> bool:
        """Take the last word; False when somebody has had it."""
        with self._guard:
            first, self._concluded = not self._concluded, True
        return first

    def _queue_summary(self, run: Snapshot, facts: Facts, shown: Shown, reason: str) -> None:
        """Let the summary wait, with what else is not said, in the thread where there is one."""
        text = "\n\n".join([shown.plain, *self._replies.left(self._story)])
        progress = Progress(thread=self._root.thread if self._root.tells_end else None)
        self._waits = progress.key
        untold = not self._replies.notified or self._replies.left_notifies
        loud = untold and self._note.notifies(run)
        due = not self._replies.notified and self._note.is_due(run)
        extras = self._note.extras(run, facts) if due else []
        broadcast = loud and self._note.event(run).broadcast
        names = self._note.names(run) if untold else ()
        what = "the run's summary"
        whole = Shown(text, blocks=[{}, *extras])
        self._queue(progress, reason, what, broadcast=broadcast, mention=names, shown=whole)

    def _leave_replies(self, error: SlackWrapperError, run: Snapshot, facts: Facts) -> None:
        """Let what the thread has not got wait in the outbox."""
        self._pauses.met(error)
        if self._replies.missing_end(run):
            shown = self._note.shown(run, facts, mention=False)
            loud = self._note.notifies(run) and self._note.event(run).broadcast
            self._queue(
                Progress(thread=self._root.thread),
                self._pauses.reason,
                "the note of its end",
                broadcast=loud,
                mention=self._note.names(run),
                shown=shown,
            )
        self._queue_left(run, facts, self._root.thread, self._pauses.reason)

    def _queue_left(self, run: Snapshot, facts: Facts, thread: str | None, reason: str) -> None:
        parts = self._replies.left(self._story)
        if not parts:
            return
        loud = self._replies.left_notifies
        parts = [render.headline(run, facts), *parts] if loud else parts
        self._queue(
            Progress(thread=thread if self._line.editable else None),
            reason,
            "what failed",
            broadcast=loud,
            mention=self._note.names(run) if loud else (),
            shown=Shown("\n\n".join(parts)),
        )

    def _leave_doubtful(self) -> None:
        """Let the outbox find out what has become of what may be in the thread."""
        for shown, progress, broadcast in self._replies.in_doubt():
            why = "Slack did not answer clearly"
            what = "a failure's card"
            self._queue(progress, why, what, broadcast=broadcast, shown=shown)

    def _queue(
        self,
        progress: Progress,
        reason: str,
        what: str,
        *,
        broadcast: bool = False,
        mention: tuple[str, ...] = (),
        shown: Shown,
    ) -> None:
        later = self._line.later
        request = self._note.request(shown, broadcast=broadcast, mention=mention)
        try:
            if later.queue(request, progress, reason):
                warn(f"{reason}: {what} waits in the outbox; slack-wrapper flush sends it")
            else:
                warn(f"{reason}: {what} is given up, as on_failure is warn")
        except LedgerUnusable as error:
            warn(str(error))

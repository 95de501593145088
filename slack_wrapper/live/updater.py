"""The thread that keeps the message of a run up to date.

Nothing here is allowed to touch the run: whatever happens ends in one warning at most. While Slack
does not answer, states pile up nowhere: the next message says the newest one.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from slack_wrapper.client.closed import DELETED, uneditable
from slack_wrapper.client.updates import Living
from slack_wrapper.common.budget import Budget, while_heard
from slack_wrapper.errors import (
    LedgerUnusable,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackWrapperError,
)
from slack_wrapper.live import render
from slack_wrapper.live.cadence import Cadence
from slack_wrapper.live.channel import Line
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.pauses import Pauses, warn
from slack_wrapper.live.render import EMOJI
from slack_wrapper.live.run_mark import RunMark
from slack_wrapper.live.run_state import Ending, Snapshot, Story
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.thread import Replies
from slack_wrapper.model.run_again import Again, plain
from slack_wrapper.spool.progress import Progress

DEADLINE = 15.0  # seconds for which the end of a run waits for its message at most
LOOK = 1.0  # seconds between two looks whether something has changed


@dataclass(frozen=True)
class Watched:
    """What the thread has to do with the run, besides its records.

    Args:
        refresh: brings the story up to what Snakemake itself counts.
        alive: whether records may still come.
        no_root: called when it is clear that no message will be there to reply to.
        again: tells how to run targets of the run again.
        patience: what waiting for a silent Slack may cost the end of the run; None: `DEADLINE`.
    """

    refresh: Callable[[], None] = lambda: None
    alive: Callable[[], bool] = lambda: True
    no_root: Callable[[], None] = lambda: None
    again: Again = plain
    patience: Budget | None = None


class Updater:
    """Shows one run.

    Args:
        story: of the run.
        facts: asked for in the thread, as git may take a while.
        line: to Slack.
        settings: of the message.
        watched: the run itself.
    """

    def __init__(
        self,
        story: Story,
        facts: Callable[[], Facts],
        line: Line,
        settings: LiveSettings,
        watched: Watched,
    ) -> None:
        self._story, self._line, self._settings = story, line, settings
        self._ask_facts, self._watched = facts, watched
        self._facts: Facts | None = None
        self._root: Living | None = None
        self._fixed = False  # the message is there and can no longer be changed
        self._progress = Progress()
        self._last = Progress()  # of a message of its own that says how the run ended
        self._telling = False  # that message is on its way
        self._replies = Replies(line, settings, self._progress.key, watched.again)
        self._mark = RunMark(line, settings, self._progress.key)
        self._cadence = Cadence()
        self._reaction = ""
        self._may_react = line.editable
        self._pauses = Pauses()
        self._end = threading.Event()
        self._ready = threading.Event()  # an interrupted join would take the thread for dead
        self._last_word = threading.Lock()
        self._concluded = False
        self._owner = os.getpid()
        self._thread = threading.Thread(target=self._run, daemon=True, name="slack-live")

    def start(self) -> None:
        """Begin to show the run."""
        self._thread.start()

    def close(self, deadline: float = DEADLINE) -> None:
        """Say how the run ended; takes no longer than the deadline. Calling it again is harmless.

        What could not be said by then waits in the outbox.
        """
        if os.getpid() != self._owner:  # a fork of ours has another life
            return
        self._story.over()
        self._line.hurry = True
        self._end.set()
        with contextlib.suppress(KeyboardInterrupt):  # asked to stop while stopping: do not wait
            while_heard(self._ready.wait, deadline, self._watched.patience)
        if not self._ready.is_set():
            self._give_over("Slack took too long")

    def _run(self) -> None:
        try:
            while not self._ended():
                if self._due():
                    self._guarded(self._say)
                self._end.wait(LOOK)
            self._finish()
        except Exception as error:  # noqa: BLE001 - a message must never disturb a run
            warn(f"the Slack logger failed: {type(error).__name__}: {error}")
        finally:
            self._watched.no_root()
            self._ready.set()

    def _ended(self) -> bool:
        if not self._end.is_set() and not self._watched.alive():
            self._story.over()  # Snakemake has stopped its logging without telling us
            self._line.hurry = True
            self._end.set()
        return self._end.is_set()

    def _due(self) -> bool:
        return time.time() >= self._story.began + self._settings.min_duration and self._pauses.over

    def _guarded(self, act: Callable[[], None]) -> bool:
        """Do something at Slack; False when it was not done, and is to be done later."""
        try:
            act()
        except SlackWrapperError as error:
            self._pauses.met(error)
            self._watched.no_root()  # no step waits for what may take long
            return False
        self._pauses.well()
        return True

    def _say(self) -> None:
        """Bring Slack up to date, as far as something has changed."""
        self._watched.refresh()
        snapshot = self._story.snapshot()
        if self._root is None:
            self._begin(snapshot)
            return
        if not self._line.editable:
            return  # what cannot be changed is said once, at the end
        if self._cadence.due(snapshot):
            self._show(snapshot)
        self._replies.say(self._story, snapshot, self._known())

    def _begin(self, snapshot: Snapshot) -> None:
        """Post the message, and put right what earlier runs have left."""
        self._mark.open(self._known().name, snapshot)
        draw = render.run if self._line.editable else render.started
        in_doubt = self._progress.unclear
        self._root = self._line.post(draw(snapshot, self._known()), self._progress)
        if self._line.editable:
            self._line.begin_thread(self._root)
        else:
            self._watched.no_root()
        self._replies.root = self._root
        # A message in doubt was there before, and says what was to be said then.
        self._cadence.said(None if in_doubt else snapshot)
        self._mark.note(self._root.posted, snapshot)
        self._react(Ending.RUNNING)
        self._mark.finish_orphans()
        self._line.flush()

    def _show(self, snapshot: Snapshot) -> None:
        """Change the message, as long as Slack lets us."""
        assert self._root is not None
        if self._fixed:
            return
        try:
            self._line.update(self._root, render.run(snapshot, self._known()))
        except SlackRefused as refused:
            if not uneditable(refused):
                raise
            self._fixed = True
            text = f"the run's message cannot be changed, its end will be another one: {refused}"
            self._pauses.tell(text, "fixed")
            return
        self._cadence.said(snapshot)
        self._mark.note(self._root.posted, snapshot)

    def _finish(self) -> None:
        """Say how the run ended, or leave that to the outbox and to the next run."""
        self._watched.refresh()
        snapshot = self._story.snapshot()
        if self._root is None and snapshot.elapsed < self._settings.min_duration:
            return
        hopeless = self._pauses.silent and self._root is None  # then it keeps nobody waiting
        if hopeless or not self._guarded(lambda: self._say_end(snapshot)):
            self._give_over(self._pauses.reason)

    def _say_end(self, snapshot: Snapshot) -> None:
        if self._root is not None and self._line.editable:
            self._show(snapshot)
        if self._root is None or self._fixed or not self._line.editable:
            self._tell_end(snapshot)
        self._conclude()
        try:
            self._replies.say(self._story, snapshot, self._known(), last=True)
        except SlackWrapperError as error:
            self._leave_replies(error)
        self._leave_doubtful()
        self._react(snapshot.ending)
        self._mark.remove()

    def _tell_end(self, snapshot: Snapshot) -> None:
        """Say how the run ended in a message of its own."""
        with self._last_word:
            if self._concluded:  # it waits in the outbox already
                return
            self._telling = True
        try:
            told = self._line.post(render.run(snapshot, self._known()), self._last)
        except SlackAmbiguous:
            raise  # it may be there: whoever tells it elsewhere has to look first
        except SlackWrapperError:
            self._telling = False
            raise
        if self._root is None:
            self._root = self._replies.root = told

    def _conclude(self) -> bool:
        """Take the last word; False when somebody has had it."""
        with self._last_word:
            first, self._concluded = not self._concluded, True
        return first

    def _give_over(self, reason: str) -> None:
        """Let the summary wait in the outbox, and leave the message to the next run."""
        if not self._conclude():
            return
        snapshot = self._story.snapshot()
        shown = render.run(snapshot, self._facts or Facts("the workflow", "", "", ""))
        parts = [shown.plain, *self._replies.left(self._story)]
        self._mark.leave(snapshot, shown)
        progress = Progress()
        if self._telling:  # whoever delivers it looks for it first
            progress = self._last
            progress.unclear = True
        elif self._root and self._line.editable and not self._fixed:
            progress.thread = self._root.posted.ts
        self._queue("\n\n".join(parts), progress, reason, "the run's summary")
        self._leave_doubtful()

    def _leave_doubtful(self) -> None:
        """Let the outbox find out what has become of cards that may be in the thread."""
        for text, progress in self._replies.in_doubt():
            self._queue(text, progress, "Slack did not answer clearly", "a failure's card")

    def _leave_replies(self, error: SlackWrapperError) -> None:
        """Let what the thread has not got wait in the outbox."""
        self._pauses.met(error)
        parts = self._replies.left(self._story)
        if parts:
            root = self._root.posted.ts if self._root and self._line.editable else None
            progress = Progress(thread=root)
            self._queue("\n\n".join(parts), progress, self._pauses.reason, "what failed")

    def _queue(self, text: str, progress: Progress, reason: str, what: str) -> None:
        try:
            self._line.queue(text, progress, reason)
            warn(f"{reason}: {what} waits in the outbox; slack-wrapper flush sends it")
        except LedgerUnusable as error:
            warn(str(error))

    def _react(self, ending: Ending) -> None:
        """Let the root's reaction say how the run stands; without the scope there is none."""
        if self._root is None or not self._may_react:
            return
        try:
            if self._reaction and self._reaction != EMOJI[ending]:
                self._line.unreact(self._root, self._reaction)
            self._line.react(self._root, EMOJI[ending])
            self._reaction = EMOJI[ending]
        except SlackRefused as error:
            self._may_react = False
            if error.code != DELETED:
                warn(f"no reactions on the run's message: {error}")
        except SlackError:
            return

    def _known(self) -> Facts:
        if self._facts is None:
            self._facts = self._ask_facts()
        return self._facts

"""The thread that shows one run in one channel, from its begin to its end.

Nothing here is allowed to touch the run: whatever happens ends in one warning at most. While Slack
does not answer, states pile up nowhere: the next message says the newest one.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from slack_wrapper.common.budget import Budget, while_heard
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.live.channel import Line
from slack_wrapper.live.end_note import Config, EndNote
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.last_word import LastWord
from slack_wrapper.live.notify import Log
from slack_wrapper.live.pauses import Pauses, warn
from slack_wrapper.live.root import Root
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.thread import Replies
from slack_wrapper.model.run_again import Again, plain

DEADLINE = 15.0  # seconds for which the end of a run waits for its message at most
LOOK = 1.0  # seconds between two looks whether something has changed


@dataclass(frozen=True)
class Watched:
    """What the thread has to do with the run, besides its records.

    Args:
        refresh: brings the story up to what Snakemake itself counts.
        alive: whether records may still come.
        no_root: called when it is clear that no message will be there to reply to.
        patience: what waiting for a silent Slack may cost the end of the run; None: `DEADLINE`.
        config: gives the config of the workflow that templates may use.
        again: tells how to run targets of the run again.
    """

    refresh: Callable[[], None] = lambda: None
    alive: Callable[[], bool] = lambda: True
    no_root: Callable[[], None] = lambda: None
    patience: Budget | None = None
    config: Config = dict
    again: Again = plain


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
        self._pauses = Pauses()
        self._note = EndNote(line, settings, watched.config)
        self._root = Root(line, settings, self._pauses)
        self._replies = Replies(line, settings, self._note, watched.again)
        self._word = LastWord(
            story,
            line,
            root=self._root,
            replies=self._replies,
            note=self._note,
            pauses=self._pauses,
        )
        self._end = threading.Event()
        self._ready = threading.Event()  # an interrupted join would take the thread for dead
        self._files = threading.Lock()  # held by whoever posts the files of the end
        self._posted = False  # they are
        self._closing = False  # somebody waits for the end
        self._owner = os.getpid()
        self._thread = threading.Thread(target=self._run, daemon=True, name="slack-live")

    def start(self) -> None:
        """Begin to show the run."""
        self._thread.start()

    def end(self, *, badly: BaseException | str = "") -> None:
        """Let the thread say how the run ended; nobody waits for it.

        Args:
            badly: what ended the run, where no record tells; else empty.
        """
        self._story.over(badly=badly)
        self._line.hurry = True
        self._end.set()

    def close(self, deadline: float = DEADLINE, *, badly: BaseException | str = "") -> None:
        """Say how the run ended; takes no longer than the deadline. Calling it again is harmless.

        What could not be said by then waits in the outbox. Files of the end may take longer, as
        long as Slack answers.

        Args:
            deadline: seconds.
            badly: see `end`.
        """
        if os.getpid() != self._owner:  # a fork of ours has another life
            return
        self._closing = True
        self.end(badly=badly)
        with contextlib.suppress(KeyboardInterrupt):  # asked to stop while stopping: do not wait
            while_heard(self._ready.wait, deadline, self._watched.patience)
        if not self._ready.is_set():
            self._word.give_over("Slack took too long", self._facts)
        with contextlib.suppress(KeyboardInterrupt):
            self._post_files()

    def _run(self) -> None:
        try:
            while not self._ended():
                if self._due():
                    self._guarded(self._say)
                self._end.wait(LOOK)
            self._finish()
        except Exception as error:  # noqa: BLE001 - a message must never disturb a run
            warn(f"the message of the run failed: {type(error).__name__}: {error}")
        finally:
            self._watched.no_root()
            self._ready.set()
        if not self._closing:  # other runs go on in this process, and nobody may ask for this one
            self._post_files()

    def _ended(self) -> bool:
        if not self._end.is_set() and not self._watched.alive():
            self._end.wait(LOOK)  # its last records may be on their way
            self._watched.refresh()
            self.end()
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
        if self._root.living is None and self._settings.notify.start:
            self._begin()
            return
        if not self._line.editable and self._settings.notify.start:
            return  # what cannot be changed is said once, at the end
        self._root.follow(snapshot, self._known())
        self._replies.say(self._story, snapshot, self._known())

    def _begin(self) -> None:
        if not self._settings.follows and self._line.later.is_quiet:
            self._watched.no_root()
            return  # the end tells all of it, when the quiet hours are over
        self._replies.root = self._root.begin(self._story.snapshot(), self._known())
        if not self._line.editable:
            self._watched.no_root()

    def _finish(self) -> None:
        """Say how the run ended, or leave that to the outbox and to the next run."""
        self._watched.refresh()
        snapshot = self._story.snapshot()
        if self._root.living is None and snapshot.elapsed < self._settings.min_duration:
            return
        hopeless = self._pauses.silent and self._root.living is None  # it keeps nobody waiting
        if hopeless or not self._guarded(lambda: self._word.say(snapshot, self._known())):
            self._word.give_over(self._pauses.reason, self._facts)

    def _post_files(self) -> None:
        """Post the files of the end, by whoever comes first; the other one waits for it."""
        with self._files:
            if not self._posted:
                self._posted = True
                self._word.post_files(self._watched.patience)

    def _known(self) -> Facts:
        if self._facts is None:
            quotes = self._settings.notify.failure.log is not Log.NONE
            self._facts = replace(self._ask_facts(), quotes=quotes)
        return self._facts

"""The thread that keeps the message of a run up to date.

Nothing here is allowed to touch the run: whatever happens ends in one warning at most. While Slack
does not answer, states pile up nowhere: the next message says the newest one.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from slack_wrapper.client.updates import Living
from slack_wrapper.delivery.progress import Progress
from slack_wrapper.errors import (
    LedgerUnusable,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
    SlackWrapperError,
)
from slack_wrapper.live import render
from slack_wrapper.live.facts import Facts
from slack_wrapper.live.line import Line
from slack_wrapper.live.mark import Mark, MarkFile, forget, orphans
from slack_wrapper.live.render import EMOJI, Shown
from slack_wrapper.live.replies import Replies
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.story import Ending, Snapshot, Story
from slack_wrapper.redact import redact

DEADLINE = 15.0  # seconds for which the end of a run waits for its message at most
LOOK = 1.0  # seconds between two looks whether something has changed
STALE = 30.0  # seconds after which a message is renewed for its clock alone
# Slack takes some 50 updates a minute: https://docs.slack.dev/reference/methods/chat.update. A run
# that goes on for long needs less: (seconds since its begin, seconds between two updates).
PACE = ((30.0, 1.5), (600.0, 3.0), (3600.0, 6.0), (float("inf"), 12.0))
FIRST_PAUSE, LONGEST_PAUSE = 4.0, 60.0  # seconds without a try while Slack does not answer


@dataclass(frozen=True)
class Watched:
    """What the thread has to do with the run, besides its records.

    Args:
        refresh: brings the story up to what Snakemake itself counts.
        alive: whether records may still come.
        no_root: called when it is clear that no message will be there to reply to.
    """

    refresh: Callable[[], None] = lambda: None
    alive: Callable[[], bool] = lambda: True
    no_root: Callable[[], None] = lambda: None


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
        self._progress = Progress()
        self._replies = Replies(line, settings, self._progress.key)
        self._mark: MarkFile | None = None
        self._said: tuple[object, ...] = ()
        self._said_at = 0.0
        self._reaction = ""
        self._may_react = True
        self._pause = 0.0
        self._not_before = 0.0
        self._stopped = False
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
            self._ready.wait(deadline)
        if not self._ready.is_set():
            self._give_over("slack took too long")

    def _run(self) -> None:
        try:
            while not self._ended():
                if self._due():
                    self._guarded(self._say)
                self._end.wait(LOOK)
            if not self._stopped:
                self._finish()
        except Exception as error:  # noqa: BLE001 - a message must never disturb a run
            warn(f"the slack logger failed: {type(error).__name__}: {error}")
        finally:
            self._watched.no_root()
            self._ready.set()

    def _ended(self) -> bool:
        if not self._end.is_set() and not self._watched.alive():
            self._story.over()  # Snakemake has stopped its logging without telling us
            self._line.hurry = True
            self._end.set()
        return self._end.is_set() or self._stopped

    def _due(self) -> bool:
        began = self._story.began + self._settings.min_duration
        return time.time() >= began and time.monotonic() >= self._not_before

    def _guarded(self, act: Callable[[], None]) -> bool:
        """Do something at Slack; False when it was not done, and is to be done later."""
        try:
            act()
            self._pause = 0.0
            return True
        except RateLimited as error:
            self._not_before = time.monotonic() + error.retry_after
        except SlackUnavailable:
            self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * self._pause))
            self._not_before = time.monotonic() + self._pause
        except SlackAmbiguous as error:
            # It may be there and may not, and Slack does not let us look: say the end elsewhere.
            self._not_before = float("inf")
            warn(f"the run is not shown in slack until its end: {error}")
        except SlackWrapperError as error:
            self._give_up(error)
            return True
        self._watched.no_root()  # no step waits for what may take long
        return False

    def _give_up(self, error: SlackWrapperError) -> None:
        """Say nothing more: it would fail again."""
        self._stopped = True
        self._watched.no_root()
        if isinstance(error, SlackRefused) and error.code == "message_not_found":
            self._conclude()  # somebody has deleted the message, and wants no other
            return
        warn(f"the run is not shown in slack: {error}")

    def _say(self) -> None:
        """Bring Slack up to date, as far as something has changed."""
        self._watched.refresh()
        snapshot = self._story.snapshot()
        if self._root is None:
            self._begin(snapshot)
            return
        news = _news(snapshot)
        since = time.monotonic() - self._said_at
        stale = since >= max(STALE, snapshot.elapsed / 60)
        if (news != self._said and since >= _pace(snapshot.elapsed)) or stale:
            self._show(snapshot)
        self._replies.say(self._story, snapshot, self._known())

    def _begin(self, snapshot: Snapshot) -> None:
        """Post the message, and put right what earlier runs have left."""
        self._open_mark(snapshot)
        shown = render.run(snapshot, self._known())
        self._root = self._line.post(shown, self._progress)
        self._line.begin_thread(self._root)
        self._replies.root = self._root
        self._said, self._said_at = _news(snapshot), time.monotonic()
        self._note(snapshot)
        self._react(Ending.RUNNING)
        if snapshot.ending is Ending.RUNNING:
            self._finish_orphans()
            self._line.flush()

    def _show(self, snapshot: Snapshot) -> None:
        assert self._root is not None
        self._line.update(self._root, render.run(snapshot, self._known()))
        self._said, self._said_at = _news(snapshot), time.monotonic()
        self._note(snapshot)

    def _finish(self) -> None:
        """Say how the run ended, or leave that to the outbox and to the next run."""
        self._watched.refresh()
        snapshot = self._story.snapshot()
        if self._root is None and snapshot.elapsed < self._settings.min_duration:
            return
        silent = self._pause > 0 or self._not_before == float("inf")
        if silent and self._root is None:  # it has not answered for a while: keep nobody waiting
            self._give_over("slack has not answered")
            return
        if not self._guarded(lambda: self._say_end(snapshot)):
            self._give_over("slack has not answered")

    def _say_end(self, snapshot: Snapshot) -> None:
        if self._root is None:
            self._begin(snapshot)
        else:
            self._show(snapshot)
        self._conclude()
        self._replies.say(self._story, snapshot, self._known(), last=True)
        self._react(snapshot.ending)
        if self._mark is not None:
            self._mark.remove()

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
        facts = self._facts or Facts("the workflow", "", "", "")
        shown = render.run(snapshot, facts)
        parts = [shown.plain, *self._replies.left(self._story)]
        self._leave(snapshot, shown)
        progress = Progress(thread=self._root.posted.ts if self._root else None)
        try:
            self._line.queue("\n\n".join(parts), progress, reason)
            warn(f"{reason}: the run's summary waits in the outbox; slack-wrapper flush sends it")
        except LedgerUnusable as error:
            warn(str(error))

    def _leave(self, snapshot: Snapshot, shown: Shown) -> None:
        if self._mark is None:
            return
        self._mark.mark.final = asdict(shown)
        self._mark.mark.emoji = EMOJI[snapshot.ending]
        self._mark.save()
        self._mark.release()

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
            warn(f"no reactions on the run's message: {error}")
        except SlackError:
            return

    def _open_mark(self, snapshot: Snapshot) -> None:
        if self._mark is None:
            mark = Mark(
                self._known().name,
                self._settings.encrypted_key,
                self._settings.channel,
                self._progress.key,
                snapshot.began,
            )
            self._mark = MarkFile(mark)
        self._mark.mark.seen = snapshot.now
        self._mark.save()

    def _note(self, snapshot: Snapshot) -> None:
        if self._mark is None or self._root is None:
            return
        mark = self._mark.mark
        first = mark.ts is None
        mark.channel, mark.ts = self._root.posted.channel, self._root.posted.ts
        mark.done, mark.total, mark.seen = snapshot.done, snapshot.total, snapshot.now
        self._mark.save(now=first)

    def _finish_orphans(self) -> None:
        with orphans() as found:
            for mark, path in found:
                at = time.strftime("%Y-%m-%d %H:%M", time.localtime(mark.seen or mark.began))
                shown = render.orphan(mark.name, mark.done, mark.total, at)
                emojis = (EMOJI[Ending.RUNNING], EMOJI[Ending.INTERRUPTED])
                if self._line.finish_orphan(mark, shown, emojis):
                    forget(path)

    def _known(self) -> Facts:
        if self._facts is None:
            self._facts = self._ask_facts()
        return self._facts


def _news(snapshot: Snapshot) -> tuple[object, ...]:
    """Return what a reader would take for a change; the clock is none."""
    return (
        snapshot.ending,
        snapshot.done,
        snapshot.total,
        tuple(sorted(snapshot.running.items())),
        snapshot.failed,
        snapshot.attempts,
    )


def _pace(elapsed: float) -> float:
    return next(pause for until, pause in PACE if elapsed < until)


def warn(text: str) -> None:
    """Tell on stderr what does not go on in Slack."""
    print(redact(f"slack_wrapper: warning: {text}"), file=sys.stderr, flush=True)

"""One message a second and channel, for all jobs of a run and all runs of a user on this machine.

Slack allows an app one message a second and channel, with short bursts, and answers 429 with
`Retry-After` beyond: https://docs.slack.dev/apis/web-api/rate-limits. The turns are kept in small
files under the temporary folder, which every process of the user reads and writes under a lock.
"""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from slack_wrapper.common.turns import FileTurns, ProcessTurns, Slot
from slack_wrapper.errors import SlackUnavailable, os_reason

INTERVAL = 1.0  # seconds between two messages to a channel
# Messages that go out at once before the interval counts. Slack names no number, servers take five;
# one less, since posts do not arrive as evenly as they are sent, and a 429 costs seconds.
BURST = 4
JITTER = 0.25  # seconds at most, so that those who were told to wait do not return together
_ALONE = ProcessTurns()  # for all pacers of this process that have no folder


class Pacer:
    """Gives out the turns.

    Args:
        max_wait: seconds that a post may wait for its turn.
        folder: where the turns are kept; None for the user's own in the temporary folder.
        warn: is told once when that folder cannot be used, and turns count in this process only.
    """

    def __init__(
        self,
        max_wait: float,
        folder: Path | None = None,
        *,
        warn: Callable[[str], object] = lambda text: None,
    ) -> None:
        self.max_wait = max_wait
        self._folder = folder
        self._warn = warn
        self._shared: FileTurns | None = None
        self._opened = False
        self._opening = threading.Lock()

    def wait(self, workspace: str, channel: str) -> None:
        """Sleep until a message may go to a channel.

        Args:
            workspace: what the limit belongs to; any text.
            channel: its ID or name.

        Raises:
            SlackUnavailable: its turn would come too late.
        """
        began = time.time()
        while True:
            turn = self._take(workspace, channel, until=began + self.max_wait)
            if turn > began + self.max_wait:
                raise SlackUnavailable(
                    f"the turn of a message to channel {channel} is {turn - began:.0f} s away",
                    code="crowded",
                    method="chat.postMessage",
                    hint="post less often, or raise slack.max_wait",
                )
            time.sleep(max(0.0, turn - time.time()))
            if self._held(workspace) <= time.time():
                return

    def hold(self, workspace: str, seconds: float) -> None:
        """Let everyone wait who posts to a workspace: Slack has asked for it."""
        until = time.time() + seconds + random.uniform(0, JITTER)  # noqa: S311
        with self._slot(workspace) as slot:
            if until > slot.get():
                slot.set(until)

    def _take(self, workspace: str, channel: str, *, until: float) -> float:
        """Reserve a turn and return when it is, in seconds since the epoch.

        One that comes after `until` is of no use and is not reserved: who gives up waiting must not
        make those wait longer who come later.

        The slot holds the time at which the channel is quite free again: a leaky bucket (GCRA).
        """
        held, now = self._held(workspace), time.time()
        with self._slot(workspace, channel) as slot:
            free = max(slot.get(), now, held)
            turn = max(now, held, free - INTERVAL * (BURST - 1))
            if turn <= until:
                slot.set(free + INTERVAL)
        return turn

    def _held(self, workspace: str) -> float:
        with self._slot(workspace) as slot:
            return slot.get()

    @contextlib.contextmanager
    def _slot(self, *names: str) -> Iterator[Slot]:
        """Keep others out of the time of a name; in this process alone where files fail."""
        with contextlib.ExitStack() as held:
            shared = self._files()
            try:
                slot = held.enter_context((shared or _ALONE).slot(*names))
            except OSError:
                slot = held.enter_context(_ALONE.slot(*names))
            yield slot

    def _files(self) -> FileTurns | None:
        with self._opening:
            if not self._opened:
                self._opened = True
                try:
                    self._shared = FileTurns(self._folder or _own_folder())
                    self._shared.sweep()
                except OSError as error:
                    self._warn(
                        f"the folder of turns cannot be used ({_place(error)}): messages "
                        "are spaced within this run only; your other runs are not counted"
                    )
            return self._shared


def _own_folder() -> Path:
    """Return the user's folder in the temporary folder.

    Raises:
        OSError: there is no temporary folder.
    """
    return Path(tempfile.gettempdir()) / f"slack-wrapper.turns.{os.getuid()}"


def _place(error: OSError) -> str:
    return f"{error.filename}: {os_reason(error)}" if error.filename else os_reason(error)

"""One message a second and channel, for all jobs of a run and all runs of a user on this machine.

Slack allows an app one message a second and channel, with short bursts, and answers 429 with
`Retry-After` beyond: https://docs.slack.dev/apis/web-api/rate-limits. The turns are kept in small
files under the temporary folder, which every process of the user reads and writes under a lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from slack_wrapper.errors import SlackUnavailable

INTERVAL = 1.0  # seconds between two messages to a channel
# Messages that go out at once before the interval counts. Slack names no number, servers take five;
# one less, since posts do not arrive as evenly as they are sent, and a 429 costs seconds.
BURST = 4
JITTER = 0.25  # seconds at most, so that those who were told to wait do not return together
_FUTURE = 3600.0  # seconds; a time further ahead comes from a clock that was set back


class Pacer:
    """Gives out the turns.

    Args:
        max_wait: seconds that a post may wait for its turn.
        folder: where the turns are kept; None for the user's own in the temporary folder.
    """

    def __init__(self, max_wait: float, folder: Path | None = None) -> None:
        self.max_wait = max_wait
        self._folder = folder or Path(tempfile.gettempdir()) / f"slack-wrapper.turns.{os.getuid()}"

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
        with self._locked(workspace) as file:
            if until > _number(file):
                _replace(file, until)

    def _take(self, workspace: str, channel: str, *, until: float) -> float:
        """Reserve a turn and return when it is, in seconds since the epoch.

        One that comes after `until` is of no use and is not reserved: who gives up waiting must not
        make those wait longer who come later.

        The file holds the time at which the channel is quite free again: a leaky bucket (GCRA).
        """
        held, now = self._held(workspace), time.time()
        with self._locked(workspace, channel) as file:
            free = max(_number(file), now, held)
            turn = max(now, held, free - INTERVAL * (BURST - 1))
            if turn <= until:
                _replace(file, free + INTERVAL)
        return turn

    def _held(self, workspace: str) -> float:
        with self._locked(workspace) as file:
            return _number(file)

    @contextlib.contextmanager
    def _locked(self, *names: str) -> Iterator[int]:
        """Open the file of a name and keep others out; without one, pace for this call alone."""
        name = hashlib.sha256("\0".join(names).encode()).hexdigest()[:24]
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            file = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError:
            file = os.open(os.devnull, os.O_RDWR)
        try:
            with contextlib.suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def _number(file: int) -> float:
    try:
        value = float(os.pread(file, 64, 0) or 0)
    except ValueError:
        return 0.0
    return value if value < time.time() + _FUTURE else 0.0


def _replace(file: int, value: float) -> None:
    with contextlib.suppress(OSError):
        os.pwrite(file, f"{value:020.6f}\n".encode(), 0)

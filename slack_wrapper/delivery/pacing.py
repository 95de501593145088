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
_FUTURE = 3600.0  # seconds; nobody is told to wait longer
_SKEW = 2.0  # seconds; a file written further ahead was so before the clock was set back
_TRIES = 10  # to open a file that is swept meanwhile; some file systems count no links at all


class Pacer:
    """Gives out the turns.

    Args:
        max_wait: seconds that a post may wait for its turn.
        folder: where the turns are kept; None for the user's own in the temporary folder.
    """

    def __init__(self, max_wait: float, folder: Path | None = None) -> None:
        self.max_wait = max_wait
        self._folder = folder or Path(tempfile.gettempdir()) / f"slack-wrapper.turns.{os.getuid()}"
        self._swept = False

    def wait(self, workspace: str, channel: str) -> None:
        """Sleep until a message may go to a channel.

        Args:
            workspace: what the limit belongs to; any text.
            channel: its ID or name.

        Raises:
            SlackUnavailable: its turn would come too late.
        """
        if not self._swept:
            self._swept = True
            self._sweep()
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
        file = self._open(self._folder / name)
        try:
            yield file
        finally:
            os.close(file)

    def _open(self, path: Path) -> int:
        """Open and lock a file; again, if it was swept before we had its lock."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for _ in range(_TRIES):
                file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                with contextlib.suppress(OSError):
                    fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file).st_nlink:
                    return file
                os.close(file)
        except OSError:
            pass
        return os.open(os.devnull, os.O_RDWR)

    def _sweep(self) -> None:
        """Remove the files whose turns are over; one that somebody holds is left to them."""
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    _remove_if_over(entry.path)


def _remove_if_over(path: str) -> None:
    file = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Somebody may have removed this one and made another of its name.
        if os.fstat(file).st_nlink and _number(file) <= time.time():
            os.unlink(path)  # noqa: PTH108
    finally:
        os.close(file)


def _number(file: int) -> float:
    try:
        value = float(os.pread(file, 64, 0) or 0)
    except ValueError:
        return 0.0
    now = time.time()
    if os.fstat(file).st_mtime > now + _SKEW:
        return 0.0
    return value if value < now + _FUTURE else 0.0


def _replace(file: int, value: float) -> None:
    with contextlib.suppress(OSError):
        os.pwrite(file, f"{value:020.6f}\n".encode(), 0)

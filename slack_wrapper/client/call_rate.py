"""Slack's limits of calls a minute, kept before Slack has to say so.

https://docs.slack.dev/apis/web-api/rate-limits: they hold for one method of one app in one
workspace; the tier of a method stands on its page. What people see has turns of its own.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping

from slack_wrapper.common import slots
from slack_wrapper.errors import SlackUnavailable

# Calls a minute of what may be asked for many channels, people or files at once. Pages of lists are
# read one after the other, as fast as Slack gives them.
TIERS: Mapping[str, int] = {
    "conversations.info": 50,
    "conversations.open": 50,
    "users.lookupByEmail": 50,
    "users.info": 100,
    "files.getUploadURLExternal": 100,
}
_MINUTE = 60.0


class CallRate:
    """Gives out the calls of one method; shared between threads.

    Args:
        most: calls a minute.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._times: deque[float] = deque(maxlen=most)  # monotonic, also of calls still to come
        self._held = float("-inf")
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take a call now; return the seconds until there is one, if none is left."""
        with self._lock:
            wait = self._next() - time.monotonic()
            if wait <= 0:
                self._times.append(time.monotonic())
            return max(0.0, wait)

    def wait(self, method: str, longest: float) -> None:
        """Take a call as soon as there is one, and sleep until then.

        Args:
            method: for the error.
            longest: seconds to sleep.

        Raises:
            SlackUnavailable: it would take longer.
            slots.Stopped: see there.
        """
        while True:
            with self._lock:
                turn, now = self._next(), time.monotonic()
                if turn - now > longest:
                    raise SlackUnavailable(
                        f"Slack takes {self.most} calls of {method} per minute; the next one is "
                        f"the next one is {turn - now:.0f} s away",
                        code="crowded",
                        method=method,
                        hint="post fewer files at a time, or raise slack.max_wait",
                    )
                self._times.append(max(turn, now))
            slots.pause(max(0.0, turn - now))
            if self._held <= time.monotonic():
                return

    def hold(self, seconds: float) -> None:
        """Give out none for some time: Slack has asked for it."""
        with self._lock:
            self._held = max(self._held, time.monotonic() + seconds)

    def _next(self) -> float:
        whole = len(self._times) == self.most
        return max(self._held, self._times[0] + _MINUTE if whole else self._held)


_RATES: dict[tuple[str, str], CallRate] = {}
_lock = threading.Lock()


def of(fingerprint: str, method: str) -> CallRate:
    """Return what gives out the calls of a method of `TIERS` to all threads of this process.

    Args:
        fingerprint: of the connection.
        method: of the Web API.
    """
    with _lock:
        return _RATES.setdefault((fingerprint, method), CallRate(TIERS[method]))

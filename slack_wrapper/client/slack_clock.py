"""What time it is at Slack's, from the Date headers of its answers.

Everything that is looked for in Slack, such as a post whose outcome is unclear, is looked for by
Slack's clock: this machine's may be hours off, or be set while a run goes on.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime


class SlackClock:
    """The clock of one server, learned from its answers.

    Between two answers it goes on by a clock of this machine that nobody sets. A Date header has
    whole seconds and was written before the answer arrived: of several answers, the one that makes
    this clock the fastest is the nearest to the truth. `TOLERANCE` covers what is left, and drift.
    """

    TOLERANCE = 10.0  # seconds
    _LATE = 2.0  # seconds by which a Date header may be behind without the clock having been set

    def __init__(self) -> None:
        self._answered: float | None = None
        self._heard = 0.0

    @property
    def known(self) -> bool:
        """Whether Slack has told its time yet."""
        return self._answered is not None

    @property
    def ahead(self) -> float:
        """Seconds by which Slack's clock is ahead of this machine's; 0 while that is unknown."""
        return self.now() - time.time() if self.known else 0.0

    def heard(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer of Slack's, names in lower case."""
        answered = date_of(headers)
        if answered is None:
            return
        if self._answered is None or not 0 <= self.now() - answered <= self._LATE:
            self._answered, self._heard = answered, _steady()

    def now(self) -> float:
        """Return the time at Slack's, in seconds since the epoch; this machine's if unknown."""
        if self._answered is None:
            return time.time()
        return self._answered + _steady() - self._heard


_CLOCKS: dict[str, SlackClock] = {}


def clock_of(base_url: str) -> SlackClock:
    """Return the clock of a server, one for all connections of this process to it.

    Args:
        base_url: address of the Web API.
    """
    return _CLOCKS.setdefault(base_url, SlackClock())


def date_of(headers: Mapping[str, str]) -> float | None:
    """Return the time of an answer in seconds since the epoch, None if its headers tell none."""
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    return None


def _steady() -> float:
    """Return seconds that nobody sets; where the system has such a clock, it counts sleep too."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)

"""What time it is at Slack's, from the Date headers of its answers.

Everything that is looked for in Slack, such as a post whose outcome is unclear, is looked for by
Slack's clock: this machine's may be hours off.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime


class SlackClock:
    """The clock of one server, learned from its answers.

    A Date header has whole seconds and was written before the answer arrived, so that the clock may
    be a second or two slow; that is what `TOLERANCE` is for.
    """

    TOLERANCE = 5.0  # seconds

    def __init__(self) -> None:
        self._ahead: float | None = None

    @property
    def known(self) -> bool:
        """Whether Slack has told its time yet."""
        return self._ahead is not None

    @property
    def ahead(self) -> float:
        """Seconds by which Slack's clock is ahead of this machine's; 0 while that is unknown."""
        return self._ahead or 0.0

    def heard(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer of Slack's, names in lower case."""
        answered = date_of(headers)
        if answered is not None:
            self._ahead = answered - time.time()

    def now(self) -> float:
        """Return the time at Slack's, in seconds since the epoch; this machine's if unknown."""
        return time.time() + self.ahead


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

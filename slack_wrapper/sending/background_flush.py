"""Delivers what waits while a run goes on, so that an outage at hour 2 is made good at hour 2."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import SlackWrapperError

INTERVAL = 30.0  # seconds between two tries, the first time
LONGEST = 600.0  # seconds; the interval doubles up to here while nothing gets through


class Flusher:
    """A thread that tries now and then.

    Args:
        flush: delivers what waits, until its argument `stop` says so.
        waits: whether anything waits, told without a call to Slack.
    """

    def __init__(self, flush: Callable[..., object], waits: Callable[[], bool]) -> None:
        self._flush, self._waits = flush, waits
        self._over = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        """Begin no further post; one that is under way ends by itself."""
        self._over.set()

    def _run(self) -> None:
        pause = INTERVAL
        while not self._over.wait(scaled(pause)):
            if self._waits():
                with contextlib.suppress(SlackWrapperError):  # the flush at the end tells it
                    self._flush(stop=self._over.is_set)
                pause = min(LONGEST, pause * 2) if self._waits() else INTERVAL

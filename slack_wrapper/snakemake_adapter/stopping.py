"""Whether somebody is stopping the run: a step that waits for people must not hold that up.

Ctrl-C reaches every process of a terminal; a signal that is sent to Snakemake alone does not reach
the steps, for which Snakemake would wait.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Listens to signals beside whoever handles them."""

    def __init__(self) -> None:
        self._seen = threading.Event()
        self._ours: dict[int, tuple[Any, Any]] = {}

    def __call__(self) -> bool:
        """Whether one has come."""
        return self._seen.is_set()

    def listen(self) -> None:
        """Listen; called again, it takes up handlers that have been set since."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            known, handler = self._ours.get(number), signal.getsignal(number)
            if callable(handler) and not (known and known[0] is handler):
                ours = self._beside(handler)
                self._ours[number] = (ours, handler)
                signal.signal(number, ours)

    def _beside(self, handler: Callable[[int, FrameType | None], Any]) -> Callable[..., Any]:
        def note(number: int, frame: FrameType | None) -> Any:
            self._seen.set()
            return handler(number, frame)

        return note

    def rest(self) -> None:
        """Give the signals back to those who handled them, where nobody has taken them since."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number, (ours, handler) in self._ours.items():
            if signal.getsignal(number) is ours:
                signal.signal(number, handler)
        self._ours.clear()

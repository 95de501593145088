"""One at a time, in the order of arrival: what keeps the messages of a channel in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable
from types import TracebackType


class FifoLock:
    """A lock given in the order in which it was asked for, which `threading.Lock` is not.

    Ctrl-C raises KeyboardInterrupt anywhere, also in here: whoever is interrupted leaves the queue,
    so that those behind get their turn.
    """

    def __init__(self) -> None:
        self._queue: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        mine = threading.Event()
        try:
            with self._lock:
                self._queue.append(mine)
                self._call_first()
            mine.wait()
        except BaseException:
            self._leave(mine)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        frames: TracebackType | None,
    ) -> None:
        self._leave(self._queue[0])

    def _leave(self, mine: threading.Event) -> None:
        """Take a place out of the queue, wherever it is, even if interrupted meanwhile."""
        interrupted: KeyboardInterrupt | None = None
        while True:
            try:
                with self._lock:
                    if mine in self._queue:
                        self._queue.remove(mine)
                    self._call_first()
                break
            except KeyboardInterrupt as again:
                interrupted = again
        if interrupted is not None:
            raise interrupted

    def _call_first(self) -> None:
        if self._queue:
            self._queue[0].set()


class FifoLocks:
    """A lock for each name, made when it is first asked for."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, FifoLock] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: Hashable) -> FifoLock:
        with self._lock:
            return self._locks.setdefault(name, FifoLock())

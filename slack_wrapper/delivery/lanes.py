"""One at a time, in the order of arrival: what keeps the messages of a channel in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable
from types import TracebackType


class Lane:
    """A lock given in the order in which it was asked for, which `threading.Lock` is not."""

    def __init__(self) -> None:
        self._queue: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        mine = threading.Event()
        with self._lock:
            self._queue.append(mine)
            if self._queue[0] is mine:
                mine.set()
        mine.wait()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        frames: TracebackType | None,
    ) -> None:
        with self._lock:
            self._queue.popleft()
            if self._queue:
                self._queue[0].set()


class Lanes:
    """A lane for each name, made when it is first asked for."""

    def __init__(self) -> None:
        self._lanes: dict[Hashable, Lane] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: Hashable) -> Lane:
        with self._lock:
            return self._lanes.setdefault(name, Lane())

"""How many seconds a service that does not answer may cost the thread that has to wait for it.

A post may take its time as long as answers come. A run's start and its end must not wait for one
that says nothing: what was not delivered by then is in the outbox. So the seconds spent on calls
without an answer, and on pauses between tries, are taken from a budget; once it is spent, no call
is made. Calls that are answered cost nothing.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

SILENT_SECONDS = 4.0  # for a run, at its start and its end together
AT_THE_START = 2.0  # of these, so that a try is left for the end
_LOOK = 0.05  # seconds between two looks whether an answer came meanwhile


class Budget:
    """Seconds that are left for waiting in vain; shared between threads.

    Args:
        seconds: at first.
        whole: the budget that this one is a part of; what is spent is taken from both.
    """

    def __init__(self, seconds: float, whole: Budget | None = None) -> None:
        self._left, self._whole = seconds, whole
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds that may still be spent, at least 0."""
        own = max(0.0, self._left)
        return own if self._whole is None else min(own, self._whole.left)

    def part(self, seconds: float) -> Budget:
        """Return a budget of so many seconds that is paid from this one."""
        return Budget(seconds, self)

    def charge(self, seconds: float) -> None:
        """Take off seconds that were spent."""
        with self._lock:
            self._left -= seconds
        if self._whole is not None:
            self._whole.charge(seconds)


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)
_heard = [float("-inf")]  # monotonic time of the last answer to this process


def current() -> Budget | None:
    """Return what the calls of this thread are paid from; None: they may take their time."""
    return _CURRENT.get()


@contextlib.contextmanager
def spending(budget: Budget) -> Iterator[None]:
    """Pay the calls of this thread from a budget."""
    before = _CURRENT.set(budget)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def affords(seconds: float) -> bool:
    """Whether a pause may be made now; it is paid for."""
    budget = current()
    if budget is None:
        return True
    if budget.left < seconds:
        return False
    budget.charge(seconds)
    return True


def heard() -> None:
    """Note that an answer came."""
    _heard[0] = time.monotonic()


def while_heard(done: Callable[[float], bool], longest: float, budget: Budget | None) -> bool:
    """Wait for what another thread does at the network, as long as that is answered.

    Args:
        done: waits for at most the given seconds; whether it is done.
        longest: seconds to wait in all.
        budget: pays for the time without an answer; None: that may be as long.

    Returns:
        Whether it is done.
    """
    began = time.monotonic()

    def silent() -> float:
        return time.monotonic() - max(began, _heard[0])

    while not (is_done := done(_LOOK)):
        if budget is not None and silent() >= budget.left:
            break
        if time.monotonic() - began >= longest:
            break
    if budget is not None:  # in vain or not: the thread has waited, and others wait after it
        budget.charge(silent())
    return is_done

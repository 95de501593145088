"""Long calls side by side, so many at a time in the whole process, with their results in order.

The threads are daemons: somebody who presses Ctrl-C does not wait for a server that hangs. When one
call fails, those that run beside it are stopped at their next `check` or `pause`, and have ended
before the error is raised: no thread goes on with what nobody wants any more.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Stopped(BaseException):
    """The call is not wanted any more: no `Exception`, so that nobody takes it for a failure."""


_STOP: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar("stop", default=None)


def check() -> None:
    """End the call of this thread, if another one beside it has failed.

    Raises:
        Stopped: it has.
    """
    stop = _STOP.get()
    if stop is not None and stop.is_set():
        raise Stopped


def pause(seconds: float) -> None:
    """Sleep, unless another call beside this one fails meanwhile.

    Raises:
        Stopped: it has.
    """
    stop = _STOP.get()
    if stop is None:
        time.sleep(seconds)
    elif stop.wait(seconds):
        raise Stopped


class Slots:
    """Lets so many calls of this process run at a time; the others wait in the order of arrival.

    Args:
        count: calls at a time.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._reset()
        # In a forked process the threads that hold slots are not there.
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._changed = threading.Condition()
        self._free = self._count
        self._waiting: deque[object] = deque()

    def in_order(self, call: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """Yield `call(item)` for each item, in the order of the items, once all have ended.

        A single call runs in the thread of its caller. When one fails, no further one is begun; the
        results before the first that is missing are yielded, then its error is raised.

        Args:
            call: may use `check` and `pause`; has the context variables of its caller.
            items: as many as there are calls.
        """
        if len(items) == 1:
            with self._slot():
                found = call(items[0])
            yield found
            return
        group = _Group(call, self)
        try:
            for item in items:
                if not self.take(group.stop.is_set):
                    break
                group.begin(item)
            self.wait_for(group.ended)
        except BaseException:
            group.stop.set()  # Ctrl-C waits for nothing
            raise
        yield from group.results()

    def take(self, unwanted: Callable[[], bool] = lambda: False) -> bool:
        """Wait for a slot; return whether there is one, and not rather that none is wanted."""
        me = object()
        with self._changed:
            self._waiting.append(me)
            try:
                self._changed.wait_for(
                    lambda: unwanted() or (self._waiting[0] is me and self._free > 0)
                )
                if unwanted():
                    return False
                self._free -= 1
                return True
            finally:
                self._waiting.remove(me)
                self._changed.notify_all()

    def give_back(self) -> None:
        """Give a slot back."""
        with self._changed:
            self._free += 1
            self._changed.notify_all()

    def wait_for(self, done: Callable[[], bool]) -> None:
        """Wait until something is so, which is looked at whenever a slot is given back."""
        with self._changed:
            self._changed.wait_for(done)

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        self.take()
        try:
            yield
        finally:
            self.give_back()


class _Group(Generic[T, R]):
    """The calls of one caller."""

    def __init__(self, call: Callable[[T], R], slots: Slots) -> None:
        self._call, self._slots = call, slots
        self.stop = threading.Event()
        self._outcomes: list[_Outcome[R]] = []

    def ended(self) -> bool:
        """Whether none of the calls is under way."""
        return all(outcome.ended for outcome in self._outcomes)

    def begin(self, item: T) -> None:
        """Make one call, in a thread of its own where one can be had."""
        outcome = _Outcome[R]()
        self._outcomes.append(outcome)
        context = contextvars.copy_context()
        context.run(_STOP.set, self.stop)
        work = threading.Thread(target=context.run, args=(self._work, item, outcome), daemon=True)
        try:
            work.start()
            outcome.thread = work
        except RuntimeError:
            context.run(self._work, item, outcome)

    def _work(self, item: T, outcome: _Outcome[R]) -> None:
        try:
            outcome.value = [self._call(item)]
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            outcome.error = error
            self.stop.set()
        finally:
            outcome.ended = True
            self._slots.give_back()

    def results(self) -> Iterator[R]:
        """Yield the results up to the first that is missing, and raise why it is.

        It may have been stopped; then the error that has stopped it is raised.
        """
        for outcome in self._outcomes:
            if outcome.thread is not None:
                outcome.thread.join()
        for outcome in self._outcomes:
            if not outcome.value:
                break
            yield outcome.value[0]
        for outcome in self._outcomes:
            if outcome.error is not None:
                raise outcome.error


class _Outcome(Generic[R]):
    def __init__(self) -> None:
        self.value: list[R] = []
        self.error: BaseException | None = None
        self.ended = False
        self.thread: threading.Thread | None = None

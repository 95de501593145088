"""Calls that wait for a network, side by side, with their results in order."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(call: Callable[[T], R], items: Iterable[T], *, workers: int) -> Iterator[R]:
    """Yield `call(item)` for each item, in the order of the items.

    The threads are daemons: somebody who presses Ctrl-C does not wait for a server that hangs, as
    with `concurrent.futures`.

    Args:
        call: what it raises is raised here, at its place in the order.
        items: all are taken at once.
        workers: how many calls at a time.
    """
    given = list(items)
    outcomes = [_Outcome[R]() for _ in given]
    turns, lock = count(), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                turn = next(turns)
            if turn >= len(given):
                return
            outcome = outcomes[turn]
            try:
                outcome.value = call(given[turn])
            except Exception as error:  # noqa: BLE001 - raised again where it is waited for
                outcome.error = error
            outcome.done.set()

    for _ in range(min(workers, len(given))):
        # What the calls may cost is that of their caller, see `budget`.
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(work,), daemon=True).start()
    for outcome in outcomes:
        outcome.done.wait()
        if outcome.error is not None:
            raise outcome.error
        yield outcome.value


class _Outcome(Generic[R]):
    value: R
    error: Exception | None = None

    def __init__(self) -> None:
        self.done = threading.Event()

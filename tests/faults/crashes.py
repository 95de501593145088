"""A process that dies at a chosen moment, without a process: an exception that nobody catches.

Whatever the code would write or send after that moment it does not, as after a kill -9; what a
process has in memory is lost when its session is dropped. Real kills are in `kills`.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from unittest import mock

from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common import atomic_files


class Killed(BaseException):
    """The process is dead."""


# Of the threads that do the work of one process: those of uploads have it from who begins them.
_MINE: ContextVar["Death | None"] = ContextVar("mine", default=None)


class Death:
    """Counts what a process does to the disk and to Slack, and ends it at one of these."""

    def __init__(self) -> None:
        self._left = 0

    @contextlib.contextmanager
    def at(self, number: int) -> Iterator[None]:
        """Die before the so manieth deed; 0: never."""
        self._left, token = number, _MINE.set(self)
        try:
            yield
        finally:
            self._left = 0
            _MINE.reset(token)

    def _deed(self) -> None:
        # Other campaigns run beside this one.
        if self._left and _MINE.get() is self:
            self._left -= 1
            if not self._left:
                raise Killed

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Count each write, rename, deletion and call, and also the time after a call."""
        with contextlib.ExitStack() as patches:
            for owner, name, after in (
                (atomic_files.Reservation, "fill", True),
                (WebApiTransport, "call_with_headers", True),
                (WebApiTransport, "upload", True),
                (Path, "rename", False),
                (Path, "replace", False),
                (Path, "unlink", False),
            ):
                counted = self._counted(getattr(owner, name), after)
                patches.enter_context(mock.patch.object(owner, name, counted))
            yield

    def _counted(self, real: Callable[..., Any], after: bool) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self._deed()
            result = real(*args, **kwargs)
            if after:
                self._deed()
            return result

        return counted

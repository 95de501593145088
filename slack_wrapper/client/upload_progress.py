"""Who wants to see how far an upload has come: `slack-wrapper file` on a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterator
from typing import Protocol


class Watcher(Protocol):
    """Is told how far uploads have come, from several threads."""

    def moved(self, upload: Hashable, name: str, size: int, done: int) -> None:
        """Note that so many bytes of an upload have been read; 0 when it begins.

        Args:
            upload: tells it from others of the same name.
            name: of the file in Slack.
            size: bytes of the file.
            done: bytes that have been read.
        """

    def ended(self, upload: Hashable) -> None:
        """Note that an upload is over, however it ended."""


_watchers: list[Watcher] = []


@contextlib.contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let a watcher be told of the uploads of this process."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def tell(upload: Hashable, name: str, size: int, done: int) -> None:
    """Tell the watchers how far an upload has come; see `Watcher.moved`."""
    for watcher in list(_watchers):
        watcher.moved(upload, name, size, done)


def tell_end(upload: Hashable) -> None:
    """Tell the watchers that an upload is over."""
    for watcher in list(_watchers):
        watcher.ended(upload)

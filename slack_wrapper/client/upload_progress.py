"""Who wants to see how far an upload has come: `slack-wrapper file` on a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

# Is told name and size of a file, and how many of its bytes have been read; 0 when it begins anew.
Watcher = Callable[[str, int, int], None]

_watchers: list[Watcher] = []


@contextlib.contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let a watcher be told of the uploads of this process."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def tell(name: str, size: int, done: int) -> None:
    """Tell the watchers how far a file has come."""
    for watcher in _watchers:
        watcher(name, size, done)

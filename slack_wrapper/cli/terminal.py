"""What is shown on a terminal only: colours and progress; and tables, which are for all."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TextIO

from slack_wrapper.client.upload_progress import watched_by
from slack_wrapper.common.console import painted

_DELAY = 1.0  # seconds; an upload that is done by then shows no bar


def marked(table: str, stream: TextIO) -> str:
    """Return a table of findings with its marks ✓ and ✗ in colour."""
    colours = {"✓": "green", "✗": "red"}
    return "\n".join(
        painted(line[0], colours[line[0]], stream) + line[1:] if line[:1] in colours else line
        for line in table.split("\n")
    )


def ask(label: str) -> str | None:
    """Ask for something that is not secret; None when there is no terminal to ask at."""
    if not sys.stdin or not sys.stdin.isatty():
        return None
    print(label, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows in columns as wide as their widest entry; the last one runs free."""
    if not rows:
        return ""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join(
            [*(f"{cell:{w}}" for cell, w in zip(row, widths, strict=False)), row[-1]]
        ).rstrip()
        for row in rows
    )


@contextlib.contextmanager
def progress() -> Iterator[None]:
    """Show a bar for each upload that takes long, where stderr is a terminal."""
    try:
        if not sys.stderr.isatty():
            raise ModuleNotFoundError
        import tqdm
    except ModuleNotFoundError:
        yield
        return
    bars = _Bars(tqdm.tqdm)
    with watched_by(bars):
        try:
            yield
        finally:
            bars.close()


class _Bars:
    """One bar below the other for the uploads that go on side by side; see `Watcher`.

    Args:
        new: makes a bar.
    """

    def __init__(self, new: Callable[..., Any]) -> None:
        self._new = new
        self._bars: dict[Hashable, Any] = {}
        self._lock = threading.Lock()

    def moved(self, upload: Hashable, name: str, size: int, done: int) -> None:
        with self._lock:
            if upload not in self._bars:
                self._bars[upload] = self._new(
                    total=size, desc=name, unit="B", unit_scale=True, unit_divisor=1024,
                    delay=_DELAY, leave=False, file=sys.stderr, dynamic_ncols=True,
                )  # fmt: skip
            bar = self._bars[upload]
            bar.update(done - bar.n)

    def ended(self, upload: Hashable) -> None:
        with self._lock:
            if bar := self._bars.pop(upload, None):
                bar.close()

    def close(self) -> None:
        for upload in list(self._bars):
            self.ended(upload)

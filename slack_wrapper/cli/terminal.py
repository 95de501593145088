"""What is shown on a terminal only: colours and progress; and tables, which are for all."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
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
    bars: list[Any] = []

    def watch(name: str, size: int, done: int) -> None:
        if done == 0:
            _close(bars)
            bars.append(
                tqdm.tqdm(
                    total=size, desc=name, unit="B", unit_scale=True, unit_divisor=1024,
                    delay=_DELAY, leave=False, file=sys.stderr, dynamic_ncols=True,
                )
            )  # fmt: skip
        elif bars:
            bars[-1].update(done - bars[-1].n)

    with watched_by(watch):
        try:
            yield
        finally:
            _close(bars)


def _close(bars: list[Any]) -> None:
    while bars:
        bars.pop().close()

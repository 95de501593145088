"""The one way to say something to a person: without secrets, without terminal sequences.

What is said may come from a server, a log, or the name of a file. So whatever it is, tokens and
registered secrets are masked in it, and nothing in it moves the cursor. Nothing here ever raises
for stderr: a terminal that is gone ends no run.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TextIO

from slack_wrapper.errors import OutputUnwritable, os_reason

PREFIX = "slack-wrapper:"
_COLOURS = {"red": 31, "green": 32, "yellow": 33}

Style = Callable[[str, TextIO], str]


def say(text: str) -> None:
    """Tell something on stderr."""
    tell(f"{PREFIX} {text}")


def warn(text: str) -> None:
    """Tell on stderr what went wrong and ends nothing."""
    tell(f"{PREFIX} warning: {text}")


def fail(text: str) -> None:
    """Tell an error on stderr, its hint on a line of its own."""
    tell(f"{PREFIX} error: {text}", style=_error)


def tell(text: str, *, style: Style | None = None) -> None:
    """Write lines to stderr as they are, but for secrets and what is not printable.

    Args:
        text: one line or several.
        style: adds colours to what is to be written.
    """
    out = sys.stderr
    if out is not None:
        with contextlib.suppress(OSError, ValueError):
            _write(text, out, style)


def show(text: str, *, out: TextIO | None = None, style: Style | None = None) -> None:
    """Write lines to stdout as they are, but for secrets and what is not printable.

    Args:
        text: one line or several.
        out: another stream.
        style: adds colours to what is to be written.

    Raises:
        BrokenPipeError: the reader of a pipe has gone.
        OutputUnwritable: they cannot be written.
    """
    stream = out or sys.stdout
    if stream is None:
        return
    try:
        _write(text, stream, style)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputUnwritable(f"the output cannot be written: {os_reason(error)}") from None


def clean(text: str) -> str:
    """Return a text as it is written: no secrets, no terminal sequences."""
    from slack_wrapper.common.foreign import printable
    from slack_wrapper.common.redact import redact  # spares a step that has nothing to say 1 ms

    # Twice: a secret may hold what is not printable, and may be split by what is not.
    return redact(printable(redact(text)).replace("\r", "\n"))


def painted(text: str, colour: str, stream: TextIO) -> str:
    """Return a text in a colour, if the stream is a terminal that is to have colours.

    `$NO_COLOR` switches them off: https://no-color.org.
    """
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not stream.isatty():
        return text
    return f"\033[{_COLOURS[colour]}m{text}\033[0m"


def _error(text: str, stream: TextIO) -> str:
    head = f"{PREFIX} error: "
    told = text.removeprefix(head).replace(
        "\nhint: ", f"\n{painted('hint: ', 'yellow', stream)}", 1
    )
    return f"{painted(head, 'red', stream)}{told}"


def _write(text: str, out: TextIO, style: Style | None) -> None:
    told = clean(text)
    told = style(told, out) if style else told
    try:
        print(told, file=out, flush=True)
    except UnicodeEncodeError:  # a terminal that does not know UTF-8
        encoding = out.encoding or "ascii"
        print(told.encode(encoding, "backslashreplace").decode(encoding), file=out, flush=True)

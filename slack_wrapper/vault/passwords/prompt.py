"""The terminal as a source of passwords: somebody is asked, and nothing is shown."""

from __future__ import annotations

import getpass
import os
import sys

from slack_wrapper.common import console
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import EmptyPassword, PasswordError


def from_prompt(label: str, *, confirm: bool = False) -> Secret | None:
    """Ask at the terminal, without echo; None when there is no terminal.

    Args:
        label: what is shown, ending in a colon and a space.
        confirm: ask twice, for a new password.

    Raises:
        EmptyPassword: nothing was typed, or (with `confirm`) two different things.
        PasswordError: what was typed is no text.
    """
    if not _has_terminal():
        return None
    password = _typed(label)
    if not password:
        raise EmptyPassword("the password is empty")
    if confirm and _typed("The same again: ") != password:
        raise EmptyPassword("the two passwords differ", hint="nothing was written; try again")
    return Secret(password)


def hidden(label: str) -> str | None:
    """Ask at the terminal, without echo, for something that is not a password.

    Returns:
        What was typed; None when there is no terminal.
    """
    return _typed(label) if _has_terminal() else None


def _typed(label: str) -> str:
    try:
        return getpass.getpass(label)
    except EOFError:  # Ctrl-D
        console.tell("")
        return ""
    except UnicodeDecodeError:
        # Not chained: this error carries the bytes that were typed.
        raise PasswordError(
            "what was typed is not text in the encoding of this terminal",
            hint="set the terminal and the locale to UTF-8",
        ) from None


def _has_terminal() -> bool:
    """Whether somebody can be asked: there is a terminal, and we are in its foreground.

    The shell stops a command in the background (`snakemake &`) that reads from the terminal.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return sys.stdin is not None and sys.stdin.isatty()
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # it has hung up
        return False
    finally:
        os.close(terminal)

"""Passwords from the environment, a command or a file: a Secret, None, or one of our errors.

Other sources: `keyring`, `prompt`; their order: `chain`.
"""

from __future__ import annotations

import codecs
import os
import selectors
import shlex
import subprocess
import time

from slack_wrapper.common import regular_file
from slack_wrapper.common.host import PASSWORD_VARIABLE, environment
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import (
    PasswordCommandFailed,
    PasswordFileUnreadable,
    os_reason,
)

VARIABLE = PASSWORD_VARIABLE
COMMAND_SECONDS = 60.0  # a command may wait for a person to touch a token, not for ever
MAX_OUTPUT = 64 << 10  # bytes that are read of what a command prints
_LOOK = 0.1  # seconds between two looks whether a command that prints nothing has ended
_withdrawn: Secret | None = None


def from_environment() -> Secret | None:
    """Return the password of $SLACK_WRAPPER_PASSWORD, if it is set, or was, and not empty."""
    value = os.environ.get(VARIABLE)
    return Secret(value, source=f"${VARIABLE}") if value else _withdrawn


def withdraw_from_environment() -> None:
    """Take $SLACK_WRAPPER_PASSWORD out of the environment of this process, and keep it here.

    What this process starts from now on does not see it; `from_environment` still returns it.
    """
    global _withdrawn  # noqa: PLW0603 - as global as the environment that it stands for
    _withdrawn = from_environment()
    os.environ.pop(VARIABLE, None)


def from_command(command: str) -> Secret:
    """Return the first line that a command prints.

    Args:
        command: split as a shell would, but no shell runs it.

    Raises:
        PasswordCommandFailed: it cannot be run, fails, prints nothing or takes a minute.
    """
    name = f"the password command {_name_of(command)}"
    try:
        code, output = _run(shlex.split(command))
    except TimeoutError:
        raise PasswordCommandFailed(f"{name} took more than {COMMAND_SECONDS:.0f} s") from None
    except (OSError, ValueError, IndexError):
        raise PasswordCommandFailed(f"{name} cannot be run") from None
    if code:
        raise PasswordCommandFailed(f"{name} ended with exit code {code}")
    return _first_line(output, PasswordCommandFailed, name)


def _run(arguments: list[str]) -> tuple[int, bytes]:
    """Run a command and return its exit code and the beginning of what it prints.

    What it leaves in the background is not waited for, and what does not end is ended.

    Raises:
        TimeoutError: it took too long.
        OSError: it cannot be run.
    """
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environment())
    assert process.stdout is not None
    output, end = b"", time.monotonic() + COMMAND_SECONDS
    with process.stdout, selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        try:
            while len(output) < MAX_OUTPUT:
                if ready.select(_LOOK):
                    block = os.read(process.stdout.fileno(), MAX_OUTPUT)
                    if not block:
                        break
                    output += block
                elif process.poll() is not None:
                    break
                elif time.monotonic() > end:
                    raise TimeoutError
            if len(output) >= MAX_OUTPUT:  # it goes on and on; the first line is here
                process.terminate()
                process.wait(max(_LOOK, end - time.monotonic()))
                return 0, output
            return process.wait(max(_LOOK, end - time.monotonic())), output
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


_MAX_FILE = 1 << 20  # bytes; only the first line is taken


def from_file(path: str | os.PathLike[str]) -> Secret:
    """Return the first line of a file.

    Raises:
        PasswordFileUnreadable: it cannot be read or is empty.
    """
    try:
        data = regular_file.read_bytes(path, _MAX_FILE, inherited=True)
    except OSError as error:
        raise PasswordFileUnreadable(
            f"the password file {path} cannot be read: {os_reason(error)}"
        ) from None
    return _first_line(data, PasswordFileUnreadable, f"the password file {path}")


def _name_of(command: str) -> str:
    """Return what a command is called in errors: its first word, without a value given to it."""
    first = command.split(maxsplit=1)[0] if command.strip() else "(empty)"
    variable, given, _ = first.partition("=")
    return f"{variable}=…" if given else first


def _first_line(data: bytes, error: type[Exception], source: str) -> Secret:
    # Editors of Windows put a mark before the first character.
    line = data.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].rstrip(b"\r")
    if not line:
        raise error(f"{source} gave an empty first line")
    try:
        return Secret(line.decode("utf-8"), source=source)
    except UnicodeDecodeError:
        raise error(f"{source} did not give UTF-8 text") from None

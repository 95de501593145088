"""Where a password can come from; each source gives a Secret, None, or one of our errors."""

from __future__ import annotations

import codecs
import getpass
import os
import selectors
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from slack_wrapper.common import console, regular_file
from slack_wrapper.common.host import PASSWORD_VARIABLE, environment
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import (
    EmptyPassword,
    KeyringInsecure,
    KeyringLocked,
    KeyringUnavailable,
    PasswordCommandFailed,
    PasswordError,
    PasswordFileUnreadable,
    os_reason,
)

VARIABLE = PASSWORD_VARIABLE
COMMAND_SECONDS = 60.0  # a command may wait for a person to touch a token, not for ever
MAX_OUTPUT = 64 << 10  # bytes that are read of what a command prints
_LOOK = 0.1  # seconds between two looks whether a command that prints nothing has ended
KEYRING_SECONDS = 60.0  # a locked keyring may ask in a window, at which perhaps nobody sits
# Backends of the keyring package that encrypt what they store, by module. Others, such as those
# of keyrings.alt, write plain text without saying so.
ENCRYPTING_BACKENDS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
_ABSENT_BACKENDS = ("keyring.backends.fail", "keyring.backends.null")
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


def from_keyring(service: str, username: str) -> Secret | None:
    """Return the password of an entry of the OS keyring, None if there is no such entry.

    Raises:
        KeyringUnavailable: no keyring answers.
        KeyringLocked: it is there but locked.
        KeyringInsecure: the backend is not known to encrypt.
    """
    password = keyring_call("get_password", service, username)
    return Secret(password) if password else None


def keyring_call(action: str, *args: str) -> Any:
    """Call `get_password`, `set_password` or `delete_password` of an accepted backend.

    Raises:
        KeyringUnavailable, KeyringLocked, KeyringInsecure: see `from_keyring`.
        keyring.errors.PasswordDeleteError: there was nothing to delete.
    """
    import keyring.errors

    backend = keyring_backend()
    named = f"the keyring ({backend_name(backend)})"
    try:
        return _bounded(getattr(backend, action), *args)
    except TimeoutError:
        raise KeyringLocked(
            f"{named} has not answered for {KEYRING_SECONDS:.0f} s; "
            "it may be locked and ask for its password in a window"
        ) from None
    except keyring.errors.KeyringLocked:
        raise KeyringLocked(f"{named} is locked") from None
    except keyring.errors.InitError as error:
        # What SecretService raises when nobody is there to unlock its collection.
        raise KeyringLocked(f"{named} cannot be opened: {_lower(error)}") from None
    except keyring.errors.PasswordDeleteError:
        raise
    except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
        raise KeyringUnavailable(f"{named} does not answer: {_lower(error)}") from None
    except Exception as error:  # noqa: BLE001 - D-Bus libraries raise their own kinds
        raise KeyringUnavailable(f"{named} failed: {type(error).__name__}") from None


def keyring_backend() -> Any:
    """Return the keyring backend that will be used, if it is known to encrypt.

    Raises:
        KeyringUnavailable: there is none.
        KeyringInsecure: it is not known to encrypt.
    """
    import keyring
    import keyring.errors

    try:
        backend: Any = _bounded(keyring.get_keyring)
        members = list(getattr(backend, "backends", [])) or [backend]
    except (keyring.errors.KeyringError, RuntimeError, ImportError, OSError) as error:
        raise KeyringUnavailable(f"there is no usable keyring: {_lower(error)}") from None
    except Exception as error:  # noqa: BLE001 - a backend that is looked for may raise anything
        raise KeyringUnavailable(
            f"there is no usable keyring: {type(error).__name__} while looking for it"
        ) from None
    accepted = [member for member in members if _module(member) in ENCRYPTING_BACKENDS]
    if accepted:
        return accepted[0]
    insecure = [member for member in members if _module(member) not in _ABSENT_BACKENDS]
    if insecure:
        raise KeyringInsecure(
            f"the keyring backend {backend_name(insecure[0])} is not known to encrypt"
        )
    raise KeyringUnavailable(f"no keyring answers (backend {backend_name(members[0])})")


def backend_name(backend: Any) -> str:
    """Return the name that keyring gives a backend, such as `SecretService Keyring`."""
    return str(getattr(backend, "name", type(backend).__name__))


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


def _bounded(call: Callable[..., Any], *args: str) -> Any:
    """Return what a call returns, or raises; its thread is left alone when it takes too long.

    Raises:
        TimeoutError: it has not ended in time.
    """
    ended: list[tuple[Any, Exception | None]] = []

    def work() -> None:
        try:
            ended.append((call(*args), None))
        except Exception as error:  # noqa: BLE001 - raised again by the thread that waits
            ended.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(KEYRING_SECONDS)
    if not ended:
        raise TimeoutError(f"no answer for {KEYRING_SECONDS:.0f} s")
    found, error = ended[0]
    if error is not None:
        raise error
    return found


def _name_of(command: str) -> str:
    """Return what a command is called in errors: its first word, without a value given to it."""
    first = command.split(maxsplit=1)[0] if command.strip() else "(empty)"
    variable, given, _ = first.partition("=")
    return f"{variable}=…" if given else first


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


def _first_line(data: bytes, error: type[Exception], source: str) -> Secret:
    # Editors of Windows put a mark before the first character.
    line = data.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].rstrip(b"\r")
    if not line:
        raise error(f"{source} gave an empty first line")
    try:
        return Secret(line.decode("utf-8"), source=source)
    except UnicodeDecodeError:
        raise error(f"{source} did not give UTF-8 text") from None


def _module(backend: Any) -> str:
    return type(backend).__module__


def _lower(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".").lower()

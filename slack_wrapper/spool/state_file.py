"""The files in `.snakemake/slack`: JSON objects that a person can read, each with a version.

They hold no secret, so they may be read and written by whoever may do so with their folder: two
members of a lab who share a working directory share what waits in it. What cannot be read is not
taken for absent: `StateUnreadable` says which file it is, and why.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slack_wrapper.common import atomic_files, decoding
from slack_wrapper.errors import LedgerUnusable, StateUnreadable, os_reason

LIMIT = 64 << 20  # bytes; far above any post, whose texts Slack bounds
_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISLNK, "it is a symbolic link"),
    (stat.S_ISFIFO, "it is a FIFO"),
)


def read(path: Path, versions: tuple[int, ...]) -> dict[str, Any]:
    """Return the object in a state file.

    Args:
        path: the file.
        versions: those that the caller can read, the newest last.

    Raises:
        FileNotFoundError: there is none.
        StateUnreadable: there is something, and it is not such a file.
    """
    try:
        data = decoding.from_json(content(path))
        if not isinstance(data, dict):
            raise ValueError("it is not a JSON object")
        version = data.get("version")
        if type(version) is int and version > versions[-1]:
            raise ValueError(f"it was written by a newer release (version {version})")
        if type(version) is not int or version not in versions:
            raise ValueError("it has no known version")
    except ValueError as error:
        raise unreadable(path, str(error)) from None
    return data


def content(path: Path) -> bytes:
    """Return the bytes of a regular file of bounded size, without blocking.

    Raises:
        FileNotFoundError: there is none.
        StateUnreadable: there is something else.
    """
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise unreadable(path, _kind(path))
            data = file.read(LIMIT + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, _kind(path) or _reason(path, error)) from None
    if not data.strip():
        raise unreadable(path, "it is empty")
    if len(data) > LIMIT:
        raise unreadable(path, f"it is larger than {LIMIT >> 20} MiB")
    return data


def unreadable(path: Path, reason: str) -> StateUnreadable:
    """Return the error for a state file that cannot be read."""
    hint = f"make the file readable, or give it up: slack-wrapper outbox --drop {path.stem}"
    told = f"{path} cannot be read: {reason}"
    return StateUnreadable(told, path=path, reason=reason, hint=hint)


def write(path: Path, data: Mapping[str, Any]) -> None:
    """Write an object so that a crash leaves the old file or the new one; its folder is made.

    Raises:
        OSError: it cannot be written.
    """
    made = folder(path.parent)
    atomic_files.write(path, encoded(data, indent=2) + b"\n", mode=mode_in(made))


def encoded(data: Mapping[str, Any], *, indent: int | None = None) -> bytes:
    """Return an object as JSON in UTF-8; names of files that are not UTF-8 are escaped."""
    try:
        return json.dumps(data, indent=indent, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(data, indent=indent).encode("ascii")


def remove(path: Path) -> None:
    """Remove what cannot be read, and what lies beside it under its name; nothing is followed.

    Raises:
        LedgerUnusable: it cannot be removed.
    """
    for one in (path, path.with_suffix(".jsonl"), path.with_suffix(".lock")):
        try:
            if one.is_dir() and not one.is_symlink():
                one.rmdir()
            else:
                one.unlink(missing_ok=True)
        except OSError as error:
            raise LedgerUnusable(
                f"{one} cannot be removed: {os_reason(error)}", hint="look at it, and remove it"
            ) from None


def folder(path: Path) -> Path:
    """Make a folder as open as the one it is in, whatever the umask; return its path.

    Raises:
        OSError: it cannot be made.
    """
    if not path.is_dir():
        above = folder(path.parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            with contextlib.suppress(OSError):  # also keeps the bit by which a group is inherited
                path.chmod(stat.S_IMODE(above.stat().st_mode) & ~stat.S_ISVTX)
    return path


def mode_in(path: Path) -> int:
    """Return the permissions of a file that is as open as its folder.

    Raises:
        OSError: there is no such folder.
    """
    return stat.S_IMODE(path.stat().st_mode) & 0o666 | 0o600


def _kind(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return ""
    return next((told for test, told in _KINDS if test(mode)), "")


def _reason(path: Path, error: OSError) -> str:
    """Return why a file cannot be opened; of another user's, whose it is."""
    if error.errno in (errno.EACCES, errno.EPERM):
        with contextlib.suppress(OSError, KeyError):
            import pwd

            owner = path.stat().st_uid
            if owner != os.geteuid():
                return f"{os_reason(error)}, it belongs to {pwd.getpwuid(owner).pw_name}"
    return os_reason(error)

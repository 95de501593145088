"""Locks between processes, held by files that only those can lock who may write them.

`flock` needs no more than a file that can be *read*. So a lock file is readable by exactly those
who can write it: somebody who may only look at a folder cannot hold up the others. No wait is
without an end.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator

_POLL = 0.02  # seconds between two tries
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_REFUSED = (errno.EWOULDBLOCK, errno.EACCES)


def open_lock(
    path: str | os.PathLike[str], *, dir_fd: int | None = None, like_folder: bool = False
) -> int:
    """Open a lock file, made when it is missing, and return its descriptor.

    It is made for its user alone and opened to others afterwards: whoever could read it for a
    moment only could hold its lock for as long as he likes.

    Args:
        path: the file; not a symbolic link.
        dir_fd: descriptor of the folder that a relative path is in.
        like_folder: whether it may be held by all who may write to its folder, whatever the umask.

    Raises:
        OSError: it cannot be opened or is not a regular file.
    """
    try:
        handle = os.open(path, _FLAGS, 0o600, dir_fd=dir_fd)
    except PermissionError:  # perhaps another member has just made it and not opened it to us yet
        time.sleep(_POLL)
        handle = os.open(path, _FLAGS, 0o600, dir_fd=dir_fd)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
    mode = found.st_mode
    if like_folder:
        mode = os.stat(os.path.dirname(path) or ".").st_mode & 0o666 | 0o600  # noqa: PTH116, PTH120
    unreadable = _without_readers(mode)
    if unreadable != stat.S_IMODE(found.st_mode):
        with contextlib.suppress(OSError):  # another's, in a folder that is shared
            os.fchmod(handle, unreadable)
    return handle


def _without_readers(mode: int) -> int:
    mode = stat.S_IMODE(mode)
    for write, read in ((stat.S_IWGRP, stat.S_IRGRP), (stat.S_IWOTH, stat.S_IROTH)):
        if not mode & write:
            mode &= ~read
    return mode


def acquire(handle: int, seconds: float) -> bool:
    """Lock an open file, and return whether it was had in time.

    Args:
        handle: its descriptor.
        seconds: to wait at most; 0 asks once.

    Raises:
        OSError: the file system has no locks.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
        if time.monotonic() >= until:
            return False
        time.sleep(_POLL)


@contextlib.contextmanager
def locked(
    path: str | os.PathLike[str], seconds: float, *, like_folder: bool = False
) -> Iterator[bool]:
    """Hold the lock of a file inside a `with`, and say whether it is held.

    It is not where the wait was too long, the file cannot be opened, or the file system has no
    locks; the caller decides what that means.

    Args:
        path: the lock file.
        seconds: to wait at most.
        like_folder: see `open_lock`.
    """
    handle = None
    try:
        try:
            handle = open_lock(path, like_folder=like_folder)
            held = acquire(handle, seconds)
        except OSError:
            held = False
        yield held
    finally:
        if handle is not None:
            os.close(handle)

"""Folders of one user under a temporary folder, which other users of the machine write to as well.

Their names can be guessed, so another user may have made one first, or put a symbolic link there.
A folder is used only when it is a real one, ours, and closed to others. Files in it are opened by
the folder's descriptor and never through a link, so that nobody can exchange it in between.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from slack_wrapper.common import file_lock

_MODE = 0o700


class PrivateDir:
    """A folder that only its user can look into.

    Args:
        path: the folder; made when it is missing, its parent must exist.

    Raises:
        OSError: it cannot be had: another user's, a link, open to others, or not a folder.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._handle = path, -1
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=_MODE)
        self._handle = os.open(
            path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        )
        try:
            _check(os.fstat(self._handle), path)
        except OSError:
            self.close()
            raise

    def open(self, name: str) -> int:
        """Open a regular file of ours in it, made when it is missing; return its descriptor.

        Raises:
            OSError: it cannot be opened, or is a link, a FIFO or another user's.
        """
        handle = file_lock.open_lock(name, dir_fd=self._handle)
        if os.fstat(handle).st_uid != os.geteuid():
            os.close(handle)
            raise PermissionError(errno.EPERM, "belongs to another user", name)
        return handle

    def names(self) -> list[str]:
        """Return the names of what is in it."""
        return os.listdir(self._handle)  # noqa: PTH208 - pathlib knows no descriptors

    def remove(self, name: str) -> None:
        """Remove a file.

        Raises:
            OSError: there is none, or it cannot be removed.
        """
        os.unlink(name, dir_fd=self._handle)

    def close(self) -> None:
        """Give the folder's descriptor back; a second time does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __del__(self) -> None:
        self.close()


def is_private(folder: str | os.PathLike[str]) -> bool:
    """Whether this is a folder, no link to one, that belongs to us and nobody else can enter."""
    try:
        _check(os.lstat(folder), folder)
    except OSError:
        return False
    return True


def _check(found: os.stat_result, path: str | os.PathLike[str]) -> None:
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    if found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "belongs to another user", str(path))
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(errno.EPERM, "is open to other users", str(path))

"""Files that are either wholly there or not at all."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import tempfile
from pathlib import Path


class Reservation:
    """Space for a file that is written later: what would fail then fails now.

    Args:
        path: the file; its folder must exist.
        size: bytes to take.
        mode: permissions; None for what the umask allows.
        alone: whether nobody else writes this file in this way at the same time. What a killed
            process has left of it is then removed, without a look at the folder's other files.

    Raises:
        OSError: there is no space, or the folder takes no file; nothing was changed.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        size: int,
        *,
        mode: int | None = None,
        alone: bool = False,
    ) -> None:
        self._target = Path(path)
        if alone:
            handle, name = _opened_anew(self._target)
        else:
            handle, name = tempfile.mkstemp(
                dir=self._target.parent, prefix=f".{self._target.name}.", suffix=".tmp"
            )
        self._name, self._file = Path(name), os.fdopen(handle, "wb")
        self._inode = os.fstat(handle).st_ino
        try:
            os.fchmod(handle, 0o666 & ~_umask() if mode is None else mode)
            if size and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(handle, 0, size)
        except BaseException:
            self.release()
            raise

    def fill(
        self,
        data: bytes,
        *,
        times: tuple[int, int] | None = None,
        durable: bool = True,
        during: contextlib.AbstractContextManager[object] | None = None,
    ) -> int:
        """Write the file so that a crash at any instant leaves the old one or the new one.

        Returns its time of last change, in ns since the epoch.

        Args:
            data: the whole content.
            times: of last access and last change, in ns since the epoch; None for now.
            durable: whether it survives a power failure at once; False leaves that to `sync`.
            during: entered while the new file takes the place of the old one.

        Raises:
            OSError: nothing was changed.
        """
        try:
            changed = self.ready(data, times=times, durable=durable)
            with during or contextlib.nullcontext():
                self._name.replace(self._target)
        except BaseException:
            self.release()
            raise
        if durable:
            sync_folder(self._target.parent)
        return changed

    def ready(
        self, data: bytes, *, times: tuple[int, int] | None = None, durable: bool = True
    ) -> int:
        """Write the content beside the file's place, for somebody else to put it there; see `fill`.

        Raises:
            OSError: there is no space, or somebody else writes this file.
        """
        with self._file as file:
            file.write(data)
            file.truncate()
            file.flush()
            if times:
                os.utime(file.fileno(), ns=times)
            if durable:
                os.fsync(file.fileno())
            changed = os.fstat(file.fileno()).st_mtime_ns
        if not self._is_ours():  # somebody else does write this file at the same time
            raise FileExistsError(errno.EEXIST, "written by another process", str(self._target))
        return changed

    @property
    def beside(self) -> str:
        """Path of the file that takes the space."""
        return str(self._name)

    def release(self) -> None:
        """Give the space back; after `fill` there is none to give."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            if self._is_ours():
                self._name.unlink()

    def _is_ours(self) -> bool:
        """Whether the temporary file is still the one that was made here."""
        try:
            return self._name.stat().st_ino == self._inode
        except OSError:
            return False


def write(
    path: str | os.PathLike[str],
    data: bytes,
    *,
    mode: int | None = None,
    times: tuple[int, int] | None = None,
    during: contextlib.AbstractContextManager[object] | None = None,
) -> None:
    """Write a file at once; see `Reservation`.

    Raises:
        OSError: nothing was changed.
    """
    Reservation(path, 0, mode=mode).fill(data, times=times, during=during)


def sync(path: str | os.PathLike[str]) -> None:
    """Make a file survive a power failure, where it is there and the file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(Path(path).parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power failure, where the file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _opened_anew(target: Path) -> tuple[int, str]:
    """Open the temporary file that belongs to a file, and to no other try at writing it."""
    name = str(target.parent / f".{target.name}.tmp")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name)  # noqa: PTH108
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(name, flags, 0o600), name


@functools.cache
def _umask() -> int:
    """Return the umask of this process, read once.

    Linux tells it. Elsewhere it has to be set to be seen, and a file that another thread makes at
    that moment would be open to everybody: so it is set to the strictest one meanwhile.
    """
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("Umask:")).split()[1], 8)
    umask = os.umask(0o077)
    os.umask(umask)
    return umask

"""Files that are either wholly there or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


class Reservation:
    """Space for a file that is written later: what would fail then fails now.

    Args:
        path: the file; its folder must exist.
        size: bytes to take.
        mode: permissions; None for what the umask allows.

    Raises:
        OSError: there is no space, or the folder takes no file; nothing was changed.
    """

    def __init__(self, path: str | os.PathLike[str], size: int, *, mode: int | None = None) -> None:
        self._target = Path(path)
        handle, name = tempfile.mkstemp(
            dir=self._target.parent, prefix=f".{self._target.name}.", suffix=".tmp"
        )
        self._name, self._file = Path(name), os.fdopen(handle, "wb")
        try:
            os.fchmod(handle, _default_mode() if mode is None else mode)
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
        during: contextlib.AbstractContextManager[None] | None = None,
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
            with self._file as file:
                file.write(data)
                file.truncate()
                file.flush()
                if times:
                    os.utime(file.fileno(), ns=times)
                if durable:
                    os.fsync(file.fileno())
                changed = os.fstat(file.fileno()).st_mtime_ns
            with during or contextlib.nullcontext():
                self._name.replace(self._target)
        except BaseException:
            self.release()
            raise
        if durable:
            sync_folder(self._target.parent)
        return changed

    def release(self) -> None:
        """Give the space back; after `fill` there is none to give."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._name.unlink()


def write(
    path: str | os.PathLike[str],
    data: bytes,
    *,
    mode: int | None = None,
    times: tuple[int, int] | None = None,
    during: contextlib.AbstractContextManager[None] | None = None,
) -> None:
    """Write a file at once; see `Reservation`.

    Raises:
        OSError: nothing was changed.
    """
    Reservation(path, 0, mode=mode).fill(data, times=times, during=during)


def sweep(path: str | os.PathLike[str]) -> None:
    """Remove what killed processes have left of a file that nobody else is writing now."""
    folder, name = os.path.split(path)
    with contextlib.suppress(OSError), os.scandir(folder or ".") as entries:
        for left in entries:
            if left.name.startswith(f".{name}.") and left.name.endswith(".tmp"):
                with contextlib.suppress(OSError):
                    os.unlink(left.path)  # noqa: PTH108


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


def _default_mode() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask

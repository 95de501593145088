"""Files that are either wholly there or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write(
    path: str | os.PathLike[str],
    data: bytes,
    *,
    mode: int | None = None,
    times: tuple[int, int] | None = None,
) -> None:
    """Write a file so that a crash at any instant leaves the old one or the new one.

    Args:
        path: the file; its folder must exist.
        data: the whole content.
        mode: permissions; None for what the umask allows.
        times: of last access and last change, in ns since the epoch; None for now.

    Raises:
        OSError: nothing was changed.
    """
    target = Path(path)
    folder = target.parent
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, _default_mode() if mode is None else mode)
            file.write(data)
            file.flush()
            if times:
                os.utime(file.fileno(), ns=times)
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(folder)


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

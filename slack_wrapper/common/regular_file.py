"""Reading files that somebody else names: only regular ones, of bounded size, without blocking.

A FIFO without a writer blocks `open` for ever, a device such as /dev/zero has no end, and a
terminal takes what was meant for another program. All reads of files that a user, a config or a
folder shared with others can name go through here.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

MIB = 1 << 20
TEXT_LIMIT = 64 * MIB  # bytes of a text, table, template or receipt: far more than Slack takes
# What a shell makes of `<(command)` and `- `: pipes that somebody is writing to already.
_INHERITED = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_regular(path: str | os.PathLike[str], *, inherited: bool = False) -> BufferedReader:
    """Open a regular file for reading; symbolic links are followed.

    Args:
        path: the file.
        inherited: also take a pipe that this process was started with, such as the `/dev/fd/63`
            that a shell puts in the place of `<(command)`.

    Raises:
        OSError: it cannot be opened, or is a directory, FIFO, socket or device; `strerror` says
            which.
    """
    if inherited and os.fspath(path).startswith(_INHERITED):
        return Path(path).open("rb")
    _check(os.stat(path), path)  # opening a device can have effects of its own  # noqa: PTH116
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _check(os.fstat(handle), path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_bytes(
    path: str | os.PathLike[str], limit: int = TEXT_LIMIT, *, inherited: bool = False
) -> bytes:
    """Return the content of a regular file.

    Args:
        path: the file.
        limit: bytes; a larger file is refused, not cut.
        inherited: see `open_regular`.

    Raises:
        OSError: as `open_regular`, or with EFBIG for a file that is too large.
    """
    with open_regular(path, inherited=inherited) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"larger than {_size(limit)}", os.fspath(path))
    return data


def read_text(path: str | os.PathLike[str], limit: int = TEXT_LIMIT) -> str:
    """Return the content of a regular file as text, without a byte order mark.

    Raises:
        OSError: see `read_bytes`.
        UnicodeDecodeError: it is not UTF-8.
    """
    return read_bytes(path, limit).decode("utf-8-sig")


def _check(found: os.stat_result, path: str | os.PathLike[str]) -> None:
    if stat.S_ISREG(found.st_mode):
        return
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    kind = _KINDS.get(stat.S_IFMT(found.st_mode), "something else")
    raise OSError(errno.EINVAL, f"not a regular file but {kind}", os.fspath(path))


def _size(limit: int) -> str:
    return f"{limit // MIB} MiB" if limit >= MIB else f"{limit} bytes"

"""Files as they lie on disk: checked before anything is sent, watched while they are read."""

from __future__ import annotations

import mimetypes
import os
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from slack_wrapper.client.hashing import BLOCK, BlockHash
from slack_wrapper.client.upload_progress import tell, tell_end
from slack_wrapper.common import slots
from slack_wrapper.common.regular_file import open_regular
from slack_wrapper.common.text import shorten
from slack_wrapper.common.valid_text import valid
from slack_wrapper.errors import (
    FileChanged,
    FileEmpty,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    os_reason,
)

# https://docs.slack.dev/reference/methods/files.getUploadURLExternal: 1 GB a file
MAX_FILE_BYTES = 1 << 30
MAX_ALT = 1000  # characters of alt_txt, same page


@dataclass(frozen=True)
class LocalFile:
    """A file that is to be uploaded.

    Args:
        path: where it lies.
        name: its name in Slack.
        title: its title in Slack.
        size: bytes.
        identity: device, inode, size and time of last change in ns.
        alt: of a picture, what those hear who do not see it; empty for other files.
        sha256: in hex, of the bytes that it must have; empty where any will do.
    """

    path: Path
    name: str
    title: str
    size: int
    identity: tuple[int, int, int, int]
    alt: str = ""
    sha256: str = ""


def check(
    path: str | Path, *, title: str | None = None, name: str | None = None, alt: str = ""
) -> LocalFile:
    """Look at a file and refuse what Slack would refuse, or what could not be read.

    Args:
        path: where it lies.
        title: its title in Slack; else its name.
        name: its name in Slack; else that of the path.
        alt: of a picture, what those hear who do not see it; else its title.

    Raises:
        FileMissing, FileUnreadable, FileEmpty, FileTooLarge: nothing was sent.
    """
    path = Path(path)
    try:
        with open_regular(path) as file:
            status = os.fstat(file.fileno())
    except FileNotFoundError:
        raise FileMissing(f"the file {path} does not exist") from None
    except IsADirectoryError:
        raise FileUnreadable(f"{path} is a folder, not a file") from None
    except OSError as error:
        raise FileUnreadable(f"the file {path} cannot be read: {os_reason(error)}") from None
    if status.st_size == 0:
        raise FileEmpty(f"the file {path} is empty")
    if status.st_size > MAX_FILE_BYTES:
        raise FileTooLarge(f"the file {path} has {status.st_size} bytes, more than Slack's 1 GB")
    shown = valid(name or path.name)
    title = valid(title or "")
    alt = shorten(valid(alt) or title or shown, MAX_ALT, plain=True) if _is_picture(shown) else ""
    return LocalFile(path, shown, title or shown, status.st_size, _identity(status), alt)


def _is_picture(name: str) -> bool:
    return (mimetypes.guess_type(name)[0] or "").startswith("image/")


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


class WatchedReader:
    """Reads one `LocalFile`, hashes what it reads, and notices when the file changes meanwhile.

    Raises:
        FileChanged: from `read` or `finish`, when the file is not what `check` saw, or has not the
            bytes that it must have.
        FileMissing, FileUnreadable: the file cannot be opened any more.
    """

    def __init__(self, file: LocalFile) -> None:
        self._file = file
        self._left = file.size
        self._hash = BlockHash(file.size)
        self._handle: FileIO | None = None

    def __enter__(self) -> WatchedReader:
        try:
            self._handle = FileIO(self._file.path)
        except FileNotFoundError:
            raise FileMissing(f"the file {self._file.path} has gone") from None
        except OSError as error:
            raise FileUnreadable(
                f"the file {self._file.path} cannot be read: {os_reason(error)}"
            ) from None
        self._compare()
        tell(self, self._file.name, self._file.size, 0)
        return self

    def __exit__(self, *exc: Any) -> None:
        tell_end(self)
        self._hash.close()
        if self._handle:
            self._handle.close()

    def read(self, size: int = BLOCK) -> memoryview:
        """Return up to `size` bytes, one block at most; they stay as they are until the next read.

        Never more than the file had when it was checked.
        """
        assert self._handle is not None
        slots.check()
        wanted = min(size, BLOCK, self._left)
        if wanted == 0:
            return memoryview(b"")
        buffer = self._hash.buffer()
        block = memoryview(buffer)[:wanted]
        try:
            block = block[: self._handle.readinto(block)]
        except OSError as error:
            raise FileUnreadable(
                f"the file {self._file.path} cannot be read: {os_reason(error)}"
            ) from None
        if not block:
            raise self._changed()
        self._hash.update(buffer, block)
        self._left -= len(block)
        tell(self, self._file.name, self._file.size, self._file.size - self._left)
        return block

    def finish(self) -> str:
        """Return the SHA-256 in hex, once everything has been read and nothing has changed."""
        if self._left:
            raise self._changed()
        self._compare()
        digest = self._hash.hexdigest()
        if self._file.sha256 not in ("", digest):
            raise self._changed()
        return digest

    def _compare(self) -> None:
        assert self._handle is not None
        if _identity(os.fstat(self._handle.fileno())) != self._file.identity:
            raise self._changed()

    def _changed(self) -> FileChanged:
        path = self._file.path
        return FileChanged(f"the file {path} changed while it was uploaded", path=path)

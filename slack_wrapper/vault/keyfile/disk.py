"""The key file on disk: read, and replaced only by one that has been opened; every write atomic."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from pathlib import Path

from slack_wrapper.common import atomic_files, regular_file
from slack_wrapper.errors import KeyFileMissing, KeyFileNotWritten, os_reason
from slack_wrapper.vault.keyfile import format, legacy, sealing
from slack_wrapper.vault.keyfile.format import KeyFile
from slack_wrapper.vault.keyfile.format_v2 import NamedKeyFile


@dataclass(frozen=True)
class Stored:
    """A key file as it was found.

    Args:
        path: where it lies.
        data: its bytes.
        parsed: its content, None for a legacy file of librec-auto.
    """

    path: Path
    data: bytes
    parsed: KeyFile | NamedKeyFile | None

    @property
    def legacy(self) -> bool:
        """Whether librec-auto wrote it; such a file should be upgraded."""
        return self.parsed is None

    @property
    def names(self) -> tuple[str, ...]:
        """Whose passwords open it; empty for a file with one password, which has no name."""
        if isinstance(self.parsed, NamedKeyFile):
            return tuple(line.name for line in self.parsed.names)
        return ()


def read(path: str | os.PathLike[str]) -> Stored:
    """Read and parse a key file; nothing is derived.

    Raises:
        KeyFileMissing, KeyFileDamaged, KeyFileTooCostly, KeyFileUnsupported.
    """
    path = Path(path)
    try:
        data = regular_file.read_bytes(path, format.MAX_FILE_BYTES).removeprefix(codecs.BOM_UTF8)
    except FileNotFoundError:
        raise KeyFileMissing(f"the key file {path} does not exist") from None
    except OSError as error:
        raise KeyFileMissing(f"the key file {path} cannot be read: {os_reason(error)}") from None
    if legacy.is_legacy(data):
        legacy.created(data, str(path))
        return Stored(path, data, None)
    return Stored(path, data, format.parse(data, str(path)))


def write(
    path: Path, content: KeyFile | NamedKeyFile, passwords: tuple[str, ...], secret: bytes
) -> None:
    """Write a key file, after its bytes have been parsed and opened as a reader would.

    Args:
        path: where; an old file is replaced at once or not at all.
        content: what.
        passwords: those known of it; each must open it.
        secret: what it must hold.

    Raises:
        KeyFileNotWritten: the old file is as it was.
    """
    path = check_target(path)
    data = content.to_bytes()
    parsed = format.parse(data, str(path))
    if any(sealing.secret_of(parsed, password, str(path)) != secret for password in passwords):
        raise KeyFileNotWritten(f"the new key file {path} does not hold what it should")
    _write_bytes(path, data)
    if read(path).data != data:
        raise KeyFileNotWritten(f"the key file {path} reads back differently")


def check_target(path: str | os.PathLike[str]) -> Path:
    """Return the file that a key would be written to: itself, or the one that a link leads to.

    A key file may be written over, and so may an empty file; anything else could be the only copy
    of something, such as the clear token itself when two arguments are swapped.

    Raises:
        KeyFileNotWritten: another file is there.
    """
    place = Path(os.path.realpath(path))
    try:
        data = regular_file.read_bytes(place, format.MAX_FILE_BYTES).removeprefix(codecs.BOM_UTF8)
    except FileNotFoundError:
        return place
    except OSError as error:
        raise KeyFileNotWritten(
            f"{path} cannot be written over: {os_reason(error)}",
            hint="give a new file, or an encrypted key file",
        ) from None
    if data.strip() and not legacy.is_legacy(data) and not data.startswith(format.FAMILY):
        raise KeyFileNotWritten(
            f"{path} is not a key file and is not written over",
            hint="give a new file, or an encrypted key file; check that --key and --encrypted are "
            "not swapped",
        )
    return place


def prepare(path: str | os.PathLike[str]) -> None:
    """Make the folder of a key file and see that the file can be written, before anybody is asked.

    Raises:
        KeyFileNotWritten: it cannot, or another file is there.
    """
    place = check_target(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.Reservation(place, 0, mode=0o600).release()
    except OSError as error:
        raise KeyFileNotWritten(
            f"the key file {path} cannot be written: {os_reason(error)}",
            hint="check the folder and its permissions",
        ) from None


def back_up(path: Path, data: bytes) -> None:
    """Write a backup; one that a broken-off upgrade has left is the same and may stay.

    Raises:
        KeyFileNotWritten: it cannot be written, or another file is in the way.
    """
    try:
        in_the_way = path.exists() and regular_file.read_bytes(path) != data
    except OSError:
        in_the_way = True
    if in_the_way:
        raise KeyFileNotWritten(
            f"{path} is in the way of the backup", hint="move it away, then try again"
        )
    _write_bytes(path, data)


def _write_bytes(path: Path, data: bytes) -> None:
    try:
        atomic_files.write(path, data, mode=0o600)
    except OSError as error:
        raise KeyFileNotWritten(
            f"the key file {path} cannot be written: {os_reason(error)}"
        ) from None

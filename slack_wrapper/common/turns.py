"""Where turns are kept: in files that all processes of a user share, or in this process alone."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from slack_wrapper.common import file_lock
from slack_wrapper.common.private_dir import PrivateDir

_FUTURE = 3600.0  # seconds; nobody is told to wait longer
_SKEW = 2.0  # seconds; a file written further ahead was so before the clock was set back
_TRIES = 10  # to open a file that is swept meanwhile; some file systems count no links at all
_LOCK_SECONDS = 5.0  # a lock is held for microseconds; who holds one longer has been stopped
_NAME = re.compile(r"[0-9a-f]{24}")
_CONTENT = re.compile(rb"\d{13}\.\d{6}\n|")  # what this module writes, or nothing yet


class Slot(Protocol):
    """A time that is read and written while nobody else can."""

    def get(self) -> float:
        """Return it, in seconds since the epoch; 0 where none counts."""

    def set(self, value: float) -> None:
        """Write it."""


class FileTurns:
    """Times in small files of one folder.

    Args:
        folder: made when it is missing.

    Raises:
        OSError: the folder cannot be had for ourselves alone, see `PrivateDir`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = PrivateDir(folder)

    @contextlib.contextmanager
    def slot(self, *names: str) -> Iterator[Slot]:
        """Open and lock the file of a name.

        Raises:
            OSError: it cannot be opened, or its lock cannot be had in time.
        """
        file = self._open(hashlib.sha256("\0".join(names).encode()).hexdigest()[:24])
        try:
            yield _FileSlot(file)
        finally:
            os.close(file)

    def _open(self, name: str) -> int:
        """Open and lock a file; again, if it was swept before we had its lock."""
        for _ in range(_TRIES):
            file = self._folder.open(name)
            if not file_lock.acquire(file, _LOCK_SECONDS):
                os.close(file)
                raise TimeoutError(f"{name} is locked")
            if os.fstat(file).st_nlink:
                return file
            os.close(file)
        raise FileNotFoundError(name)

    def sweep(self) -> None:
        """Remove the files of ours whose times are over; one that somebody holds is left."""
        with contextlib.suppress(OSError):
            for name in filter(_NAME.fullmatch, self._folder.names()):
                with contextlib.suppress(OSError):
                    self._remove_if_over(name)

    def _remove_if_over(self, name: str) -> None:
        file = self._folder.open(name)
        try:
            # Somebody may have removed this one and made another of its name.
            free = file_lock.acquire(file, 0) and os.fstat(file).st_nlink > 0
            ours = _CONTENT.fullmatch(os.pread(file, 64, 0)) is not None
            if free and ours and _FileSlot(file).get() <= time.time():
                self._folder.remove(name)
        finally:
            os.close(file)


class _FileSlot:
    def __init__(self, file: int) -> None:
        self._file = file

    def get(self) -> float:
        try:
            value = float(os.pread(self._file, 64, 0) or 0)
        except ValueError:
            return 0.0
        now = time.time()
        if os.fstat(self._file).st_mtime > now + _SKEW:
            return 0.0
        return value if value < now + _FUTURE else 0.0

    def set(self, value: float) -> None:
        with contextlib.suppress(OSError):
            os.pwrite(self._file, f"{value:020.6f}\n".encode(), 0)


class ProcessTurns:
    """Times that only the threads of this process see."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[tuple[str, ...], float] = {}

    @contextlib.contextmanager
    def slot(self, *names: str) -> Iterator[Slot]:
        """Keep other threads out of the time of a name."""
        with self._lock:
            yield _ProcessSlot(self._times, names)

    def sweep(self) -> None:
        """Do nothing: a process ends."""


class _ProcessSlot:
    def __init__(self, times: dict[tuple[str, ...], float], names: tuple[str, ...]) -> None:
        self._times, self._names = times, names

    def get(self) -> float:
        return self._times.get(self._names, 0.0)

    def set(self, value: float) -> None:
        self._times[self._names] = value

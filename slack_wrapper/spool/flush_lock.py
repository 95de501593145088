"""One flush at a time: among the threads of a process, and among the processes of a folder."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from slack_wrapper.common import file_lock
from slack_wrapper.common.budget import current, while_heard
from slack_wrapper.errors import LedgerUnusable, os_reason
from slack_wrapper.spool import state_file

FLUSH_SECONDS = 120.0  # for another thread of this process to end the post that it is about


class FlushLock:
    """The lock of a folder's outbox.

    Args:
        folder: of the ledger; the lock is its file `lock`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / "lock"
        self._thread = threading.Lock()

    @contextlib.contextmanager
    def held(self, *, wait: bool) -> Iterator[bool]:
        """Keep others out, gives False if one is in.

        Args:
            wait: for another thread of this process; another process is never waited for.

        Raises:
            LedgerUnusable: the lock cannot be written.
        """
        if not self._take(wait):
            yield False
            return
        try:
            with self._locked() as ours:
                yield ours
        finally:
            self._thread.release()

    def _take(self, wait: bool) -> bool:
        take = self._thread.acquire
        if not wait:
            return take(timeout=0)
        return while_heard(lambda some: take(timeout=some), FLUSH_SECONDS, current())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[bool]:
        try:
            state_file.folder(self._folder)
            lock = file_lock.open_lock(self._file, like_folder=True)
        except OSError as error:
            raise LedgerUnusable(
                f"the outbox cannot be locked by {self._file}: {os_reason(error)}"
            ) from None
        try:
            try:
                held = file_lock.acquire(lock, 0)
            except OSError:  # no locks here
                held = False
            yield held
        finally:
            os.close(lock)

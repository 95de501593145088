"""A mark in the working directory for the message of a run, so that no message is orphaned.

It is written before the message is posted and removed when the message says how the run ended. A
run that is killed leaves it, and the next run in the folder finds it. The lock beside it goes with
the process that holds it, however that ends; so a mark without a holder is that of a dead run.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from slack_wrapper.common import decoding, file_lock
from slack_wrapper.errors import StateUnreadable
from slack_wrapper.spool import origin as origins
from slack_wrapper.spool import state_file
from slack_wrapper.spool.ledger import FOLDER
from slack_wrapper.spool.origin import Origin

VERSION = 2  # 1 had no origin
_READ = (1, VERSION)
SECONDS = 20.0  # between two writings while a run goes on


@dataclass
class Mark:
    """What is known of the message of a run, and of its last state.

    Args:
        name: of the workflow.
        encrypted_key: key file; None for $SLACK_BOT_TOKEN.
        channel: where it was to be posted; its ID once it is.
        key: our idempotency key.
        began: seconds since the epoch.
        ts: of the message; None while it is not known to be there.
        done, total: jobs.
        seen: seconds since the epoch, when the message was last changed.
        final: arguments of the message's last change, which Slack did not take; else empty.
        emoji: the reaction that the last change was to be given.
        origin: where the run was; None: by a release that did not say.
    """

    name: str
    encrypted_key: str | None
    channel: str
    key: str
    began: float
    ts: str | None = None
    done: int = 0
    total: int = 0
    seen: float = 0.0
    final: dict[str, Any] = field(default_factory=dict)
    emoji: str = ""
    origin: Origin | None = None


class MarkFile:
    """The mark of this run.

    Args:
        mark: what it says.
        folder: of the ledger.
    """

    def __init__(self, mark: Mark, folder: str | os.PathLike[str] = FOLDER) -> None:
        self.mark = mark
        self._path = _folder(folder) / f"{time.time_ns()}-{secrets.token_hex(4)}.json"
        self._written = 0.0
        self._lock: int | None = None

    def save(self, *, now: bool = True) -> None:
        """Write it down; at most every few seconds unless `now`. A full disk is no matter here."""
        if not now and time.monotonic() - self._written < SECONDS:
            return
        with contextlib.suppress(OSError):
            if self._lock is None:
                state = state_file.folder(self._path.parent).parent
                self.mark.origin = origins.here(state)
                self._lock = file_lock.open_lock(_lock_of(self._path), like_folder=True)
                file_lock.acquire(self._lock, 0)
            _write(self._path, self.mark)
            self._written = time.monotonic()

    def remove(self) -> None:
        """Take it away: the message says how the run ended."""
        _remove(self._path)
        self.release()

    def release(self) -> None:
        """Leave it to the next run."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


@contextlib.contextmanager
def orphans(folder: str | os.PathLike[str] = FOLDER) -> Iterator[list[tuple[Mark, Path]]]:
    """Give the marks of runs that are dead; nobody else is given the same ones meanwhile.

    Those that came with a copy of another working directory are not: their runs may go on there.
    """
    with contextlib.ExitStack() as held:
        found = []
        for path in _files(folder):
            with contextlib.suppress(OSError, StateUnreadable):
                lock = file_lock.open_lock(_lock_of(path), like_folder=True)
                held.callback(os.close, lock)
                if not file_lock.acquire(lock, 0):
                    continue
                mark = _read(path)
                if mark.origin is None or mark.origin.is_same(origins.here(path.parent.parent)):
                    found.append((mark, path))
        yield found


def unreadable(folder: str | os.PathLike[str] = FOLDER) -> list[StateUnreadable]:
    """Return the marks that cannot be read: the messages of their runs stay as they are."""
    found = []
    for path in _files(folder):
        try:
            _read(path)
        except FileNotFoundError:
            continue
        except StateUnreadable as error:
            found.append(error)
    return found


def forget(path: Path) -> None:
    """Remove the mark of a dead run."""
    _remove(path)


def _folder(ledger: str | os.PathLike[str]) -> Path:
    return Path(ledger).absolute() / "live"


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _files(folder: str | os.PathLike[str]) -> list[Path]:
    return sorted(_folder(folder).glob("[!.]*.json"))


def _write(path: Path, mark: Mark) -> None:
    state_file.write(path, {"version": VERSION, **asdict(mark)})


def _read(path: Path) -> Mark:
    data = state_file.read(path, _READ)
    try:
        return decoding.record(Mark, data)
    except ValueError as error:
        raise state_file.unreadable(path, str(error)) from None


def _remove(path: Path) -> None:
    for one in (path, _lock_of(path)):
        with contextlib.suppress(OSError):
            one.unlink()

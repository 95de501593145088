"""Posts that wait for Slack, oldest first, where the next run in the folder finds them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from slack_wrapper.delivery import entry as entries
from slack_wrapper.delivery.entry import Entry, name_by_age
from slack_wrapper.delivery.ledger import FOLDER
from slack_wrapper.errors import RequestError


class Outbox:
    """The waiting posts of one working directory.

    Args:
        folder: of the ledger; ours is its `outbox/`, and kept files are in its `files/`.
    """

    def __init__(self, folder: str | os.PathLike[str] = FOLDER) -> None:
        self.folder = Path(folder) / "outbox"
        self.files = Path(folder) / "files"
        self._steps: dict[str, str] = {}  # step → name of its newest entry
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._timed = 0
        self._loaded = False
        self._lock = threading.Lock()

    def take(self, entry: Entry, reason: str, sending: Path) -> None:
        """Let a post wait, by one rename if it has been written down in `sending`.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        entry.reason, entry.queued_at = reason, time.time()
        before = sending / f"{entry.id}.json"
        name = name_by_age(entry.step or entry.progress.key[:20])
        if before.exists():
            entry.write(sending)
            self.folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):
                before.rename(self.folder / f"{name}.json")
                entry.id = name
        if entry.id != name:
            entry.id = name
            entry.write(self.folder)
            before.unlink(missing_ok=True)
        with self._lock:
            self._count(entry, 1)

    def update(self, entry: Entry, reason: str) -> None:
        """Write down how far an entry has come, and why it still waits.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        entry.reason = reason
        entry.write(self.folder)

    def remove(self, entry: Entry) -> None:
        """Take a delivered or dropped entry out, and what was kept of its files."""
        (self.folder / f"{entry.id}.json").unlink(missing_ok=True)
        shutil.rmtree(self.files / entry.progress.key, ignore_errors=True)
        with self._lock:
            self._count(entry, -1)

    def entries(self) -> list[Entry]:
        """Return what waits, oldest first; what cannot be read is left alone, see `unreadable`."""
        found = []
        for path in sorted(self.folder.glob("*.json")):
            with contextlib.suppress(OSError, ValueError):
                found.append(entries.read(path))
        return found

    def unreadable(self) -> list[Path]:
        """Return the files in the outbox that are no entries of this release."""
        known = {entry.id for entry in self.entries()}
        return [path for path in sorted(self.folder.glob("*.json")) if path.stem not in known]

    def find(self, step: str) -> Entry | None:
        """Return the newest waiting post of a step."""
        with self._lock:
            self._load()
            name = self._steps.get(step)
        with contextlib.suppress(OSError, ValueError):
            return entries.read(self.folder / f"{name}.json") if name else None
        return None

    def waits_for(self, place: tuple[str, str]) -> bool:
        """Whether something waits for a place, see `Entry.place`; known without reading a file."""
        with self._lock:
            self._load()
            return self._waiting[place] > 0

    def waits(self) -> bool:
        """Whether anything waits; known without reading a file."""
        with self._lock:
            self._load()
            return self._waiting.total() + self._timed > 0

    def _load(self) -> None:
        """Read the outbox once; what this process adds and removes is counted afterwards."""
        if not self._loaded:
            self._loaded = True
            for entry in self.entries():
                self._count(entry, 1)

    def _count(self, entry: Entry, change: int) -> None:
        if not self._loaded:
            return
        if entry.request.get("post_at"):  # what has a time of its own keeps nothing waiting
            self._timed = max(0, self._timed + change)
        else:
            self._waiting[entry.place] = max(0, self._waiting[entry.place] + change)
        if change > 0:
            self._steps[entry.step] = entry.id
        elif self._steps.get(entry.step) == entry.id:
            del self._steps[entry.step]

    def entry(self, name: str) -> Entry:
        """Return one entry.

        Raises:
            RequestError: there is none of that name.
        """
        with contextlib.suppress(OSError, ValueError):
            return entries.read(self.folder / f"{Path(name).name}.json")
        raise RequestError(
            f"the outbox has no entry {name}", hint="slack-wrapper outbox lists the entries"
        )

    @contextlib.contextmanager
    def flushing(self) -> Iterator[bool]:
        """Keep other processes from delivering the same entries; gives False if one does."""
        if not self.folder.is_dir():
            yield True
            return
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True

"""Posts that wait for Slack, oldest first, where the next run in the folder finds them.

Those that a later try can deliver wait in `outbox/`, and what is posted to the same channel waits
behind them. Those that a person, or another scope, has to decide on are in `held/`: they hold up
nothing but their own replies. Those that have a time of their own are in `timed/`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from slack_wrapper.common import console
from slack_wrapper.errors import LedgerUnusable, RequestError, StateUnreadable, os_reason
from slack_wrapper.spool import state_file
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.flush_lock import FlushLock
from slack_wrapper.spool.folder_index import FolderIndex, Name, destination_name, name_of, parse
from slack_wrapper.spool.ledger import FOLDER


class Outbox:
    """The waiting posts of one working directory.

    Args:
        folder: of the ledger; ours are its `outbox/`, `held/`, `timed/`, `roots/` and `files/`.
    """

    def __init__(self, folder: str | os.PathLike[str] = FOLDER) -> None:
        self.folder = Path(folder)
        self.tell: Callable[[str], object] = _on_stderr
        self.waiting = FolderIndex(Path(folder) / "outbox")
        self.held = FolderIndex(Path(folder) / "held")
        self.timed = FolderIndex(Path(folder) / "timed")
        self._indexes = (self.waiting, self.held, self.timed)
        self.files = Path(folder) / "files"
        self._roots = Path(folder) / "roots"
        self._lock = FlushLock(Path(folder))

    def take(self, entry: Entry, reason: str, sending: Path, *, held: bool = False) -> None:
        """Let a post wait, by one rename if it has been written down in `sending`.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        index = self.held if held else self._own_index(entry)
        entry.reason, entry.queued_at = reason, time.time()
        before = sending / f"{entry.id}.json"
        there = before.exists()
        if there:
            entry.write(sending)
        entry.id = str(name_of(entry))
        if there:
            with contextlib.suppress(OSError):
                index.put(entry, before)
                return
        index.put(entry)
        before.unlink(missing_ok=True)

    def update(self, entry: Entry, reason: str) -> None:
        """Write down how far an entry has come, and why it still waits.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        entry.reason = reason
        self._index_of(entry).put(entry)

    def change_terms(self, entry: Entry, terms: Mapping[str, Any]) -> None:
        """Write down how an entry is to be sent, and when, unless it is being sent at the moment.

        Args:
            entry: as it was read.
            terms: fields of its request.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        if {name: entry.request.get(name) for name in terms} == terms:
            return
        with self.flushing() as ours:
            name = parse(entry.id)
            newest = self.read(name) if ours and name else None
            if newest is None:
                return
            newest.request = {**newest.request, **terms}
            self.update(newest, newest.reason)
            if not self.is_held(newest):
                self._move(newest, self._index_of(newest), self._own_index(newest))

    def hold(self, entry: Entry) -> None:
        """Let an entry hold up nothing any more.

        Raises:
            LedgerUnusable: it cannot be moved.
        """
        self._move(entry, self._index_of(entry), self.held)

    def release(self, entry: Entry) -> None:
        """Let an entry wait in its place again.

        Raises:
            LedgerUnusable: it cannot be moved.
        """
        self._move(entry, self.held, self._own_index(entry))

    def remove(self, entry: Entry) -> None:
        """Take a delivered or dropped entry out, and what was kept of its files."""
        self._index_of(entry).remove(entry)
        shutil.rmtree(self.files / entry.progress.key, ignore_errors=True)
        if not any(index.names() for index in self._indexes):
            shutil.rmtree(self._roots, ignore_errors=True)

    def names(self, *, held: bool = True) -> list[Name]:
        """Return the names of what waits, oldest first."""
        names = self.waiting.names() + self.timed.names()
        return sorted(names + (self.held.names() if held else []))

    def read(self, name: Name) -> Entry | None:
        """Return an entry, None if it has gone or cannot be read.

        One that cannot be read is put on hold, where nothing waits behind it.
        """
        for index in self._indexes:
            try:
                if found := index.read(name):
                    return found
            except StateUnreadable as error:
                self._set_aside(index, name, error)
                return None
        return None

    def own(self, name: Name) -> Entry | None:
        """Return an entry that may be delivered from here, None if there is none of that name.

        One that was written down in another working directory is put on hold: this one is a copy,
        and the original may have delivered it.
        """
        entry = self.read(name)
        if entry is None or entry.is_from(self.folder):
            return entry
        if not self.is_held(entry):
            self.tell(
                f"slack-wrapper: warning: the post {entry.name} was queued in {entry.origin}, of "
                "which this folder is a copy; it is put on hold\n"
                "hint: if it is not delivered there: slack-wrapper flush --here"
            )
            with contextlib.suppress(LedgerUnusable):
                self.hold(entry)
        return None

    def elsewhere(self) -> list[Entry]:
        """Return the entries that were written down in another working directory, oldest first."""
        return [entry for entry in self.entries() if not entry.is_from(self.folder)]

    def bring_here(self, entry: Entry) -> None:
        """Let an entry of another working directory be delivered from this one.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        entry.origin = None
        self.update(entry, entry.reason)
        if not entry.progress.unclear:
            self.release(entry)

    def entries(self) -> list[Entry]:
        """Return what waits, oldest first; what cannot be read is in `unreadable`."""
        return [entry for entry in map(self.read, self.names()) if entry]

    def unreadable(self) -> list[StateUnreadable]:
        """Return what is in the outbox and cannot be read."""
        return [error for index in self._indexes for error in index.unreadable()]

    def _set_aside(self, index: FolderIndex, name: Name, error: StateUnreadable) -> None:
        """Put an entry that cannot be read on hold; one that others can read stays in its place."""
        new = index.skip(name)
        foreign = error.path is not None and not _is_own(error.path)
        if index is not self.held and not foreign:
            with contextlib.suppress(OSError):
                self.held.take_from(index, name)
                self.held.skip(name)
                error.message = f"{error.message}; it is put on hold"
        if new and index is not self.held:
            self.tell(f"slack-wrapper: warning: {error}")

    def is_held(self, entry: Entry) -> bool:
        """Whether an entry holds up nothing."""
        return self.held.path(entry).exists()

    def find(self, step: str) -> Entry | None:
        """Return the newest waiting post of a step.

        Raises:
            StateUnreadable: there is one that cannot be read.
        """
        found = [index.newest(step) for index in self._indexes]
        return max(filter(None, found), key=lambda entry: entry.id, default=None)

    def waits_for(self, destination: tuple[str, str]) -> bool:
        """Whether something waits for a destination, see `Entry`; known without reading a file."""
        return self.waiting.count(destination_name(destination)) > 0

    def waits(self) -> bool:
        """Whether anything waits; known without reading a file."""
        return self.waiting.count() + self.timed.count() > 0

    def has(self, key: str) -> bool:
        """Whether a post waits or is held, by its key."""
        return any(key in index for index in self._indexes)

    def arrived(self, key: str, ts: str) -> None:
        """Remember where a post is, for its replies, as long as anything waits."""
        with contextlib.suppress(OSError):
            state_file.folder(self._roots)
            (self._roots / key).write_text(ts, encoding="ascii")

    def root(self, key: str) -> str | None:
        """Return the ts of a post that has waited and arrived, if it is remembered."""
        with contextlib.suppress(OSError, ValueError, StateUnreadable):
            ts = state_file.content(self._roots / Path(key).name).decode("ascii").strip()
            return ts if re.fullmatch(r"[0-9]+\.[0-9]+", ts) else None
        return None

    def entry(self, name: str) -> Entry:
        """Return one entry by its name or by what people call it.

        Raises:
            RequestError: there is none of that name.
        """
        for known in self.names():
            if name in (str(known), known.key) and (found := self.read(known)):
                return found
        raise RequestError(
            f"the outbox has no entry {name}", hint="slack-wrapper outbox lists the entries"
        )

    @contextlib.contextmanager
    def flushing(self, *, wait: bool = False) -> Iterator[bool]:
        """Keep others from delivering or deciding on the same entries; gives False if one does.

        Args:
            wait: for another thread of this process; another process is never waited for.

        Raises:
            LedgerUnusable: the lock cannot be written.
        """
        if not any(index.names() or index.has_strangers() for index in self._indexes):
            yield True
            return
        with self._lock.held(wait=wait) as ours:
            if ours:
                for index in self._indexes:
                    index.adopt()
            yield ours

    def _own_index(self, entry: Entry) -> FolderIndex:
        return self.timed if entry.request.get("post_at") else self.waiting

    def _index_of(self, entry: Entry) -> FolderIndex:
        for index in (self.held, self.timed):
            if index.path(entry).exists():
                return index
        return self.waiting

    def _move(self, entry: Entry, from_index: FolderIndex, to_index: FolderIndex) -> None:
        before = from_index.path(entry)
        if from_index is to_index or not before.exists():
            return
        try:
            to_index.put(entry, before)
        except OSError as error:
            raise LedgerUnusable(
                f"{before} cannot be moved to {to_index.folder}: {os_reason(error)}"
            ) from None
        from_index.remove(entry)


def _is_own(path: Path) -> bool:
    """Whether a file is of the user who asks; root may do with all of them what it likes."""
    try:
        return os.geteuid() in (0, path.lstat().st_uid)
    except OSError:
        return False


def _on_stderr(text: str) -> None:
    console.tell(text)

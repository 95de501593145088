"""A folder of waiting posts, whose names tell what has to be known of them without reading them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from slack_wrapper.errors import StateUnreadable
from slack_wrapper.spool import entry as entries
from slack_wrapper.spool import state_file
from slack_wrapper.spool.entry import Entry

_AGE, _HASH, _STEP = 20, 8, 20  # characters of the parts of a name


class Name(str):
    """The name of a waiting post, of parts of fixed width, joined by hyphens; sorts by age.

    The parts are its age (ns since the epoch), its destination, its step, the beginning of its key.
    """

    __slots__ = ()

    @property
    def destination(self) -> str:
        """See `destination_name`."""
        return self[_AGE + 1 : _AGE + 1 + _HASH]

    @property
    def step(self) -> str:
        """See `ledger.step_of`."""
        return self[-_STEP - _HASH - 1 : -_HASH - 1]

    @property
    def key(self) -> str:
        """What people call the post."""
        return self[-_HASH:]


_LENGTH = _AGE + _HASH + _STEP + _HASH + 3


def name_of(entry: Entry) -> Name:
    """Return the name under which a post begins to wait now."""
    step = entry.step or entry.progress.key[:_STEP]
    return Name(
        f"{time.time_ns():0{_AGE}d}-{destination_name(entry.destination)}-{step}-{entry.name}"
    )


def destination_name(destination: tuple[str, str]) -> str:
    """Return the part of a name that stands for key file and channel."""
    return hashlib.sha256("\0".join(destination).encode()).hexdigest()[:_HASH]


def parse(text: str) -> Name | None:
    """Return a name, None if the text is none."""
    return Name(text) if len(text) == _LENGTH and text.count("-") == 3 else None


class FolderIndex:
    """The posts in one folder.

    Asking costs the same however many there are: the folder is listed when somebody else has
    changed it, which its time of last change tells, and nothing is read. A change by somebody else
    in the same instant as one of ours shows at the next one.

    Args:
        folder: where they lie; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: set[Name] = set()
        self._destinations: Counter[str] = Counter()
        self._steps: defaultdict[str, list[Name]] = defaultdict(list)
        self._keys: set[str] = set()
        self._strangers: list[str] = []
        self._skipped: set[Name] = set()
        self._changed_ns = -1
        self._lock = threading.RLock()

    def names(self) -> list[Name]:
        """Return the names, oldest first."""
        with self._looked():
            return sorted(self._names)

    def __contains__(self, key: str) -> bool:
        """Whether a post is here, by its key."""
        with self._looked():
            return key[:8] in self._keys

    def count(self, destination: str | None = None) -> int:
        """Return how many there are, in all or for a destination; none that is skipped."""
        with self._looked():
            skipped = [
                name
                for name in self._skipped & self._names
                if destination in (None, name.destination)
            ]
            every = len(self._names) if destination is None else self._destinations[destination]
            return every - len(skipped)

    def newest(self, step: str) -> Entry | None:
        """Return the newest post of a step.

        Raises:
            StateUnreadable: it is there and cannot be read.
        """
        with self._looked():
            name = max(self._steps.get(step) or (), default=None)
        return self.read(name) if name else None

    def read(self, name: Name) -> Entry | None:
        """Return a post, None if it has gone.

        Raises:
            StateUnreadable: it is there and cannot be read.
        """
        with contextlib.suppress(FileNotFoundError):
            found = entries.read(self._path(name))
            self._skipped.discard(name)
            return found
        return None

    def skip(self, name: Name) -> bool:
        """Let nothing wait for a post that cannot be read; return whether that is new."""
        with self._lock:
            new = name not in self._skipped
            self._skipped.add(name)
            return new

    def take_from(self, other: FolderIndex, name: Name) -> None:
        """Take the file of a post from another folder, whatever it is.

        Raises:
            OSError: it cannot be moved.
        """
        with self._changing(), other._changing():
            state_file.folder(self.folder)
            other._path(name).rename(self._path(name))
            self._add(name)
            other._discard(name)

    def adopt(self) -> None:
        """Give the posts in the folder whose names tell nothing the names that they should have."""
        with self._looked():
            strangers = list(self._strangers)
        for file in strangers:
            path = self.folder / file
            with contextlib.suppress(OSError, StateUnreadable):
                entry = entries.read(path)
                entry.id = str(name_of(entry))
                self.put(entry, path)

    def put(self, entry: Entry, before: Path | None = None) -> None:
        """Write a post under its name, or take its file from where it was, by one rename.

        Raises:
            LedgerUnusable: it cannot be written.
            OSError: it cannot be taken from there.
        """
        name = parse(entry.id)
        with self._changing():
            if before is None:
                entry.write(self.folder)
            else:
                state_file.folder(self.folder)
                before.rename(self.folder / f"{entry.id}.json")
            if name and name not in self._names:
                self._add(name)

    def remove(self, entry: Entry) -> None:
        """Take a post away."""
        name = parse(entry.id)
        with self._changing():
            (self.folder / f"{entry.id}.json").unlink(missing_ok=True)
            if name and name in self._names:
                self._discard(name)

    def path(self, entry: Entry) -> Path:
        """Return where a post is, or would be."""
        return self.folder / f"{entry.id}.json"

    def has_strangers(self) -> bool:
        """Whether the folder has files whose names tell nothing."""
        with self._looked():
            return bool(self._strangers)

    def unreadable(self) -> list[StateUnreadable]:
        """Return what is here and cannot be read, in the order of the names."""
        found = []
        with self._looked():
            files = sorted([*self._strangers, *(f"{name}.json" for name in self._names)])
        for file in files:
            try:
                entries.read(self.folder / file)
            except FileNotFoundError:
                continue
            except StateUnreadable as error:
                found.append(error)
        return found

    def _path(self, name: Name) -> Path:
        return self.folder / f"{name}.json"

    @contextlib.contextmanager
    def _looked(self) -> Iterator[None]:
        with self._lock:
            changed = self._time()
            if changed != self._changed_ns:
                self._list()
                self._changed_ns = changed
            yield

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the folder and what is known of it together."""
        with self._looked():
            try:
                yield
            finally:
                self._changed_ns = self._time()

    def _time(self) -> int:
        try:
            return self.folder.stat().st_mtime_ns
        except OSError:
            return 0

    def _list(self) -> None:
        try:
            found = os.listdir(self.folder)  # noqa: PTH208 - 10,000 names in a few ms
        except OSError:
            found = []
        self._names, self._keys, self._strangers = set(), set(), []
        self._destinations, self._steps = Counter(), defaultdict(list)
        for file in found:
            if not file.endswith(".json") or file.startswith("."):
                continue
            if name := parse(file.removesuffix(".json")):
                self._add(name)
            else:
                self._strangers.append(file)

    def _add(self, name: Name) -> None:
        self._names.add(name)
        self._destinations[name.destination] += 1
        self._steps[name.step].append(name)
        self._keys.add(name.key)

    def _discard(self, name: Name) -> None:
        self._names.discard(name)
        self._destinations[name.destination] -= 1
        self._steps[name.step].remove(name)
        self._keys.discard(name.key)

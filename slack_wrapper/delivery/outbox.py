"""Posts that wait for Slack: one JSON file each, written whole, oldest first.

They lie in the working directory, so that the next run there finds them, and hold no secret.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from slack_wrapper import atomic
from slack_wrapper.delivery.progress import Progress
from slack_wrapper.errors import OutboxUnusable, RequestError, os_reason
from slack_wrapper.redact import mask_tokens_in, redact

FOLDER = Path(".snakemake") / "slack" / "outbox"
_VERSION = 1


@dataclass(frozen=True)
class Entry:
    """One post to one channel that waits.

    Args:
        id: its name in the outbox; entries sort by age.
        request: the post, as plain data.
        progress: how far it has come.
        files: path → size in bytes and time of last change in ns, when it was queued.
        reason: what Slack, or the way to it, said.
        queued_at: seconds since the epoch.
    """

    id: str
    request: Mapping[str, Any]
    progress: Progress
    files: Mapping[str, tuple[int, int]]
    reason: str
    queued_at: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the entry's file and for `slack-wrapper outbox --json`."""
        return {
            "version": _VERSION,
            "id": self.id,
            "reason": redact(self.reason),
            "queued_at": self.queued_at,
            "request": mask_tokens_in(dict(self.request)),
            "progress": self.progress.to_dict(),
            "files": {path: list(identity) for path, identity in self.files.items()},
        }


class Outbox:
    """The waiting posts of one working directory.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: str | os.PathLike[str] = FOLDER) -> None:
        self._folder = Path(folder)

    def add(
        self, request: Mapping[str, Any], progress: Progress, files: Mapping[str, tuple[int, int]],
        reason: str,
    ) -> Entry:  # fmt: skip
        """Store a post and return its entry.

        Raises:
            OutboxUnusable: it cannot be written.
        """
        name = f"{time.time_ns():020d}-{progress.key[:8]}"
        entry = Entry(name, request, progress, files, reason, time.time())
        self._write(entry)
        return entry

    def update(self, entry: Entry, reason: str) -> Entry:
        """Store how far an entry has come, and why it still waits.

        Raises:
            OutboxUnusable: it cannot be written.
        """
        changed = replace(entry, reason=reason)
        self._write(changed)
        return changed

    def remove(self, entry: Entry) -> None:
        """Take a delivered or dropped entry out."""
        self._path(entry.id).unlink(missing_ok=True)

    def entries(self) -> list[Entry]:
        """Return what waits, oldest first; what cannot be read is left alone."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                found.append(_read(path))
        return found

    def entry(self, name: str) -> Entry:
        """Return one entry.

        Raises:
            RequestError: there is none of that name.
        """
        for entry in self.entries():
            if entry.id == name:
                return entry
        raise RequestError(
            f"the outbox has no entry {name}", hint="slack-wrapper outbox lists the entries"
        )

    @contextlib.contextmanager
    def flushing(self) -> Iterator[bool]:
        """Keep other processes from delivering the same entries; gives False if one does."""
        if not self._folder.is_dir():
            yield True
            return
        with (self._folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _write(self, entry: Entry) -> None:
        text = json.dumps(entry.to_dict(), indent=2, ensure_ascii=False) + "\n"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            atomic.write(self._path(entry.id), text.encode("utf-8"), mode=0o600)
        except OSError as error:
            raise OutboxUnusable(
                f"the post cannot be kept in {self._folder}: {os_reason(error)}; "
                f"slack: {entry.reason}"
            ) from None


def _read(path: Path) -> Entry:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Entry(
        id=path.stem,
        request=data["request"],
        progress=Progress.from_dict(data["progress"]),
        files={name: (int(size), int(ns)) for name, (size, ns) in data["files"].items()},
        reason=data["reason"],
        queued_at=float(data["queued_at"]),
    )

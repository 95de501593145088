"""One post to one channel as it is written down: readable JSON, without a secret."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from slack_wrapper.common import decoding
from slack_wrapper.common.redact import mask_tokens_in, redact
from slack_wrapper.errors import LedgerUnusable, os_reason
from slack_wrapper.spool import origin as origins
from slack_wrapper.spool import state_file, stored_request
from slack_wrapper.spool.origin import Origin
from slack_wrapper.spool.progress import Progress

# 1 was never released, and had no files' hashes; 2 neither `origin` nor `looked_at`, and its digest
# was one of the whole request.
VERSION = 3
_READ = (1, 2, VERSION)


@dataclass(frozen=True)
class KeptFile:
    """A file of a post that waits.

    Args:
        size: bytes.
        sha256: of its content, in hex.
        kept: where our own link or copy of it lies; empty when there is none.
    """

    size: int
    sha256: str
    kept: str = ""


@dataclass(frozen=True)
class FileLook:
    """A file of a post as it was when the post was begun.

    Args:
        size: bytes.
        changed_ns: its time of last change, in ns since the epoch.
    """

    size: int
    changed_ns: int


@dataclass
class Entry:
    """One post to one channel.

    Args:
        id: its name in its folder.
        request: the post, as plain data.
        progress: how far it has come.
        step: which step it belongs to, see `step_of`; empty for a post that is no step's.
        digest: of what is posted; a step that posts something else is not this post.
        begun_ns: when the step began it, by the clock of the file system; 0: not written yet.
        queued_at: seconds since the epoch, while it waits.
        reason: why it waits: what Slack, or the way to it, said.
        files: path → what it was when the post was queued.
        receipt: once it is delivered.
        looked_at: its files when it was begun, in their order.
        origin: where it was written down; None: by a release that did not say.
    """

    id: str
    request: Mapping[str, Any]
    progress: Progress
    step: str = ""
    digest: str = ""
    begun_ns: int = 0
    queued_at: float = 0.0
    reason: str = ""
    files: dict[str, KeptFile] = field(default_factory=dict)
    receipt: dict[str, Any] | None = None
    looked_at: list[FileLook] = field(default_factory=list)
    origin: Origin | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.progress.key[:8]

    @property
    def channel(self) -> str:
        """The channel, as the request names it."""
        return str(self.request["channels"][0])

    @property
    def destination(self) -> tuple[str, str]:
        """Key file and channel, within which the order of posts is kept."""
        return plain_path(str(self.request.get("encrypted_key") or "")), self.channel

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, for the entry's file and for `slack-wrapper outbox --json`."""
        return {
            "version": VERSION,
            "name": self.name,
            **vars(self),
            "progress": self.progress.to_dict(),
            "files": {path: asdict(kept) for path, kept in self.files.items()},
            "looked_at": [asdict(one) for one in self.looked_at],
            "origin": asdict(self.origin) if self.origin else None,
            "request": mask_tokens_in(dict(self.request)),
            "reason": redact(self.reason),
        }

    def write(self, folder: Path) -> None:
        """Write the entry into a folder, so that a crash leaves its old form or its new one.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        path = folder / f"{self.id}.json"
        try:
            state_file.folder(folder)
            self.origin = self.origin or origins.here(folder.parent)
            state_file.write(path, self.to_dict())
            self.begun_ns = self.begun_ns or path.stat().st_mtime_ns
        except OSError as error:
            raise LedgerUnusable(
                f"the post to channel {self.channel} cannot be written down in {folder}: "
                f"{os_reason(error)}"
            ) from None

    def is_from(self, folder: Path) -> bool:
        """Whether it was written down in the working directory of a folder of state files."""
        return self.origin is None or self.origin.is_same(origins.here(folder))


@dataclass(frozen=True)
class _Stored:
    """An entry's file, of any version."""

    request: dict[str, Any]
    progress: dict[str, Any]
    step: str = ""
    digest: str = ""
    begun_ns: int = 0
    queued_at: float = 0.0
    reason: str = ""
    files: dict[str, KeptFile] = field(default_factory=dict)
    receipt: dict[str, Any] | None = None
    looked_at: list[FileLook] = field(default_factory=list)
    origin: Origin | None = None


@dataclass(frozen=True)
class _Receipt:
    """What is relied on in the receipt of a post."""

    status: str
    key: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    channel: str | None = None
    permalink: str | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)


def read(path: Path) -> Entry:
    """Read an entry.

    Raises:
        FileNotFoundError: there is none.
        StateUnreadable: there is something, and it is not an entry.
    """
    data = state_file.read(path, _READ)
    try:
        stored = decoding.record(_Stored, data)
        progress = Progress.from_dict(stored.progress)
        _check(stored, progress)
        return Entry(
            **{
                **vars(stored),
                "id": path.stem,
                "request": stored_request.checked(stored.request),
                "progress": progress,
                "begun_ns": stored.begun_ns or path.stat().st_mtime_ns,
            }
        )
    except ValueError as error:
        raise state_file.unreadable(path, str(error)) from None


def _check(stored: _Stored, progress: Progress) -> None:
    """Refuse what would become a path, or a receipt, and cannot be one."""
    if not (progress.key.isalnum() and progress.key.isascii()):
        raise ValueError("progress.key is not a key")
    if stored.step and not (stored.step.isalnum() and stored.step.isascii()):
        raise ValueError("step is not the name of a step")
    for path, kept in stored.files.items():
        if "\0" in path or "\0" in kept.kept:
            raise ValueError("files has a path that is not one")
    if stored.receipt is not None:
        decoding.record(_Receipt, stored.receipt, "receipt")


def plain_path(path: str) -> str:
    """Return the one spelling of a path: relative to the working directory if it is below it."""
    if not path:
        return ""
    whole, here = os.path.realpath(path), os.path.realpath(".")
    return os.path.relpath(whole, here) if whole.startswith(here + os.sep) else whole

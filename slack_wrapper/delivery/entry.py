"""One post to one channel as it is written down: readable JSON, without a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from slack_wrapper import atomic
from slack_wrapper.delivery.progress import Progress
from slack_wrapper.errors import LedgerUnusable, os_reason
from slack_wrapper.redact import mask_tokens_in, redact

VERSION = 2


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

    @property
    def name(self) -> str:
        """What people call it."""
        return self.progress.key[:8]

    @property
    def channel(self) -> str:
        """The channel, as the request names it."""
        return str(self.request["channels"][0])

    @property
    def place(self) -> tuple[str, str]:
        """Key file and channel, within which the order of posts is kept."""
        return str(self.request.get("encrypted_key") or ""), self.channel

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, for the entry's file and for `slack-wrapper outbox --json`."""
        return {
            "version": VERSION,
            "name": self.name,
            **vars(self),
            "progress": self.progress.to_dict(),
            "files": {path: asdict(kept) for path, kept in self.files.items()},
            "request": mask_tokens_in(dict(self.request)),
            "reason": redact(self.reason),
        }

    def write(self, folder: Path) -> None:
        """Write the entry into a folder, so that a crash leaves its old form or its new one.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        path = folder / f"{self.id}.json"
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            atomic.write(path, text.encode("utf-8"), mode=0o600)
            self.begun_ns = self.begun_ns or path.stat().st_mtime_ns
        except OSError as error:
            raise LedgerUnusable(
                f"the post to channel {self.channel} cannot be written down in {folder}: "
                f"{os_reason(error)}"
            ) from None


def read(path: Path) -> Entry:
    """Read an entry.

    Raises:
        OSError: there is none.
        ValueError: the file is none.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("version") != VERSION:
            raise ValueError("another version")
        data.pop("name", None)
        data.update(
            id=path.stem,
            progress=Progress.from_dict(data["progress"]),
            files={name: KeptFile(**kept) for name, kept in data["files"].items()},
            begun_ns=data["begun_ns"] or path.stat().st_mtime_ns,
        )
        return Entry(**data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no entry: {type(error).__name__}") from None

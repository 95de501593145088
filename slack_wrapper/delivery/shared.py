"""One message that many steps share, as it is written down: readable JSON, without a secret.

Its lines are appended to a file beside it, one after the other, so that a thousandth line costs no
more than the first.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slack_wrapper import atomic
from slack_wrapper.errors import LedgerUnusable, os_reason
from slack_wrapper.redact import mask_tokens_in

VERSION = 1


@dataclass
class Line:
    """What one step says in it.

    Args:
        text: one line.
        receipt: path of the step's receipt.
        shown: whether the message in the channel has it.
    """

    text: str
    receipt: str
    shown: bool = False


@dataclass
class Shared:
    """The message, and the lines of its steps.

    Args:
        path: of its file, which no other message of a later run has.
        title: its first line.
        place: key file and channel, as steps name them.
        root: the post that begins it, as plain data; it never changes.
        posted: receipt of that post, once it is in the channel.
        lines: step → line, in the order of their arrival.
    """

    path: Path
    title: str
    place: tuple[str, str]
    root: dict[str, Any] = field(default_factory=dict)
    posted: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)

    @property
    def behind(self) -> bool:
        """Whether a line is not in the channel yet."""
        return not all(line.shown for line in self.lines.values())

    def put(self, step: str, text: str, receipt: str) -> None:
        """Take the line of a step, in the place of the one that it had, and write it down.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        known = self.lines.get(step)
        if known is not None and known.text == text:
            return
        self.lines[step] = Line(text, receipt)
        self._append({"step": step, "text": text, "receipt": receipt})
        if known is not None and known.shown:
            self.write()

    def drop(self, step: str) -> None:
        """Forget the line of a step.

        Raises:
            LedgerUnusable: that cannot be written.
        """
        del self.lines[step]
        self._append({"step": step})

    def write(self) -> None:
        """Write down all but the lines, so that a crash leaves its old form or its new one.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        data = {
            "version": VERSION,
            "title": self.title,
            "place": list(self.place),
            "root": self.root,
            "posted": self.posted,
            "shown": [step for step, line in self.lines.items() if line.shown],
        }
        text = json.dumps(mask_tokens_in(data), indent=1, ensure_ascii=False) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(self.path, text.encode("utf-8"), mode=0o600)
        except OSError as error:
            raise self._unusable(error) from None

    def _append(self, record: dict[str, Any]) -> None:
        # The break comes first: what a crash has cut off must not swallow the next line.
        text = "\n" + json.dumps(mask_tokens_in(record), ensure_ascii=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(_lines_of(self.path), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "ab") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> LedgerUnusable:
        return LedgerUnusable(
            f"the message {self.title} cannot be written down in {self.path.parent}: "
            f"{os_reason(error)}"
        )

    def remove(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)
        _lines_of(self.path).unlink(missing_ok=True)


def new(folder: Path, title: str, place: tuple[str, str]) -> Shared:
    """Return a message that has no lines yet."""
    name = hashlib.sha256("\0".join((title, *place)).encode()).hexdigest()[:12]
    return Shared(folder / f"{name}-{secrets.token_hex(4)}.json", title, place)


def read_all(folder: Path) -> Iterator[Shared]:
    """Yield the messages of a folder, oldest first; what cannot be read is left alone."""
    for path in sorted(folder.glob("*.json"), key=_age):
        try:
            yield _read(path, json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue


def _read(path: Path, data: Mapping[str, Any]) -> Shared:
    if data["version"] != VERSION:
        raise ValueError("another version")
    key, channel = data["place"]
    lines = _read_lines(_lines_of(path))
    for step in data["shown"]:
        if step in lines:
            lines[step].shown = True
    return Shared(path, data["title"], (key, channel), data["root"], data["posted"], lines)


def _read_lines(path: Path) -> dict[str, Line]:
    """Return the lines; one that a crash has cut off was never promised to anybody."""
    lines: dict[str, Line] = {}
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(text)
        except ValueError:
            continue
        lines.pop(record["step"], None)
        if "text" in record:
            lines[record["step"]] = Line(record["text"], record["receipt"])
    return lines


def _lines_of(path: Path) -> Path:
    return path.with_suffix(".jsonl")


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0

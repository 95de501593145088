"""One message that many steps share, as it is written down: readable JSON, without a secret.

Its lines are appended to a file beside it, one after the other, so that a thousandth line costs no
more than the first.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from slack_wrapper.common import decoding
from slack_wrapper.common.redact import mask_tokens_in
from slack_wrapper.errors import LedgerUnusable, StateUnreadable, os_reason
from slack_wrapper.spool import origin as origins
from slack_wrapper.spool import state_file, stored_request
from slack_wrapper.spool.origin import Origin

VERSION = 2  # 1 had no origin
_READ = (1, VERSION)


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
        destination: key file and channel, as steps name them.
        root: the post that begins it, as plain data; it never changes.
        posted: receipt of that post, once it is in the channel.
        lines: step → line, in the order of their arrival.
        origin: where it was written down; None: by a release that did not say.
    """

    path: Path
    title: str
    destination: tuple[str, str]
    root: dict[str, Any] = field(default_factory=dict)
    posted: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    origin: Origin | None = None

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
        try:
            state = state_file.folder(self.path.parent).parent
            self.origin = self.origin or origins.here(state)
            data = {
                "version": VERSION,
                "title": self.title,
                "place": list(self.destination),
                "root": self.root,
                "posted": self.posted,
                "shown": [step for step, line in self.lines.items() if line.shown],
                "origin": asdict(self.origin),
            }
            state_file.write(self.path, mask_tokens_in(data))
        except OSError as error:
            raise self._unusable(error) from None

    def is_from(self, folder: Path) -> bool:
        """Whether it was written down in the working directory of a folder of state files."""
        return self.origin is None or self.origin.is_same(origins.here(folder))

    def _append(self, record: dict[str, Any]) -> None:
        # The break comes first: what a crash has cut off must not swallow the next line.
        text = b"\n" + state_file.encoded(mask_tokens_in(record))
        try:
            mode = state_file.mode_in(state_file.folder(self.path.parent))
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
            path = lines_of(self.path)
            new = not path.exists()
            with os.fdopen(os.open(path, flags, mode), "ab") as file:
                if new:
                    os.fchmod(file.fileno(), mode)
                file.write(text)
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
        lines_of(self.path).unlink(missing_ok=True)


def new(folder: Path, title: str, destination: tuple[str, str]) -> Shared:
    """Return a message that has no lines yet."""
    name = hashlib.sha256("\0".join((title, *destination)).encode()).hexdigest()[:12]
    return Shared(folder / f"{name}-{secrets.token_hex(4)}.json", title, destination)


def read_all(
    folder: Path, tell: Callable[[StateUnreadable], object] = lambda error: None
) -> Iterator[Shared]:
    """Yield the messages of a folder, oldest first.

    Args:
        folder: where they lie.
        tell: is given what is there and cannot be read.
    """
    for path in sorted(folder.glob("[!.]*.json"), key=_age):
        try:
            yield _read(path)
        except FileNotFoundError:
            continue
        except StateUnreadable as error:
            tell(error)


def unreadable(folder: Path) -> list[StateUnreadable]:
    """Return what is in a folder and cannot be read."""
    found: list[StateUnreadable] = []
    list(read_all(folder, found.append))
    return found


@dataclass(frozen=True)
class _Stored:
    title: str
    place: list[str]
    root: dict[str, Any]
    posted: dict[str, Any]
    shown: list[str]
    origin: Origin | None = None


@dataclass(frozen=True)
class _Posted:
    """What is relied on in the receipt of the post that begins it."""

    status: str
    key: str
    channel: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class _StoredLine:
    step: str
    text: str | None = None
    receipt: str = ""


def _read(path: Path) -> Shared:
    data = state_file.read(path, _READ)
    try:
        stored = decoding.record(_Stored, data)
        if len(stored.place) != 2:
            raise ValueError("place is not a key and a channel")
        root = stored_request.checked(stored.root, "root") if stored.root else {}
        if stored.posted:
            _check_posted(decoding.record(_Posted, stored.posted, "posted"))
        if stored.posted and not root:
            raise ValueError("root is missing")
    except ValueError as error:
        raise state_file.unreadable(path, str(error)) from None
    try:
        lines = _read_lines(lines_of(path))
    except FileNotFoundError:
        raise state_file.unreadable(path, "the file of its lines is gone") from None
    except StateUnreadable as error:
        raise state_file.unreadable(path, f"the file of its lines: {error.reason}") from None
    for step in stored.shown:
        if step in lines:
            lines[step].shown = True
    key, channel = stored.place
    return Shared(path, stored.title, (key, channel), root, stored.posted, lines, stored.origin)


def _check_posted(posted: _Posted) -> None:
    if posted.status == "delivered" and not (posted.ts and posted.channel):
        raise ValueError("posted does not say where the message is")


def _read_lines(path: Path) -> dict[str, Line]:
    """Return the lines; one that a crash has cut off was never promised to anybody.

    Raises:
        FileNotFoundError, StateUnreadable: they cannot be read.
    """
    lines: dict[str, Line] = {}
    for text in state_file.content(path).split(b"\n"):
        try:
            record = decoding.record(_StoredLine, decoding.from_json(text))
        except ValueError:
            continue
        lines.pop(record.step, None)
        if record.text is not None:
            lines[record.step] = Line(record.text, record.receipt)
    return lines


def lines_of(path: Path) -> Path:
    """Return the file of a message's lines, beside its own."""
    return path.with_suffix(".jsonl")


def _age(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0

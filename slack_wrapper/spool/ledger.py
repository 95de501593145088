"""What steps have posted, written down before it is sent.

A step that is killed and run again goes on from here: what was delivered is not posted again, what
was on its way is looked for. Each entry is one JSON file that moves by rename from `sending/` to
`delivered/` (or to the outbox), which is safe on NFS too.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from slack_wrapper.errors import StateUnreadable
from slack_wrapper.spool import entry as entries
from slack_wrapper.spool import state_file
from slack_wrapper.spool.entry import Entry, plain_path

FOLDER = Path(".snakemake") / "slack"


def step_of(receipt: str, channel: str, part: int = 0) -> str:
    """Return the name of a step's post to one channel: 20 hex digits.

    Args:
        receipt: the step's output, which is unique in a workflow.
        channel: as the request names it.
        part: 0, or which of the messages that follow a step's first one.
    """
    path = plain_path(receipt) if os.path.isabs(receipt) else os.path.normpath(receipt)  # noqa: PTH117
    name = f"{path}\0{channel}" + (f"\0{part}" if part else "")
    return hashlib.sha256(name.encode()).hexdigest()[:20]


class Ledger:
    """The posts of the steps of one working directory.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: str | os.PathLike[str] = FOLDER) -> None:
        self.folder = Path(folder)
        self.sending = Path(folder) / "sending"
        self.delivered = Path(folder) / "delivered"

    def save(self, entry: Entry) -> None:
        """Write down a post that is about to be sent, or how far it has come.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        entry.write(self.sending)

    def find(self, step: str) -> Entry | None:
        """Return what is known of a step's last post: on its way, or delivered with a receipt.

        Raises:
            StateUnreadable: something is known of it that cannot be read.
        """
        for folder in (self.sending, self.delivered):
            with contextlib.suppress(FileNotFoundError):
                return entries.read(folder / f"{step}.json")
        return None

    def settle(self, entry: Entry) -> None:
        """Keep a delivered post with its receipt until Snakemake has seen the end of its step.

        Raises:
            LedgerUnusable: it cannot be written; it stays where it is.
        """
        self.keep(entry)
        (self.sending / f"{entry.step}.json").unlink(missing_ok=True)

    def keep(self, entry: Entry) -> None:
        """Do the same for a post that was delivered from the outbox.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        entry.id = entry.step
        entry.write(self.delivered)

    def forget(self, entry: Entry) -> None:
        """Drop what is known of a step's post."""
        self.forget_step(entry.step)

    def forget_step(self, step: str) -> None:
        """Do so by the name of the step, see `step_of`."""
        for path in (
            self.sending / f"{step}.json",
            self.delivered / f"{step}.json",
            self._mark(step),
        ):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def mark(self, step: str, key: str, changed_ns: int) -> None:
        """Note that the receipt of a step's post is in its place.

        A note that gets lost does no harm: the post is then taken up once more. So it is not
        waited for until it is on the disk.

        Args:
            step: see `step_of`.
            key: of the post.
            changed_ns: the receipt's time of last change.
        """
        with contextlib.suppress(OSError):
            state_file.folder(self.delivered)
            self._mark(step).write_text(f"{key} {changed_ns}\n", encoding="ascii")

    def unmark(self, step: str) -> None:
        """Note that a receipt is not, or no longer, in its place."""
        with contextlib.suppress(OSError):
            self._mark(step).unlink(missing_ok=True)

    def marked(self, entry: Entry) -> int | None:
        """Return the time of last change of a post's receipt, None if it was not put there."""
        with contextlib.suppress(OSError, ValueError, StateUnreadable):
            key, changed = state_file.content(self._mark(entry.step)).decode("ascii").split()
            return int(changed) if key == entry.progress.key else None
        return None

    def _mark(self, step: str) -> Path:
        return self.delivered / f"{step}.receipt"

    def interrupted(self) -> list[Entry]:
        """Return the posts that were on their way when something was killed."""
        return list(_readable(self.sending))

    def kept(self) -> list[Entry]:
        """Return the delivered posts whose steps may not have come to their end."""
        return list(_readable(self.delivered))

    def unreadable(self) -> list[StateUnreadable]:
        """Return what keeps steps from being run: what is known of their posts cannot be read."""
        found: list[StateUnreadable] = []
        for folder in (self.sending, self.delivered):
            list(_readable(folder, found.append))
        return found


def _readable(
    folder: Path, tell: Callable[[StateUnreadable], object] = lambda error: None
) -> Iterator[Entry]:
    for path in sorted(folder.glob("[!.]*.json")):
        try:
            yield entries.read(path)
        except FileNotFoundError:
            continue
        except StateUnreadable as error:
            tell(error)

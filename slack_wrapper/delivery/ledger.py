"""What steps have posted, written down before it is sent.

A step that is killed and run again goes on from here: what was delivered is not posted again, what
was on its way is looked for. Each entry is one JSON file that moves by rename from `sending/` to
`delivered/` (or to the outbox), which is safe on NFS too.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from slack_wrapper.delivery import entry as entries
from slack_wrapper.delivery.entry import Entry

FOLDER = Path(".snakemake") / "slack"


def step_of(receipt: str, channel: str) -> str:
    """Return the name of a step's post to one channel: 20 hex digits.

    Args:
        receipt: the step's output, which is unique in a workflow.
        channel: as the request names it.
    """
    return hashlib.sha256(f"{os.path.normpath(receipt)}\0{channel}".encode()).hexdigest()[:20]


class Ledger:
    """The posts of the steps of one working directory.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: str | os.PathLike[str] = FOLDER) -> None:
        self.sending = Path(folder) / "sending"
        self.delivered = Path(folder) / "delivered"

    def save(self, entry: Entry) -> None:
        """Write down a post that is about to be sent, or how far it has come.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        entry.write(self.sending)

    def find(self, step: str) -> Entry | None:
        """Return what is known of a step's last post: on its way, or delivered with a receipt."""
        for folder in (self.sending, self.delivered):
            with contextlib.suppress(OSError, ValueError):
                return entries.read(folder / f"{step}.json")
        return None

    def settle(self, entry: Entry) -> None:
        """Keep a delivered post with its receipt until its step has been finished.

        Raises:
            LedgerUnusable: it cannot be written; it stays where it is.
        """
        entry.id = entry.step
        entry.write(self.delivered)
        (self.sending / f"{entry.step}.json").unlink(missing_ok=True)

    def forget(self, entry: Entry) -> None:
        """Drop what is known of a step's post."""
        for folder in (self.sending, self.delivered):
            with contextlib.suppress(OSError):
                (folder / f"{entry.step}.json").unlink(missing_ok=True)

    def interrupted(self) -> list[Entry]:
        """Return the posts that were on their way when something was killed."""
        return list(_readable(self.sending))

    def kept(self) -> list[Entry]:
        """Return the delivered posts whose steps may not have been finished."""
        return list(_readable(self.delivered))


def _readable(folder: Path) -> Iterator[Entry]:
    for path in sorted(folder.glob("*.json")):
        with contextlib.suppress(OSError, ValueError):
            yield entries.read(path)

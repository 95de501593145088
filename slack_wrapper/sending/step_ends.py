"""When what is known of a step's post may go: its receipt is there and its job has ended well.

Until then it is kept, because Snakemake runs a step again that was killed or has failed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Container
from dataclasses import dataclass

from slack_wrapper.common import atomic_files
from slack_wrapper.errors import StateUnreadable
from slack_wrapper.model.receipt import Receipt, deliveries
from slack_wrapper.model.request import Request
from slack_wrapper.model.run_records import RunRecords
from slack_wrapper.sending import receipts
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import Ledger, step_of


@dataclass
class _Seen:
    """A step that has posted, or has asked what has become of its post.

    Args:
        receipt: path of its receipt.
        written: key of the delivered post that its receipt tells of as it is.
        kept: key of the delivered post that is written down for it.
    """

    receipt: str
    written: str = ""
    kept: str = ""


class StepEnds:
    """The steps that this process has heard of, and how far they have come.

    Args:
        ledger: where their posts are written down.
        records: tells whether their jobs have ended.
    """

    def __init__(self, ledger: Ledger, records: RunRecords) -> None:
        self._ledger, self._records = ledger, records
        self._seen: dict[str, _Seen] = {}  # by step

    def began(self, step: str, receipt: str) -> None:
        """Learn of a step.

        Args:
            step: see `step_of`.
            receipt: path of its receipt.
        """
        self._seen.setdefault(step, _Seen(receipt))

    def kept(self, entry: Entry) -> None:
        """Learn that a step's delivered post is written down."""
        seen = self._seen.setdefault(entry.step, _Seen(str(entry.request["receipt"])))
        seen.kept = entry.progress.key

    def confirm(self, request: Request, receipt: Receipt, changed_ns: int) -> None:
        """Note that a step has put its receipt in place.

        Args:
            request: of the step.
            receipt: what it wrote.
            changed_ns: the time of last change of the file.
        """
        if not request.receipt:
            return
        for channel, first in zip(request.channels, deliveries(receipt), strict=True):
            for part, one in enumerate([first, *(first.get("replies") or ())]):
                if one.get("key"):
                    step = step_of(request.receipt, channel, part)
                    self._ledger.mark(step, one["key"], changed_ns)
                    if one.get("status") == "delivered":
                        self._seen.setdefault(step, _Seen(request.receipt)).written = one["key"]
        atomic_files.sync(request.receipt)

    def acknowledge(self, ended: Container[str] = ()) -> None:
        """Drop what is known of this process's posts whose steps have ended well, at its end.

        Those of a step that was killed stay: Snakemake runs it again.

        Args:
            ended: outputs of which that is known; of the others, the receipts tell.
        """
        for step, seen in sorted(self._seen.items()):
            if seen.receipt in ended and seen.written and seen.written == seen.kept:
                self._ledger.forget_step(step)  # its receipt says all there is: nothing is read
                continue
            with contextlib.suppress(StateUnreadable):  # it stays; slack-wrapper outbox lists it
                self._acknowledge(self._ledger.find(step), ended)

    def _acknowledge(self, entry: Entry | None, ended: Container[str]) -> None:
        if entry is None or not entry.receipt:
            return
        if str(entry.request["receipt"]) in ended:
            self._forget(entry)
        elif not self._ended_well(entry):
            self._ledger.unmark(entry.step)

    def catch_up(self) -> None:
        """Do the same for the runs before, while their receipts are there, at the start."""
        for entry in self._ledger.kept():
            self._ended_well(entry)

    def has_ended(self, entry: Entry) -> bool:
        """Whether Snakemake has a post's receipt and waits for no end of its job."""
        path = str(entry.request["receipt"])
        return receipts.holds(path, entry.progress.key) and not self._records.incomplete(path)

    def _ended_well(self, entry: Entry) -> bool:
        """Forget a delivered post whose step has ended well."""
        ended = self.has_ended(entry)
        if ended:
            self._forget(entry)
        return ended

    def _forget(self, entry: Entry) -> None:
        receipts.renew(str(entry.request["receipt"]), entry.receipt or {})
        self._ledger.forget(entry)

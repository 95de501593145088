"""What has become of a step's post in an earlier try: done, on its way, or unknown."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.common import console
from slack_wrapper.common.fifo_locks import FifoLock, FifoLocks
from slack_wrapper.errors import LedgerUnusable, StateUnreadable
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import FAIL, QUEUE, WARN, Request
from slack_wrapper.model.run_records import RunRecords
from slack_wrapper.sending import receipts
from slack_wrapper.sending.identity import is_same
from slack_wrapper.sending.step_ends import StepEnds
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import Ledger, step_of
from slack_wrapper.spool.outbox import Outbox
from slack_wrapper.spool.progress import Progress


class StepHistory:
    """The posts of steps as the ledger has them, for all threads of a process.

    Args:
        ledger: where they are written down.
        outbox: where those are that wait.
        records: what is recorded of the steps' jobs.
    """

    def __init__(self, ledger: Ledger, outbox: Outbox, records: RunRecords) -> None:
        self._ledger, self._outbox, self._records = ledger, outbox, records
        self._steps = FifoLocks()
        self._posted: set[str] = set()  # keys
        self.ends = StepEnds(ledger, records)

    def turn(self, step: str) -> FifoLock:
        """Return what lets the threads of one step in one by one; posts of no step go at once."""
        return self._steps[step] if step else FifoLock()

    def before(
        self, step: str, request: Request, files: Sequence[LocalFile]
    ) -> tuple[Receipt | None, Entry | None]:
        """Return the receipt of a step's post that is done, or the post that is under way.

        Raises:
            StateUnreadable: nobody can tell.
        """

        def same(entry: Entry) -> bool:
            return is_same(entry, request, files)

        done = self._done(step, same)
        return done, None if done is not None else self._resumed(step, same)

    def _done(self, step: str, same: Callable[[Entry], bool]) -> Receipt | None:
        """Return the receipt of a step's post that a crash has kept it from writing."""
        known = self._ledger.find(step)
        if known is None or known.receipt is None or not same(known):
            return None
        written = self._ledger.marked(known)
        retried = known.progress.key in self._posted  # by this very run: its job has failed
        path = str(known.request["receipt"])
        if written and not retried and self._records.finished(path, written):
            return None
        return known.receipt

    def _resumed(self, step: str, same: Callable[[Entry], bool]) -> Entry | None:
        """Return a step's post that was on its way when something was killed."""
        known = self._ledger.find(step)
        if known is None:
            return None
        if known.receipt is None and same(known):
            return known
        self._ledger.forget(known)
        return None

    def delivered(self, request: Request, entry: Entry, receipt: Receipt) -> None:
        """Write down that a step's post is in the channel.

        Raises:
            LedgerUnusable: see `note`.
        """
        if entry.step:
            self._posted.add(entry.progress.key)
            entry.receipt = receipt
            self.note(request.on_failure, lambda: self._settle(entry))

    def delivered_late(self, entry: Entry, receipt: Receipt) -> None:
        """Keep the receipt of a post that was delivered from the outbox, as `delivered` does.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        if not entry.step:
            return
        newest = self._outbox.find(entry.step) or entry
        known = self._ledger.find(entry.step) or entry
        if {newest.progress.key, known.progress.key} == {entry.progress.key}:
            self._ledger.keep(replace(entry, receipt=receipt))

    def under_way(self, entry: Entry) -> None:
        """Write down how far a step's post has come.

        Raises:
            LedgerUnusable: see `note`.
        """
        if entry.step:
            policy = str(entry.request.get("on_failure") or QUEUE)
            self.note(policy, lambda: self._ledger.save(entry))

    def amend(self, request: Request, receipt: Receipt) -> None:
        """Write down what has become of a step's post that is in the channel.

        Raises:
            LedgerUnusable: see `note`.
        """
        entry = self._ledger.find(step_of(request.receipt, request.channels[0]))
        if entry is not None:
            entry.receipt = receipt
            self.note(request.on_failure, lambda: self._settle(entry))

    def forget(self, step: str) -> None:
        """Forget a step's post, see `step_of`, so that the step would post again."""
        entry = self._ledger.find(step)
        if entry is not None:
            self._ledger.forget(entry)

    def begun_with(self, request: Request, part: int) -> list[str]:
        """Return the names of the files of a step's post that waits, is under way or kept.

        Args:
            request: of the step, with one channel.
            part: which of its messages.
        """
        step = step_of(request.receipt, request.channels[0], part)
        with contextlib.suppress(StateUnreadable):  # `Poster.deliver` tells it
            known = self._outbox.find(step) or self._ledger.find(step)
            if known is not None:
                paths = map(str, known.request.get("files") or ())
                return [path.rpartition("/")[2] for path in paths]
        return []

    def remember(self, entry: Entry) -> None:
        """Keep the receipt of what a step has said elsewhere, unless its job has ended well.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        if not self.ends.has_ended(entry):
            self.ends.began(entry.step, str(entry.request["receipt"]))
            self._ledger.keep(entry)

    def recall(self, step: str, digest: str) -> Receipt | None:
        """Return the receipt that was kept for a step which runs again, None when there is none.

        Args:
            step: see `step_of`.
            digest: of what it says; a step that says something else has not said it.
        """
        with self.turn(step):
            found = self._done(step, lambda entry: entry.digest == digest)
            if found is not None:
                self.ends.began(step, "")
            return found

    def _settle(self, entry: Entry) -> None:
        self._ledger.settle(entry)
        self.ends.kept(entry)

    def note(self, on_failure: str, write: Callable[[], None]) -> None:
        """Write down; where that fails a post goes out all the same, unless it may not.

        Without the ledger a step that is killed may post again when it is run again.

        Raises:
            LedgerUnusable: it cannot be written, and `on_failure` is `fail`.
        """
        try:
            write()
        except LedgerUnusable as error:
            if on_failure == FAIL:
                raise
            console.warn(str(error))


def unknown(request: Request, files: Sequence[LocalFile], error: StateUnreadable) -> Receipt:
    """Return the receipt of a post that is not made, because it may have been made.

    Raises:
        StateUnreadable: unless `on_failure` is `warn`.
    """
    told = f"a post of an earlier try may be in {request.about}: {error.message}"
    if request.on_failure == WARN:
        return receipts.put_off("warned", request, files, told, Progress())
    name = error.path.stem if error.path else "NAME"
    raise StateUnreadable(
        told,
        path=error.path,
        reason=error.reason,
        hint="make the file readable, or look into the channel; if the post is not there, let "
        f"the step post again: slack-wrapper outbox --drop {name}",
    )

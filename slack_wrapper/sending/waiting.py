"""Posts that cannot go out now: which of them wait, behind what, and what is told of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from slack_wrapper.client.error_codes import AMBIGUOUS
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.common.quiet_hours import QuietHours
from slack_wrapper.errors import LedgerUnusable, SlackAmbiguous, SlackError, SlackUnavailable
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import FAIL, NOW, QUEUE, WARN, Request
from slack_wrapper.sending import receipts, schedule
from slack_wrapper.sending.backpressure import Reachability
from slack_wrapper.sending.reachability import ask_after_pause
from slack_wrapper.sending.run_threads import BEHIND
from slack_wrapper.sending.step_history import StepHistory
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.kept_files import keep
from slack_wrapper.spool.ledger import Ledger
from slack_wrapper.spool.outbox import Outbox

STUCK = 60.0  # seconds for which a post does not try to get those before it out of its way

MakeWay = Callable[[tuple[str, str]], object]


class Waiting:
    """The posts of a folder that wait, seen by a process that posts.

    Args:
        outbox: where they lie.
        ledger: where they come from.
        history: of the steps that they belong to.
        changes: whether a file may be written in place, or is deleted after its use.
        quiet: hours in which only urgent posts go out.
        make_way: delivers what waits for a key file and channel.
    """

    def __init__(
        self,
        outbox: Outbox,
        ledger: Ledger,
        history: StepHistory,
        *,
        changes: Callable[[str], bool],
        quiet: QuietHours | None,
        make_way: MakeWay,
    ) -> None:
        self._outbox, self._ledger, self._history = outbox, ledger, history
        self._changes, self._make_way = changes, make_way
        self.quiet = quiet
        self._stuck: dict[tuple[str, str], float] = {}  # destination → monotonic time

    def time_of(self, request: Request, entry: Entry) -> float:
        """Return when a post goes out, in seconds since the epoch; 0 for at once."""
        return schedule.waits(request, entry.progress.started, self.quiet)

    def due(self, entry: Entry) -> bool:
        """Whether a post that waits may go out by now."""
        return not schedule.waits(dict(entry.request), entry.progress.started, self.quiet)

    def any_due(self) -> bool:
        """Whether anything waits that may go out by now."""
        waiting = map(self._outbox.own, self._outbox.names(held=False))
        return any(entry and self.due(entry) for entry in waiting)

    def of_step(self, waits: Entry, request: Request, files: Sequence[LocalFile]) -> Receipt:
        """Return the receipt of a step whose post waits, under the terms of its newest run.

        Raises:
            SlackUnavailable: it waits still, and `on_failure` is `fail`.
        """
        terms = {name: getattr(request, name) for name in ("on_failure", "post_at", "rule")}
        self._outbox.change_terms(waits, terms)
        if request.on_failure != FAIL:
            return receipts.put_off("queued", request, files, waits.reason, waits.progress)
        self._make_way(waits.destination)
        known = self._ledger.find(waits.step)
        if known and known.receipt and known.progress.key == waits.progress.key:
            return known.receipt
        raise SlackUnavailable(
            f"the post to {request.about} waits in the outbox: {waits.reason}", code=BEHIND,
            hint=f"deliver it: slack-wrapper flush, or drop it: slack-wrapper outbox --drop "
            f"{waits.name}",
        )  # fmt: skip

    def wait_behind(
        self, workspace: Workspace, reach: Reachability, request: Request, entry: Entry
    ) -> None:
        """Keep the order: what may wait does so behind what waits already.

        Raises:
            SlackUnavailable: it is to wait.
        """
        if request.on_failure != QUEUE or entry.progress.begun or request.post_at == NOW:
            return
        ask_after_pause(workspace, reach, entry.destination[0])
        if self._outbox.waits_for(entry.destination):
            if self._stuck.get(entry.destination, 0.0) < time.monotonic():
                self._make_way(entry.destination)
            if self._outbox.waits_for(entry.destination):
                raise SlackUnavailable("earlier posts to the channel wait", code=BEHIND)

    def stuck(self, destination: tuple[str, str]) -> None:
        """Remember that what waits for a destination could not be delivered just now."""
        self._stuck[destination] = time.monotonic() + STUCK

    def take(self, entry: Entry, files: Sequence[LocalFile], reason: str) -> None:
        """Let a post wait that nobody has tried yet, with its files as they are now.

        Raises:
            LedgerUnusable: it cannot be kept.
        """
        self._keep_files(entry, files)
        self._outbox.take(entry, reason, self._ledger.sending)

    def hold(
        self, request: Request, entry: Entry, files: Sequence[LocalFile], when: float
    ) -> Receipt:
        """Keep a post until its time, where Slack cannot.

        Raises:
            LedgerUnusable: it cannot be kept.
        """
        entry.progress.post_at = 0
        reason = f"its time is {schedule.told(when)}"
        self._keep_files(entry, files)
        self._outbox.take(entry, reason, self._ledger.sending)
        receipt = receipts.put_off("queued", request, files, reason, entry.progress)
        return {**receipt, "post_at": schedule.told(when)}

    def put_off(
        self, request: Request, entry: Entry, files: Sequence[LocalFile], error: SlackError
    ) -> Receipt:
        """Let a post wait, or give it up, as `on_failure` says.

        Raises:
            SlackError: the one that was given: it neither waits nor may be given up.
            LedgerUnusable: it cannot be kept.
        """
        may_pass = isinstance(error, (SlackUnavailable, SlackAmbiguous))
        if request.on_failure == QUEUE and may_pass:
            self._keep_files(entry, files)
            self._outbox.take(entry, error.message, self._ledger.sending, held=holds(error))
            return receipts.put_off("queued", request, files, error, entry.progress)
        if request.on_failure == WARN:
            self._ledger.forget(entry)
            return receipts.put_off("warned", request, files, error, entry.progress)
        if entry.step and entry.progress.begun:
            self._history.note(request.on_failure, lambda: self._ledger.save(entry))
        else:
            self._ledger.forget(entry)
        raise error

    def _keep_files(self, entry: Entry, files: Sequence[LocalFile]) -> None:
        folder = self._outbox.files / entry.progress.key
        try:
            for number, file in enumerate(files):
                sent = entry.progress.uploaded[number : number + 1]
                entry.files[str(file.path)] = keep(
                    str(file.path),
                    folder,
                    changes=self._changes,
                    sha256=str(sent[0]["sha256"]) if sent else "",
                )
        except OSError as error:
            raise LedgerUnusable(f"the files of the post cannot be kept: {error}") from None


def holds(error: SlackError) -> bool:
    """Whether a post that has met transient trouble is to hold up nothing that comes after it.

    So it is when a person has to look for it, and when Slack itself fails on this very post.
    """
    if isinstance(error, SlackAmbiguous):
        return error.again_in is None
    return error.code in AMBIGUOUS

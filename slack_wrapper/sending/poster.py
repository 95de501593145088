"""Delivers each post once: written down before, found again after a crash, kept in an outage."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass, field, replace

from slack_wrapper.client import scheduled
from slack_wrapper.client.closed import unthreadable
from slack_wrapper.client.error_codes import AMBIGUOUS
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.rate_limit import Pacer
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.settling import FOREGROUND, FULL
from slack_wrapper.common import atomic_files, console
from slack_wrapper.common.fifo_locks import FifoLocks
from slack_wrapper.common.quiet_hours import QuietHours
from slack_wrapper.errors import (
    LedgerUnusable,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
    StateUnreadable,
)
from slack_wrapper.message.compose import Draft, compose
from slack_wrapper.model.receipt import Receipt, deliveries
from slack_wrapper.model.request import FAIL, NOW, QUEUE, WARN, Request
from slack_wrapper.sending import native_memory, receipts, schedule
from slack_wrapper.sending.attempt import Attempt
from slack_wrapper.sending.backpressure import Reachability
from slack_wrapper.sending.identity import digest_of, is_same, looks_of
from slack_wrapper.sending.reachability import ask_after_pause
from slack_wrapper.sending.run_threads import BEHIND, PENDING, Threads, by_default
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.snakemake_adapter.metadata import Finished, finished_since, is_marked
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.kept_files import keep
from slack_wrapper.spool.ledger import Ledger, step_of
from slack_wrapper.spool.outbox import Outbox
from slack_wrapper.spool.progress import Progress

STUCK = 60.0  # seconds for which a post does not try to get those before it out of its way


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


@dataclass
class Poster:
    """Carries posts to Slack, for all threads of a process.

    Args:
        pacer: gives the turns.
        policy: bounds of the retries.
        quiet: hours in which only urgent posts go out.
        repost: whether what may be in the channel is posted again when nobody can tell.
        finished: whether Snakemake has recorded the end of an output's job after a moment.
        incomplete: whether Snakemake has seen an output's job begin and not end.
        changes: whether a file may be written in place, or deleted by Snakemake after its use.
    """

    pacer: Pacer
    policy: RetryPolicy
    repost: bool = False
    quiet: QuietHours | None = None
    finished: Finished = finished_since
    incomplete: Callable[[str], bool] = is_marked
    changes: Callable[[str], bool] = lambda path: True
    threads: Threads = field(default_factory=Threads)
    ledger: Ledger = field(default_factory=Ledger)
    outbox: Outbox = field(default_factory=Outbox)
    make_way: Callable[[tuple[str, str]], object] = lambda place: None
    _locks: FifoLocks = field(default_factory=FifoLocks)
    _steps: FifoLocks = field(default_factory=FifoLocks)
    _seen: dict[str, _Seen] = field(default_factory=dict)  # by step
    _posted: set[str] = field(default_factory=set)  # keys
    _stuck: dict[tuple[str, str], float] = field(default_factory=dict)  # place → monotonic time
    reach: Reachability = field(default_factory=Reachability)

    def __post_init__(self) -> None:
        self.outbox.tell = console.tell

    def deliver(
        self,
        workspace: Workspace,
        request: Request,
        files: Sequence[LocalFile],
        *,
        thread: str | None = None,
        seconds: float | None = None,
    ) -> Receipt:
        """Post to the one channel of a request, unless that has been done already.

        Args:
            workspace: the connection.
            request: with one channel.
            files: its files, checked.
            thread: the root to reply to, see `threads.root_of`; else `request.thread` tells.
            seconds: for which to look for the post if its outcome is unclear; by default shortly if
                it may wait in the outbox meanwhile, and else until it is found out.

        Raises:
            SlackError, FileError, RequestError: it was not posted and does not wait.
            LedgerUnusable: it cannot be written down, and `on_failure` is `fail`; or it had to wait
                and cannot.
        """
        step = (
            step_of(request.receipt, request.channels[0], request.part) if request.receipt else ""
        )
        with self._steps[step or object()]:
            try:
                done, before = self._before(step, request, files)
            except StateUnreadable as error:
                return self._unknown(request, files, error)
            if done is not None:
                return done
            entry = before or Entry(
                step or "post", request.to_dict(), Progress(thread=thread), step,
                digest_of(request, files), looked_at=looks_of(files),
            )  # fmt: skip
            if seconds is None:
                seconds = FULL if request.on_failure == FAIL else FOREGROUND
            return self._deliver(workspace, request, entry, files, seconds)

    def _before(
        self, step: str, request: Request, files: Sequence[LocalFile]
    ) -> tuple[Receipt | None, Entry | None]:
        """Return the receipt of a step's post that is done, or the post that is under way."""
        if not step:
            return None, None
        self._seen.setdefault(step, _Seen(request.receipt))

        def same(entry: Entry) -> bool:
            return is_same(entry, request, files)

        waits = self.outbox.find(step)
        if waits and same(waits):
            return self._waits(waits, request, files), None
        done = self._done(step, same)
        return done, None if done is not None else self._resumed(step, same)

    def _waits(self, waits: Entry, request: Request, files: Sequence[LocalFile]) -> Receipt:
        """Return the receipt of a step whose post waits, under the terms of its newest run.

        Raises:
            SlackUnavailable: it waits still, and `on_failure` is `fail`.
        """
        terms = {name: getattr(request, name) for name in ("on_failure", "post_at", "rule")}
        self.outbox.change_terms(waits, terms)
        if request.on_failure == FAIL:
            self.make_way(waits.place)
            known = self.ledger.find(waits.step)
            if known and known.receipt and known.progress.key == waits.progress.key:
                return known.receipt
            raise SlackUnavailable(
                f"the post to {request.about} waits in the outbox: {waits.reason}", code=BEHIND,
                hint=f"deliver it: slack-wrapper flush, or drop it: slack-wrapper outbox --drop "
                f"{waits.name}",
            )  # fmt: skip
        return receipts.put_off("queued", request, files, waits.reason, waits.progress)

    def _unknown(
        self, request: Request, files: Sequence[LocalFile], error: StateUnreadable
    ) -> Receipt:
        """Do not post what may have been posted.

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

    def send(
        self,
        workspace: Workspace,
        request: Request,
        entry: Entry,
        files: Sequence[LocalFile],
        save: Callable[[], None],
        *,
        at: float = 0.0,
        seconds: float = FOREGROUND,
    ) -> Receipt:
        """Carry out what is left of a post and return its receipt; see `Attempt.run`.

        With a time, Slack is asked to post it then; see `timing.schedule`. For what may be there
        already is looked for so many seconds; see `settling.settle`.
        """
        progress, names = entry.progress, workspace.names
        retrier = self.retrier(workspace, request)
        link = self.threads.link(request.channels[0])

        def recompose(refused: Collection[str]) -> Draft:
            return compose(request, names, link=link, avoid=refused)

        if request.native and not progress.begun:  # what is begun goes on in its form
            known = native_memory.avoided(workspace.transport)
            progress.refused = sorted({*progress.refused, *known})
        if not progress.begun and not progress.thread:
            progress.thread = self.threads.of(request, names.known(request.channels[0]))
        progress.thread = self.threads.resolve(progress.thread)
        if progress.thread and progress.thread.startswith(PENDING):
            raise SlackUnavailable("the message it replies to waits itself", code=BEHIND)
        attempt = Attempt(
            workspace,
            request,
            recompose,
            files,
            progress,
            retrier,
            self._locks[entry.place],
            save,
            self.repost,
            seconds,
        )
        try:
            settled = schedule.settle(attempt) if progress.unclear and progress.post_at else None
            receipt = settled or self._carry_out(attempt, at)
        except SlackError as error:
            progress.attempts = retrier.attempts
            if _no_answer(error):
                self.reach.silent(entry.place[0])
            elif isinstance(error, (SlackRefused, RateLimited)):
                self.reach.answered(entry.place[0])
            raise
        self.reach.answered(entry.place[0])
        return receipt

    def _carry_out(self, attempt: Attempt, at: float) -> Receipt:
        """Post, or schedule; in the channel when a thread that nobody has named refuses it."""
        try:
            return schedule.schedule(attempt, at) if at else _run(attempt)
        except SlackRefused as refused:
            root = attempt.progress.thread
            if not (root and unthreadable(refused) and by_default(attempt.request)):
                raise
        self.threads.lost(root)
        attempt.progress.thread = None
        return schedule.schedule(attempt, at) if at else _run(attempt)

    def find_root(self, entry: Entry, request: Request) -> None:
        """Find the message that a queued post replies to; give up one that will never be there."""
        thread = self.threads.resolve(entry.progress.thread) or ""
        key = thread.removeprefix(PENDING)
        if thread.startswith(PENDING) and not self.outbox.has(key):
            entry.progress.thread = self.outbox.root(key) or self.threads.of_receipt(request)

    def arrived(self, key: str, ts: str | None) -> None:
        """Remember where a post is that has waited, for its replies."""
        self.threads.arrived(key, ts)
        if ts:
            self.outbox.arrived(key, ts)

    def stuck(self, place: tuple[str, str]) -> None:
        """Remember that what waits for a place could not be delivered just now."""
        self._stuck[place] = time.monotonic() + STUCK

    def away(self, key: str) -> bool:
        """Whether Slack has not answered just now, asked with a key file."""
        return self.reach.away(key)

    def begun_with(self, request: Request, part: int) -> list[str]:
        """Return the names of the files of a step's post that waits, is under way or kept.

        Args:
            request: of the step, with one channel.
            part: which of its messages.
        """
        step = step_of(request.receipt, request.channels[0], part)
        with contextlib.suppress(StateUnreadable):  # `deliver` tells it
            known = self.outbox.find(step) or self.ledger.find(step)
            if known is not None:
                paths = map(str, known.request.get("files") or ())
                return [path.rpartition("/")[2] for path in paths]
        return []

    def amend(self, request: Request, receipt: Receipt) -> None:
        """Write down what has become of a step's post that is in the channel.

        Raises:
            LedgerUnusable: see `deliver`.
        """
        entry = self.ledger.find(step_of(request.receipt, request.channels[0]))
        if entry is not None:
            entry.receipt = receipt
            self._note(request.on_failure, lambda: self._settle(entry))

    def drop(self, request: Request) -> None:
        """Forget a step's post, so that the step would post again."""
        entry = self.ledger.find(step_of(request.receipt, request.channels[0]))
        if entry is not None:
            self.ledger.forget(entry)

    def confirm(self, request: Request, receipt: Receipt, changed_ns: int) -> None:
        """Note that a step has put its receipt in place.

        Args:
            request: of the step.
            receipt: what it wrote.
            changed_ns: the time of last change of the file.
        """
        for channel, first in zip(request.channels, deliveries(receipt), strict=True):
            for part, one in enumerate([first, *(first.get("replies") or ())]):
                if request.receipt and one.get("key"):
                    step = step_of(request.receipt, channel, part)
                    self.ledger.mark(step, one["key"], changed_ns)
                    if one.get("status") == "delivered":
                        self._seen.setdefault(step, _Seen(request.receipt)).written = one["key"]
        if request.receipt:
            atomic_files.sync(request.receipt)

    def settle(self, entry: Entry, receipt: Receipt) -> None:
        """Keep the receipt of a post that was delivered from the outbox, as `Ledger.settle` does.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        if not entry.step:
            return
        newest = self.outbox.find(entry.step) or entry
        known = self.ledger.find(entry.step) or entry
        if {newest.progress.key, known.progress.key} == {entry.progress.key}:
            self.ledger.keep(replace(entry, receipt=receipt))

    def remember(self, entry: Entry) -> None:
        """Keep the receipt of what a step has said elsewhere, unless its job has ended well.

        Raises:
            LedgerUnusable: it cannot be written.
        """
        if not self._has_ended(entry):
            self._seen.setdefault(entry.step, _Seen(str(entry.request["receipt"])))
            self.ledger.keep(entry)

    def recall(self, step: str, digest: str) -> Receipt | None:
        """Return the receipt that was kept for a step which runs again, None when there is none.

        Args:
            step: see `step_of`.
            digest: of what it says; a step that says something else has not said it.
        """
        with self._steps[step]:
            found = self._done(step, lambda entry: entry.digest == digest)
            if found is not None:
                self._seen.setdefault(step, _Seen(""))
            return found

    def acknowledge(self, ended: Container[str] = ()) -> None:
        """Drop what is known of this process's posts whose steps have ended well, at its end.

        Those of a step that was killed stay: Snakemake runs it again.

        Args:
            ended: outputs of which that is known; of the others, the receipts tell.
        """
        for step, seen in sorted(self._seen.items()):
            if seen.receipt in ended and seen.written and seen.written == seen.kept:
                self.ledger.forget_step(step)  # its receipt says all there is: nothing is read
                continue
            with contextlib.suppress(StateUnreadable):  # it stays; slack-wrapper outbox lists it
                self._acknowledge(self.ledger.find(step), ended)

    def _acknowledge(self, entry: Entry | None, ended: Container[str]) -> None:
        if entry is None or not entry.receipt:
            return
        if str(entry.request["receipt"]) in ended:
            self._forget(entry)
        elif not self._ended_well(entry):
            self.ledger.unmark(entry.step)

    def catch_up(self) -> None:
        """Do the same for the runs before, while their receipts are there, at the start."""
        for entry in self.ledger.kept():
            self._ended_well(entry)

    def _ended_well(self, entry: Entry) -> bool:
        """Forget a delivered post if Snakemake has its receipt and waits for no end of its job."""
        ended = self._has_ended(entry)
        if ended:
            self._forget(entry)
        return ended

    def _has_ended(self, entry: Entry) -> bool:
        path = str(entry.request["receipt"])
        return receipts.holds(path, entry.progress.key) and not self.incomplete(path)

    def _forget(self, entry: Entry) -> None:
        receipts.renew(str(entry.request["receipt"]), entry.receipt or {})
        self.ledger.forget(entry)

    def _done(self, step: str, same: Callable[[Entry], bool]) -> Receipt | None:
        """Return the receipt of a step's post that a crash has kept it from writing."""
        known = self.ledger.find(step)
        if known is None or known.receipt is None or not same(known):
            return None
        written = self.ledger.marked(known)
        retried = known.progress.key in self._posted  # by this very run: its job has failed
        if written and not retried and self.finished(str(known.request["receipt"]), written):
            return None
        return known.receipt

    def _resumed(self, step: str, same: Callable[[Entry], bool]) -> Entry | None:
        """Return a step's post that was on its way when something was killed."""
        known = self.ledger.find(step)
        if known is None:
            return None
        if known.receipt is None and same(known):
            return known
        self.ledger.forget(known)
        return None

    def _settle(self, entry: Entry) -> None:
        self.ledger.settle(entry)
        seen = self._seen.setdefault(entry.step, _Seen(str(entry.request["receipt"])))
        seen.kept = entry.progress.key

    def _deliver(
        self,
        workspace: Workspace,
        request: Request,
        entry: Entry,
        files: Sequence[LocalFile],
        seconds: float,
    ) -> Receipt:
        when = schedule.waits(request, entry.progress.started, self.quiet)
        try:
            if not when:
                self._wait_behind(workspace, request, entry)
            receipt = self.send(
                workspace,
                request,
                entry,
                files,
                lambda: self._save(entry),
                at=when,
                seconds=seconds,
            )
        except SlackError as error:
            if when and (error.code in scheduled.UNFIT or error.code == BEHIND):
                return self._hold(request, entry, files, when)
            return self._put_off(request, entry, files, error)
        if entry.step:
            self._posted.add(entry.progress.key)
            entry.receipt = receipt
            self._note(request.on_failure, lambda: self._settle(entry))
        return receipt

    def _hold(
        self, request: Request, entry: Entry, files: Sequence[LocalFile], when: float
    ) -> Receipt:
        """Keep a post until its time, where Slack cannot."""
        entry.progress.post_at = 0
        reason = f"its time is {schedule.told(when)}"
        self._keep_files(entry, files)
        self.outbox.take(entry, reason, self.ledger.sending)
        receipt = receipts.put_off("queued", request, files, reason, entry.progress)
        return {**receipt, "post_at": schedule.told(when)}

    def due(self, entry: Entry) -> bool:
        """Whether a post that waits may go out by now."""
        return not schedule.waits(dict(entry.request), entry.progress.started, self.quiet)

    def any_due(self) -> bool:
        """Whether anything waits that may go out by now."""
        waiting = map(self.outbox.own, self.outbox.names(held=False))
        return any(entry and self.due(entry) for entry in waiting)

    def _wait_behind(self, workspace: Workspace, request: Request, entry: Entry) -> None:
        """Keep the order: what may wait does so behind what waits already."""
        if request.on_failure != QUEUE or entry.progress.begun or request.post_at == NOW:
            return
        ask_after_pause(workspace, self.reach, entry.place[0])
        if self.outbox.waits_for(entry.place):
            if self._stuck.get(entry.place, 0.0) < time.monotonic():
                self.make_way(entry.place)
            if self.outbox.waits_for(entry.place):
                raise SlackUnavailable("earlier posts to the channel wait", code=BEHIND)

    def _put_off(
        self, request: Request, entry: Entry, files: Sequence[LocalFile], error: SlackError
    ) -> Receipt:
        """Let a post wait, or give it up, as `on_failure` says."""
        may_pass = isinstance(error, (SlackUnavailable, SlackAmbiguous))
        if request.on_failure == QUEUE and may_pass:
            self._keep_files(entry, files)
            self.outbox.take(entry, error.message, self.ledger.sending, held=holds(error))
            status = "queued"
        elif request.on_failure == WARN:
            self.ledger.forget(entry)
            status = "warned"
        else:
            if entry.step and entry.progress.begun:
                self._note(request.on_failure, lambda: self.ledger.save(entry))
            else:
                self.ledger.forget(entry)
            raise error
        return receipts.put_off(status, request, files, error, entry.progress)

    def _keep_files(self, entry: Entry, files: Sequence[LocalFile]) -> None:
        folder = self.outbox.files / entry.progress.key
        try:
            for number, file in enumerate(files):
                sent = entry.progress.uploaded[number : number + 1]
                entry.files[str(file.path)] = keep(
                    str(file.path),
                    folder,
                    changes=self.changes,
                    sha256=str(sent[0]["sha256"]) if sent else "",
                )
        except OSError as error:
            raise LedgerUnusable(f"the files of the post cannot be kept: {error}") from None

    def _save(self, entry: Entry) -> None:
        if entry.step:
            policy = str(entry.request.get("on_failure") or QUEUE)
            self._note(policy, lambda: self.ledger.save(entry))

    def _note(self, on_failure: str, write: Callable[[], None]) -> None:
        """Write down; where that fails a post goes out all the same, unless it may not.

        Without the ledger a step that is killed may post again when it is run again.
        """
        try:
            write()
        except LedgerUnusable as error:
            if on_failure == FAIL:
                raise
            console.warn(str(error))

    def retrier(self, workspace: Workspace, request: Request) -> Retrier:
        """Return what bounds the calls of one post, and waits for the turn of what people see."""
        limit, channel = workspace.transport.fingerprint, request.channels[0]
        return Retrier(
            self.policy,
            pace=lambda: self.pacer.wait(limit, workspace.names.known(channel) or channel),
            limited=lambda seconds: self.pacer.hold(limit, seconds),
        )


def _run(attempt: Attempt) -> Receipt:
    """Carry a post out; where its channel's name is another one's by now, once more with that."""
    try:
        return attempt.run()
    except SlackRefused as refused:
        names, channel = attempt.workspace.names, attempt.request.channels[0]
        if not names.moved(channel, refused):
            raise
    attempt.progress.channel = None
    return attempt.run()


def holds(error: SlackError) -> bool:
    """Whether a post that has met transient trouble is to hold up nothing that comes after it.

    So it is when a person has to look for it, and when Slack itself fails on this very post.
    """
    if isinstance(error, SlackAmbiguous):
        return error.again_in is None
    return error.code in AMBIGUOUS


def _no_answer(error: SlackError) -> bool:
    """Whether it was Slack as a whole that did not answer, and not one post that had to wait."""
    if isinstance(error, RateLimited) or not isinstance(error, (SlackUnavailable, SlackAmbiguous)):
        return False
    return error.code in ("unreachable", "no_answer") or error.code.startswith("http_")

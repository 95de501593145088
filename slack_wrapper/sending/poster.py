"""Delivers each post once: written down before, found again after a crash, kept in an outage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from copy import copy
from functools import partial

from slack_wrapper.client import scheduled
from slack_wrapper.client.closed import unthreadable
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.permalinks import permalink
from slack_wrapper.client.rate_limit import Pacer
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.settling import FOREGROUND, FULL
from slack_wrapper.common.fifo_locks import FifoLocks
from slack_wrapper.common.quiet_hours import QuietHours
from slack_wrapper.errors import (
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
    StateUnreadable,
)
from slack_wrapper.message.compose import Draft, compose
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import FAIL, QUEUE, Request
from slack_wrapper.model.run_records import RunRecords
from slack_wrapper.sending import native_memory, schedule
from slack_wrapper.sending.attempt import Attempt
from slack_wrapper.sending.backpressure import Reachability
from slack_wrapper.sending.identity import digest_of, is_same, looks_of
from slack_wrapper.sending.run_threads import BEHIND, PENDING, Threads, by_default
from slack_wrapper.sending.step_history import StepHistory, unknown
from slack_wrapper.sending.waiting import MakeWay, Waiting
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import Ledger, step_of
from slack_wrapper.spool.outbox import Outbox
from slack_wrapper.spool.progress import Progress


class Poster:
    """Carries posts to Slack, for all threads of a process.

    Args:
        pacer: gives the turns.
        policy: bounds of the retries.
        records: what is recorded of the run that it posts for.
        repost: whether what may be in the channel is posted again when nobody can tell.
        quiet: hours in which only urgent posts go out.
        make_way: delivers what waits for a key file and channel, so that a post can follow.

    Attributes:
        ledger: what steps have posted; `history` speaks for it.
        outbox: what waits; `waiting` speaks for it.
        history: what has become of a step's post in an earlier try.
        waiting: what becomes of a post that cannot go out now.
        threads: what replies reply to.
        reach: which servers have not answered lately.
    """

    def __init__(
        self,
        pacer: Pacer,
        policy: RetryPolicy,
        records: RunRecords,
        *,
        repost: bool = False,
        quiet: QuietHours | None = None,
        make_way: MakeWay = lambda destination: None,
    ) -> None:
        self._pacer, self.policy, self._repost = pacer, policy, repost
        self.ledger, self.outbox = Ledger(), Outbox()
        self.history = StepHistory(self.ledger, self.outbox, records)
        self.waiting = Waiting(
            self.outbox,
            self.ledger,
            self.history,
            changes=records.changes,
            quiet=quiet,
            make_way=make_way,
        )
        self.threads = Threads()
        self.reach = Reachability()
        self._locks = FifoLocks()

    def bounded_by(self, policy: RetryPolicy) -> Poster:
        """Return this poster with other bounds of the retries; they know what each other does."""
        other = copy(self)
        other.policy = policy
        return other

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
            thread: the root to reply to, see `run_threads.root_of`; else `request.thread` tells.
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
        with self.history.turn(step):
            try:
                done, before = self._before(step, request, files) if step else (None, None)
            except StateUnreadable as error:
                return unknown(request, files, error)
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
        """Return the receipt of a step's post that waits or is done, or the one under way."""
        self.history.ends.began(step, request.receipt)
        waits = self.outbox.find(step)
        if waits and is_same(waits, request, files):
            return self.waiting.of_step(waits, request, files), None
        return self.history.before(step, request, files)

    def _deliver(
        self,
        workspace: Workspace,
        request: Request,
        entry: Entry,
        files: Sequence[LocalFile],
        seconds: float,
    ) -> Receipt:
        when = self.waiting.time_of(request, entry)
        try:
            if not when:
                self.waiting.wait_behind(workspace, self.reach, request, entry)

            def save() -> None:
                self.history.under_way(entry)

            receipt = self.send(workspace, request, entry, files, save, at=when, seconds=seconds)
        except SlackError as error:
            if when and (error.code in scheduled.UNFIT or error.code == BEHIND):
                return self.waiting.hold(request, entry, files, when)
            return self.waiting.put_off(request, entry, files, error)
        self.history.delivered(request, entry, receipt)
        return receipt

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

        With a time, Slack is asked to post it then; see `schedule.schedule`. For what may be there
        already is looked for so many seconds; see `settling.settle`.
        """
        progress, names = entry.progress, workspace.names
        retrier = self.retrier(workspace, request)
        link = ""
        if request.footer:
            ask = partial(permalink, workspace.transport)
            link = self.threads.link(request.channels[0], ask)

        def recompose(refused: Collection[str]) -> Draft:
            return compose(request, names, link=link, avoid=refused)

        if request.native and not progress.begun:  # what is begun goes on in its form
            known = native_memory.avoided(workspace.transport)
            progress.refused = sorted({*progress.refused, *known})
        self._find_thread(request, progress, names.known(request.channels[0]))
        attempt = Attempt(
            workspace, request, recompose, files, progress, retrier,
            self._locks[entry.destination], save, self._repost, seconds,
            away=lambda: request.on_failure == QUEUE and self.reach.away(entry.destination[0]),
        )  # fmt: skip
        try:
            settled = schedule.settle(attempt) if progress.unclear and progress.post_at else None
            receipt = settled or self._carry_out(attempt, at)
        except SlackError as error:
            progress.attempts = retrier.attempts
            if _no_answer(error):
                self.reach.silent(entry.destination[0])
            elif isinstance(error, (SlackRefused, RateLimited)):
                self.reach.answered(entry.destination[0])
            raise
        self.reach.answered(entry.destination[0])
        return receipt

    def _find_thread(self, request: Request, progress: Progress, channel: str | None) -> None:
        """Let a post know what it replies to.

        Raises:
            SlackUnavailable: a message that waits itself.
        """
        if not progress.begun and not progress.thread:
            progress.thread = self.threads.of(request, channel)
        progress.thread = self.threads.resolve(progress.thread)
        if progress.thread and progress.thread.startswith(PENDING):
            raise SlackUnavailable("the message it replies to waits itself", code=BEHIND)

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

    def retrier(self, workspace: Workspace, request: Request) -> Retrier:
        """Return what bounds the calls of one post, and waits for the turn of what people see."""
        limit, channel = workspace.transport.fingerprint, request.channels[0]
        return Retrier(
            self.policy,
            pace=lambda: self._pacer.wait(limit, workspace.names.known(channel) or channel),
            limited=lambda seconds: self._pacer.hold(limit, seconds),
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


def _no_answer(error: SlackError) -> bool:
    """Whether it was Slack as a whole that did not answer, and not one post that had to wait."""
    if isinstance(error, RateLimited) or not isinstance(error, (SlackUnavailable, SlackAmbiguous)):
        return False
    return error.code in ("unreachable", "no_answer") or error.code.startswith("http_")

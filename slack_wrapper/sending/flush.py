"""Delivering what waits in the outbox: oldest first, each channel in its order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from slack_wrapper.client.error_codes import OF_THE_POST
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.settling import FULL, LOOKED_FOR
from slack_wrapper.common import console
from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import (
    FileChanged,
    FileError,
    LedgerUnusable,
    RequestError,
    SlackAmbiguous,
    SlackRefused,
    SlackUnavailable,
    SlackWrapperError,
)
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import Request
from slack_wrapper.sending import receipts
from slack_wrapper.sending.queued_files import found_changed, unchanged
from slack_wrapper.sending.reachability import knock
from slack_wrapper.sending.run_threads import BEHIND
from slack_wrapper.sending.sender import Sender
from slack_wrapper.sending.waiting import holds
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.folder_index import Name, destination_name

_NAP = 0.5  # seconds between two looks at whether a flush is over

Outcome = tuple[Entry, Receipt | SlackWrapperError]


def never() -> bool:
    """Let a flush go on to its end."""
    return False


def flush(
    session: Sender,
    destination: tuple[str, str] | None = None,
    *,
    seconds: float = float("inf"),
    stop: Callable[[], bool] = never,
    wait: bool = False,
    patient: bool = False,
) -> list[Outcome]:
    """Deliver what waits.

    What follows an entry for which Slack has no time now waits with it, in its channel; when Slack
    does not answer, so does all that goes to the same workspace. An entry that is refused, or
    unclear, or whose file has changed, is held: it is tried again by each flush of all, and others
    go on. What is not due waits on, and keeps nothing else waiting. Entries that another process
    delivers at the moment are left to it.

    Args:
        session: sends.
        destination: only what waits for this key file and channel; None for all, and what is held.
        seconds: after these no further entry is begun.
        stop: nor when this says so.
        wait: for a flush of another thread, and then deliver what it has left.
        patient: whether to wait, within those seconds, until it can be told whether posts whose
            outcome is unclear were carried out.

    Returns:
        Each entry that was tried, with its receipt or with what kept it.

    Raises:
        LedgerUnusable: the outbox cannot be locked.
    """
    end = time.monotonic() + seconds

    def over() -> bool:
        return stop() or time.monotonic() > end

    with session.poster.outbox.flushing(wait=wait) as ours:
        if not ours:
            return []
        return (
            _patiently(session, destination, over)
            if patient
            else _Flush(session, destination, over).run()
        )


def _patiently(
    session: Sender, destination: tuple[str, str] | None, over: Callable[[], bool]
) -> list[Outcome]:
    """Flush again and again while it will be known soon what has become of an unclear post."""
    done: dict[str, Outcome] = {}
    end, told = time.monotonic() + scaled(FULL), False
    while True:
        one = _Flush(session, destination, over)
        done.update((entry.progress.key, (entry, outcome)) for entry, outcome in one.run())
        if one.again_at > end:
            return list(done.values())
        if not told:
            told = True
            console.say("looking for posts of which it is unclear whether Slack has them")
        while time.monotonic() < one.again_at:
            if over():
                return list(done.values())
            time.sleep(min(_NAP, max(0.0, one.again_at - time.monotonic())))


def tell_left(done: Sequence[Outcome], warn: Callable[[str], object]) -> None:
    """Say which posts of a flush still wait, and why."""
    for entry, outcome in done:
        if isinstance(outcome, SlackWrapperError):
            warn(f"still queued, {entry.name}: {outcome}")


class _Flush:
    def __init__(
        self, session: Sender, destination: tuple[str, str] | None, over: Callable[[], bool]
    ) -> None:
        self._session, self._poster = session, session.poster
        self._outbox, self._over = session.poster.outbox, over
        self._only = destination_name(destination) if destination else None
        self._done: list[Outcome] = []
        self._stopped: set[str] = set()  # names of destinations, and key files
        self._refused: dict[str, SlackWrapperError] = {}  # name of a destination → why
        self._unclear: set[str] = set()  # names of destinations that cannot be looked into
        self.again_at = float("inf")  # monotonic time at which an unclear post may be found out

    def run(self) -> list[Outcome]:
        for name in self._outbox.names(held=self._only is None):
            if self._over():
                break
            if self._only in (None, name.destination) and name.destination not in self._stopped:
                self._consider(name)
        return self._done

    def _consider(self, name: Name) -> None:
        """Deliver an entry unless it has to wait with another one."""
        entry = self._outbox.own(name)
        if (
            entry is None
            or entry.destination[0] in self._stopped
            or not self._poster.waiting.due(entry)
        ):
            return
        held = self._outbox.is_held(entry)
        if name.destination in self._refused:
            if not held:
                self._hold(entry, self._refused[name.destination])
            return
        if held and entry.progress.unclear and name.destination in self._unclear:
            return
        outcome = self._deliver(entry)
        self._done.append((entry, outcome))
        if isinstance(outcome, SlackWrapperError):
            self._keep(name, entry, outcome)

    def _keep(self, name: Name, entry: Entry, error: SlackWrapperError) -> None:
        """Let an entry that could not be delivered wait, alone or with those behind it."""
        if isinstance(error, SlackAmbiguous) and error.again_in is not None:
            if error.code == LOOKED_FOR:
                self.again_at = min(self.again_at, time.monotonic() + error.again_in)
            if self._outbox.is_held(entry):
                return
        if isinstance(error, (SlackUnavailable, SlackAmbiguous)) and (
            error.code != BEHIND and not holds(error)
        ):
            self._stopped.add(name.destination)
            self._poster.waiting.stuck(entry.destination)
            if self._poster.reach.away(entry.destination[0]):
                self._stopped.add(entry.destination[0])
            return
        if not isinstance(
            error, (SlackUnavailable, SlackAmbiguous, SlackRefused, FileError, RequestError)
        ):
            self._stopped |= {name.destination, entry.destination[0]}  # no token, no ledger
            return
        if isinstance(error, SlackAmbiguous):
            self._unclear.add(name.destination)
        if isinstance(error, SlackRefused) and error.code not in OF_THE_POST:
            self._refused[name.destination] = error  # what follows would be refused as well
        self._hold(entry, error)

    def _hold(self, entry: Entry, error: SlackWrapperError) -> None:
        try:
            self._outbox.update(entry, error.message)
            self._outbox.hold(entry)
        except LedgerUnusable as unusable:
            console.warn(str(unusable))

    def _deliver(self, entry: Entry) -> Receipt | SlackWrapperError:
        poster, request = self._poster, Request.from_dict(entry.request)

        def save() -> None:
            self._outbox.update(entry, entry.reason)

        try:
            poster.find_root(entry, request)
            files = [unchanged(path, kept, request, entry) for path, kept in entry.files.items()]
            workspace = self._session.reopen(request.encrypted_key)
            if poster.reach.in_doubt(entry.destination[0]):
                # A post without an answer may be in the channel, a question not.
                knock(workspace, poster.reach, entry.destination[0])
            receipt = self._send(workspace, request, entry, files, save)
            save()
        except SlackWrapperError as error:
            try:
                self._outbox.update(entry, error.message)
            except LedgerUnusable as unusable:
                return unusable
            return error
        self._arrived(entry, receipt)
        return receipt

    def _send(
        self,
        workspace: Workspace,
        request: Request,
        entry: Entry,
        files: Sequence[LocalFile],
        save: Callable[[], None],
    ) -> Receipt:
        try:
            return self._poster.send(workspace, request, entry, files, save)
        except FileChanged as error:
            raise found_changed(error, entry) from None

    def _arrived(self, entry: Entry, receipt: Receipt) -> None:
        """Tell the replies, the ledger and the receipt of a delivered entry, and take it out."""
        poster, path = self._poster, str(entry.request["receipt"])
        poster.arrived(entry.progress.key, receipt["ts"])
        try:
            poster.history.delivered_late(entry, receipt)
        except LedgerUnusable as error:
            console.warn(str(error))
        if path:
            receipts.renew(path, receipt)
        self._outbox.remove(entry)

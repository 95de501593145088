"""Delivering what waits in the outbox: oldest first, each channel in its order."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from slack_wrapper.client.files import LocalFile, check
from slack_wrapper.delivery.entry import Entry, KeptFile
from slack_wrapper.errors import (
    FileChanged,
    FileMissing,
    LedgerUnusable,
    PasswordError,
    SlackWrapperError,
)
from slack_wrapper.session import receipts
from slack_wrapper.session.base import Receipt
from slack_wrapper.session.request import Request, title_of
from slack_wrapper.session.threads import PENDING
from slack_wrapper.vault.password_sources import tell

if TYPE_CHECKING:
    from slack_wrapper.session.local import LocalSession

Outcome = tuple[Entry, Receipt | SlackWrapperError]


def flush(session: LocalSession, place: tuple[str, str] | None = None) -> list[Outcome]:
    """Deliver what waits.

    What follows an entry that cannot be delivered waits with it, in its channel; when Slack does
    not answer, so does all that goes to the same workspace. Entries that another process delivers
    at the moment are left to it.

    Args:
        session: sends.
        place: only this key file and channel; None for all.

    What is not due waits on, and keeps nothing else waiting.

    Returns:
        Each entry that was tried, with its receipt or with what kept it.
    """
    courier = session.courier
    done: list[Outcome] = []
    stuck: set[tuple[str, str] | str] = set()
    with courier.outbox.flushing() as ours:
        waiting = courier.outbox.entries() if ours else []
        for entry in waiting:
            if place not in (None, entry.place) or stuck & {entry.place, entry.place[0]}:
                continue
            if not courier.due(entry):
                continue
            outcome = _deliver(session, entry, waiting)
            done.append((entry, outcome))
            if isinstance(outcome, SlackWrapperError):
                stuck.add(entry.place)
                if isinstance(outcome, PasswordError) or courier.away(entry.place[0]):
                    stuck.add(entry.place[0])
    return done


def _deliver(
    session: LocalSession, entry: Entry, waiting: list[Entry]
) -> Receipt | SlackWrapperError:
    courier, request = session.courier, Request.from_dict(entry.request)

    def save() -> None:
        courier.outbox.update(entry, entry.reason)

    try:
        _resolve_thread(entry, waiting)
        files = [_unchanged(path, kept, request, entry) for path, kept in entry.files.items()]
        workspace = session.reopen(request.encrypted_key)
        receipt = courier.send(workspace, request, entry, files, save)
        save()
    except SlackWrapperError as error:
        try:
            courier.outbox.update(entry, error.message)
        except LedgerUnusable as unusable:
            return unusable
        return error
    _arrived(session, entry, receipt, waiting)
    return receipt


def _resolve_thread(entry: Entry, waiting: list[Entry]) -> None:
    """Give up a thread whose root does not wait any more and has not been delivered: dropped."""
    thread = entry.progress.thread or ""
    keys = {f"{PENDING}{other.progress.key}" for other in waiting}
    if thread.startswith(PENDING) and thread not in keys:
        entry.progress.thread = None


def _arrived(session: LocalSession, entry: Entry, receipt: Receipt, waiting: list[Entry]) -> None:
    """Tell the replies, the receipt and the ledger of a delivered entry, and take it out."""
    courier, key, path = session.courier, entry.progress.key, str(entry.request["receipt"])
    courier.threads.arrived(key, receipt["ts"])
    try:
        for reply in waiting:
            if reply.progress.thread == f"{PENDING}{key}":
                reply.progress.thread = receipt["ts"]
                courier.outbox.update(reply, reply.reason)
        courier.settle(entry, receipt)
    except LedgerUnusable as error:
        tell(f"slack_wrapper: warning: {error}")
    if path:
        receipts.renew(path, receipt)
    courier.outbox.remove(entry)


def _unchanged(path: str, kept: KeptFile, request: Request, entry: Entry) -> LocalFile:
    """Return a queued file, if it is still the one that was to be posted."""
    place = kept.kept if kept.kept and Path(kept.kept).exists() else path
    try:
        file = check(place, title=title_of(request), name=Path(path).name)
        with file.path.open("rb") as content:
            same = hashlib.file_digest(content, "sha256").hexdigest() == kept.sha256
    except (FileMissing, OSError):
        same = False
    if not same:
        raise FileChanged(
            f"the file {path} has changed, or gone, since it was queued",
            hint=f"run its step again, and drop this one: slack-wrapper outbox --drop {entry.id}",
        )
    return file

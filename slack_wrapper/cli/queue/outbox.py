"""`slack-wrapper outbox`: what waits for Slack in this working directory, and what is unclear."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from slack_wrapper.cli.terminal import columns
from slack_wrapper.common import console
from slack_wrapper.errors import RequestError, StateUnreadable
from slack_wrapper.model.request import Request
from slack_wrapper.report.failure_card import duration
from slack_wrapper.sending import receipts
from slack_wrapper.spool import digest_log, folder_index, state_file
from slack_wrapper.spool.digest_log import Shared
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import FOLDER, Ledger
from slack_wrapper.spool.outbox import Outbox

DIGESTS = FOLDER / "digests"
UNREADABLE = "unreadable"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--drop", metavar="ID", help="remove an entry without posting it")
    choice.add_argument(
        "--retry",
        metavar="ID",
        help="post an unclear entry again, even if it may be in the channel",
    )
    choice.add_argument(
        "--posted", metavar="ID", help="mark an unclear entry as posted: it is in the channel"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """List, drop, release or settle entries."""
    outbox, ledger = Outbox(), Ledger()
    chosen = args.drop or args.retry or args.posted
    if chosen:
        with outbox.flushing() as ours:
            if not ours:
                raise RequestError(
                    "the outbox is being delivered at the moment",
                    hint="wait for the run, or the other slack-wrapper flush, to end",
                )
            damaged = next((one for one in _unreadable(outbox, ledger) if _is(chosen, one)), None)
            if damaged is not None:
                console.show(_decide_on_damaged(args, damaged))
            elif args.drop and (message := _shared_of(chosen)):
                message.remove()
                console.show(f"dropped {message.path.stem}")
            else:
                console.show(_decide(args, _find(chosen, outbox, ledger), outbox, ledger))
    elif args.json:
        found = [*outbox.entries(), *ledger.interrupted()]
        told = [{**entry.to_dict(), "state": _state(entry, outbox)} for entry in found]
        damaged_too = [_damaged_as_json(one) for one in _unreadable(outbox, ledger)]
        console.show(json.dumps([*told, *damaged_too], indent=2))
    else:
        console.show(_lines(outbox, ledger) or "nothing waits")
    return 0


def _unreadable(outbox: Outbox, ledger: Ledger) -> list[StateUnreadable]:
    """Return all state that is there and cannot be read."""
    from slack_wrapper.live import orphan_marks

    folders = [*outbox.unreadable(), *ledger.unreadable(), *digest_log.unreadable(DIGESTS)]
    return [*folders, *orphan_marks.unreadable()]


def _is(name: str, damaged: StateUnreadable) -> bool:
    """Whether a name that is given means a file: its own, without its ending, or a post's."""
    path = damaged.path
    return path is not None and name in (str(path), path.name, path.stem, _id(path))


def _id(path: Path) -> str:
    """Return what people call the file of an entry."""
    known = folder_index.parse(path.stem)
    return known.key if known else path.stem


def _decide_on_damaged(args: argparse.Namespace, damaged: StateUnreadable) -> str:
    """Remove a file that cannot be read, if that is asked for.

    Raises:
        StateUnreadable: something else is asked for.
        LedgerUnusable: it cannot be removed.
    """
    assert damaged.path is not None
    if not args.drop:
        raise StateUnreadable(
            damaged.message,
            hint="make the file readable, or give the post up: "
            f"slack-wrapper outbox --drop {_id(damaged.path)}",
        )
    state_file.remove(damaged.path)
    return f"dropped {_id(damaged.path)}"


def _damaged_as_json(damaged: StateUnreadable) -> dict[str, Any]:
    path = damaged.path or Path()
    return {
        "id": path.stem,
        "name": _id(path),
        "state": UNREADABLE,
        "path": str(path),
        "reason": damaged.reason,
    }


def _shared_of(name: str) -> Shared | None:
    """Return a message that steps share, by the name of its file."""
    return next((one for one in digest_log.read_all(DIGESTS) if one.path.stem == name), None)


def _decide(args: argparse.Namespace, entry: Entry, outbox: Outbox, ledger: Ledger) -> str:
    """Do with an entry what is asked for, and return what to say of it."""
    if args.drop:
        if entry.queued_at:
            outbox.remove(entry)
        else:
            ledger.forget(entry)
        return f"dropped {entry.name}"
    if args.posted:
        _settle(entry, outbox, ledger)
        return f"taken as posted: {entry.name}"
    entry.progress.unclear = entry.progress.accepted = entry.progress.doubted = False
    if not entry.queued_at:
        ledger.save(entry)
        return f"released {entry.name}; deliver it by running its step again"
    outbox.bring_here(entry)
    outbox.release(entry)
    return f"released {entry.name}; deliver it by: slack-wrapper flush"


def _find(name: str, outbox: Outbox, ledger: Ledger) -> Entry:
    for entry in ledger.interrupted():
        if name in (entry.id, entry.name):
            return entry
    return outbox.entry(name)


def _settle(entry: Entry, outbox: Outbox, ledger: Ledger) -> None:
    """Take an entry for delivered: its receipt says so, and its step does not post it again."""
    receipt = receipts.taken_as_posted(Request.from_dict(entry.request), entry.progress)
    name, entry.receipt = entry.id, receipt
    known = ledger.find(entry.step) if entry.step else None
    if entry.step and (known is None or known.progress.key == entry.progress.key):
        ledger.settle(entry)
    receipts.renew(str(entry.request["receipt"]), receipt)
    if entry.queued_at:
        entry.id = name
        outbox.remove(entry)


def _lines(outbox: Outbox, ledger: Ledger) -> str:
    """Return what waits as a table, and below it what cannot be read."""
    found = (*outbox.entries(), *ledger.interrupted())
    behind = [one for one in digest_log.read_all(DIGESTS) if one.behind]
    rows = [
        *(_row(entry, _state(entry, outbox)) for entry in found),
        *map(_shared, behind),
        *map(_damaged, _unreadable(outbox, ledger)),
    ]
    head = [("ID", "STATE", "SINCE", "POST", "CHANNEL", "REASON")] if rows else []
    return columns([*head, *rows])


def _damaged(damaged: StateUnreadable) -> tuple[str, ...]:
    path = damaged.path or Path()
    return _id(path), UNREADABLE, "", "", "", damaged.message


def _shared(message: Shared) -> tuple[str, ...]:
    count = sum(not line.shown for line in message.lines.values())
    reason = (
        f"{message.title}: {count} of {len(message.lines)} lines wait; "
        "slack-wrapper flush, or the next run, goes on with it"
    )
    return message.path.stem, "behind", "", "message", message.destination[1], reason


def _state(entry: Entry, outbox: Outbox) -> str:
    if entry.progress.unclear:
        return "unclear"
    if not entry.queued_at:
        return "interrupted"
    if not entry.is_from(outbox.folder):
        return "elsewhere"
    return "held" if outbox.is_held(entry) else "waits"


def _row(entry: Entry, state: str) -> tuple[str, ...]:
    since = entry.queued_at or entry.begun_ns / 1e9
    reason = entry.reason or "its step goes on with it when it is run again"
    if state == "elsewhere":
        reason = f"queued in {entry.origin}; deliver it from here: slack-wrapper flush --here"
    age, what = duration(time.time() - since), str(entry.request["option"])
    return entry.name, state, age, what, entry.channel, reason

"""`slack-wrapper outbox`: what waits for Slack in this working directory, and what is unclear."""

from __future__ import annotations

import argparse
import json
import time

from slack_wrapper.cards import duration
from slack_wrapper.delivery.entry import Entry
from slack_wrapper.delivery.ledger import Ledger
from slack_wrapper.delivery.outbox import Outbox
from slack_wrapper.errors import RequestError
from slack_wrapper.session import receipts
from slack_wrapper.session.request import Request


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--drop", metavar="ID", help="take an entry out without posting it")
    choice.add_argument(
        "--retry",
        metavar="ID",
        help="let an unclear entry be posted, even if it is there already",
    )
    choice.add_argument(
        "--posted", metavar="ID", help="you have looked: the unclear entry is in the channel"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """List, drop, release or settle entries."""
    outbox, ledger = Outbox(), Ledger()
    if args.drop:
        _take_out(_find(args.drop, outbox, ledger), outbox, ledger)
        print(f"dropped {args.drop}")
    elif args.retry:
        entry = _find(args.retry, outbox, ledger)
        entry.progress.unclear = entry.progress.accepted = False
        entry.write(outbox.folder if entry.queued_at else ledger.sending)
        how = "slack-wrapper flush" if entry.queued_at else "running its step again"
        print(f"released {args.retry}; deliver it by: {how}")
    elif args.posted:
        _settle(_find(args.posted, outbox, ledger), outbox, ledger)
        print(f"taken as posted: {args.posted}")
    elif args.json:
        found = [*outbox.entries(), *ledger.interrupted()]
        print(json.dumps([entry.to_dict() for entry in found], indent=2))
    else:
        print("\n".join(_lines(outbox, ledger)) or "nothing waits")
    return 0


def _find(name: str, outbox: Outbox, ledger: Ledger) -> Entry:
    for entry in (*outbox.entries(), *ledger.interrupted()):
        if entry.id == name:
            return entry
    raise RequestError(
        f"the outbox has no entry {name}", hint="slack-wrapper outbox lists the entries"
    )


def _take_out(entry: Entry, outbox: Outbox, ledger: Ledger) -> None:
    if entry.queued_at:
        outbox.remove(entry)
    else:
        ledger.forget(entry)


def _settle(entry: Entry, outbox: Outbox, ledger: Ledger) -> None:
    """Take an entry for delivered: its receipt says so, and its step does not post it again."""
    name = entry.id
    receipt = receipts.taken_as_posted(Request.from_dict(entry.request), entry.progress)
    entry.receipt = receipt
    if entry.step:
        ledger.settle(entry)
        receipts.renew(str(entry.request["receipt"]), receipt)
    if entry.queued_at:
        entry.id = name
        outbox.remove(entry)


def _lines(outbox: Outbox, ledger: Ledger) -> list[str]:
    lines = [_line(entry) for entry in (*outbox.entries(), *ledger.interrupted())]
    return [*lines, *(f"{path}: cannot be read" for path in outbox.unreadable())]


def _line(entry: Entry) -> str:
    since = entry.queued_at or entry.begun_ns / 1e9
    state = "unclear" if entry.progress.unclear else "waits" if entry.queued_at else "interrupted"
    reason = entry.reason or "its step goes on with it when it is run again"
    return (
        f"{entry.id}  {state} for {duration(time.time() - since)}  "
        f"{entry.request['option']} to {entry.channel}: {reason}"
    )

"""`slack-wrapper outbox`: what waits for Slack in this working directory."""

from __future__ import annotations

import argparse
import json
import time

from slack_wrapper.cards import duration
from slack_wrapper.delivery.outbox import Entry, Outbox


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--drop", metavar="ID", help="take an entry out without posting it")
    choice.add_argument(
        "--retry",
        metavar="ID",
        help="let `flush` post an unclear entry, even if it is there already",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """List, drop or release entries."""
    outbox = Outbox()
    if args.drop:
        outbox.remove(outbox.entry(args.drop))
        print(f"dropped {args.drop}")
    elif args.retry:
        entry = outbox.entry(args.retry)
        entry.progress.unclear = False
        outbox.update(entry, entry.reason)
        print(f"released {args.retry}; deliver it with: slack-wrapper flush")
    elif args.json:
        print(json.dumps([entry.to_dict() for entry in outbox.entries()], indent=2))
    else:
        print("\n".join(_line(entry) for entry in outbox.entries()) or "nothing waits")
    return 0


def _line(entry: Entry) -> str:
    age = duration(time.time() - entry.queued_at)
    state = "unclear" if entry.progress.unclear else "waits"
    where = ", ".join(entry.request["channels"])
    return f"{entry.id}  {state} for {age}  {entry.request['option']} to {where}: {entry.reason}"

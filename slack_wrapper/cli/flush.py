"""`slack-wrapper flush`: deliver what waits for Slack in this working directory."""

from __future__ import annotations

import argparse
import json
from typing import Any

from slack_wrapper.cli import passwords
from slack_wrapper.cli.exits import EXIT_DONE, EXIT_FAILED, EXIT_QUEUED
from slack_wrapper.cli.posting import section_in
from slack_wrapper.delivery.entry import Entry
from slack_wrapper.errors import SlackAmbiguous, SlackUnavailable, SlackWrapperError
from slack_wrapper.redact import redact
from slack_wrapper.session.base import Receipt
from slack_wrapper.session.open import open_local
from slack_wrapper.vault.password_sources import tell


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--configfile", metavar="FILE", help="config with a `slack:` section")
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """Deliver, oldest first; 75 while some wait still, 1 when one can never be delivered.

    What has a time that has not come is no trouble, and counts for nothing.
    """
    session = open_local(section_in(args.configfile), password=passwords.given(args))
    session.asks, code, done = True, EXIT_DONE, []
    for entry, outcome in session.flush():
        done.append(_told(entry, outcome))
        if isinstance(outcome, SlackWrapperError):
            tell(f"slack-wrapper: error: {entry.name}: {outcome}")
            code = _worse(code, outcome)
        elif not args.json:
            print(f"delivered {entry.name}: {outcome['channel_name']} {outcome['permalink'] or ''}")
    for error in session.digests.close():
        tell(f"slack-wrapper: error: {error}")
        code = _worse(code, error)
    held = sum(not session.courier.due(entry) for entry in session.courier.outbox.entries())
    if args.json:
        print(redact(json.dumps({"posts": done, "not_due": held}, indent=2, ensure_ascii=False)))
    elif held:
        print(f"{held} not delivered yet: their time has not come, see slack-wrapper outbox")
    return code


def _told(entry: Entry, outcome: Receipt | SlackWrapperError) -> dict[str, Any]:
    """Return what has become of an entry, as JSON tells it."""
    if isinstance(outcome, SlackWrapperError):
        return {"id": entry.name, "error": outcome.message, "hint": outcome.hint}
    return {"id": entry.name, "receipt": outcome}


def _worse(code: int, error: SlackWrapperError) -> int:
    waits = isinstance(error, (SlackUnavailable, SlackAmbiguous))
    return max(code, EXIT_QUEUED) if waits and code != EXIT_FAILED else EXIT_FAILED

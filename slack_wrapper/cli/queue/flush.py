"""`slack-wrapper flush`: deliver what waits for Slack in this working directory."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from slack_wrapper.cli.exits import EXIT_DONE, EXIT_FAILED, EXIT_QUEUED
from slack_wrapper.cli.keys import passwords
from slack_wrapper.cli.posts.posting import section_in
from slack_wrapper.common import console
from slack_wrapper.common.text import counted
from slack_wrapper.errors import (
    RequestError,
    SlackAmbiguous,
    SlackUnavailable,
    SlackWrapperError,
    StateUnreadable,
)
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.session.factory import open_local
from slack_wrapper.spool.entry import Entry

if TYPE_CHECKING:
    from slack_wrapper.session.port import SendingSession


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--here",
        action="store_true",
        help="also deliver posts queued in the folder of which this one is a copy",
    )
    parser.add_argument("--configfile", metavar="FILE", help="config with a `slack:` section")
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """Deliver, oldest first; 75 while some wait still, 1 when one can never be delivered.

    What has a time that has not come is no trouble, and counts for nothing.
    """
    section = section_in(args.configfile)
    session = open_local(section, password=passwords.given(args), asks=True)
    code, done = EXIT_DONE, []
    if not session.sends:
        raise RequestError(
            "nothing was delivered: sending is switched off",
            hint="see slack.enabled and slack.dry_run, $SLACK_WRAPPER_ENABLED and "
            "$SLACK_WRAPPER_DRY_RUN",
        )
    if args.here:
        _bring_here(session)
    for entry, outcome in session.flush(patient=True):
        done.append(_told(entry, outcome))
        if isinstance(outcome, SlackWrapperError):
            console.fail(f"{entry.name}: {outcome}")
            code = _worse(code, outcome)
        elif not args.json:
            where = f"{outcome['channel_name']} {outcome['permalink'] or ''}"
            console.show(f"delivered {entry.name}: {where}")
    for error in session.digests.close():
        console.fail(str(error))
        code = _worse(code, error)
    left = [*_unreadable(session), *_elsewhere(session), *([] if done else _locked(session))]
    for error in left:
        console.fail(f"{error}")
        code = _worse(code, error)
    poster = session.poster
    ours = [one for one in poster.outbox.entries() if one.is_from(poster.outbox.folder)]
    held = sum(not poster.waiting.due(entry) for entry in ours)
    if args.json:
        told = {
            "posts": done,
            "not_due": held,
            "left": [{"error": error.message, "hint": error.hint} for error in left],
        }
        console.show(json.dumps(told, indent=2, ensure_ascii=False))
    elif held:
        time = "its time has" if held == 1 else "their time has"
        console.show(f"{counted(held, 'post')} kept: {time} not come, see slack-wrapper outbox")
    elif not done and not left:
        console.show("nothing to deliver")
    return code


def _unreadable(session: SendingSession) -> list[StateUnreadable]:
    """Return what is written down of posts and cannot be read, so that it is not delivered."""
    from slack_wrapper.live import orphan_marks

    poster = session.poster
    return [
        *poster.outbox.unreadable(),
        *poster.ledger.unreadable(),
        *session.digests.unreadable(),
        *orphan_marks.unreadable(),
    ]


def _elsewhere(session: SendingSession) -> list[RequestError]:
    """Return, as errors, what was queued in another folder: there it may have been delivered."""
    found = [
        *((entry.name, entry.origin) for entry in session.poster.outbox.elsewhere()),
        *((one.path.stem, one.origin) for one in session.digests.elsewhere()),
    ]
    return [
        RequestError(
            f"{name}: it was queued in {origin}, not here, and may be delivered there",
            hint="if it is not: slack-wrapper flush --here; else: slack-wrapper outbox --drop "
            f"{name}",
        )
        for name, origin in found
    ]


def _locked(session: SendingSession) -> list[SlackUnavailable]:
    """Return, where nothing was delivered, that another process keeps us from what is due."""
    poster = session.poster
    due = [
        one
        for one in poster.outbox.entries()
        if one.is_from(poster.outbox.folder)
        and poster.waiting.due(one)
        and not poster.outbox.is_held(one)
    ]
    if not due:
        return []
    posts = counted(len(due), "queued post")
    return [
        SlackUnavailable(
            f"{posts} not delivered: another process has locked the outbox",
            hint="a run or another flush may be delivering them; try again when it has ended",
        )
    ]


def _bring_here(session: SendingSession) -> None:
    outbox = session.poster.outbox
    with outbox.flushing() as ours:
        for entry in outbox.elsewhere() if ours else ():
            outbox.bring_here(entry)
    session.digests.bring_here()


def _told(entry: Entry, outcome: Receipt | SlackWrapperError) -> dict[str, Any]:
    """Return what has become of an entry, as JSON tells it."""
    if isinstance(outcome, SlackWrapperError):
        return {"id": entry.name, "error": outcome.message, "hint": outcome.hint}
    return {"id": entry.name, "receipt": outcome}


def _worse(code: int, error: SlackWrapperError) -> int:
    waits = isinstance(error, (SlackUnavailable, SlackAmbiguous))
    return max(code, EXIT_QUEUED) if waits and code != EXIT_FAILED else EXIT_FAILED

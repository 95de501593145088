"""`slack-wrapper scheduled`: what Slack is going to post by itself, and to call it off."""

from __future__ import annotations

import argparse
import json
from typing import Any

from slack_wrapper.cli.keys import passwords
from slack_wrapper.cli.posts.posting import section_in
from slack_wrapper.cli.terminal import columns
from slack_wrapper.client import scheduled
from slack_wrapper.common import console
from slack_wrapper.common.text import shorten
from slack_wrapper.errors import RequestError
from slack_wrapper.sending.schedule import told
from slack_wrapper.session.factory import open_local

_WIDTH = 60  # characters of a text that are shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--cancel", metavar="ID", help="cancel one")
    parser.add_argument("--encrypted-key", metavar="FILE", help="encrypted key file")
    parser.add_argument("--configfile", metavar="FILE", help="config with a `slack:` section")
    parser.add_argument("--json", action="store_true", help="print JSON")
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """List what is scheduled with this bot, by whatever means, or cancel one."""
    section = section_in(args.configfile)
    session = open_local(section, password=passwords.given(args))
    transport = session.workspace(args.encrypted_key or section.get("encrypted_key")).transport
    found = scheduled.waiting(transport)
    if args.cancel:
        one = _find(found, args.cancel)
        scheduled.cancel(transport, str(one["channel_id"]), args.cancel)
        console.show(f"called off {args.cancel}")
    elif args.json:
        console.show(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        head = [("ID", "POST AT", "CHANNEL", "TEXT")]
        console.show(columns([*head, *map(_row, found)]) if found else "nothing is scheduled")
    return 0


def _find(found: list[dict[str, Any]], identifier: str) -> dict[str, Any]:
    for one in found:
        if one["id"] == identifier:
            return one
    raise RequestError(
        f"Slack has no scheduled message {identifier}",
        hint="slack-wrapper scheduled lists them; its time may have come",
    )


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    text = " ".join(str(one.get("text") or "").split())
    shown = shorten(text, _WIDTH, plain=True)
    return str(one["id"]), told(float(one["post_at"])), str(one["channel_id"]), shown

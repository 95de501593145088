"""`slack-wrapper check --live`: one post of each kind on the real workspace, compared, deleted."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from slack_wrapper.cli.exits import EXIT_DONE, EXIT_FAILED
from slack_wrapper.cli.keys import passwords
from slack_wrapper.cli.manifest import features
from slack_wrapper.cli.terminal import ask, marked
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common import console
from slack_wrapper.errors import RequestError
from slack_wrapper.live_check.belief import Belief, Result, table
from slack_wrapper.live_check.check import check, chosen
from slack_wrapper.live_check.lab import Lab
from slack_wrapper.session.factory import open_local

# What would keep posts from being sent now.
_NOT_NOW = ("dry_run", "enabled", "quiet_hours", "posts", "notify")
_SECONDS = 6  # about, for each belief


def run(args: argparse.Namespace, section: Mapping[str, Any]) -> int:
    """Say what will be done and where, do it, and print a line per belief; 1 if one differs."""
    beliefs = chosen(features(args.features))
    given = {name: value for name, value in section.items() if name not in _NOT_NOW}
    session = open_local(given, password=passwords.given(args))
    named = args.encrypted_key or section.get("encrypted_key")
    key = os.path.abspath(named) if named else None  # noqa: PTH100 - a link stays a link
    if isinstance(session.workspace(key).transport, WebhookTransport):
        raise RequestError(
            "a webhook cannot read what it has posted",
            hint="give the key file of a bot token (xoxb-…): --encrypted-key FILE",
        )
    with (
        tempfile.TemporaryDirectory(prefix="slack-wrapper-live-") as folder,
        contextlib.chdir(folder),
    ):
        lab = Lab(session, key, args.live, person=args.person, folder=Path(folder))
        if not _agreed(args, lab, beliefs):
            return EXIT_FAILED
        results = list(_told(check(lab, beliefs), len(beliefs), quiet=args.json))
    if args.json:
        console.show(_record(lab, results))
    else:
        console.show(table(results), style=marked)
    return EXIT_FAILED if any(one.good is False for one in results) else EXIT_DONE


def _agreed(args: argparse.Namespace, lab: Lab, beliefs: list[Belief]) -> bool:
    """Say what is going to be done; at a terminal, ask."""
    where = f"{lab.channel} of {lab.who.get('team') or 'the workspace'} ({_host(lab)})"
    person = f", sends a direct message to {lab.person}" if lab.person else ""
    console.say(
        f"posts messages and files of {len(beliefs)} kinds to {where}{person}, reads them back "
        f"and deletes them; this takes about {len(beliefs) * _SECONDS} s"
    )
    if args.yes:
        return True
    answer = ask("Continue? [y/N] ")
    return answer is None or answer.strip().lower() in ("y", "yes")


def _host(lab: Lab) -> str:
    return str(lab.who.get("url") or lab.workspace.transport.base_url)


def _told(results: Iterable[Result], number: int, *, quiet: bool) -> Iterator[Result]:
    """Say which belief is done, as this takes a minute."""
    for done, one in enumerate(results, 1):
        if not quiet and done <= number:
            console.say(f"{done} of {number}: {one.belief.name}")
        yield one


def _record(lab: Lab, results: list[Result]) -> str:
    """Return the recorded run: it can be attached to an issue, there is no secret in it."""
    from slack_wrapper import __version__

    record = {
        "slack-wrapper": __version__,
        "server": _host(lab),
        "beliefs": [one.to_dict() for one in results],
    }
    return json.dumps(record, indent=2, ensure_ascii=False)

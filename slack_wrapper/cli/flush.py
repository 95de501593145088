"""`slack-wrapper flush`: deliver what waits for Slack in this working directory."""

from __future__ import annotations

import argparse

from slack_wrapper.cli import passwords
from slack_wrapper.cli.exits import EXIT_DONE, EXIT_FAILED, EXIT_QUEUED
from slack_wrapper.cli.posting import section_in
from slack_wrapper.errors import SlackAmbiguous, SlackUnavailable, SlackWrapperError
from slack_wrapper.session.open import open_local
from slack_wrapper.vault.password_sources import tell


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--configfile", metavar="FILE", help="config with a `slack:` section")
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """Deliver, oldest first; 75 while some wait still, 1 when one can never be delivered."""
    session = open_local(section_in(args.configfile), password=passwords.given(args))
    session.asks, code = True, EXIT_DONE
    for entry, outcome in session.flush():
        if not isinstance(outcome, SlackWrapperError):
            print(f"delivered {entry.name}: {outcome['channel_name']} {outcome['permalink'] or ''}")
            continue
        tell(f"slack-wrapper: error: {entry.name}: {outcome}")
        code = _worse(code, outcome)
    for error in session.digests.close():
        tell(f"slack-wrapper: error: {error}")
        code = _worse(code, error)
    timed = sum(not session.courier.due(entry) for entry in session.courier.outbox.entries())
    if timed:
        print(f"{timed} not delivered yet: their time has not come, see slack-wrapper outbox")
    return code


def _worse(code: int, error: SlackWrapperError) -> int:
    waits = isinstance(error, (SlackUnavailable, SlackAmbiguous))
    return max(code, EXIT_QUEUED) if waits and code != EXIT_FAILED else EXIT_FAILED

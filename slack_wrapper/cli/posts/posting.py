"""What `message` and `file` share: options, session, and how a receipt is shown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from slack_wrapper.cli.exits import EXIT_DONE, EXIT_QUEUED
from slack_wrapper.cli.keys import passwords
from slack_wrapper.cli.posts import contents
from slack_wrapper.cli.terminal import progress
from slack_wrapper.common import console
from slack_wrapper.common.parsing import from_yaml
from slack_wrapper.common.regular_file import read_text
from slack_wrapper.errors import ConfigError, os_reason
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import Receipt, deliveries, every, given_up, why
from slack_wrapper.model.request import FAIL, ON_FAILURE
from slack_wrapper.preview import preview, show
from slack_wrapper.run.posting import section_of
from slack_wrapper.session.factory import open_local
from slack_wrapper.spool.receipt_file import ReceiptFile

# option → parameter of a step
_PARAMETERS = ("channel", "encrypted_key", "thread", "mention", "comment", "post_at")


def add_posting_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that all posts have."""
    parser.add_argument(
        "--channel", action="append", help="name, ID, link or e-mail; may be repeated"
    )
    parser.add_argument("--encrypted-key", metavar="FILE", help="encrypted key file")
    parser.add_argument("--thread", metavar="RECEIPT", help="receipt of the post to reply to")
    parser.add_argument(
        "--mention", action="append", help="here, channel, an ID, e-mail or @handle"
    )
    parser.add_argument(
        "--on-failure",
        choices=ON_FAILURE,
        default=FAIL,
        help="if Slack is unreachable (default: %(default)s; queue ends with 75)",
    )
    parser.add_argument("--post-at", metavar="WHEN", help="ISO time, or a duration such as 2h")
    parser.add_argument("--configfile", metavar="FILE", help="config with a `slack:` section")
    parser.add_argument("--receipt", metavar="FILE", help="also write the receipt there")
    parser.add_argument("--json", action="store_true", help="print the receipt")
    parser.add_argument("--dry-run", action="store_true", help="check everything, send nothing")
    passwords.add_password_options(parser)


def post(args: argparse.Namespace, params: Mapping[str, Any]) -> int:
    """Post, print where it is, and return the exit code.

    Args:
        args: parsed options of `add_posting_options`.
        params: parameters of a step that the command itself sets.
    """
    section = dict(section_in(args.configfile))
    if args.dry_run:
        section["dry_run"] = True
    shared = {name: getattr(args, name, None) for name in _PARAMETERS}
    given = {
        name: value
        for name, value in {**shared, **contents.params(args), **params}.items()
        if value
    }
    given["on_failure"] = args.on_failure
    request = build(
        given, defaults=section, context=contents.context(args), receipt=args.receipt or ""
    )
    session = open_local(section, password=passwords.given(args))
    if args.receipt:
        with progress(), ReceiptFile(args.receipt, request) as place:
            receipt = session.post(request)
            session.confirm(request, receipt, place.write(receipt))
        # The next call is a new post, whatever it says; a job of Snakemake's has to end well first.
        session.poster.history.ends.acknowledge()
    else:
        with progress():
            receipt = session.post(request)
    if not session.sends and not args.json:
        show.show(preview.of(request), None)
    console.show(
        json.dumps(receipt, indent=2, ensure_ascii=False) if args.json else _lines(receipt)
    )
    for line in given_up(receipt):
        console.warn(line)
    entries = deliveries(receipt)
    return EXIT_QUEUED if any(entry["status"] == "queued" for entry in entries) else EXIT_DONE


def _lines(receipt: Receipt) -> str:
    entries = every(receipt)
    return "\n".join(
        f"{entry['status']}: {entry['channel_name']} {_where(entry)}".rstrip() for entry in entries
    )


def _where(entry: Receipt) -> str:
    """Return where a message is, when it comes, or why it is not there."""
    if entry["status"] != "queued":
        return str(entry["permalink"] or entry.get("post_at") or why(entry))
    after = f" after {entry['post_at']}" if entry.get("post_at") else ""
    reason = " ".join(str(entry.get("reason") or "").split())
    return (
        f"until the next run in this folder, or slack-wrapper flush{after}"
        f"{': ' if reason else ''}{reason}"
    )


def section_in(path: str | None) -> Mapping[str, Any]:
    """Return the `slack:` section of a config file, empty without one.

    Raises:
        ConfigError: the file cannot be read.
    """
    if path is None:
        return {}
    try:
        loaded = from_yaml(read_text(path))
    except OSError as error:
        raise ConfigError(
            f"the config file {path} cannot be read: {os_reason(error)}",
            hint="check the path after --configfile",
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"the config file {path} is not UTF-8 text", hint="check it") from None
    except ValueError as error:
        raise ConfigError(
            f"the config file {path} is not valid YAML: {error}", hint="check it"
        ) from None
    return section_of(loaded)

"""`slack-wrapper message`: post a text."""

from __future__ import annotations

import argparse
import sys

from slack_wrapper.cli import contents, posting


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "message", metavar="TEXT", nargs="?", default="", help="the text; - reads standard input"
    )
    contents.add_content_options(parser)
    contents.add_message_options(parser)
    posting.add_posting_options(parser)


def run(args: argparse.Namespace) -> int:
    """Post the message."""
    text = sys.stdin.read() if args.message == "-" else args.message
    return posting.post(args, {"option": "message", "message": text})

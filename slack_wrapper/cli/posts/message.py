"""`slack-wrapper message`: post a text."""

from __future__ import annotations

import argparse
import sys

from slack_wrapper.cli.posts import contents, posting
from slack_wrapper.errors import RequestError

_MAX_BYTES = 4 << 20  # of standard input; Slack shows 40,000 characters of a message


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
    text = _standard_input() if args.message == "-" else args.message
    return posting.post(args, {"option": "message", "message": text})


def _standard_input() -> str:
    """Return what comes on standard input, which is UTF-8 whatever the locale.

    Raises:
        RequestError: it is longer than anything that Slack would show.
    """
    data = sys.stdin.buffer.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise RequestError(
            f"standard input is longer than {_MAX_BYTES >> 20} MiB",
            hint="post it as a file: slack-wrapper file FILE",
        )
    return data.decode("utf-8-sig", "replace")

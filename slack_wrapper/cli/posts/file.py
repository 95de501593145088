"""`slack-wrapper file`: post one or more files in one message."""

from __future__ import annotations

import argparse

from slack_wrapper.cli.posts import contents, posting


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("file", nargs="+", metavar="FILE", help="files to post")
    parser.add_argument("--message", metavar="TITLE", help="title of a single file in Slack")
    parser.add_argument("--comment", metavar="TEXT", help="text of the message with the files")
    contents.add_content_options(parser)
    posting.add_posting_options(parser)


def run(args: argparse.Namespace) -> int:
    """Post the files."""
    return posting.post(args, {"option": "file", "file": args.file, "message": args.message})

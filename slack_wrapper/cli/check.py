"""`slack-wrapper check`: would the posts of a config be delivered? Nothing is posted.

With `--live CHANNEL`, what is believed of Slack is tried there; see `cli.live`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_wrapper.cli.exits import EXIT_DONE, EXIT_FAILED
from slack_wrapper.cli.keys import passwords
from slack_wrapper.cli.manifest import FEATURES
from slack_wrapper.cli.posts.posting import section_in
from slack_wrapper.cli.terminal import marked
from slack_wrapper.common import console
from slack_wrapper.common.text import counted
from slack_wrapper.config import SLACK, base_url
from slack_wrapper.message.parameter_names import PARAMETERS
from slack_wrapper.message.parameters import build
from slack_wrapper.model.request import Request
from slack_wrapper.preflight.blocks import check_blocks
from slack_wrapper.preflight.findings import table
from slack_wrapper.preflight.preflight import check, refuse_form
from slack_wrapper.session.factory import open_local

_SECONDS = 120.0  # for which a channel is looked for in a workspace that has very many


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--configfile", metavar="FILE", help="config with a `slack:` section")
    parser.add_argument(
        "--channel", action="append", help="name, ID, link or e-mail; may be repeated"
    )
    parser.add_argument("--encrypted-key", metavar="FILE", help="encrypted key file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    live = parser.add_argument_group("live check")
    live.add_argument(
        "--live",
        metavar="CHANNEL",
        help="post one of each kind there, read them back, compare, delete them",
    )
    live.add_argument(
        "--person", metavar="WHO", default="", help="also send a direct message: e-mail or ID"
    )
    live.add_argument(
        "--features",
        default=",".join(FEATURES),
        help="comma-separated, all by default; see slack-wrapper manifest",
    )
    live.add_argument("--yes", action="store_true", help="do not ask before posting")
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """Print a line for each question, and what was checked; 1 when one is answered badly."""
    section = section_in(args.configfile)
    if args.live:
        from slack_wrapper.cli import live

        return live.run(args, section)
    session = open_local(section, password=passwords.given(args))
    requests = _requests(args, section)
    findings = list(check(session, requests, seconds=_SECONDS))
    if (section.get("flavor") or SLACK) == SLACK:
        findings += check_blocks(base_url(section.get("base_url")), section.get("posts") or {})
    if args.json:
        console.show(json.dumps([one.to_dict() for one in findings], indent=2))
    else:
        console.show(table(findings), style=marked)
        console.show(_checked(requests))
    return EXIT_DONE if all(one.good for one in findings) else EXIT_FAILED


def _checked(requests: Sequence[Request]) -> str:
    """Return what was checked: the declared posts by name, or where a message would go."""
    posts = [one.rule for one in requests if one.rule]
    if posts:
        return f"checked {counted(len(posts), 'post')}: {', '.join(posts)}"
    return f"checked a message to {requests[0].about}"


def _requests(args: argparse.Namespace, section: Mapping[str, Any]) -> list[Request]:
    """Return the posts that the config declares, or one to the default channel."""
    given = {"channel": args.channel, "encrypted_key": args.encrypted_key}
    shared = {key: value for key, value in given.items() if value}
    posts = section.get("posts") or {"": {}}
    found = [
        build({"message": "check", **_known(post), **shared}, defaults=section, rule=name)
        for name, post in posts.items()
    ]
    for one in found:
        refuse_form(one)
    return found


def _known(post: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a declared post that need no file to be read."""
    open_ = {name for name in ("blocks", "template", "table", "chart") if post.get(name)}
    if not isinstance(post.get("blocks"), str):
        open_ -= {"blocks"}
    return {
        name: value
        for name, value in post.items()
        if name in PARAMETERS and name not in open_ and value is not None
    }

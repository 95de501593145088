"""`slack-wrapper preview`: what a post would look like; no key, nothing is run, and no network.

With --ask, Slack checks the blocks; it gets no token.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from slack_wrapper.cli.exits import EXIT_DONE, EXIT_FAILED
from slack_wrapper.cli.posts import contents
from slack_wrapper.cli.posts.posting import section_in
from slack_wrapper.common import console
from slack_wrapper.errors import RequestError
from slack_wrapper.message.block_limits import Fault
from slack_wrapper.message.parameters import build
from slack_wrapper.model.request import FILE, MESSAGE
from slack_wrapper.preview import preview, show
from slack_wrapper.preview.preview import Looks

_NOWHERE = "channel"  # where a post goes of which nobody has said where


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "target", nargs="*", help="receipts or rules of the Snakefile; or use the options below"
    )
    parser.add_argument("--snakefile", metavar="FILE", help="default: the one that Snakemake finds")
    parser.add_argument("--configfile", metavar="FILE", help="config with a `slack:` section")
    parser.add_argument("--html", metavar="FILE", help="write the page there")
    parser.add_argument("--ask", action="store_true", help="let Slack check the blocks too")
    parser.add_argument("--json", action="store_true", help="print what Slack would get")
    parser.add_argument("--message", metavar="TEXT", help="the text, or a single file's title")
    parser.add_argument("--file", nargs="+", metavar="FILE", help="files to post")
    parser.add_argument("--comment", metavar="TEXT", help="text of the message with the files")
    parser.add_argument("--channel", action="append", help="name, ID or e-mail; may be repeated")
    parser.add_argument("--mention", action="append", help="here, channel, an ID, e-mail, @handle")
    contents.add_content_options(parser)
    contents.add_message_options(parser)


def run(args: argparse.Namespace) -> int:
    """Show each post; 1 when Slack would refuse one."""
    shown = list(_of_targets(args) if _wants_targets(args) else [_of_options(args)])
    if args.ask:
        shown = [_asked(one, section_in(args.configfile)) for one in shown]
    if args.html and len(shown) > 1:
        raise RequestError(f"--html takes one post, these are {len(shown)}", hint="name one target")
    if args.json:
        console.show(json.dumps([_plain(one) for one in shown], indent=2, ensure_ascii=False))
    for one in shown:
        place = Path(args.html) if args.html else show.place_of(one.request.receipt)
        if not args.json:
            show.show(one, place)
    return EXIT_FAILED if any(one.wrong for one in shown) else EXIT_DONE


def _asked(one: Looks, section: Mapping[str, Any]) -> Looks:
    """Return a preview with what Slack says of its blocks; no token is sent."""
    from slack_wrapper.client import block_validation
    from slack_wrapper.config import base_url

    address, wrong, notes = base_url(section.get("base_url")), [*one.wrong], [*one.notes]
    groups = [blocks for _, blocks in preview.groups_of_blocks(one.draft)]
    for blocks in groups or [list(one.request.blocks)]:
        if not blocks:
            continue
        verdict = block_validation.validate(address, blocks)
        if verdict.unasked:
            notes.append(f"Slack was not asked about the blocks: {verdict.unasked}")
        elif not verdict.problems:
            notes.append("Slack takes the blocks")
        hint = f"Slack said so: {block_validation.METHOD}"
        wrong += [Fault(each.path, each.told, hint) for each in verdict.problems]
    return replace(one, wrong=tuple(wrong), notes=tuple(notes))


def _wants_targets(args: argparse.Namespace) -> bool:
    said = ("message", "file", "template", "table", "blocks", "images", "field")
    given = [name for name in said if getattr(args, name)]
    if args.target and given:
        raise RequestError(
            f"--{given[0]} cannot be combined with a target", hint="a target is previewed as it is"
        )
    return not given


def _of_options(args: argparse.Namespace) -> Looks:
    names = ("message", "comment", "channel", "mention")
    params: dict[str, Any] = {
        **{name: getattr(args, name) for name in names},
        **contents.params(args),
        "file": args.file,
        "option": FILE if args.file else MESSAGE,
    }
    given = {name: value for name, value in params.items() if value}
    section = section_in(args.configfile)
    defaults = {"channel": _NOWHERE, **{key: value for key, value in section.items() if value}}
    return preview.of(build(given, defaults=defaults, context=contents.context(args)))


def _of_targets(args: argparse.Namespace) -> Iterable[Looks]:
    from slack_wrapper.cli.planning import steps_of

    return steps_of(args.target, snakefile=args.snakefile, configfile=args.configfile)


def _plain(one: Looks) -> dict[str, Any]:
    return {
        "request": one.request.to_dict(),
        "parts": list(one.draft.parts),
        "blocks": one.draft.blocks,
        "attachments": one.draft.attachments,
        "later": one.draft.later,
        "thread": [_files(follower.files) for follower in one.followers],
        "used": list(preview.used(one)),
        "wrong": [asdict(fault) for fault in one.wrong],
        "notes": list(one.notes),
    }


def _files(paths: Sequence[str]) -> dict[str, Any]:
    return {"files": list(paths)}

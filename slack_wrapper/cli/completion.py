"""`slack-wrapper completion`: a script that lets a shell complete commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from slack_wrapper.common import console
from slack_wrapper.errors import MissingExtra

SHELLS = ("bash", "zsh")
# What stands for a file in the help, and so is completed as one.
_FILES = ("FILE", "CLEARTEXT", "OUT", "RECEIPT", "XML", "DIR")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("shell", choices=SHELLS, help="the shell")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    try:
        import shtab
    except ModuleNotFoundError:
        raise MissingExtra(
            "completion needs shtab, which is not installed",
            hint="install it with: pip install 'snakemake-slack-wrapper[terminal]'",
        ) from None
    from slack_wrapper.cli.main import COMMANDS, build_parser

    parser = build_parser(list(COMMANDS))
    for action in _actions(parser):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    console.show(shtab.complete(parser, args.shell))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the options of a parser and of its sub-commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _actions(sub)

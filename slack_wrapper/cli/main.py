"""Entry point of `slack-wrapper`: picks the sub-command, prints errors, sets the exit code.

A sub-command is a module of this folder with `configure(parser)` and `run(args) -> int`; it is
imported only when it is called, so that `slack-wrapper --help` loads neither Slack nor crypto.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from slack_wrapper.cli import streams
from slack_wrapper.cli.exits import EXIT_DONE, EXIT_USAGE
from slack_wrapper.cli.wording import for_commands
from slack_wrapper.common import console
from slack_wrapper.common.log_filter import guard_tracebacks
from slack_wrapper.errors import OutputUnwritable, SlackWrapperError

# name → help; see `module`
COMMANDS = {
    "init": "set up Slack for a workflow: key file, config, a test message",
    "encrypt": "encrypt a Slack token or webhook URL under a password; add and remove passwords",
    "rekey": "change password or token of an encrypted key file, or upgrade its format",
    "inspect": "show scheme and age of an encrypted key file, without the password",
    "keyring": "store, check or delete the password in the OS keyring",
    "check": "check that the posts of a config would be delivered",
    "message": "post a message",
    "file": "post one or more files",
    "preview": "show what posts would look like, without sending or running anything",
    "outbox": "list queued posts and posts on hold, or drop one",
    "scheduled": "list messages scheduled in Slack, or cancel one",
    "flush": "deliver queued posts",
    "manifest": "print the Slack app manifest and the link that creates the app",
    "import-librec": "turn the Slack scripts of a librec-auto study into a workflow",
    "completion": "print a script that lets your shell complete commands and options",
    "sandbox": "run a Slack-compatible server on this machine, with a page that shows it",
}

# Commands that stand in a room with what they share; the others stand in this folder.
ROOMS = {
    "keys": ("encrypt", "rekey", "inspect", "keyring"),
    "posts": ("message", "file", "preview"),
    "queue": ("outbox", "scheduled", "flush"),
}


def build_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser, with the options of the one sub-command that `argv` names."""
    parser = _Parser(
        prog="slack-wrapper", description="Slack for Snakemake, from the command line."
    )
    parser.add_argument("--version", action=_Versions, nargs=0, help="show all versions and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name in argv:
            _module(name).configure(sub)
    return parser


class _Parser(argparse.ArgumentParser):
    """Refuses a command line in the form of all other errors."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where the options are listed; end with 2."""
        console.fail(f"{message}\nhint: {self.prog} --help lists what it takes")
        self.exit(EXIT_USAGE)


class _Versions(argparse.Action):
    """Prints what a report of a fault needs; in a class, as it is looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from slack_wrapper.cli import versions

        console.show(versions.text())
        parser.exit()


def module(name: str) -> str:
    """Return the dotted name of a command's module."""
    rooms = [room for room, names in ROOMS.items() if name in names]
    return ".".join(("slack_wrapper.cli", *rooms, name.replace("-", "_")))


def _module(name: str):  # type: ignore[no-untyped-def]
    return importlib.import_module(module(name))


def report(error: SlackWrapperError) -> None:
    """Print `error` and its hint on stderr."""
    console.fail(for_commands(error))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command and return the exit code (0, 1, 2 or 75)."""
    streams.mend()
    guard_tracebacks()
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = build_parser(arguments).parse_args(arguments)
    try:
        return int(_module(args.command).run(args))
    except OutputUnwritable as error:
        report(error)
        streams.silence_stdout()
        return error.exit_code
    except SlackWrapperError as error:
        report(error)
        return error.exit_code
    except KeyboardInterrupt:
        console.say("interrupted")
        return 130
    except BrokenPipeError:
        # The reader of a pipe has gone: not an error of ours; keep Python's exit flush quiet.
        streams.silence_stdout()
        return EXIT_DONE


if __name__ == "__main__":
    sys.exit(main())

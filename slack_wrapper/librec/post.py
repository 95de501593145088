"""What `slack-post` does once no password is on its command line any more."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import NoReturn

from slack_wrapper.common import console
from slack_wrapper.common.log_filter import guard_tracebacks
from slack_wrapper.common.redact import Secret, redact
from slack_wrapper.errors import RequestError, SlackWrapperError
from slack_wrapper.librec.study import NOTHING
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import deliveries
from slack_wrapper.model.request import FILE, MESSAGE, NO_THREAD, QUEUE
from slack_wrapper.session.factory import open_local

FILE_DESCRIPTOR = "--password-fd"  # by which `slack_post` hands a password on
_SHOWN = (
    "slack-post: warning: the password came on a command line, where every user of this machine "
    "can see it; run `slack-wrapper keyring set --key-file {key}` once, and leave it out (of "
    "librec-auto: -k)"
)


def run(arguments: Sequence[str], say: Callable[[str], object]) -> int:
    """Post, and return an exit code that librec-auto understands: 0, or it stops the study.

    A post that Slack cannot take at the moment is kept and counts as done.

    Args:
        arguments: of the command line.
        say: tells the user, see `slack_post.say`.
    """
    guard_tracebacks()
    try:
        return _post(arguments, say)
    except SlackWrapperError as error:
        say(redact(f"slack-post: error: {error}"))
        return error.exit_code
    except KeyboardInterrupt:
        say("slack-post: interrupted")
        return 130


def _post(arguments: Sequence[str], say: Callable[[str], object]) -> int:
    args = _parser().parse_args(arguments)
    if args.option == NOTHING:
        return 0
    password = _password(args, say)
    params = {
        name: getattr(args, name) for name in ("option", "channel", "encrypted_key", "message")
    }
    params |= {"file": args.file, "thread": NO_THREAD, "on_failure": QUEUE}
    request = build({name: value for name, value in params.items() if value})
    session = open_local({}, password=password)
    receipt = deliveries(session.post(request))[0]
    console.show(
        f"{receipt['status']}: {receipt['channel_name']} {receipt['permalink'] or ''}".rstrip()
    )
    if receipt["status"] == "queued":
        say(
            "slack-post: warning: Slack does not take the post now; it waits in "
            f"{os.getcwd()}\nhint: the next slack-post delivers it, or: slack-wrapper flush"  # noqa: PTH109
        )
        return 0
    for entry, outcome in session.flush():
        if isinstance(outcome, SlackWrapperError):
            say(redact(f"slack-post: warning: still queued, {entry.id}: {outcome}"))
    return 0


class _Parser(argparse.ArgumentParser):
    """Says what is wrong where librec-auto's users find it, without the values."""

    def error(self, message: str) -> NoReturn:
        what, colon, words = message.partition("unrecognized arguments: ")
        if colon:
            names = [word.partition("=")[0] for word in words.split() if word.startswith("-")]
            message = f"{what}unknown options: {' '.join(names) or 'there are more arguments'}"
        raise RequestError(message, hint="see docs/from-librec-auto.md for the parameters")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="slack-post",
        description="librec-auto's Slack script, on today's Slack.",
        epilog="Exit codes: 0 posted, or kept until Slack takes it; 1 failed; 2 wrong usage.",
    )
    parser.add_argument("conf", help="the study's configuration file, which is not read")
    parser.add_argument("--option", choices=[MESSAGE, FILE, NOTHING], help="what is posted")
    parser.add_argument("--channel", help="name without hash sign, or ID")
    parser.add_argument("--encrypted_key", help="key file, relative to the study directory")
    parser.add_argument("--file", help="the file, relative to the study directory")
    parser.add_argument("--message", help="the text; the title of a file")
    parser.add_argument(
        "--password", help="not advised: others see it. Without it: $SLACK_WRAPPER_PASSWORD, the "
        "keyring, a prompt"
    )  # fmt: skip
    parser.add_argument(FILE_DESCRIPTOR, type=int, help=argparse.SUPPRESS)
    return parser


def _password(args: argparse.Namespace, say: Callable[[str], object]) -> Secret | None:
    text = args.password
    if args.password_fd is not None:
        try:
            with os.fdopen(args.password_fd, "rb") as pipe:
                text = os.fsdecode(pipe.read())
        except OSError:
            raise RequestError(
                f"{FILE_DESCRIPTOR} is not an open file", hint="it is for slack-post itself"
            ) from None
    if not text:
        return None
    say(_SHOWN.format(key=args.encrypted_key or "FILE"))
    return Secret(text)

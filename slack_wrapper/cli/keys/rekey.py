"""`slack-wrapper rekey`: a new password, a new token, or today's form for a key file."""

from __future__ import annotations

import argparse

from slack_wrapper.cli.keys import passwords
from slack_wrapper.cli.names import who_opens
from slack_wrapper.common import console
from slack_wrapper.common.redact import Secret
from slack_wrapper.vault import clear_token
from slack_wrapper.vault.keyfile import kdf, store


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("file", metavar="FILE", help="encrypted key file, also of librec-auto")
    parser.add_argument("--key", metavar="CLEARTEXT", help="file with a new token, - for stdin")
    parser.add_argument(
        "--profile",
        choices=[name for name in kdf.PROFILES if name != "test-only"],
        help=f"cost of guessing the password (default: {kdf.DEFAULT_PROFILE}); a file with several "
        "names keeps what it has",
    )
    passwords.add_password_options(parser)
    passwords.add_new_password_options(parser, "instead of the one that opens it").add_argument(
        "--keep-password", action="store_true", help="do not change the password"
    )


def run(args: argparse.Namespace) -> int:
    """Open the file, then write it anew; on any error it stays as it was."""
    stored = store.read(args.file)
    if stored.names:
        # Before a new token goes in: a name that nobody knows should keep it out.
        console.tell(who_opens(args.file))
    password = passwords.existing(args, args.file)
    store.unlock(args.file, password.reveal())
    token = clear_token.read(args.key) if args.key else None
    if token:
        for warning in clear_token.warnings(args.key, token):
            console.warn(warning)
    store.rekey(
        args.file,
        password.reveal(),
        (_fresh(args) or password).reveal(),
        secret=token.reveal() if token else None,
        profile=args.profile,
    )
    what = "upgraded the librec-auto file" if stored.legacy else "re-encrypted"
    console.show(f"{what}: {args.file}")
    console.show(who_opens(args.file))
    return 0


def _fresh(args: argparse.Namespace) -> Secret | None:
    """Return the new password, None to keep the old one."""
    if args.keep_password:
        return None
    password = passwords.replacement(args, args.file)
    if password is None:
        console.say("there is no terminal to ask for a new password; the old one is kept")
    return password

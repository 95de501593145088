"""`slack-wrapper rekey`: a new password, a new token, or today's form for a key file."""

from __future__ import annotations

import argparse

from slack_wrapper.cli import passwords
from slack_wrapper.vault import cleartext, kdf, store
from slack_wrapper.vault.password_sources import from_prompt, tell


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("file", metavar="FILE", help="encrypted key file, also of librec-auto")
    parser.add_argument(
        "--key", metavar="CLEARTEXT", help="file with a new token, to replace the old; - for stdin"
    )
    parser.add_argument(
        "--keep-password", action="store_true", help="keep the password, do not ask for a new one"
    )
    parser.add_argument(
        "--profile",
        choices=[name for name in kdf.PROFILES if name != "test-only"],
        default=kdf.DEFAULT_PROFILE,
        help="cost of guessing the password (default: %(default)s)",
    )
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """Open the file, then write it anew; on any error it stays as it was."""
    legacy = store.read(args.file).legacy
    password = passwords.existing(args, args.file)
    store.unlock(args.file, password.reveal())
    token = cleartext.read(args.key) if args.key else None
    if token:
        for warning in cleartext.warnings(args.key, token):
            tell(f"slack-wrapper: warning: {warning}")
    fresh = None
    if not args.keep_password:
        fresh = from_prompt(f"New password for {args.file}: ", confirm=True)
    if fresh is None and not args.keep_password:
        tell("slack-wrapper: there is no terminal to ask for a new password; the old one is kept")
    store.rekey(
        args.file,
        password.reveal(),
        (fresh or password).reveal(),
        secret=token.reveal() if token else None,
        profile=args.profile,
    )
    what = "upgraded the librec-auto file" if legacy else "encrypted anew"
    print(f"{what}: {args.file}")
    return 0

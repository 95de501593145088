"""`slack-wrapper encrypt`: a clear-text token → an encrypted key file."""

from __future__ import annotations

import argparse

from slack_wrapper.cli import passwords
from slack_wrapper.vault import cleartext, kdf, store
from slack_wrapper.vault.password_sources import tell


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--key", required=True, metavar="CLEARTEXT", help="file with the token; - for stdin"
    )
    parser.add_argument("--encrypted", required=True, metavar="OUT", help="key file to write")
    parser.add_argument(
        "--profile",
        choices=[name for name in kdf.PROFILES if name != "test-only"],
        default=kdf.DEFAULT_PROFILE,
        help="cost of guessing the password (default: %(default)s, 64 MiB)",
    )
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """Encrypt, read back, report."""
    token = cleartext.read(args.key)
    for warning in cleartext.warnings(args.key, token):
        tell(f"slack-wrapper: warning: {warning}")
    password = passwords.new(args, args.encrypted)
    store.encrypt_to(args.encrypted, token.reveal(), password.reveal(), profile=args.profile)
    print(f"wrote {args.encrypted}; it may be committed, the clear text may not")
    return 0

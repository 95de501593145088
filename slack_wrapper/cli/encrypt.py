"""`slack-wrapper encrypt`: a clear-text token → an encrypted key file."""

from __future__ import annotations

import argparse
from pathlib import Path

from slack_wrapper.cli import passwords
from slack_wrapper.errors import RequestError
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
    _check_places(args.key, args.encrypted)
    token = cleartext.read(args.key)
    for warning in cleartext.warnings(args.key, token):
        tell(f"slack-wrapper: warning: {warning}")
    password = passwords.new(args, args.encrypted)
    store.encrypt_to(args.encrypted, token.reveal(), password.reveal(), profile=args.profile)
    print(f"wrote {args.encrypted}; it may be committed, the clear text may not")
    return 0


def _check_places(key: str, encrypted: str) -> None:
    """Keep the only copy of a token from being overwritten by its encrypted form."""
    if key != cleartext.STDIN and Path(key).resolve() == Path(encrypted).resolve():
        raise RequestError(
            f"--key and --encrypted are the same file, {key}",
            hint="give the encrypted key file another name; the clear text stays as it is",
        )

"""`slack-wrapper encrypt`: a clear-text token → an encrypted key file; who else may open it."""

from __future__ import annotations

import argparse
from pathlib import Path

from slack_wrapper.cli import names
from slack_wrapper.cli.keys import passwords
from slack_wrapper.common import console
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import RequestError
from slack_wrapper.vault import clear_token
from slack_wrapper.vault.keyfile import disk, kdf, store
from slack_wrapper.vault.token_kind import secret_kind


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--key",
        metavar="CLEARTEXT",
        help="file with the token, - for stdin; default: a prompt that hides it",
    )
    what.add_argument(
        "--add", metavar="NAME", help="let one more password open the key file, under this name"
    )
    what.add_argument("--remove", metavar="NAME", help="end the access of this name's password")
    what.add_argument(
        "--legacy-check",
        action="store_true",
        help="try the password on a key file of librec-auto; nothing is changed or shown",
    )
    parser.add_argument(
        "--encrypted",
        required=True,
        metavar="FILE",
        help="key file to write; with --add and --remove the one to change",
    )
    parser.add_argument(
        "--profile",
        choices=[name for name in kdf.PROFILES if name != "test-only"],
        help=f"with --key: cost of guessing the password (default: {kdf.DEFAULT_PROFILE}, 64 MiB)",
    )
    passwords.add_password_options(parser)
    passwords.add_new_password_options(parser, "with --add: the one of NAME")


def run(args: argparse.Namespace) -> int:
    """Encrypt, read back, report; or add or remove a name."""
    _check_options(args)
    if args.add is not None:
        return names.add(args)
    if args.remove is not None:
        return names.remove(args)
    if args.legacy_check:
        return _check_legacy(args)
    _check_places(args.key, args.encrypted)
    disk.prepare(args.encrypted)
    token = _token(args)
    for warning in clear_token.warnings(args.key or clear_token.STDIN, token):
        console.warn(warning)
    password = passwords.new(args, args.encrypted)
    store.encrypt_to(
        args.encrypted,
        token.reveal(),
        password.reveal(),
        profile=args.profile or kdf.DEFAULT_PROFILE,
    )
    console.show(f"wrote {args.encrypted}; it may be committed, the clear text may not")
    return 0


def _token(args: argparse.Namespace) -> Secret:
    """Return the token: of the file, or typed unseen."""
    token = clear_token.read(args.key) if args.key is not None else clear_token.ask()
    if token is None:
        raise RequestError(
            "there is no token, and no terminal to ask at", hint="give --key FILE, or --key -"
        )
    return token


def _check_legacy(args: argparse.Namespace) -> int:
    """Open a key file with its password, and say whose form it has and what its secret is."""
    stored = store.read(args.encrypted)
    secret = store.unlock(args.encrypted, passwords.existing(args, args.encrypted).reveal())
    kind = secret_kind(secret.reveal())
    console.show(
        f"{args.encrypted} opens and holds {f'a {kind}' if kind else 'no slack credential'}"
    )
    if stored.legacy:
        console.show(f"its form is librec-auto's; upgrade it: slack-wrapper rekey {args.encrypted}")
    else:
        console.show("its form is today's, there is nothing to upgrade")
    return 0


def _check_options(args: argparse.Namespace) -> None:
    """Say which options do not go together, beyond what argparse can."""
    others = args.add is not None or args.remove is not None or args.legacy_check
    if args.profile and others:
        raise RequestError(
            "--profile is for a new key file only: the names of a key file share what it has",
            hint="leave --profile out",
        )
    fresh = args.new_password_command is not None or args.new_password_file is not None
    if fresh and args.add is None:
        raise RequestError(
            "--new-password-command and --new-password-file go with --add only",
            hint="with --key give the password by --password-command or --password-file"
            if not others
            else "this needs only a password that opens the file and stays",
        )


def _check_places(key: str | None, encrypted: str) -> None:
    """Keep the only copy of a token from being overwritten by its encrypted form."""
    if key not in (None, clear_token.STDIN) and Path(key).resolve() == Path(encrypted).resolve():
        raise RequestError(
            f"--key and --encrypted are the same file, {key}",
            hint="give the encrypted key file another name; the clear text stays as it is",
        )

"""`slack-wrapper keyring`: the password in the OS keyring."""

from __future__ import annotations

import argparse
import json

from slack_wrapper.cli.keys import passwords
from slack_wrapper.common import console
from slack_wrapper.config import KEYRING_SERVICE, PasswordSources
from slack_wrapper.errors import (
    KeyringInsecure,
    KeyringLocked,
    KeyringUnavailable,
    NoPassword,
    RequestError,
)
from slack_wrapper.vault.keyfile import store
from slack_wrapper.vault.passwords import keyring as os_keyring
from slack_wrapper.vault.passwords.chain import keyring_username

_ADVICE = """\
where no keyring is open, as described in docs/unattended.md:
  desktop   log in; the keyring of the session is unlocked with it. After an automatic login it is
            not: open it once, with Passwords and Keys (seahorse) or KWalletManager
  ssh       dbus-run-session -- sh -c 'gnome-keyring-daemon --unlock --components=secrets && …',
            which reads the keyring's password; or slack.password_command, such as: pass show slack
  cron      DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/UID/bus in the crontab, while you are
            logged in; at other times slack.password_command
  systemd   LoadCredentialEncrypted=slack:slack.cred in the unit, made by systemd-creds encrypt, and
            slack.password_command: sh -c 'cat "$CREDENTIALS_DIRECTORY/slack"'
  CI        a secret in SLACK_WRAPPER_PASSWORD, or the token itself in SLACK_BOT_TOKEN"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("action", choices=("set", "check", "delete"))
    parser.add_argument("--key-file", metavar="FILE", help="the key file that the password opens")
    parser.add_argument("--service", default=KEYRING_SERVICE, help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="check: print JSON")
    parser.add_argument("--username", default="", help="default: the key file's full path")
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """Store, look up or remove the entry."""
    if not args.key_file and not args.username:
        raise RequestError(
            "the keyring entry has no name", hint="give --key-file FILE, or --username NAME"
        )
    sources = PasswordSources(keyring_username=args.username)
    entry = (args.service, keyring_username(sources, args.key_file or ""))
    try:
        return {"set": _set, "check": _check, "delete": _delete}[args.action](args, entry)
    except (KeyringLocked, KeyringUnavailable, KeyringInsecure) as error:
        error.hint = f"{error.hint}\n{_ADVICE}"
        raise


def _set(args: argparse.Namespace, entry: tuple[str, str]) -> int:
    backend = os_keyring.keyring_backend()
    password = passwords.existing(args, args.key_file or entry[1])
    if args.key_file:
        store.unlock(args.key_file, password.reveal())  # a wrong one is told before it is stored
    os_keyring.keyring_call("set_password", *entry, password.reveal())
    console.show(f"stored in {os_keyring.backend_name(backend)}: {_named(entry)}")
    return 0


def _check(args: argparse.Namespace, entry: tuple[str, str]) -> int:
    password = os_keyring.from_keyring(*entry)
    backend = os_keyring.backend_name(os_keyring.keyring_backend())
    if password is None:
        raise NoPassword(
            f"the keyring ({backend}) has no entry: {_named(entry)}",
            hint="store it with: slack-wrapper keyring set --key-file FILE",
        )
    if not args.json:
        console.show(f"{backend} has the entry: {_named(entry)}")
    if args.key_file:
        store.unlock(args.key_file, password.reveal())
    if args.json:
        found = {"backend": backend, "service": entry[0], "username": entry[1]}
        console.show(json.dumps({**found, "opens": args.key_file}, indent=2))
    elif args.key_file:
        console.show(f"it opens {args.key_file}")
    return 0


def _delete(args: argparse.Namespace, entry: tuple[str, str]) -> int:
    if os_keyring.from_keyring(*entry) is None:
        raise NoPassword(f"the keyring has no entry: {_named(entry)}", hint="nothing to delete")
    os_keyring.keyring_call("delete_password", *entry)
    console.show(f"deleted: {_named(entry)}")
    return 0


def _named(entry: tuple[str, str]) -> str:
    return f"service {entry[0]}, username {entry[1]}"

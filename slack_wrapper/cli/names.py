"""The named passwords of a key file: `slack-wrapper encrypt --add NAME` and `--remove NAME`."""

from __future__ import annotations

import argparse

from slack_wrapper.cli.keys import passwords
from slack_wrapper.common import console
from slack_wrapper.vault.keyfile import sharing, store


def add(args: argparse.Namespace) -> int:
    """Let one more password open the file; say who can open it now."""
    path, name = args.encrypted, args.add
    stored = store.read(path)
    sharing.check_addable(stored, name)
    if stored.names:
        console.tell(who_opens(path))
    password = passwords.existing(args, path)
    store.unlock(path, password.reveal())  # a wrong one is told before a new one is asked for
    fresh = passwords.second(args, name)
    sharing.add(path, password.reveal(), name, fresh.reveal())
    console.show(f"added {name}: {path}")
    if not stored.names:
        console.show(f"the password that the file had is now the one of {sharing.FIRST_NAME}")
    console.show(who_opens(path))
    return 0


def remove(args: argparse.Namespace) -> int:
    """End the access of a name; say who can open the file now, and what is left to do."""
    path, name = args.encrypted, args.remove
    sharing.check_removable(store.read(path), name)
    password = passwords.existing(args, path)
    sharing.remove(path, password.reveal(), name)
    console.show(f"removed {name}: {path}")
    console.show(who_opens(path))
    console.warn(
        f"{name} may have kept the old file, which opens as before, and "
        "the token in it works until it is revoked: make a new token in Slack, put it in with "
        f"`slack-wrapper rekey {path} --keep-password --key CLEARTEXT`, and revoke the old one"
    )
    return 0


def who_opens(path: str) -> str:
    """Return a line that says whose passwords open a key file.

    Raises:
        KeyFileError: it cannot be read.
    """
    known = store.read(path).names
    if not known:
        return f"{path} opens with one password"
    word = "password" if len(known) == 1 else "passwords"
    return f"{path} opens with the {word} of: {', '.join(known)}"

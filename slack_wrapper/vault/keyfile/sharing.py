"""Several named passwords for one key file: add, remove, rekey. One person's password suffices.

Each of these makes a new data key and seals it to everybody who stays, so what a removed name
knows of the old file opens nothing of the new one. The old file, and the token in it, stay as
readable to them as they were: that takes a new token.
"""

from __future__ import annotations

import os
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from slack_wrapper.errors import KeyFileUnsupported, PasswordError, RequestError
from slack_wrapper.vault.keyfile import disk, kdf, lines, names, sealing
from slack_wrapper.vault.keyfile.disk import Stored
from slack_wrapper.vault.keyfile.format import KeyFile
from slack_wrapper.vault.keyfile.format_v2 import MAX_NAMES, NAME, NamedKeyFile, NameLine

FIRST_NAME = "shared"  # of the password that a file of version 1 has


def check_addable(stored: Stored, name: str) -> None:
    """Refuse a name that cannot be added, before anybody is asked for a password.

    Raises:
        RequestError: it is no name, there already, or one too many.
        KeyFileUnsupported: a file of librec-auto.
    """
    if stored.legacy:
        raise KeyFileUnsupported(
            f"the key file {stored.path} is one of librec-auto and has no names",
            hint=f"upgrade it first: slack-wrapper rekey {stored.path}",
        )
    if not NAME.fullmatch(name):
        raise RequestError(
            f"{name!a} cannot be a name in a key file",
            hint="1 to 64 of A-Z a-z 0-9 . _ @ + -, the first a letter or digit",
        )
    taken = stored.names or (FIRST_NAME,)
    if name in taken:
        raise RequestError(
            f"the key file {stored.path} has the name {name} already",
            hint=f"take another name, or end it first with: slack-wrapper encrypt --remove {name}"
            f" --encrypted {stored.path}"
            if stored.names
            else f"the password that the file has will be called {name}; take another name",
        )
    if len(taken) >= MAX_NAMES:
        raise RequestError(
            f"the key file {stored.path} has {MAX_NAMES} names, and takes no more",
            hint="remove one that is no longer needed, or make a second key file",
        )


def check_removable(stored: Stored, name: str) -> None:
    """Refuse a name that cannot be removed, before anybody is asked for a password.

    Raises:
        RequestError: there is no such name, or no other.
    """
    if name not in stored.names:
        near = get_close_matches(name, stored.names, n=1)
        raise RequestError(
            f"the key file {stored.path} has no name {ascii(name)[1:-1]}",
            hint=f"did you mean {near[0]}?"
            if near
            else f"slack-wrapper inspect {stored.path} lists its names",
        )
    if len(stored.names) == 1:
        raise RequestError(
            f"{name} is the last name of the key file {stored.path}; nobody could open it",
            hint=f"add another first, or change the password: slack-wrapper rekey {stored.path}",
        )


def add(path: str | os.PathLike[str], password: str, name: str, new_password: str) -> None:
    """Let one more password open a key file; a file of version 1 becomes one of version 2.

    Args:
        path: the key file.
        password: one that opens it.
        name: whose the new password is.
        new_password: it opens nothing of this file yet.

    Raises:
        RequestError, PasswordError, KeyFileError: the file is as it was.
    """
    stored = disk.read(path)
    check_addable(stored, name)
    source = str(path)
    assert stored.parsed is not None  # of librec-auto: refused above
    content, member, secret = _as_named(stored.parsed, password, source)
    derived = kdf.derive(new_password, content.salt, content.costs, source)
    _refuse_known(content.names, derived, source)
    entries = (*content.names, names.make(name, lines.now(), derived, member))
    content = sealing.seal_named(content, entries, member, secret, source)
    disk.write(stored.path, content, (password, new_password), secret)


def remove(path: str | os.PathLike[str], password: str, name: str) -> None:
    """End the access of a name, from this file on.

    Args:
        path: the key file.
        password: that of another name, so that somebody is known to open the file afterwards.
        name: whose access ends.

    Raises:
        RequestError, PasswordError, KeyFileError: the file is as it was.
    """
    stored = disk.read(path)
    check_removable(stored, name)
    content = stored.parsed
    assert isinstance(content, NamedKeyFile)  # it has names
    opened = sealing.open_named(content, password, str(path))
    if opened.line.name == name:
        raise RequestError(
            f"this password is the one of {name}, and would be locked out",
            hint=f"remove {name} with the password of another name",
        )
    entries = tuple(line for line in content.names if line.name != name)
    content = sealing.seal_named(content, entries, opened.member, opened.secret, str(path))
    disk.write(stored.path, content, (password,), opened.secret)


def rekey(
    path: Path,
    content: NamedKeyFile,
    *,
    password: str,
    new_password: str,
    secret: str | None,
    costs: kdf.Costs | None,
) -> None:
    """See `store.rekey`: with a new password, its name gets a new key pair; others stay."""
    source = str(path)
    opened = sealing.open_named(content, password, source)
    alone = len(content.names) == 1
    if not alone and costs not in (None, content.costs):
        raise RequestError(
            f"the {len(content.names)} names of the key file {path} share their profile; one "
            "password cannot change it",
            hint="remove all names but one, change the profile, and add them again",
        )
    held = opened.secret if secret is None else secret.encode()
    if alone:  # a new salt too: nobody else's password was derived under the old one
        content = replace(
            sealing.start_named(costs or kdf.PROFILES[kdf.DEFAULT_PROFILE]), names=content.names
        )
        opened = replace(opened, member=names.new_secret())
    entries = _renewed(content, opened, password, new_password, source)
    content = sealing.seal_named(content, entries, opened.member, held, source)
    disk.write(path, content, (new_password,), held)


def _renewed(
    content: NamedKeyFile, opened: sealing.Opened, password: str, new_password: str, source: str
) -> tuple[NameLine, ...]:
    """Return the names, that of the password with a new key pair."""
    own = opened.line
    derived = kdf.derive(new_password, content.salt, content.costs, source)
    _refuse_known(tuple(line for line in content.names if line.name != own.name), derived, source)
    same = kdf.password_bytes(password) == kdf.password_bytes(new_password)
    made = names.make(own.name, own.created if same else lines.now(), derived, opened.member)
    return tuple(made if line.name == own.name else line for line in content.names)


def _as_named(
    content: KeyFile | NamedKeyFile, password: str, source: str
) -> tuple[NamedKeyFile, bytes, bytes]:
    """Return a file as one with names, its member secret, and its token."""
    if isinstance(content, NamedKeyFile):
        opened = sealing.open_named(content, password, source)
        return content, opened.member, opened.secret
    secret = sealing.secret_of(content, password, source)
    fresh, member = sealing.start_named(content.costs), names.new_secret()
    derived = kdf.derive(password, fresh.salt, fresh.costs, source)
    first = names.make(FIRST_NAME, content.created, derived, member)
    return replace(fresh, names=(first,)), member, secret


def _refuse_known(entries: tuple[NameLine, ...], derived: bytes, source: str) -> None:
    known = sealing.opened_by(entries, derived)
    if known:
        raise PasswordError(
            f"the new password opens the key file {source} already, as {known.name}",
            hint="each name needs a password of its own: choose another",
        )

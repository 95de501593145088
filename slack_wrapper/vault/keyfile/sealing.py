"""Opening and making the content of a key file of either version; nothing here touches the disk."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from slack_wrapper.errors import WrongPassword
from slack_wrapper.vault.keyfile import aead, kdf, lines, names
from slack_wrapper.vault.keyfile.format import KeyFile
from slack_wrapper.vault.keyfile.format_v2 import NamedKeyFile, NameLine
from slack_wrapper.vault.keyfile.kdf import Costs


@dataclass(frozen=True)
class Opened:
    """A version 2 file that a password has opened.

    Args:
        line: the name whose password it is.
        member: the file's member secret.
        secret: the token.
    """

    line: NameLine
    member: bytes
    secret: bytes


def secret_of(content: KeyFile | NamedKeyFile, password: str, source: str) -> bytes:
    """Return the secret of a key file; one key is derived, however many names it has.

    Raises:
        WrongPassword: the password does not open it.
        KeyFileDamaged: it fits, but the file was altered.
        PasswordError, KeyFileTooCostly, KeyFileUnsupported: see `kdf.derive`.
    """
    if isinstance(content, NamedKeyFile):
        return open_named(content, password, source).secret
    key = kdf.derive(password, content.salt, content.costs, source)
    secret = aead.unseal(key, content.sealed, content.header)
    if secret is None:
        # Authenticated encryption cannot tell a wrong password from an altered file.
        raise _wrong(source)
    return secret


def open_named(content: NamedKeyFile, password: str, source: str) -> Opened:
    """Open a version 2 file; one key is derived and tried at each name.

    Raises:
        WrongPassword, KeyFileDamaged, PasswordError, KeyFileTooCostly: see `secret_of`.
    """
    derived = kdf.derive(password, content.salt, content.costs, source)
    for line in content.names:
        keys = names.unseal_keys(line, derived)
        if keys is None:
            continue
        data_key = names.unseal_data_key(line, keys, source)
        secret = aead.unseal(data_key, content.sealed, content.header)
        if secret is None:
            raise names.altered(line, source)
        return Opened(line, keys.member, secret)
    raise _wrong(source)


def opened_by(entries: tuple[NameLine, ...], derived: bytes) -> NameLine | None:
    """Return the name whose password has the key `derived`, or None."""
    return next((line for line in entries if names.unseal_keys(line, derived)), None)


def seal(secret: bytes, password: str, costs: Costs, source: str) -> KeyFile:
    """Return a version 1 file, with a new salt.

    Raises:
        PasswordError, KeyFileTooCostly, KeyFileUnsupported: see `kdf.derive`.
    """
    content = KeyFile(lines.now(), costs, os.urandom(kdf.SALT_BYTES), b"")
    key = kdf.derive(password, content.salt, costs, source)
    return replace(content, sealed=aead.seal(key, secret, content.header))


def seal_named(
    content: NamedKeyFile, entries: tuple[NameLine, ...], member: bytes, secret: bytes, source: str
) -> NamedKeyFile:
    """Return a version 2 file for these names, with a new data key sealed to each of them.

    Args:
        content: gives salt and costs, under which the names' passwords were derived.
        entries: who shall open it.
        member: the member secret that all of them have.
        secret: the token.
        source: path, for errors.

    Raises:
        KeyFileDamaged: a name has a public key that nobody makes.
    """
    data_key = names.new_secret()
    sealed = tuple(names.seal_data_key(line, data_key, member, source) for line in entries)
    content = replace(content, created=lines.now(), names=sealed, sealed=b"")
    return replace(content, sealed=aead.seal(data_key, secret, content.header))


def start_named(costs: Costs) -> NamedKeyFile:
    """Return a version 2 file that has a new salt and no name yet."""
    return NamedKeyFile(lines.now(), costs, os.urandom(kdf.SALT_BYTES), (), b"")


def _wrong(source: str) -> WrongPassword:
    return WrongPassword(f"the password does not open the key file {source}")

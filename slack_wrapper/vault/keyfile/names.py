"""How one name opens a version 2 file: its password → its key pair → the file's data key.

The password opens the private key, so a new data key can be sealed to everybody by anyone who
opens the file, without the passwords of the others. What a removed name knew (its private key,
the old data key) does not open what was sealed without it.

Public keys are public, so a seal to them alone proves nothing: whoever can write to the
repository could make a file of his own that opens with the passwords of all. Hence the *member
secret*: random, made with the file, sealed beside each private key, and an input of every seal.
Only who has opened the file at some time knows it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime

from slack_wrapper.errors import KeyFileDamaged
from slack_wrapper.vault.keyfile import aead, lines
from slack_wrapper.vault.keyfile.format_v2 import MAGIC, PUBLIC_BYTES, NameLine
from slack_wrapper.vault.keyfile.kdf import KEY_BYTES

_INFO = f"{MAGIC} data key\n".encode("ascii")


@dataclass(frozen=True)
class Keys:
    """What the password of a name opens.

    Args:
        private: X25519 private key, 32 bytes.
        member: the file's member secret, 32 bytes.
    """

    private: bytes
    member: bytes


def new_secret() -> bytes:
    """Return a new data key or member secret."""
    return os.urandom(KEY_BYTES)


def make(name: str, created: datetime, derived: bytes, member: bytes) -> NameLine:
    """Return a name with a new key pair; no data key is sealed to it yet.

    Args:
        name: as `format_v2.NAME` has it.
        created: now.
        derived: the key of its password.
        member: the file's member secret.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.generate()
    line = NameLine(name, created, private.public_key().public_bytes_raw(), b"", b"")
    sealed = aead.seal(derived, private.private_bytes_raw() + member, line.bound_to_private)
    return replace(line, private=sealed)


def unseal_keys(line: NameLine, derived: bytes) -> Keys | None:
    """Return the keys of a name, or None if `derived` is not the key of its password."""
    opened = aead.unseal(derived, line.private, line.bound_to_private)
    return None if opened is None else Keys(opened[:KEY_BYTES], opened[KEY_BYTES:])


def seal_data_key(line: NameLine, data_key: bytes, member: bytes, source: str) -> NameLine:
    """Return the name with a data key sealed to its public key.

    Raises:
        KeyFileDamaged: the public key is none that anybody makes.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import (
        X25519PrivateKey,
        X25519PublicKey,
    )

    ephemeral = X25519PrivateKey.generate()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(line.public))
    except ValueError:
        raise altered(line, source) from None
    public = ephemeral.public_key().public_bytes_raw()
    key = _sealing_key(shared, member, public, line.public)
    return replace(line, data=public + aead.seal(key, data_key, line.bound_to_data))


def unseal_data_key(line: NameLine, keys: Keys, source: str) -> bytes:
    """Return the data key that was sealed to a name.

    Raises:
        KeyFileDamaged: the line was altered.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import (
        X25519PrivateKey,
        X25519PublicKey,
    )

    public, sealed = line.data[:PUBLIC_BYTES], line.data[PUBLIC_BYTES:]
    try:
        shared = X25519PrivateKey.from_private_bytes(keys.private).exchange(
            X25519PublicKey.from_public_bytes(public)
        )
    except ValueError:  # a point of low order, with which every private key gives zeros
        raise altered(line, source) from None
    key = _sealing_key(shared, keys.member, public, line.public)
    data_key = aead.unseal(key, sealed, line.bound_to_data)
    if data_key is None:
        raise altered(line, source)
    return data_key


def altered(line: NameLine, source: str) -> KeyFileDamaged:
    """Return the error for a file whose password fits but whose content does not."""
    return lines.damaged(source, f"the password of {line.name} fits, but the file was altered")


def _sealing_key(shared: bytes, member: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869); both public keys are bound, as RFC 7748, section 6.1, advises."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = _INFO + ephemeral + recipient
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=member, info=info).derive(shared)

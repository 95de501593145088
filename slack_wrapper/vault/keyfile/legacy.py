"""Key files of librec-auto: read and recognised, never written.

Its bin/encrypt.py writes a Fernet token (https://github.com/fernet/spec) under
PBKDF2-HMAC-SHA256 with 100,000 iterations, 32 bytes and a fixed salt, so equal passwords give
equal keys everywhere and guesses can be computed once for all files. Hence the warning.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from datetime import UTC, datetime

from slack_wrapper.errors import KeyFileDamaged, WrongPassword
from slack_wrapper.vault.keyfile.kdf import KEY_BYTES, count_derivation, to_bytes

SALT = b"20200915"
ITERATIONS = 100_000
_FERNET = re.compile(rb"gAAAA[A-Za-z0-9_-]+={0,2}\s*")
_MIN_BYTES = 1 + 8 + 16 + 16 + 32  # version, time, IV, one block, HMAC


def is_legacy(data: bytes) -> bool:
    """Whether the file looks like a Fernet token."""
    return bool(_FERNET.fullmatch(data))


def created(data: bytes, source: str) -> datetime:
    """Return when the file was encrypted: a Fernet token carries its time, in seconds.

    Raises:
        KeyFileDamaged: it is cut short.
    """
    try:
        raw = base64.urlsafe_b64decode(data.strip())
        if len(raw) < _MIN_BYTES:
            raise ValueError
        return datetime.fromtimestamp(struct.unpack(">Q", raw[1:9])[0], UTC)
    except (binascii.Error, ValueError, OverflowError, OSError):
        raise KeyFileDamaged(f"the librec-auto key file {source} is damaged") from None


def unlock(data: bytes, password: str, source: str) -> bytes:
    """Return the secret of a legacy file.

    Raises:
        WrongPassword: the password does not fit, or the file was altered; Fernet does not tell.
        KeyFileDamaged: it is cut short.
    """
    from cryptography.fernet import Fernet, InvalidToken
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    created(data, source)
    count_derivation()
    kdf = PBKDF2HMAC(algorithm=SHA256(), length=KEY_BYTES, salt=SALT, iterations=ITERATIONS)
    # As librec-auto hashed it: UTF-8, without the normalisation that our own files have.
    key = base64.urlsafe_b64encode(kdf.derive(to_bytes(password)))
    try:
        return Fernet(key).decrypt(data.strip())
    except InvalidToken:
        raise WrongPassword(f"the password does not open the key file {source}") from None

"""Encrypting a key as part of a run, under the password that the run's steps will find."""

from __future__ import annotations

from typing import Any

from slack_wrapper.common import console
from slack_wrapper.common.redact import Secret
from slack_wrapper.vault import clear_token
from slack_wrapper.vault.keyfile import disk, store
from slack_wrapper.vault.passwords import strength


def encrypt(key: str, encrypted: str, password: Secret) -> dict[str, Any]:
    """Encrypt the token in a file and return what a receipt says of it.

    Args:
        key: file with the clear token.
        encrypted: key file to write; an old one stays as it was on any error.
        password: to encrypt under.

    Raises:
        KeyFileError, TokenError, FileUnreadable: nothing was changed.
    """
    token = clear_token.read(key)
    for warning in clear_token.warnings(key, token):
        console.warn(warning)
    weak = strength.warning(password)
    if weak:
        console.warn(weak)
    disk.prepare(encrypted)
    store.encrypt_to(encrypted, token.reveal(), password.reveal())
    return {"status": "encrypted", **store.describe(encrypted)}

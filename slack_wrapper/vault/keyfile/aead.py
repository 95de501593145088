"""AES-256-GCM: encrypting a short secret together with what it is bound to."""

from __future__ import annotations

import os

from slack_wrapper.vault.keyfile.lines import NONCE_BYTES


def seal(key: bytes, secret: bytes, bound_to: bytes) -> bytes:
    """Return nonce, ciphertext and tag.

    The nonce is random; each key seals few secrets (a password's, one for each time it is set; a
    data key, one), far below the 2^32 that NIST SP 800-38D allows for random nonces.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes | None:
    """Return the secret, or None when key, ciphertext or what it was bound to differ."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except InvalidTag:
        return None

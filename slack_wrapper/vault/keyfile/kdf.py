"""Password → key, by Argon2id, in named profiles with bounds.

RFC 9106, section 4, recommends two parameter sets; both are here, with the second as default.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass

from slack_wrapper.errors import (
    EmptyPassword,
    KeyFileTooCostly,
    KeyFileUnsupported,
    PasswordError,
)

KEY_BYTES = 32
SALT_BYTES = 16  # RFC 9106, section 3.1: 16 bytes are recommended for password hashing
MIB = 1024  # in KiB, the unit of Argon2's memory cost


@dataclass(frozen=True)
class Costs:
    """Cost of one derivation.

    Args:
        memory: KiB.
        passes: over the memory.
        lanes: computed in parallel.
    """

    memory: int
    passes: int
    lanes: int


PROFILES = {
    # RFC 9106, section 4, second: "much less memory". 64 MiB fit a shared login node, and one
    # derivation takes a tenth of a second or so.
    "rfc9106-low": Costs(memory=64 * MIB, passes=3, lanes=4),
    # RFC 9106, section 4, first: 2 GiB. For machines whose memory is one's own.
    "rfc9106-high": Costs(memory=2048 * MIB, passes=1, lanes=4),
    # Only for tests: protects nothing.
    "test-only": Costs(memory=32, passes=1, lanes=1),
}
DEFAULT_PROFILE = "rfc9106-low"

# A file may come from anybody. Bounds above the dearest profile keep it from filling the memory
# or stopping the run; they are checked before anything is derived.
MAX_MEMORY = 2048 * MIB
MAX_PASSES = 16
MAX_LANES = 16
MAX_WORK = 4096 * MIB  # memory times passes: about 10 s on one core

_count = 0
_count_lock = threading.Lock()


def derivations() -> int:
    """Return how many keys this process has derived, legacy ones included."""
    return _count


def count_derivation() -> None:
    """Count one derivation; for the modules of the vault."""
    global _count  # noqa: PLW0603 - a process-wide count is what the tests need
    with _count_lock:
        _count += 1


def check_costs(costs: Costs, source: str) -> None:
    """Refuse costs that Argon2 does not define or that we will not spend.

    Args:
        costs: what the file asks for.
        source: its path, for errors.

    Raises:
        KeyFileTooCostly: a cost is out of bounds.
    """
    valid = (
        1 <= costs.passes <= MAX_PASSES
        and 1 <= costs.lanes <= MAX_LANES
        and 8 * costs.lanes <= costs.memory <= MAX_MEMORY
        and costs.memory * costs.passes <= MAX_WORK
    )
    if not valid:
        raise KeyFileTooCostly(
            f"the key file {source} asks for {costs.memory} KiB, {costs.passes} passes and "
            f"{costs.lanes} lanes, which is out of bounds",
            hint="slack-wrapper writes no such file; see who changed it with: "
            f"git log -- {source}, and restore an earlier one",
        )


def password_bytes(password: str) -> bytes:
    """Return the password as the bytes that are hashed: Unicode NFC, UTF-8.

    NFC, because keyboards and systems differ in how they compose the same letter.

    Raises:
        EmptyPassword: it is empty.
        PasswordError: it is no text.
    """
    if not password:
        raise EmptyPassword("the password is empty")
    return to_bytes(unicodedata.normalize("NFC", password))


def to_bytes(password: str) -> bytes:
    """Return a password in UTF-8; bytes of the environment that are none are kept as they are.

    Raises:
        PasswordError: half of a surrogate pair, which YAML and JSON can hold, is in it.
    """
    try:
        return password.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Not chained: this error carries the password.
        raise PasswordError(
            "the password is not a text: it holds half of a surrogate pair",
            hint="write the character itself, not \\uD800 to \\uDFFF",
        ) from None


def derive(password: str, salt: bytes, costs: Costs, source: str) -> bytes:
    """Return the 32-byte key of a password.

    Args:
        password: see `password_bytes`.
        salt: 16 bytes.
        costs: checked here too.
        source: path of the key file, for errors.

    Raises:
        EmptyPassword: it is empty.
        PasswordError: it is no text.
        KeyFileTooCostly: the costs are out of bounds, or this machine lacks the memory.
        KeyFileUnsupported: the cryptography library has no Argon2id.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    check_costs(costs, source)
    secret = password_bytes(password)
    count_derivation()
    try:
        return Argon2id(
            salt=salt,
            length=KEY_BYTES,
            iterations=costs.passes,
            lanes=costs.lanes,
            memory_cost=costs.memory,
        ).derive(secret)
    except MemoryError:
        raise KeyFileTooCostly(
            f"this machine has no {costs.memory // MIB} MiB left for the key file {source}",
            hint="free some memory; or give it the profile of 64 MiB, where there is memory to "
            f"open it: slack-wrapper rekey {source} --profile rfc9106-low",
        ) from None
    except UnsupportedAlgorithm:
        raise KeyFileUnsupported(
            "the installed cryptography has no Argon2id",
            hint="install one built with OpenSSL 3.2 or newer: pip install -U cryptography",
        ) from None

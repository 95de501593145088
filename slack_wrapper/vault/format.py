"""The key file's text form, version 1: strict parsing and canonical writing; no cryptography.

Described byte by byte in docs/key-format.md. In short:

    slack-wrapper-key v1
    # an encrypted Slack key; it opens with a password only its owners know
    created: 2026-01-31T12:00:00Z
    kdf: argon2id m=65536 t=3 p=4 salt=<base64, 16 bytes>
    key: <base64, 12 + n + 16 bytes>

Every line ends in LF.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from slack_wrapper.errors import KeyFileDamaged, KeyFileUnsupported
from slack_wrapper.vault.kdf import SALT_BYTES, Costs, check_costs

MAGIC = "slack-wrapper-key v1"
NOTE = "# an encrypted Slack key; it opens with a password only its owners know"
LINES = 5
NONCE_BYTES = 12  # AES-GCM, NIST SP 800-38D
TAG_BYTES = 16
MAX_FILE_BYTES = 16 * 1024
MAX_SECRET_BYTES = 4096

_MAGIC_FORM = re.compile(r"slack-wrapper-key v([0-9]{1,6})")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_KDF = re.compile(
    r"argon2id m=([1-9][0-9]{0,9}) t=([1-9][0-9]{0,9}) p=([1-9][0-9]{0,9}) salt=([A-Za-z0-9+/=]+)"
)


@dataclass(frozen=True)
class KeyFile:
    """A parsed key file.

    Args:
        created: when the secret was encrypted, UTC.
        costs: of the key derivation.
        salt: of the key derivation, 16 bytes.
        sealed: nonce, encrypted secret, tag.
    """

    created: datetime
    costs: Costs
    salt: bytes
    sealed: bytes

    @property
    def header(self) -> bytes:
        """All lines before the last; the encrypted secret is bound to them."""
        costs = self.costs
        lines = (
            MAGIC,
            NOTE,
            f"created: {format_time(self.created)}",
            f"kdf: argon2id m={costs.memory} t={costs.passes} p={costs.lanes} "
            f"salt={encode(self.salt)}",
        )
        return "".join(f"{line}\n" for line in lines).encode("ascii")

    def to_bytes(self) -> bytes:
        """Return the file's canonical bytes."""
        return self.header + f"key: {encode(self.sealed)}\n".encode("ascii")


def parse(data: bytes, source: str) -> KeyFile:
    """Parse a key file; nothing is derived or decrypted.

    CRLF line ends, as git's autocrlf makes them, are read as LF when every line has them. Anything
    else that is not canonical is refused: one file has one form.

    Args:
        data: the file's bytes.
        source: its path, for errors.

    Raises:
        KeyFileUnsupported: a newer version.
        KeyFileTooCostly: the costs are out of bounds.
        KeyFileDamaged: anything else.
    """
    if len(data) > MAX_FILE_BYTES:
        raise _damaged(source, f"it is larger than {MAX_FILE_BYTES} bytes")
    lines = _lines(data, source)
    _check_version(lines[0], source)
    if len(lines) != LINES:
        raise _damaged(source, f"it has {len(lines)} lines, not {LINES}")
    if lines[1] != NOTE:
        raise _damaged(source, "line 2 is not as it must be")
    created = _time(_value(lines[2], "created", 3, source), 3, source)
    costs, salt = _kdf(_value(lines[3], "kdf", 4, source), source)
    sealed = _decode(_value(lines[4], "key", LINES, source), LINES, source)
    if not NONCE_BYTES + TAG_BYTES < len(sealed) <= NONCE_BYTES + MAX_SECRET_BYTES + TAG_BYTES:
        raise _damaged(source, f"line {LINES} has the wrong length")
    check_costs(costs)
    return KeyFile(created, costs, salt, sealed)


def encode(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def format_time(moment: datetime) -> str:
    """Return a time as the file writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime(_TIME)


def now() -> datetime:
    """Return the present time, UTC, in whole seconds as the file keeps it."""
    return datetime.now(UTC).replace(microsecond=0)


def _lines(data: bytes, source: str) -> list[str]:
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise _damaged(source, "it is no ASCII text") from None
    if text.count("\r\n") == text.count("\n"):
        text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        raise _damaged(source, "its last line has no end: it is cut short")
    return text[:-1].split("\n")


def _check_version(line: str, source: str) -> None:
    match = _MAGIC_FORM.fullmatch(line)
    if not match:
        raise _damaged(source, f"its first line is not `{MAGIC}`")
    if line != MAGIC:
        raise KeyFileUnsupported(
            f"the key file {source} has version {match[1]}, this release reads version 1"
        )


def _value(line: str, name: str, number: int, source: str) -> str:
    if line.startswith(f"{name}: "):
        return line[len(name) + 2 :]
    raise _damaged(source, f"line {number} does not begin with `{name}: `")


def _kdf(value: str, source: str) -> tuple[Costs, bytes]:
    match = _KDF.fullmatch(value)
    if not match:
        raise _damaged(source, "line 4 is not as it must be")
    salt = _decode(match[4], 4, source)
    if len(salt) != SALT_BYTES:
        raise _damaged(source, "line 4 has a salt of the wrong length")
    return Costs(memory=int(match[1]), passes=int(match[2]), lanes=int(match[3])), salt


def _time(text: str, number: int, source: str) -> datetime:
    try:
        moment = datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise _damaged(source, f"line {number} has no valid time") from None
    if format_time(moment) != text:  # strptime takes single digits, we do not
        raise _damaged(source, f"line {number} has no valid time")
    return moment


def _decode(text: str, number: int, source: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _damaged(source, f"line {number} has no valid base64") from None
    if encode(data) != text:  # other texts decode to the same bytes; one file has one form
        raise _damaged(source, f"line {number} has no canonical base64")
    return data


def _damaged(source: str, why: str) -> KeyFileDamaged:
    return KeyFileDamaged(f"the key file {source} is damaged: {why}")

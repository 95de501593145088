"""What the text forms of all key file versions share: lines, base64, times, the kdf line."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime

from slack_wrapper.errors import KeyFileDamaged
from slack_wrapper.vault.keyfile.kdf import SALT_BYTES, Costs

NONCE_BYTES = 12  # AES-GCM, NIST SP 800-38D
TAG_BYTES = 16
MAX_SECRET_BYTES = 4096

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_KDF = re.compile(
    r"argon2id m=([1-9][0-9]{0,9}) t=([1-9][0-9]{0,9}) p=([1-9][0-9]{0,9}) salt=([A-Za-z0-9+/=]+)"
)


def split(data: bytes, source: str) -> list[str]:
    """Return the lines of a key file without their ends.

    CRLF line ends, as git's autocrlf makes them, are read as LF when every line has them.

    Raises:
        KeyFileDamaged: it is not ASCII text, or the last line has no end.
    """
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise damaged(source, "it is not ASCII text") from None
    if text.count("\r\n") == text.count("\n"):
        text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        raise damaged(source, "its last line has no end: it is cut short")
    return text[:-1].split("\n")


def value(line: str, name: str, number: int, source: str) -> str:
    """Return what follows `name: ` in a line.

    Raises:
        KeyFileDamaged: the line begins otherwise.
    """
    if line.startswith(f"{name}: "):
        return line[len(name) + 2 :]
    raise damaged(source, f"line {number} does not begin with `{name}: `")


def kdf_line(costs: Costs, salt: bytes) -> str:
    """Return the line that says how the key is derived."""
    return (
        f"kdf: argon2id m={costs.memory} t={costs.passes} p={costs.lanes} "
        f"salt={encode_base64(salt)}"
    )


def parse_kdf(line: str, number: int, source: str) -> tuple[Costs, bytes]:
    """Return costs and salt of the kdf line; the costs are not checked yet.

    Raises:
        KeyFileDamaged: it is not as `kdf_line` writes it.
    """
    match = _KDF.fullmatch(value(line, "kdf", number, source))
    if not match:
        raise damaged(source, f"line {number} is not valid")
    salt = decode_base64(match[4], number, source)
    if len(salt) != SALT_BYTES:
        raise damaged(source, f"line {number} has a salt of the wrong length")
    return Costs(memory=int(match[1]), passes=int(match[2]), lanes=int(match[3])), salt


def parse_key(line: str, number: int, source: str) -> bytes:
    """Return the sealed secret of the last line: nonce, 1 to 4,096 bytes, tag.

    Raises:
        KeyFileDamaged: it has another form or length.
    """
    sealed = decode_base64(value(line, "key", number, source), number, source)
    if not 0 < len(sealed) - NONCE_BYTES - TAG_BYTES <= MAX_SECRET_BYTES:
        raise damaged(source, f"line {number} has the wrong length")
    return sealed


def format_time(moment: datetime) -> str:
    """Return a time as the file writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime(_TIME)


def parse_time(text: str, number: int, source: str) -> datetime:
    """Return the time that `format_time` wrote.

    Raises:
        KeyFileDamaged: it did not write this.
    """
    try:
        moment = datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise damaged(source, f"line {number} has no valid time") from None
    if format_time(moment) != text:  # strptime takes single digits, we do not
        raise damaged(source, f"line {number} has no valid time")
    return moment


def now() -> datetime:
    """Return the present time, UTC, in whole seconds as the file keeps it."""
    return datetime.now(UTC).replace(microsecond=0)


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, number: int, source: str) -> bytes:
    """Return what `encode_base64` was given.

    Raises:
        KeyFileDamaged: it did not write this.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise damaged(source, f"line {number} has no valid base64") from None
    if encode_base64(data) != text:  # other texts decode to the same bytes; one file has one form
        raise damaged(source, f"line {number} has no canonical base64")
    return data


def damaged(source: str, why: str) -> KeyFileDamaged:
    """Return the error for a file that is not what a key file must be."""
    return KeyFileDamaged(f"the key file {source} is damaged: {why}")

"""The key file's text form, version 1: strict parsing and canonical writing; no cryptography.

Described byte by byte in docs/key-format.md. In short:

    slack-wrapper-key v1
    # an encrypted Slack key; it opens with a password only its owners know
    created: 2026-01-31T12:00:00Z
    kdf: argon2id m=65536 t=3 p=4 salt=<base64, 16 bytes>
    password: default 2026-01-31T12:00:00Z <base64, 12 + 32 + 16 bytes>
    key: <base64, 12 + n + 16 bytes>

Every line ends in LF. Several `password` lines may stand there, one a name, names sorted.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from slack_wrapper.errors import KeyFileDamaged, KeyFileUnsupported, RequestError
from slack_wrapper.vault.kdf import KEY_BYTES, SALT_BYTES, Costs, check_costs

MAGIC = "slack-wrapper-key v1"
NOTE = "# an encrypted Slack key; it opens with a password only its owners know"
DEFAULT_NAME = "default"
NONCE_BYTES = 12  # AES-GCM, NIST SP 800-38D
TAG_BYTES = 16
MAX_FILE_BYTES = 16 * 1024
MAX_NAMES = 32
MAX_SECRET_BYTES = 4096

_MAGIC_FORM = re.compile(r"slack-wrapper-key v([0-9]{1,6})")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_KDF = re.compile(
    r"argon2id m=([1-9][0-9]{0,9}) t=([1-9][0-9]{0,9}) p=([1-9][0-9]{0,9}) salt=([A-Za-z0-9+/=]+)"
)
_WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES


@dataclass(frozen=True)
class Slot:
    """One named password.

    Args:
        name: whose it is.
        created: when it was added, UTC.
        wrapped: nonce, data key encrypted under the password's key, tag.
    """

    name: str
    created: datetime
    wrapped: bytes


@dataclass(frozen=True)
class KeyFile:
    """A parsed key file.

    Args:
        created: when the secret was encrypted, UTC.
        costs: of the key derivation.
        salt: of the key derivation, 16 bytes.
        slots: the named passwords, sorted by name.
        sealed: nonce, secret encrypted under the data key, tag.
    """

    created: datetime
    costs: Costs
    salt: bytes
    slots: tuple[Slot, ...]
    sealed: bytes

    @property
    def preamble(self) -> bytes:
        """The lines before the passwords; each wrapped data key is bound to them."""
        return "".join(f"{line}\n" for line in self._preamble_lines()).encode("ascii")

    @property
    def header(self) -> bytes:
        """All lines before the last; the encrypted secret is bound to them."""
        slots = "".join(f"{slot_line(slot)}\n" for slot in self.slots)
        return self.preamble + slots.encode("ascii")

    def _preamble_lines(self) -> list[str]:
        costs = self.costs
        return [
            MAGIC,
            NOTE,
            f"created: {format_time(self.created)}",
            f"kdf: argon2id m={costs.memory} t={costs.passes} p={costs.lanes} "
            f"salt={encode(self.salt)}",
        ]

    def to_bytes(self) -> bytes:
        """Return the file's canonical bytes."""
        return self.header + f"key: {encode(self.sealed)}\n".encode("ascii")


def slot_line(slot: Slot) -> str:
    """Return the line of one named password."""
    return f"{slot_head(slot)} {encode(slot.wrapped)}"


def slot_head(slot: Slot) -> str:
    """Return the part of a password's line that its wrapped data key is bound to."""
    return f"password: {slot.name} {format_time(slot.created)}"


def check_name(name: str) -> str:
    """Return a name for a password.

    Raises:
        RequestError: it is not of the form that the file takes.
    """
    if _NAME.fullmatch(name):
        return name
    raise RequestError(
        f"{name!r} cannot be the name of a password",
        hint="use up to 32 lower-case letters, digits, dots, dashes and underscores",
    )


def is_key_file(data: bytes) -> bool:
    """Whether the first line says that this is a key file of ours, of whatever version."""
    return data.startswith(b"slack-wrapper-key ")


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
    if len(lines) < 6:
        raise _damaged(source, "it is cut short")
    if lines[1] != NOTE:
        raise _damaged(source, "line 2 is not as it must be")
    created = _time(_value(lines[2], "created", 3, source), 3, source)
    costs, salt = _kdf(_value(lines[3], "kdf", 4, source), source)
    slots = tuple(_slot(line, number, source) for number, line in enumerate(lines[4:-1], 5))
    names = [slot.name for slot in slots]
    if names != sorted(set(names)) or len(names) > MAX_NAMES:
        raise _damaged(source, "its passwords are not in order")
    sealed = _decode(_value(lines[-1], "key", len(lines), source), len(lines), source)
    if not NONCE_BYTES + TAG_BYTES < len(sealed) <= NONCE_BYTES + MAX_SECRET_BYTES + TAG_BYTES:
        raise _damaged(source, f"line {len(lines)} has the wrong length")
    check_costs(costs)
    return KeyFile(created, costs, salt, slots, sealed)


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


def _slot(line: str, number: int, source: str) -> Slot:
    parts = _value(line, "password", number, source).split(" ")
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise _damaged(source, f"line {number} is not as it must be")
    wrapped = _decode(parts[2], number, source)
    if len(wrapped) != _WRAPPED_BYTES:
        raise _damaged(source, f"line {number} has the wrong length")
    return Slot(parts[0], _time(parts[1], number, source), wrapped)


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

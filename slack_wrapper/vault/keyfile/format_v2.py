"""The key file's text form, version 2: several names, each with a password; no cryptography.

Described byte by byte in docs/key-format.md. In short:

    slack-wrapper-key v2
    # an encrypted Slack key; each name below opens it with a password of its own
    created: 2026-01-31T12:00:00Z
    kdf: argon2id m=65536 t=3 p=4 salt=<base64, 16 bytes>
    name: alice 2026-01-31T12:00:00Z public=<32 bytes> private=<12+64+16> data=<32+12+32+16>
    key: <base64, 12 + n + 16 bytes>

Every line ends in LF; there is one `name:` line for each name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from slack_wrapper.vault.keyfile import lines
from slack_wrapper.vault.keyfile.kdf import KEY_BYTES, Costs, check_costs

MAGIC = "slack-wrapper-key v2"
NOTE = "# an encrypted Slack key; each name below opens it with a password of its own"
LINES_BEFORE_NAMES = 4
MAX_NAMES = 64  # a full file has 33 KiB, of the 64 KiB that are read
PUBLIC_BYTES = 32  # X25519, RFC 7748
PRIVATE_BYTES = lines.NONCE_BYTES + 2 * KEY_BYTES + lines.TAG_BYTES
DATA_BYTES = PUBLIC_BYTES + lines.NONCE_BYTES + KEY_BYTES + lines.TAG_BYTES

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_BASE64 = r"([A-Za-z0-9+/=]+)"
_NAME_LINE = re.compile(
    rf"name: ({NAME.pattern}) (\S+) public={_BASE64} private={_BASE64} data={_BASE64}"
)


@dataclass(frozen=True)
class NameLine:
    """One name of a file.

    Args:
        name: see `NAME`.
        created: when its password was set, UTC.
        public: X25519 public key, 32 bytes.
        private: the private key and the file's member secret, sealed under the password.
        data: the file's data key, sealed to the public key.
    """

    name: str
    created: datetime
    public: bytes
    private: bytes
    data: bytes

    @property
    def bound_to_private(self) -> bytes:
        """The version, and all that precedes `private=` in the line."""
        text = f"name: {self.name} {lines.format_time(self.created)} public="
        return f"{MAGIC}\n{text}{lines.encode_base64(self.public)}".encode("ascii")

    @property
    def bound_to_data(self) -> bytes:
        """The version, and all that precedes `data=` in the line."""
        private = f" private={lines.encode_base64(self.private)}"
        return self.bound_to_private + private.encode("ascii")

    def to_bytes(self) -> bytes:
        """Return the line with its end."""
        line = self.bound_to_data.removeprefix(f"{MAGIC}\n".encode("ascii"))
        return line + f" data={lines.encode_base64(self.data)}\n".encode("ascii")


@dataclass(frozen=True)
class NamedKeyFile:
    """A parsed key file of version 2.

    Args:
        created: when the secret was encrypted, UTC.
        costs: of the key derivation, for all names.
        salt: of the key derivation, 16 bytes, for all names.
        names: 1 to 64, in the order in which they were added.
        sealed: nonce, secret encrypted under the data key, tag.
    """

    created: datetime
    costs: Costs
    salt: bytes
    names: tuple[NameLine, ...]
    sealed: bytes

    @property
    def header(self) -> bytes:
        """All lines before the last; the encrypted secret is bound to them."""
        header = (
            MAGIC,
            NOTE,
            f"created: {lines.format_time(self.created)}",
            lines.kdf_line(self.costs, self.salt),
        )
        text = "".join(f"{line}\n" for line in header).encode("ascii")
        return text + b"".join(line.to_bytes() for line in self.names)

    def to_bytes(self) -> bytes:
        """Return the file's canonical bytes."""
        return self.header + f"key: {lines.encode_base64(self.sealed)}\n".encode("ascii")


def parse(found: list[str], source: str) -> NamedKeyFile:
    """Parse the lines of a version 2 file, the first of which is `MAGIC`.

    Raises:
        KeyFileTooCostly: the costs are out of bounds.
        KeyFileDamaged: anything else.
    """
    count = len(found) - LINES_BEFORE_NAMES - 1
    if not 1 <= count <= MAX_NAMES:
        raise lines.damaged(source, f"it has {len(found)} lines, not one for each of 1 to 64 names")
    if found[1] != NOTE:
        raise lines.damaged(source, "line 2 is not valid")
    created = lines.parse_time(lines.value(found[2], "created", 3, source), 3, source)
    costs, salt = lines.parse_kdf(found[3], 4, source)
    names = tuple(
        _name_line(line, number, source)
        for number, line in enumerate(found[LINES_BEFORE_NAMES:-1], LINES_BEFORE_NAMES + 1)
    )
    if len({line.name for line in names}) < count:
        raise lines.damaged(source, "it has a name twice")
    sealed = lines.parse_key(found[-1], len(found), source)
    check_costs(costs, source)
    return NamedKeyFile(created, costs, salt, names, sealed)


def _name_line(line: str, number: int, source: str) -> NameLine:
    match = _NAME_LINE.fullmatch(line)
    if not match:
        raise lines.damaged(source, f"line {number} is not valid")
    created = lines.parse_time(match[2], number, source)
    lengths = (PUBLIC_BYTES, PRIVATE_BYTES, DATA_BYTES)
    public, private, data = (
        lines.decode_base64(text, number, source) for text in match.groups()[2:]
    )
    if (len(public), len(private), len(data)) != lengths:
        raise lines.damaged(source, f"line {number} has a part of the wrong length")
    return NameLine(match[1], created, public, private, data)

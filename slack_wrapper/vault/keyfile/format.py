"""The key file's text form: the versions, and version 1; no cryptography.

Parsing is strict, writing canonical: anything else is refused, one file has one form. Described
byte by byte in docs/key-format.md. Version 1, a secret under one password, in short:

    slack-wrapper-key v1
    # an encrypted Slack key; it opens with a password only its owners know
    created: 2026-01-31T12:00:00Z
    kdf: argon2id m=65536 t=3 p=4 salt=<base64, 16 bytes>
    key: <base64, 12 + n + 16 bytes>

Every line ends in LF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from slack_wrapper.errors import KeyFileDamaged, KeyFileUnsupported
from slack_wrapper.vault.keyfile import format_v2, lines
from slack_wrapper.vault.keyfile.format_v2 import NamedKeyFile
from slack_wrapper.vault.keyfile.kdf import Costs, check_costs

FAMILY = b"slack-wrapper-key v"  # what the files of every version begin with
MAGIC = "slack-wrapper-key v1"
NOTE = "# an encrypted Slack key; it opens with a password only its owners know"
LINES = 5
MAX_FILE_BYTES = 64 * 1024  # of any version
MAX_V1_BYTES = 16 * 1024

_MAGIC_FORM = re.compile(r"slack-wrapper-key v([0-9]{1,6})")


@dataclass(frozen=True)
class KeyFile:
    """A parsed key file of version 1.

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
        header = (
            MAGIC,
            NOTE,
            f"created: {lines.format_time(self.created)}",
            lines.kdf_line(self.costs, self.salt),
        )
        return "".join(f"{line}\n" for line in header).encode("ascii")

    def to_bytes(self) -> bytes:
        """Return the file's canonical bytes."""
        return self.header + f"key: {lines.encode_base64(self.sealed)}\n".encode("ascii")


def parse(data: bytes, source: str) -> KeyFile | NamedKeyFile:
    """Parse a key file; nothing is derived or decrypted.

    Args:
        data: the file's bytes.
        source: its path, for errors.

    Raises:
        KeyFileUnsupported: a newer version.
        KeyFileTooCostly: the costs are out of bounds.
        KeyFileDamaged: anything else.
    """
    if len(data) > MAX_FILE_BYTES:
        raise lines.damaged(source, f"it is larger than {MAX_FILE_BYTES} bytes")
    _refuse_clear_text(data, source)
    found = lines.split(data, source)
    if found[0] == format_v2.MAGIC:
        return format_v2.parse(found, source)
    _check_version(found[0], source)
    if len(data) > MAX_V1_BYTES:
        raise lines.damaged(source, f"it is larger than {MAX_V1_BYTES} bytes")
    return _parse_v1(found, source)


def _refuse_clear_text(data: bytes, source: str) -> None:
    """Say so where the token itself is given for its key file, and show nothing of it."""
    if data.lstrip().startswith((b"xox", b"xapp-", b"https://hooks.slack")):
        raise KeyFileDamaged(
            f"{source} is not a key file, it holds a token in clear text",
            hint=f"encrypt it: slack-wrapper encrypt --key {source} --encrypted OUT",
        )


def _parse_v1(found: list[str], source: str) -> KeyFile:
    if len(found) != LINES:
        raise lines.damaged(source, f"it has {len(found)} lines, not {LINES}")
    if found[1] != NOTE:
        raise lines.damaged(source, "line 2 is not valid")
    created = lines.parse_time(lines.value(found[2], "created", 3, source), 3, source)
    costs, salt = lines.parse_kdf(found[3], 4, source)
    sealed = lines.parse_key(found[4], LINES, source)
    check_costs(costs, source)
    return KeyFile(created, costs, salt, sealed)


def _check_version(line: str, source: str) -> None:
    match = _MAGIC_FORM.fullmatch(line)
    if not match:
        raise lines.damaged(source, f"its first line is not `{MAGIC}`")
    if line != MAGIC:
        raise KeyFileUnsupported(
            f"the key file {source} has version {match[1]}, this release reads versions 1 and 2"
        )

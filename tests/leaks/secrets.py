"""Secrets that are told apart from everything else, and the search for them in any form."""

import base64
import gzip
import io
import os
import re
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

GZIP = b"\x1f\x8b\x08"
ZIP = b"PK\x03\x04"


class Planted:
    """A fresh secret whose random core gives it away.

    The characters around the core are those that JSON, URLs, shells and Python write otherwise.
    The core is plain letters and digits, so that raw, escaped and quoted forms all contain it; it
    is searched for in halves, so that a cut-off secret is found too.

    Args:
        name: what it is called in a finding.
        before: what the secret begins with.
        after: what it ends with.
    """

    def __init__(self, name: str, before: str = "", after: str = "") -> None:
        self.name = name
        halves = secrets.token_hex(8), secrets.token_hex(8)
        self.text = f"{before}{''.join(halves)}{after}"
        self.pattern = re.compile(b"|".join(form for half in halves for form in _forms(half)))

    def __repr__(self) -> str:
        return f"Planted({self.name})"


def password() -> Planted:
    """Return a password that most kinds of quoting have to change.

    It has no quotes and no backslash: with one in `--config`, Snakemake 9 misquotes the command
    line of its `run:` jobs.
    """
    return Planted("password", "pä%+/ ", "&=#ß")


def token() -> Planted:
    """Return a bot token in Slack's form."""
    return Planted("token", "xoxb-17653672481-")


def _forms(core: str) -> Iterator[bytes]:
    raw = core.encode()
    yield re.escape(raw)
    yield re.escape(raw.hex().encode())
    yield re.escape(raw.hex().upper().encode())
    yield re.escape(core.encode("utf-16-le"))
    for shift in range(3):  # base64 of a longer text: what stays of it in each alignment
        start = (8 * shift + 5) // 6  # characters that hold bits of what stands before
        whole = (8 * (shift + len(raw))) // 6
        coded = base64.b64encode(bytes(shift) + raw)[start:whole]
        yield re.escape(coded)


def find(data: bytes, *planted: Planted) -> list[str]:
    """Return the names of the secrets in `data`, looking into gzip, zip and zlib data too."""
    found = {secret.name for secret in planted if secret.pattern.search(data)}
    for inner in _unpacked(data):
        found.update(find(inner, *planted))
    return sorted(found)


def find_in_tree(folder: Path, *planted: Planted) -> list[str]:
    """Return `path: name` for every file below `folder` that holds a secret, or is named so."""
    found = []
    for path in sorted(folder.rglob("*")):
        place = str(path.relative_to(folder))
        names = set(find(os.fsencode(place), *planted))
        if path.is_symlink():
            names.update(find(os.fsencode(path.readlink()), *planted))
        elif path.is_file():
            names.update(find(path.read_bytes(), *planted))
        found += [f"{place}: {name}" for name in sorted(names)]
    return found


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data.startswith(GZIP):
        yield gzip.decompress(data)
    elif data.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif data[:2] in (b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        unpacker = zlib.decompressobj()  # git keeps its objects so
        yield unpacker.decompress(data)

"""Beliefs about files: that they are shared, how they look, what is said beside them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

from slack_wrapper.live_check.belief import Belief, Shown
from slack_wrapper.live_check.lab import Lab, posted

_SIDE = 16  # pixels
_LINK = "<https://example.org|a link>"


def file(lab: Lab) -> Shown:
    """A file is shared in the channel with its size and title."""
    path = _picture(lab.folder / "plot.png")
    receipt = lab.post(option="file", file=path.name, message="live check: a plot")
    identifier = receipt["files"][0]["id"]
    found = lab.call("files.info", file=identifier)["file"]
    return Shown(
        {"size": path.stat().st_size, "title": "live check: a plot", "shared": True},
        {
            "size": found.get("size"),
            "title": found.get("title"),
            "shared": receipt["ts"] in _shares(found, str(receipt["channel"])),
        },
    )


def several_files(lab: Lab) -> Shown:
    """Several files are one message; a mention and a link beside them are not plain text."""
    names = [_picture(lab.folder / f"plot-{number}.png").name for number in (1, 2, 3)]
    mention = f"<@{lab.who['user_id']}>"
    receipt = lab.post(option="file", file=names, comment=f"live check for {mention}: {_LINK}")
    found = lab.shown(posted(receipt))
    shown = str(found.get("blocks") or "") + str(found.get("text") or "")
    return Shown(
        {"files": 3, "mention": True, "link": True},
        {
            "files": len(found.get("files") or []),
            "mention": mention in shown or f"'user_id': '{lab.who['user_id']}'" in shown,
            "link": "<https://example.org|a link>" in shown
            or "'url': 'https://example.org" in shown,
        },
    )


def _shares(found: dict[str, Any], channel: str) -> list[str]:
    shares = found.get("shares") or {}
    return [
        str(one.get("ts"))
        for kind in shares.values()
        for one in (kind.get(channel) or [] if isinstance(kind, dict) else [])
    ]


def _picture(path: Path) -> Path:
    """Write a small picture; the PNG format is https://www.w3.org/TR/png-3/."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    rows = b"".join(b"\0" + bytes((level * 8 % 256,)) * _SIDE for level in range(_SIDE))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


BELIEFS = (
    Belief("file", "A file is shared with its size and title.", "file", file),
    Belief(
        "several files",
        "Files share a message; mentions and links beside them work.",
        "file",
        several_files,
    ),
)

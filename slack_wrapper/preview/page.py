"""A preview as one HTML file that asks no host for anything."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from slack_wrapper.common.regular_file import read_bytes
from slack_wrapper.html.render import Renderer, color, size
from slack_wrapper.message.compose import with_images
from slack_wrapper.preview.preview import Looks, used

_EMBED_BYTES = 2 << 20  # larger images are named only
_BOT = {"name": "Snakemake", "initial": "S", "tint": "#1164a3", "is_bot": True}


def page(looks: Looks) -> str:
    """Return what a post looks like as HTML."""
    templates = Environment(
        loader=PackageLoader("slack_wrapper.html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    channels = [
        {"id": name, "name": name, "members": []} for name in looks.request.channels
    ]  # fmt: skip
    return templates.get_template("channel.html").render(
        team="Preview",
        channels=channels,
        direct=[],
        channel=channels[0],
        roots=[{**_message(looks), "replies": _replies(looks)}],
        scheduled=[],
        open_threads=True,
        live=False,
    )


def _message(looks: Looks) -> dict[str, Any]:
    links = [_link(path) for path in looks.request.images]
    renderer = Renderer(looks.names, {}, {f"image{n}": link for n, link in enumerate(links)})
    identifiers = [f"image{number}" for number in range(len(links))]
    draft = looks.draft
    blocks = with_images(draft.blocks, identifiers)
    text = draft.parts[0] if draft.parts else ""
    return {
        **_entry("1"),
        "body": Markup(renderer.blocks(blocks) if blocks else renderer.text(text)),  # noqa: S704
        "attachments": [
            {
                "color": color(str(one.get("color", ""))),
                "body": Markup(renderer.attachment(one)),  # noqa: S704 - escaped by the renderer
            }
            for one in with_images(draft.attachments, identifiers)
        ],
        "files": [_file(path) for path in looks.request.files],
    }


def _replies(looks: Looks) -> list[dict[str, Any]]:
    renderer = Renderer(looks.names)
    bodies = [
        renderer.blocks(blocks) if blocks else renderer.text(text)
        for text, blocks in looks.draft.replies()
    ]
    texts = [
        {**_entry(f"2{n}"), "body": Markup(body)}  # noqa: S704 - escaped by the renderer
        for n, body in enumerate(bodies)
    ]
    files = [
        {**_entry(f"3{n}"), "body": "", "files": [_file(path) for path in one.files]}
        for n, one in enumerate(looks.followers)
    ]
    notes = [*(f"✗ {one.path} {one.told}" for one in looks.wrong), *used(looks), *looks.notes]
    about = {**_entry("4"), "name": "preview", "is_bot": False, "body": "; ".join(notes)}
    return [*texts, *files, about]


def _entry(ts: str) -> dict[str, Any]:
    return {**_BOT, "ts": ts, "time": "", "day": "Preview", "edited": False, "attachments": [],
            "files": [], "reactions": []}  # fmt: skip


def _file(path: str) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    there = Path(path)
    kind = mimetypes.guess_type(name)[0] or ""
    bytes_ = there.stat().st_size if there.is_file() else 0
    return {
        "title": name,
        "name": name,
        "kind": there.suffix[1:5].upper() or "FILE",
        "size": size(bytes_) if there.is_file() else "not there yet",
        "link": _link(path),
        "is_image": kind.startswith("image/") and _link(path) != "#",
    }


def _link(path: str) -> str:
    try:
        data = base64.b64encode(read_bytes(path, _EMBED_BYTES)).decode("ascii")
    except OSError:
        return "#"
    return f"data:{mimetypes.guess_type(path)[0] or 'application/octet-stream'};base64,{data}"

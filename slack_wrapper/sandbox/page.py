"""The page: a channel as a person would see it, live or as one static file."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from slack_wrapper.sandbox import render
from slack_wrapper.sandbox.store import Store

_EMBED_BYTES = 8 << 20  # larger images are linked by name only
_templates = Environment(
    loader=PackageLoader("slack_wrapper.sandbox"), autoescape=True, trim_blocks=True
)


def live(store: Store, name: str | None) -> Response:
    """Return the page of a channel, which reloads itself."""
    with store.lock:
        store.deliver_due()
        text = _page(store, name, lambda entry: f"/files/{entry['id']}", refresh=True)
    return Response(text, content_type="text/html; charset=utf-8")


def file(store: Store, identifier: str) -> Response:
    """Return the bytes of a file."""
    with store.lock:
        entry = store.data["files"].get(identifier)
    path = store.folder / "files" / identifier
    if entry is None or not path.is_file():
        return Response("no such file", 404)
    kind = entry["mimetype"] if entry["mimetype"].startswith("image/") else "text/plain"
    headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
    return Response(path.read_bytes(), content_type=kind, headers=headers)


def export(store: Store, out: Path, name: str | None = None) -> Path:
    """Write the page of a channel as one file that needs nothing beside it.

    Args:
        store: the workspace.
        out: the HTML file.
        name: the channel; None for the first that has messages.

    Raises:
        OSError: it cannot be written.
    """
    with store.lock:
        text = _page(store, name or _liveliest(store), lambda entry: _embed(store, entry))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    return out


def _page(
    store: Store, name: str | None, link: Callable[[dict[str, Any]], str], *, refresh: bool = False
) -> str:
    channel = store.channel_by_name(name or _liveliest(store)) or store.data["channels"][0]
    return _templates.get_template("channel.html").render(
        team=store.data["team"],
        channels=store.data["channels"],
        channel=channel,
        roots=_threads(store, channel["id"], link),
        refresh=refresh,
    )


def _threads(
    store: Store, channel: str, link: Callable[[dict[str, Any]], str]
) -> list[dict[str, Any]]:
    shown = [_shown(store, message, link) for message in store.messages(channel)]
    replies: dict[str, list[dict[str, Any]]] = {}
    for message in shown:
        if message["thread_ts"] not in (None, message["ts"]):
            replies.setdefault(message["thread_ts"], []).append(message)
    roots = [message for message in shown if message["thread_ts"] in (None, message["ts"])]
    return [{**root, "replies": replies.get(root["ts"], [])} for root in roots]


def _shown(
    store: Store, message: dict[str, Any], link: Callable[[dict[str, Any]], str]
) -> dict[str, Any]:
    user = store.user(message["user"]) or {"name": message["user"], "is_bot": True}
    people = {one["id"]: one["name"] for one in store.data["users"]}
    rendering = render.Renderer(people)
    files = [store.data["files"].get(one["id"], one) for one in message.get("files") or []]
    blocks = message.get("blocks")
    return {
        "ts": message["ts"],
        "thread_ts": message.get("thread_ts"),
        "time": render.clock(message["ts"]),
        "name": user["name"],
        "initial": user["name"][:1].upper(),
        "is_bot": bool(user.get("is_bot")),
        "edited": "edited" in message,
        "body": Markup(rendering.blocks(blocks) if blocks else rendering.text(message["text"])),  # noqa: S704 - escaped by the renderer
        "attachments": [
            {
                "color": render.color(one.get("color", "")),
                "body": Markup(rendering.attachment(one)),  # noqa: S704 - the same
            }
            for one in message.get("attachments") or []
        ],
        "files": [_shown_file(entry, link) for entry in files],
        "reactions": [
            {"emoji": render.emoji(one["name"]), "count": one["count"]}
            for one in message.get("reactions") or []
        ],
    }


def _shown_file(entry: dict[str, Any], link: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    return {
        "title": entry.get("title") or entry["name"],
        "name": entry["name"],
        "size": render.size(entry.get("size", 0)),
        "link": link(entry),
        "is_image": str(entry.get("mimetype", "")).startswith("image/"),
    }


def _embed(store: Store, entry: dict[str, Any]) -> str:
    path = store.folder / "files" / entry["id"]
    if not path.is_file() or path.stat().st_size > _EMBED_BYTES:
        return f"#{html.escape(entry['name'])}"
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{entry['mimetype']};base64,{data}"


def _liveliest(store: Store) -> str:
    for channel in store.data["channels"]:
        if store.messages(channel["id"]):
            return str(channel["name"])
    return str(store.data["channels"][0]["name"])

"""The page: a channel as a person would see it, live or as one static file."""

from __future__ import annotations

import base64
import html
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response, g, request, send_file
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from slack_wrapper.html import render
from slack_wrapper.html.mrkdwn import emoji
from slack_wrapper.sandbox import view
from slack_wrapper.sandbox.store import Store

_EMBED_BYTES = 8 << 20  # larger files lie beside the exported page
_AVATARS = ("#1164a3", "#e8912d", "#2eb67d", "#e01e5a", "#7c3085", "#0b7a75")
_templates = Environment(
    loader=PackageLoader("slack_wrapper.html"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)

_TS = re.compile(r"\d{1,12}\.\d{1,6}", re.ASCII)

Link = Callable[[dict[str, Any]], str]


def live(store: Store, name: str | None, anchor: str = "") -> Response:
    """Return the page of a channel, which renews itself; from then on the channel is read.

    Args:
        store: the workspace.
        name: of the channel; None for the first that has messages.
        anchor: of the message that a permalink names: its thread is open.
    """
    with store.lock:
        channel = _channel(store, name)
        if channel is None:
            return Response("no such channel", 404, content_type="text/plain")
        store.deliver_due()
        newest = view.newest(store, channel["id"])
        # The line above what is new stays where it was while the page renews itself.
        given = request.args.get("since", "")
        since = given if _TS.fullmatch(given) else store.seen.get(channel["id"], newest)
        store.seen[channel["id"]] = newest
        text = _page(store, channel, lambda entry: f"/files/{entry['id']}",
                     live=True, since=since, anchor=anchor)  # fmt: skip
    return Response(text, content_type="text/html; charset=utf-8")


def _channel(store: Store, name: str | None) -> dict[str, Any] | None:
    if name is not None:
        return store.channel_by_name(name)
    channels: list[dict[str, Any]] = store.data["channels"]
    return next((one for one in channels if store.messages(one["id"])), channels[0])


def file(store: Store, identifier: str) -> Response:
    """Return the bytes of a file."""
    with store.lock:
        entry = store.data["files"].get(identifier)
    path = store.folder / "files" / identifier
    if entry is None or not path.is_file():
        return Response("no such file", 404)
    kind = entry["mimetype"] if entry["mimetype"].startswith("image/") else "text/plain"
    answer = send_file(path.resolve(), mimetype=kind, conditional=False)
    # What was uploaded must not run as a page of this address.
    answer.headers["Content-Security-Policy"] = "sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def export(store: Store, out: Path, name: str | None = None) -> Path:
    """Write the page of a channel as one file; only very large files lie beside it.

    Args:
        store: the workspace.
        out: the HTML file.
        name: the channel; None for the first that has messages.

    Raises:
        OSError: it cannot be written.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with store.lock:
        channel = _channel(store, name) or store.data["channels"][0]
        text = _page(store, channel, lambda entry: _embed(store, entry, out.parent))
    out.write_text(text, encoding="utf-8")
    return out


def _page(
    store: Store,
    channel: dict[str, Any],
    link: Link,
    *,
    live: bool = False,
    since: str = "",
    anchor: str = "",
) -> str:
    entries = view.entries(store, channel["id"], lambda message: _shown(store, message, link))
    if since:
        view.mark_new(entries, since)
    channels = [{**one, **_unread(store, one, live)} for one in store.data["channels"]]
    bookmarks = store.data.get("bookmarks", [])
    return _templates.get_template("channel.html").render(
        team=store.data["team"],
        channels=[one for one in channels if not one.get("is_im")],
        direct=[one for one in channels if one.get("is_im")],
        channel=channel,
        bookmarks=[one for one in bookmarks if one["channel_id"] == channel["id"]],
        roots=entries,
        scheduled=[
            {"time": render.clock(str(one["post_at"])), "day": render.day(str(one["post_at"])),
             **_shown(store, {**one["message"], "ts": str(one["post_at"])}, link)}
            for one in store.data.get("scheduled", []) if one["channel"] == channel["id"]
        ],
        live=live,
        since=since,
        anchor=anchor,
        nonce=g.nonce if live else "",
    )  # fmt: skip


def _unread(store: Store, channel: dict[str, Any], live: bool) -> dict[str, Any]:
    fresh, notices = view.unread(store, channel["id"]) if live else (False, 0)
    return {"unread": fresh, "notices": notices}


def _shown(store: Store, message: dict[str, Any], link: Link) -> dict[str, Any]:
    user = store.user(message["user"]) or {"name": message["user"], "is_bot": True}
    rendering = render.Renderer(
        {one["id"]: one["name"] for one in store.data["users"]},
        {one["id"]: one["name"] for one in store.data["channels"]},
        _Links(store, link),
    )
    files = [store.data["files"].get(one["id"], one) for one in message.get("files") or []]
    blocks = message.get("blocks")
    name = message.get("username") or user["name"]
    icon = str(message.get("icon_emoji") or "").strip(":")
    return {
        "ts": message["ts"],
        "anchor": view.anchor(message["ts"]),
        "time": render.clock(message["ts"]),
        "day": render.day(message["ts"]),
        "name": name,
        "initial": emoji(icon) if icon else name[:1].upper(),
        "tint": "#f0f0f0" if icon else _AVATARS[sum(map(ord, name)) % len(_AVATARS)],
        "is_bot": bool(user.get("is_bot")),
        "edited": "edited" in message,
        "pinned": any(one["ts"] == message["ts"] for one in store.data.get("pins", [])),
        "notified": [
            f"{(store.user(one['user']) or {'name': one['user']})['name']} ({one['why']})"
            for one in store.data.get("notified", {}).get(message["ts"], [])
        ],
        "body": _safe(rendering.blocks(blocks) if blocks else rendering.text(message["text"])),
        "attachments": [
            {"color": render.color(str(one.get("color", ""))),
             "body": _safe(rendering.attachment(one))}
            for one in message.get("attachments") or []
        ],
        "files": [_shown_file(entry, link) for entry in files],
        "reactions": [
            {"emoji": emoji(one["name"]), "count": one["count"],
             "who": ", ".join((store.user(who) or {"name": who})["name"] for who in one["users"])}
            for one in message.get("reactions") or []
        ],
    }  # fmt: skip


class _Links(dict[str, str]):
    """File ID → its address on the page, found when a block shows it."""

    def __init__(self, store: Store, link: Link) -> None:
        super().__init__()
        self._store, self._link = store, link

    def get(self, identifier: str, default: Any = None) -> Any:
        """Return the address of a file, the default for one that is not there."""
        entry = self._store.data["files"].get(identifier)
        return self._link(entry) if entry else default


def _safe(rendered: str) -> Markup:
    return Markup(rendered)  # noqa: S704 - escaped by the renderer


def _shown_file(entry: dict[str, Any], link: Link) -> dict[str, Any]:
    suffix = Path(entry["name"]).suffix.removeprefix(".")
    return {
        "title": entry.get("title") or entry["name"],
        "name": entry["name"],
        "kind": suffix[:4].upper() or "FILE",
        "size": render.size(entry.get("size", 0)),
        "link": link(entry),
        "is_image": str(entry.get("mimetype", "")).startswith("image/"),
    }


def _embed(store: Store, entry: dict[str, Any], folder: Path) -> str:
    path = store.folder / "files" / entry["id"]
    if not path.is_file():
        return f"#{html.escape(entry['name'])}"
    if path.stat().st_size > _EMBED_BYTES:
        beside = folder / "files" / f"{entry['id']}{Path(entry['name']).suffix}"
        beside.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, beside)
        return f"files/{beside.name}"
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{entry['mimetype']};base64,{data}"

"""bookmarks.*: https://docs.slack.dev/reference/methods?family=bookmarks"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from slack_wrapper.sandbox.access import Caller, Refused
from slack_wrapper.sandbox.emoji import is_emoji

Answer = dict[str, Any]
_MOST = 100  # in a channel, says the help centre


def add(call: Caller) -> Answer:
    """bookmarks.add: links only; folders and files are `not_implemented`."""
    channel = _channel(call, "write")
    if not call.text("title") or not call.text("type"):
        raise Refused("invalid_arguments")
    if call.text("type") in ("folder", "file"):
        raise Refused("not_implemented")
    if call.text("type") != "link":
        raise Refused("invalid_bookmark_type")
    there = _bookmarks(call)
    if sum(one["channel_id"] == channel["id"] for one in there) >= _MOST:
        raise Refused("too_many_bookmarks")
    made = {
        "id": call.store.new_id("Bk"),
        "channel_id": channel["id"],
        "title": call.text("title"),
        "link": _link(call),
        "emoji": _emoji(call),
        "type": "link",
        "date_created": int(call.store.now()),
        "date_updated": 0,
        "last_updated_by_user_id": call.user,
    }
    there.append(made)
    return {"bookmark": made}


def edit(call: Caller) -> Answer:
    """bookmarks.edit: what is given changes."""
    found = _found(call)
    change = {}
    if call.text("title"):
        change["title"] = call.text("title")
    if "link" in call.args:
        change["link"] = _link(call)
    if "emoji" in call.args:
        change["emoji"] = _emoji(call)
    found.update(change, date_updated=int(call.store.now()), last_updated_by_user_id=call.user)
    return {"bookmark": found}


def remove(call: Caller) -> Answer:
    """bookmarks.remove."""
    _bookmarks(call).remove(_found(call))
    return {}


def list_bookmarks(call: Caller) -> Answer:
    """bookmarks.list."""
    channel = _channel(call, "read")
    return {"bookmarks": [one for one in _bookmarks(call) if one["channel_id"] == channel["id"]]}


def _channel(call: Caller, what: str) -> dict[str, Any]:
    call.need(f"bookmarks:{what}")
    channel = call.channel_by_id("channel_id")
    if not call.member(channel):
        raise Refused("permission_denied" if what == "write" else "channel_not_found")
    return channel


def _bookmarks(call: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call.store.data.setdefault("bookmarks", [])
    return found


def _found(call: Caller) -> dict[str, Any]:
    channel = _channel(call, "write")
    for one in _bookmarks(call):
        if (one["channel_id"], one["id"]) == (channel["id"], call.text("bookmark_id")):
            return one
    raise Refused("not_found")


def _link(call: Caller) -> str:
    link = call.text("link")
    try:
        parts = urlsplit(link)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise Refused("invalid_link")
    return link


def _emoji(call: Caller) -> str:
    name = call.text("emoji").strip(":")
    if name and not is_emoji(name, call.store.data.get("emoji", [])):
        raise Refused("invalid_emoji")
    return f":{name}:" if name else ""


METHODS = {
    "bookmarks.add": add,
    "bookmarks.edit": edit,
    "bookmarks.remove": remove,
    "bookmarks.list": list_bookmarks,
}

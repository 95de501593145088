"""files.*: https://docs.slack.dev/reference/methods?family=files"""

from __future__ import annotations

import time
from typing import Any

from slack_wrapper.sandbox.access import Caller, Refused

Answer = dict[str, Any]
_PAGE, _MOST = 100, 1000  # entries of files.list


def info(call: Caller) -> Answer:
    """files.info."""
    call.need("files:read")
    entry = call.store.data["files"].get(call.text("file"))
    if entry is None or entry["state"] not in ("complete", "uploaded"):
        raise Refused("file_not_found")
    return {"file": shown(entry)}


def delete(call: Caller) -> Answer:
    """files.delete: the file goes from the messages that show it, too."""
    call.need("files:write")
    identifier = call.text("file")
    entry = call.store.data["files"].get(identifier)
    if entry is None:
        raise Refused("file_not_found")
    if entry["user"] != call.user:
        raise Refused("cant_delete_file")
    del call.store.data["files"][identifier]
    (call.store.folder / "files" / identifier).unlink(missing_ok=True)
    for messages in call.store.data["messages"].values():
        for message in messages:
            if message.get("files"):
                message["files"] = [one for one in message["files"] if one["id"] != identifier]
    return {}


def list_files(call: Caller) -> Answer:
    """files.list: newest first, in numbered pages; filters by channel, user, time and kind."""
    call.need("files:read")
    call.need_team()
    user, channel = call.text("user"), call.text("channel")
    if user and call.store.user(user) is None:
        raise Refused("user_not_found")
    found = [
        shown(entry)
        for entry in reversed(list(call.store.data["files"].values()))
        if entry["state"] == "complete"
        and user in ("", entry["user"])
        and (not channel or _is_shared(entry, channel))
        and call.number("ts_from", 0) <= entry["created"] <= call.number("ts_to", 1e12)
        and _is_of(entry, call.text("types", "all"))
    ]
    size = min(_MOST, int(call.number("count", _PAGE))) or _PAGE
    page = max(1, int(call.number("page", 1)))
    pages = -(-len(found) // size)
    return {
        "files": found[(page - 1) * size : page * size],
        "paging": {"count": size, "total": len(found), "page": page, "pages": pages},
    }


def _is_shared(entry: dict[str, Any], channel: str) -> bool:
    return any(channel in places for places in shown(entry)["shares"].values())


def _is_of(entry: dict[str, Any], types: str) -> bool:
    """Whether a file is of one of the kinds; the sandbox knows all, images and others."""
    kinds = set(types.split(","))
    known = {"all", "spaces", "snippets", "images", "gdocs", "zips", "pdfs"}
    if kinds - known:
        raise Refused("unknown_type")
    mimetype = str(entry["mimetype"])
    return (
        "all" in kinds
        or ("images" in kinds and mimetype.startswith("image/"))
        or ("pdfs" in kinds and mimetype == "application/pdf")
        or ("zips" in kinds and mimetype == "application/zip")
    )


def shown(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a file as Slack shows it: where it is shared is told a moment later."""
    hidden = ("state", "sha256", "shown_from")
    told = {key: value for key, value in entry.items() if key not in hidden}
    if entry.get("shown_from", 0.0) > time.time():
        told["shares"] = {}
    return told


METHODS = {
    "files.info": info,
    "files.list": list_files,
    "files.delete": delete,
}

"""files.*: the three steps of an external upload, and files.info."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
import time
from typing import IO, Any

from werkzeug.exceptions import ClientDisconnected

from slack_wrapper.sandbox import limits
from slack_wrapper.sandbox.access import Caller, Refused
from slack_wrapper.sandbox.methods.chat import check_thread
from slack_wrapper.sandbox.store import Store

Answer = dict[str, Any]
_BLOCK = 1 << 20


def get_upload_url(call: Caller) -> Answer:
    """files.getUploadURLExternal."""
    call.need("files:write")
    name, length = call.text("filename"), call.text("length")
    if not name or not length:
        raise Refused("invalid_arguments", response_metadata={"messages": [
            f"[ERROR] missing required field: {'length' if name else 'filename'}"]})  # fmt: skip
    if not length.isdecimal():
        raise Refused("invalid_arguments")
    if int(length) == 0:
        raise Refused("missing_argument")
    if int(length) > limits.MAX_FILE_BYTES:
        raise Refused("file_upload_size_restricted")
    if len(call.text("alt_txt")) > limits.MAX_ALT:
        raise Refused("alt_txt_too_large")
    identifier = call.store.new_id("F")
    call.store.data["files"][identifier] = {
        "id": identifier,
        "name": name,
        "title": name,
        "user": call.user,
        "size": int(length),
        **({"alt_txt": call.text("alt_txt")} if call.text("alt_txt") else {}),
        "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "state": "reserved",
        "shares": {},
    }
    return {"upload_url": f"{call.url}/upload/v1/{identifier}", "file_id": identifier}


def receive(store: Store, identifier: str, body: IO[bytes]) -> tuple[int, str]:
    """Take the bytes of an upload, in blocks; return HTTP status and text."""
    with store.lock:
        entry = store.data["files"].get(identifier)
        if entry is None or entry["state"] != "reserved":
            return 404, "no such upload"
        entry["state"] = "receiving"
    try:
        size, digest = _spool(store, identifier, body, entry["size"])
    except (
        OSError,
        ClientDisconnected,
    ):  # the sender went away; the URL is still good for another try
        size, digest = -1, ""
    with store.change():
        if size != entry["size"]:
            entry["state"] = "reserved"
            return 400, "length does not match"
        entry.update(state="uploaded", sha256=digest)
    return 200, f"OK - {size}"


def _spool(store: Store, identifier: str, body: IO[bytes], most: int) -> tuple[int, str]:
    """Copy a body to disk in blocks, no more than one beyond `most`; return size and SHA-256."""
    digest, size = hashlib.sha256(), 0
    path = store.folder / "files" / identifier if store.keep_bytes else None
    with open(path or os.devnull, "wb") as file:  # noqa: PTH123
        while size <= most and (block := body.read(_BLOCK)):
            digest.update(block)
            size += len(block)
            file.write(block)
    return size, digest.hexdigest()


def complete(call: Caller) -> Answer:
    """files.completeUploadExternal: once, by channel ID, members only."""
    call.need("files:write")
    wanted = call.args.get("files")
    if isinstance(wanted, str):
        wanted = _parsed(wanted)
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments")
    if len(wanted) > limits.MAX_SHARED_FILES:
        raise Refused("internal_error")  # slackapi/python-slack-sdk#1653
    entries: list[dict[str, Any]] = []
    for one in wanted:
        known = call.store.data["files"]
        entry = known.get(str(one.get("id"))) if isinstance(one, dict) else None
        if entry is None or entry in entries or entry["state"] != "uploaded":
            raise Refused("file_not_found")
        entries.append(entry)
    channel = _channel(call) if call.text("channel_id") else None
    blocks = _blocks(call)
    for one, entry in zip(wanted, entries, strict=True):
        entry["title"] = one.get("title") or entry["name"]
        entry["state"] = "complete"
    if channel:
        _share(call, channel, entries, blocks)
    return {"files": [_shown(entry) | {"shares": {}} for entry in entries]}


def info(call: Caller) -> Answer:
    """files.info."""
    call.need("files:read")
    entry = call.store.data["files"].get(call.text("file"))
    if entry is None or entry["state"] not in ("complete", "uploaded"):
        raise Refused("file_not_found")
    return {"file": _shown(entry)}


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


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Refused("invalid_arguments") from None


def _channel(call: Caller) -> dict[str, Any]:
    channel = call.channel_by_id("channel_id")
    if channel.get("is_archived"):
        raise Refused("is_archived")
    if not call.member(channel):
        raise Refused("not_in_channel")
    thread = call.text("thread_ts")
    if thread:
        check_thread(call, channel, thread)
    return channel


def _blocks(call: Caller) -> list[dict[str, Any]]:
    """Return the blocks of the message: none beside an initial comment, which wins.

    Blocks of the kind `markdown` have an error of Slack's own: slackapi/python-slack-sdk#1756.
    """
    blocks = call.args.get("blocks")
    if not blocks or call.text("initial_comment"):
        return []
    limits.check_blocks(blocks, call.store.data)
    if any(block.get("type") == "markdown" for block in blocks):
        raise Refused("internal_error")
    found: list[dict[str, Any]] = blocks
    return found


def _plain(comment: str) -> str:
    """Return an initial comment as Slack shows it: without links or mentions, with bold and code.

    slackapi/python-slack-sdk#1289
    """
    return comment.replace("<", "&lt;").replace(">", "&gt;")


def _said(blocks: list[dict[str, Any]]) -> str:
    """Return the text of the sections: what a notification has of them."""
    texts = [block.get("text") for block in blocks if block.get("type") == "section"]
    return "\n".join(str(text.get("text", "")) for text in texts if isinstance(text, dict))


def _share(
    call: Caller,
    channel: dict[str, Any],
    entries: list[dict[str, Any]],
    blocks: list[dict[str, Any]],
) -> None:
    """Make the message at once, and let files.info tell of it later, as Slack does."""
    thread = call.text("thread_ts")
    message: dict[str, Any] = {
        "type": "message",
        "user": call.user,
        "bot_id": "B0000000BOT",
        "ts": call.store.new_ts(),
        "text": _plain(call.text("initial_comment")) or _said(blocks),
        **({"blocks": blocks} if blocks else {}),
        "files": [{"id": entry["id"], "name": entry["name"]} for entry in entries],
    }
    if thread:
        message["thread_ts"] = thread
    call.store.messages(channel["id"]).append(message)
    kind = "private" if channel.get("is_private") else "public"
    share = {"ts": message["ts"], **({"thread_ts": thread} if thread else {})}
    for entry in entries:
        entry["shares"] = {kind: {channel["id"]: [share]}}
        entry["shown_from"] = time.time() + call.store.share_delay


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    hidden = ("state", "sha256", "shown_from")
    shown = {key: value for key, value in entry.items() if key not in hidden}
    if entry.get("shown_from", 0.0) > time.time():
        shown["shares"] = {}
    return shown


METHODS = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete,
    "files.info": info,
    "files.delete": delete,
}

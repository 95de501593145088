"""The three steps of an external upload: https://docs.slack.dev/messaging/working-with-files"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
import time
from typing import IO, Any

from werkzeug.exceptions import ClientDisconnected

from slack_wrapper.sandbox import limits, threads
from slack_wrapper.sandbox.access import Caller, Refused, open_direct
from slack_wrapper.sandbox.methods.files import shown
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
        "created": int(call.store.now()),
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
    channels = _channels(call)
    blocks = _blocks(call)
    for one, entry in zip(wanted, entries, strict=True):
        entry["title"] = one.get("title") or entry["name"]
        entry["state"] = "complete"
    for channel in channels:
        _share(call, channel, entries, blocks)
    return {"files": [shown(entry) | {"shares": {}} for entry in entries]}


def upload(call: Caller) -> Answer:
    """files.upload, which Slack has retired on 2025-11-12."""
    raise Refused("method_deprecated")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Refused("invalid_arguments") from None


def _channels(call: Caller) -> list[dict[str, Any]]:
    """Return where to share: `channel_id`, and `channels`, a list of channels and people.

    All of them can be shared in, or nothing is. Their number: page of the method. People in
    `channels`: by the page; nobody has told of having tried it.
    """
    named = [call.text("channel_id"), *call.text("channels").split(",")]
    wanted = list(dict.fromkeys(one.strip() for one in named if one.strip()))
    if len(wanted) > limits.MAX_CHANNELS:
        raise Refused("channels_limit_exceeded")
    if len(wanted) > 1 and call.text("thread_ts"):
        raise Refused("invalid_arguments")
    return [_channel(call, one) for one in wanted]


def _channel(call: Caller, identifier: str) -> dict[str, Any]:
    if identifier != call.text("channel_id") and call.store.user(identifier):
        return open_direct(call.store, call.user, identifier)
    channel = call.visible_channel(identifier)
    if channel.get("is_archived"):
        raise Refused("is_archived")
    if not call.member(channel):
        raise Refused("not_in_channel")
    if call.text("thread_ts"):
        threads.root_of(call.store, channel, call.text("thread_ts"))
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
    if thread:
        thread = threads.root_of(call.store, channel, thread)
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
    call.store.post(channel["id"], message)
    kind = "private" if channel.get("is_private") else "public"
    share = {"ts": message["ts"], **({"thread_ts": thread} if thread else {})}
    for entry in entries:
        entry["shares"].setdefault(kind, {})[channel["id"]] = [share]
        entry["shown_from"] = time.time() + call.store.share_delay


METHODS = {
    "files.upload": upload,
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete,
}

"""chat.*: https://docs.slack.dev/reference/methods?family=chat"""

from __future__ import annotations

from typing import Any

from slack_wrapper.sandbox import limits, threads
from slack_wrapper.sandbox.access import Caller, Refused

Answer = dict[str, Any]
BROADCAST = "thread_broadcast"


def post_message(call: Caller) -> Answer:
    """chat.postMessage."""
    call.need("chat:write")
    channel = call.channel_to_post()
    message, warnings = compose(call, channel)
    message = call.store.post(channel["id"], {**message, "ts": call.store.new_ts()})
    answer: Answer = {"channel": channel["id"], "ts": message["ts"], "message": message}
    if warnings:
        answer |= {"warning": ",".join(warnings), "response_metadata": {"warnings": warnings}}
    return answer


def compose(call: Caller, channel: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the message that a call describes, without ts, and warnings.

    Raises:
        Refused: Slack would refuse it.
    """
    text, blocks, attachments = _content(call)
    limits.check_metadata(call.args.get("metadata"))
    thread = call.text("thread_ts")
    if thread:
        thread = threads.root_of(call.store, channel, thread)
    message = {
        "type": "message",
        "user": call.user,
        "bot_id": "B0000000BOT",
        "text": text[: limits.MAX_TEXT],
    }
    custom = {name: call.text(name) for name in ("username", "icon_emoji", "icon_url")}
    if any(custom.values()):
        call.need("chat:write.customize")
    for name, value in (("blocks", blocks), ("attachments", attachments), ("thread_ts", thread),
                        ("metadata", call.args.get("metadata")), *custom.items()):  # fmt: skip
        if value:
            message[name] = value
    if thread and call.flag("reply_broadcast"):
        message["subtype"] = BROADCAST
    return message, ["message_truncated"] if len(text) > limits.MAX_TEXT else []


def _content(call: Caller) -> tuple[str, Any, Any]:
    """Return text, blocks and attachments of a call; `markdown_text` becomes a markdown block.

    `markdown_text_conflict` and its 12,000 characters: page of chat.postMessage. The page does not
    say how more are refused.
    """
    blocks, attachments = call.args.get("blocks"), call.args.get("attachments")
    text, markdown = call.text("text"), call.text("markdown_text")
    if markdown:
        if text or blocks:
            raise Refused("markdown_text_conflict")
        if len(markdown) > limits.MAX_MARKDOWN_TEXT:
            raise Refused("msg_too_long")
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    limits.check_message(text, blocks, attachments, call.store.data)
    return text, blocks, attachments


def post_ephemeral(call: Caller) -> Answer:
    """chat.postEphemeral: for one member, and never in a history.

    Its page: "attachments that contain blocks are not valid", metadata is ignored.
    """
    call.need("chat:write")
    channel = call.channel_to_post()
    user = call.text("user")
    if user not in channel.get("members", []):
        raise Refused("user_not_in_channel")
    if any(
        one.get("blocks") for one in call.args.get("attachments") or [] if isinstance(one, dict)
    ):
        raise Refused("invalid_attachments")
    message, _ = compose(call, channel)
    message.pop("metadata", None)
    shown = {**message, "ts": call.store.new_ts(), "only_for": user}
    call.store.data.setdefault("ephemeral", {}).setdefault(channel["id"], []).append(shown)
    return {"message_ts": shown["ts"]}


def update(call: Caller) -> Answer:
    """chat.update: by ID only."""
    call.need("chat:write")
    channel = call.channel_by_id()
    message = _own_message(call, channel, "cant_update_message")
    window = call.store.data.get("edit_window")
    if window is not None and call.store.now() - float(message["ts"]) > window:
        raise Refused("edit_window_closed")
    text, blocks, attachments = _content(call)
    if len(text) > limits.MAX_UPDATE_TEXT and not call.text("markdown_text"):
        raise Refused("msg_too_long")
    if _is_rich(message.get("blocks")) and blocks and not _is_rich(blocks):
        raise Refused("block_mismatch")
    metadata = call.args.get("metadata")
    limits.check_metadata(metadata or None)
    if call.flag("reply_broadcast"):
        _broadcast(message, text)
    message["text"] = text
    for name, value in (("blocks", blocks), ("attachments", attachments)):
        if value:
            message[name] = value
        elif name in call.args or name == "blocks":  # attachments stay until a list is given
            message.pop(name, None)
    if metadata:
        message["metadata"] = metadata
    elif metadata == {}:  # absent, it stays
        message.pop("metadata", None)
    message["edited"] = {"user": call.user, "ts": call.store.new_ts()}
    return {"channel": channel["id"], "ts": message["ts"], "text": text, "message": message}


def _is_rich(blocks: Any) -> bool:
    return any(one.get("type") == "rich_text" for one in blocks or [])


def _broadcast(message: dict[str, Any], text: str) -> None:
    """Show an old reply in the channel too; its content cannot change in the same call."""
    if not threads.is_reply(message):
        raise Refused("cant_broadcast_message")
    if message.get("subtype") != BROADCAST and text != message["text"]:
        raise Refused("no_dual_broadcast_content_update")
    message["subtype"] = BROADCAST


def delete(call: Caller) -> Answer:
    """chat.delete: by ID only."""
    call.need("chat:write")
    channel = call.channel_by_id()
    message = _own_message(call, channel, "cant_delete_message")
    call.store.messages(channel["id"]).remove(message)
    return {"channel": channel["id"], "ts": message["ts"]}


def get_permalink(call: Caller) -> Answer:
    """chat.getPermalink: needs no scope; the link to a part of a thread names the thread."""
    channel = call.channel_by_id()
    ts = call.text("message_ts")
    message = call.store.message(channel["id"], ts)
    if message is None:
        raise Refused("message_not_found")
    return {"channel": channel["id"], "permalink": permalink(call, channel, message)}


def permalink(call: Caller, channel: dict[str, Any], message: dict[str, Any]) -> str:
    """Return the link to a message; that to a part of a thread names the thread."""
    anchor = message["ts"].replace(".", "")
    link = f"{call.team_url}/archives/{channel['id']}/p{anchor}"
    if "thread_ts" in message:
        link += f"?thread_ts={message['thread_ts']}&cid={channel['id']}"
    return link


def _own_message(call: Caller, channel: dict[str, Any], otherwise: str) -> dict[str, Any]:
    message = call.store.message(channel["id"], call.text("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message["user"] != call.user:
        raise Refused(otherwise)
    return message


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}

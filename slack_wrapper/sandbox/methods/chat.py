"""chat.*: https://docs.slack.dev/reference/methods?family=chat"""

from __future__ import annotations

from typing import Any

from slack_wrapper.sandbox import limits
from slack_wrapper.sandbox.access import Caller, Refused

Answer = dict[str, Any]


def post_message(call: Caller) -> Answer:
    """chat.postMessage."""
    call.need("chat:write")
    channel = call.channel_to_post()
    message, warnings = compose(call, channel)
    message = {**message, "ts": call.store.new_ts()}
    call.store.messages(channel["id"]).append(message)
    answer: Answer = {"channel": channel["id"], "ts": message["ts"], "message": message}
    if warnings:
        answer |= {"warning": ",".join(warnings), "response_metadata": {"warnings": warnings}}
    return answer


def compose(call: Caller, channel: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the message that a call describes, without ts, and warnings.

    Raises:
        Refused: Slack would refuse it.
    """
    blocks, attachments = call.args.get("blocks"), call.args.get("attachments")
    text = call.text("text")
    limits.check_message(text, blocks, attachments, call.store.data)
    limits.check_metadata(call.args.get("metadata"))
    thread = call.text("thread_ts")
    if thread:
        check_thread(call, channel, thread)
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
    if thread and call.args.get("reply_broadcast"):
        message["subtype"] = "thread_broadcast"
    return message, ["message_truncated"] if len(text) > limits.MAX_TEXT else []


def check_thread(call: Caller, channel: dict[str, Any], thread: str) -> None:
    """Refuse a reply to a root that is gone or locked, or in a channel without threads."""
    root = call.store.message(channel["id"], thread)
    if channel.get("no_threads"):
        raise Refused("restricted_action_non_threadable_channel")
    if root is None:
        raise Refused("thread_not_found")
    if root.get("locked"):
        raise Refused("restricted_action_thread_locked")
    if root.get("no_replies"):
        raise Refused("cannot_reply_to_message")


def update(call: Caller) -> Answer:
    """chat.update: by ID only."""
    call.need("chat:write")
    channel = call.channel_by_id()
    message = _own_message(call, channel, "cant_update_message")
    window = call.store.data.get("edit_window")
    if window is not None and call.store.now() - float(message["ts"]) > window:
        raise Refused("edit_window_closed")
    text, blocks, attachments = (
        call.text("text"),
        call.args.get("blocks"),
        call.args.get("attachments"),
    )
    limits.check_message(text, blocks, attachments, call.store.data)
    if len(text) > limits.MAX_UPDATE_TEXT:
        raise Refused("msg_too_long")
    limits.check_metadata(call.args.get("metadata"))
    message["text"] = text
    for name, value in (("blocks", blocks), ("attachments", attachments)):
        if value:
            message[name] = value
        elif name in call.args or name == "blocks":  # attachments stay until a list is given
            message.pop(name, None)
    if call.args.get("metadata"):
        message["metadata"] = call.args["metadata"]
    message["edited"] = {"user": call.user, "ts": call.store.new_ts()}
    return {"channel": channel["id"], "ts": message["ts"], "text": text, "message": message}


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
    link = f"{call.team_url}/archives/{channel['id']}/p{ts.replace('.', '')}"
    if "thread_ts" in message:
        link += f"?thread_ts={message['thread_ts']}&cid={channel['id']}"
    return {"channel": channel["id"], "permalink": link}


def _own_message(call: Caller, channel: dict[str, Any], otherwise: str) -> dict[str, Any]:
    message = call.store.message(channel["id"], call.text("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message["user"] != call.user:
        raise Refused(otherwise)
    return message


METHODS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}

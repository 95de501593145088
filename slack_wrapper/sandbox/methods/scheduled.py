"""Scheduled messages: https://docs.slack.dev/messaging/sending-and-scheduling-messages"""

from __future__ import annotations

from typing import Any

from slack_wrapper.sandbox.access import Caller, Refused
from slack_wrapper.sandbox.methods import chat

Answer = dict[str, Any]
_WINDOW, _MOST = 300, 30  # no more messages than these within so many seconds in a channel
_FARTHEST = 120 * 24 * 3600  # seconds ahead


def schedule(call: Caller) -> Answer:
    """chat.scheduleMessage: `post_at` in seconds of Unix time."""
    call.need("chat:write")
    channel = call.channel_to_post()
    when = call.text("post_at")
    if not when.isdecimal():
        raise Refused("invalid_time")
    if int(when) <= call.store.now():
        raise Refused("time_in_past")
    if int(when) > call.store.now() + _FARTHEST:
        raise Refused("time_too_far")
    message, _ = chat.compose(call, channel)
    for name in ("username", "icon_emoji", "icon_url"):  # its page knows none of them
        message.pop(name, None)
    waiting = call.store.data.setdefault("scheduled", [])
    near = [
        one
        for one in waiting
        if one["channel"] == channel["id"] and abs(one["post_at"] - int(when)) < _WINDOW
    ]
    if len(near) >= _MOST:
        raise Refused("restricted_too_many")
    entry = {
        "id": call.store.new_id("Q"),
        "channel": channel["id"],
        "post_at": int(when),
        "date_created": int(call.store.now()),
        "message": message,
    }
    waiting.append(entry)
    return {
        "channel": channel["id"],
        "scheduled_message_id": entry["id"],
        "post_at": int(when),
        "message": message,
    }


def list_scheduled(call: Caller) -> Answer:
    """chat.scheduledMessages.list: the caller's own, in pages."""
    call.need_team()
    channel = call.channel_by_id()["id"] if call.text("channel") else None
    oldest, latest = float(call.text("oldest") or 0), float(call.text("latest") or "inf")
    found = [
        {
            "id": one["id"],
            "channel_id": one["channel"],
            "post_at": one["post_at"],
            "date_created": one["date_created"],
            "text": one["message"]["text"],
        }
        for one in call.store.data.get("scheduled", [])
        if one["message"]["user"] == call.user and channel in (None, one["channel"])
        if oldest <= one["post_at"] <= latest
    ]
    page, cursor = call.page(found, 100)
    return {"scheduled_messages": page, "response_metadata": {"next_cursor": cursor}}


def delete(call: Caller) -> Answer:
    """chat.deleteScheduledMessage."""
    call.need("chat:write")
    channel = call.channel_by_id()
    waiting = call.store.data.get("scheduled", [])
    for one in waiting:
        mine = one["message"]["user"] == call.user and one["channel"] == channel["id"]
        if mine and one["id"] == call.text("scheduled_message_id"):
            waiting.remove(one)
            return {}
    raise Refused("invalid_scheduled_message_id")


METHODS = {
    "chat.scheduleMessage": schedule,
    "chat.scheduledMessages.list": list_scheduled,
    "chat.deleteScheduledMessage": delete,
}

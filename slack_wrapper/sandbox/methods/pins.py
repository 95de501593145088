"""pins.*: https://docs.slack.dev/reference/methods?family=pins"""

from __future__ import annotations

import re
from typing import Any

from slack_wrapper.sandbox.access import Caller, Refused
from slack_wrapper.sandbox.methods.chat import permalink

Answer = dict[str, Any]
_TS = re.compile(r"\d{1,10}\.\d{6}")
_MOST = 100  # in a channel, says the help centre


def add(call: Caller) -> Answer:
    """pins.add: a message, by members."""
    call.need("pins:write")
    channel, message = _message(call)
    pins = _pins(call)
    there = [one for one in pins if one["channel"] == channel["id"]]
    if any(one["ts"] == message["ts"] for one in there):
        raise Refused("already_pinned")
    if len(there) >= _MOST:
        raise Refused("too_many_pins")
    pins.append(
        {
            "channel": channel["id"],
            "ts": message["ts"],
            "created": int(call.store.now()),
            "created_by": call.user,
        }
    )
    return {}


def remove(call: Caller) -> Answer:
    """pins.remove."""
    call.need("pins:write")
    channel, message = _message(call)
    for one in _pins(call):
        if (one["channel"], one["ts"]) == (channel["id"], message["ts"]):
            _pins(call).remove(one)
            return {}
    raise Refused("no_pin")


def list_pins(call: Caller) -> Answer:
    """pins.list: those of messages that are still there, newest first."""
    call.need("pins:read")
    channel = call.channel_by_id()
    items = []
    for one in reversed(_pins(call)):
        message = call.store.message(channel["id"], one["ts"])
        if one["channel"] == channel["id"] and message:
            link = permalink(call, channel, message)
            shown = {**message, "permalink": link, "pinned_to": [channel["id"]]}
            item = {key: value for key, value in one.items() if key != "ts"}
            items.append({"type": "message", **item, "message": shown})
    return {"items": items}


def _pins(call: Caller) -> list[dict[str, Any]]:
    pins: list[dict[str, Any]] = call.store.data.setdefault("pins", [])
    return pins


def _message(call: Caller) -> tuple[dict[str, Any], dict[str, Any]]:
    channel = call.channel_by_id()
    if not call.member(channel):
        raise Refused("not_in_channel")
    ts = call.text("timestamp")
    if not ts:
        raise Refused("no_item_specified")
    if not _TS.fullmatch(ts):
        raise Refused("bad_timestamp")
    message = call.store.message(channel["id"], ts)
    if message is None:
        raise Refused("message_not_found")
    return channel, message


METHODS = {"pins.add": add, "pins.remove": remove, "pins.list": list_pins}

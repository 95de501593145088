"""conversations.*: https://docs.slack.dev/reference/methods?family=conversations"""

from __future__ import annotations

from typing import Any

from slack_wrapper.sandbox import threads
from slack_wrapper.sandbox.access import Caller, Refused, open_direct

Answer = dict[str, Any]
_MOST_LISTED = 1000  # "an integer under 1000", says the page of conversations.list


def _shown(call: Caller, channel: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": channel["id"],
        "name": channel["name"],
        "is_channel": not channel.get("is_private", False),
        "is_private": bool(channel.get("is_private")),
        "is_archived": bool(channel.get("is_archived")),
        "is_im": bool(channel.get("is_im")),
        "is_member": call.member(channel),
        "num_members": len(channel.get("members", [])),
    }


def _read_scope(call: Caller, channel: dict[str, Any], what: str) -> None:
    if channel.get("is_im"):
        call.need(f"im:{what}")
        return
    call.need(f"groups:{what}" if channel.get("is_private") else f"channels:{what}")


def list_channels(call: Caller) -> Answer:
    """conversations.list, in pages."""
    kinds = call.text("types", "public_channel").split(",")
    if "public_channel" in kinds:
        call.need("channels:read")
    if "private_channel" in kinds:
        call.need("groups:read")
    call.need_team()
    limit = call.text("limit")
    if limit.isdecimal() and int(limit) >= _MOST_LISTED:
        raise Refused("invalid_limit")
    there = [channel for channel in call.store.data["channels"] if not channel.get("is_im")]
    page, cursor = call.page(there, 100)
    # Filters are applied to a page that is cut already, which may leave it empty.
    seen = [
        channel
        for channel in page
        if not (call.flag("exclude_archived") and channel.get("is_archived"))
        and ("private_channel" if channel.get("is_private") else "public_channel") in kinds
        and (not channel.get("is_private") or call.member(channel))
    ]
    return {
        "channels": [_shown(call, channel) for channel in seen],
        "response_metadata": {"next_cursor": cursor},
    }


_KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def users_conversations(call: Caller) -> Answer:
    """users.conversations: those of a user, without `is_member` and `num_members` (its page)."""
    kinds = call.text("types", "public_channel").split(",")
    if set(kinds) - set(_KINDS):
        raise Refused("invalid_types")
    for kind in kinds:
        call.need(f"{_KINDS[kind]}:read")
    call.need_team()
    user = call.text("user", call.user)
    there = [
        channel
        for channel in call.store.data["channels"]
        if user in channel.get("members", [])
        and _kind(channel) in kinds
        and (not channel.get("is_private") or call.member(channel))
        and not (call.flag("exclude_archived") and channel.get("is_archived"))
    ]
    page, cursor = call.page(there, 100)
    left_out = ("is_member", "num_members")
    shown = [{k: v for k, v in _shown(call, one).items() if k not in left_out} for one in page]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def _kind(channel: dict[str, Any]) -> str:
    if channel.get("is_im"):
        return "im"
    return "private_channel" if channel.get("is_private") else "public_channel"


def info(call: Caller) -> Answer:
    """conversations.info."""
    channel = call.channel_by_id()
    _read_scope(call, channel, "read")
    return {"channel": _shown(call, channel)}


def join(call: Caller) -> Answer:
    """conversations.join: public channels only."""
    call.need("channels:join")
    channel = call.channel_by_id()
    if channel.get("is_private"):
        raise Refused("method_not_supported_for_channel_type")
    if channel.get("is_archived"):
        raise Refused("is_archived")
    if not call.member(channel):
        channel.setdefault("members", []).append(call.user)
    return {"channel": _shown(call, channel)}


def open_channel(call: Caller) -> Answer:
    """conversations.open, for a direct message with one person."""
    call.need("im:write")
    user = call.text("users")
    known = call.store.user(user)
    if known is None:
        raise Refused("user_not_found")
    if known.get("deleted"):
        raise Refused("user_disabled")
    if known.get("is_bot"):
        raise Refused("cannot_dm_bot")
    channel = open_direct(call.store, call.user, user)
    return {"channel": {"id": channel["id"]}}


def members(call: Caller) -> Answer:
    """conversations.members, in pages."""
    channel = call.channel_by_id()
    _read_scope(call, channel, "read")
    page, cursor = call.page(channel.get("members", []), 100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def history(call: Caller) -> Answer:
    """conversations.history: newest first, without replies but those shown in the channel too."""
    channel = _readable(call)
    roots = [
        entry
        for entry in call.store.shown(channel["id"])
        if threads.in_channel(entry) and _in_time(call, entry)
    ]
    return _read(call, channel, list(reversed(roots)))


def replies(call: Caller) -> Answer:
    """conversations.replies: oldest first, the root always first."""
    channel = _readable(call)
    ts = call.text("ts")
    if call.store.message(channel["id"], ts) is None:
        raise Refused("thread_not_found")
    found = [
        entry
        for entry in call.store.shown(channel["id"])
        if entry["ts"] == ts or (entry.get("thread_ts") == ts and _in_time(call, entry))
    ]
    return _read(call, channel, found)


def _readable(call: Caller) -> dict[str, Any]:
    channel = call.channel_by_id()
    _read_scope(call, channel, "history")
    if not call.member(channel):
        raise Refused("not_in_channel")
    return channel


def _in_time(call: Caller, entry: dict[str, Any]) -> bool:
    try:
        oldest = float(call.text("oldest") or 0)
        latest = float(call.text("latest") or "inf")
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
    ts = float(entry["ts"])
    edge = call.flag("inclusive") and ts in (oldest, latest)
    return edge or oldest < ts < latest


def _read(call: Caller, channel: dict[str, Any], found: list[dict[str, Any]]) -> Answer:
    page, cursor = call.page(found, 100)
    shown = call.store.shown(channel["id"])
    page = [threads.with_thread(entry, shown) for entry in page]
    if not call.flag("include_all_metadata"):
        page = [{key: value for key, value in entry.items() if key != "metadata"} for entry in page]
    return {
        "messages": page,
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


METHODS = {
    "conversations.list": list_channels,
    "users.conversations": users_conversations,
    "conversations.info": info,
    "conversations.join": join,
    "conversations.open": open_channel,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.replies": replies,
}

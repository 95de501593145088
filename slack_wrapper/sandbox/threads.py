"""Threads: which one a reply goes to, and what histories tell of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slack_wrapper.sandbox.access import Refused
from slack_wrapper.sandbox.notices import is_broadcast
from slack_wrapper.sandbox.store import Store

_MOST_NAMED = 5  # reply_users of a root


def root_of(store: Store, channel: dict[str, Any], ts: str) -> str:
    """Return the ts of the thread that a reply to a message goes to.

    A reply's ts leads to its root: Slack takes it, though it says "avoid using a reply's ts"
    (page of chat.postMessage; discourse/discourse-chat-integration#159).

    Raises:
        Refused: the message is gone, its thread is locked, or the channel has no threads. A root
            deleted before its first reply is `thread_not_found` (slackapi/bolt-js#2307).
    """
    if channel.get("no_threads"):
        raise Refused("restricted_action_non_threadable_channel")
    message = store.message(channel["id"], ts)
    root = store.message(channel["id"], str(message.get("thread_ts", ts))) if message else None
    if root is None:
        raise Refused("thread_not_found")
    if root.get("locked"):
        raise Refused("restricted_action_thread_locked")
    if root.get("no_replies"):
        raise Refused("cannot_reply_to_message")
    return str(root["ts"])


def is_reply(message: dict[str, Any]) -> bool:
    """Whether a message stands in a thread, and is not its root."""
    return message.get("thread_ts") not in (None, message["ts"])


def in_channel(message: dict[str, Any]) -> bool:
    """Whether a message is shown in the channel itself."""
    return not is_reply(message) or is_broadcast(message)


def with_thread(message: dict[str, Any], others: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a message as histories show it: a root with its counts, a broadcast with its root.

    https://docs.slack.dev/reference/methods/conversations.history and
    …/reference/events/message/thread_broadcast

    Args:
        message: as the store keeps it.
        others: the messages of its channel.
    """
    if is_broadcast(message):
        root = next((one for one in others if one["ts"] == message["thread_ts"]), None)
        return {**message, "root": root} if root else message
    replies = [one for one in others if one.get("thread_ts") == message["ts"] and is_reply(one)]
    if not replies:
        return message
    users = list(dict.fromkeys(str(one.get("user")) for one in replies))
    return {
        **message,
        "thread_ts": message["ts"],
        "reply_count": len(replies),
        "reply_users": users[:_MOST_NAMED],
        "reply_users_count": len(users),
        "latest_reply": replies[-1]["ts"],
        "is_locked": bool(message.get("locked")),
    }

"""What stands in a channel for a person: messages with their threads, and what is unread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_wrapper.sandbox import threads
from slack_wrapper.sandbox.notices import is_broadcast
from slack_wrapper.sandbox.store import Store, micros

Show = Callable[[dict[str, Any]], dict[str, Any]]
_DELETED = {"user": "", "username": "deleted", "text": "_This message was deleted._"}


def entries(store: Store, channel: str, show: Show) -> list[dict[str, Any]]:
    """Return what the channel itself shows, oldest first.

    Roots come with `replies`, broadcasts as `broadcast` with the anchor of their root, and messages
    for one person with `only_for`. A root that is gone leaves a mark as long as there are replies,
    as at Slack.

    Args:
        store: the workspace.
        channel: ID.
        show: makes of a message what the page shows.
    """
    messages = store.messages(channel)
    replies: dict[str, list[dict[str, Any]]] = {}
    for one in messages:
        if threads.is_reply(one):
            replies.setdefault(one["thread_ts"], []).append(show(one))
    roots = [one for one in messages if not threads.is_reply(one)]
    gone = set(replies) - {one["ts"] for one in roots}
    roots += [{**_DELETED, "ts": ts} for ts in gone]
    found = [{**show(one), "replies": replies.get(one["ts"], [])} for one in roots]
    found += [
        {**show(one), "broadcast": anchor(one["thread_ts"])}
        for one in messages
        if is_broadcast(one)
    ]
    for one in store.data.get("ephemeral", {}).get(channel, []):
        reader = store.user(one["only_for"]) or {"name": one["only_for"]}
        found.append({**show(one), "only_for": reader["name"]})
    return sorted(found, key=lambda one: micros(one["ts"]))


def anchor(ts: str) -> str:
    """Return the anchor of a message on the page, as in its permalink."""
    return f"p{ts.replace('.', '')}"


def mark_new(found: list[dict[str, Any]], since: str) -> None:
    """Mark the first entry that came after a ts, above which the page draws a line."""
    for one in found:
        if micros(one["ts"]) > micros(since):
            one["first_new"] = True
            return


def newest(store: Store, channel: str) -> str:
    """Return the ts of the newest message that the channel itself shows."""
    shown = [one["ts"] for one in store.messages(channel) if threads.in_channel(one)]
    return max(shown, key=micros, default="0.0")


def unread(store: Store, channel: str) -> tuple[bool, int]:
    """Return whether a channel has messages that its page has not shown, and how many notified.

    Replies do not count: Slack shows them under "Threads".
    """
    since = micros(store.seen.get(channel, "0.0"))
    fresh = [
        one
        for one in store.messages(channel)
        if threads.in_channel(one) and micros(one["ts"]) > since
    ]
    notified = store.data.get("notified", {})
    return bool(fresh), sum(bool(notified.get(one["ts"])) for one in fresh)

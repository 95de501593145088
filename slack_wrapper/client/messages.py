"""Posting a message once, and finding out whether an unclear post was carried out."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackAmbiguous, SlackError, SlackRefused

# Our idempotency key travels as message metadata: https://docs.slack.dev/messaging/message-metadata
EVENT_TYPE = "slack_wrapper_post"
# Seconds before the looks for an unclear post: Slack may still be busy with it at the first.
LOOKS = (1.0, 3.0)
# Seconds by which this machine's clock may run ahead of Slack's without a post being missed.
CLOCK_MARGIN = 600.0
_PAGE = 200
_TS = "\0"  # in a link of another message, where the ts goes
_MAX_PAGES = 10


@dataclass(frozen=True)
class Message:
    """What one call of chat.postMessage sends.

    Args:
        channel: ID or public name.
        text: mrkdwn; with blocks the fallback for notifications.
        key: our idempotency key, kept in the message's metadata.
        thread_ts: the root message to reply to.
        blocks: Block Kit blocks.
        attachments: secondary attachments (colour bars).
    """

    channel: str
    text: str
    key: str
    thread_ts: str | None = None
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Posted:
    """Where a message is: `channel` is an ID, `ts` identifies it in the channel."""

    channel: str
    ts: str


def post(
    transport: Transport,
    message: Message,
    retrier: Retrier,
    *,
    about: str,
    locate: Callable[[str], str],
    repost: bool = False,
) -> Posted:
    """Post `message` exactly once.

    Args:
        transport: the connection.
        message: the message.
        retrier: bounds the repetitions.
        about: what the call is about, for errors.
        locate: channel name → ID, which reading the history needs.
        repost: whether to post again what may be there, when the channel cannot be read.

    Raises:
        SlackRefused, SlackUnavailable: it was not posted.
        SlackAmbiguous: it may have been posted, and the channel cannot be read to find out.
    """
    started = time.time()

    def call() -> Posted:
        answer = transport.call("chat.postMessage", _arguments(message), about=about)
        return Posted(str(answer["channel"]), str(answer["ts"]))

    def settle() -> Posted | None:
        try:
            return find(transport, message, since=started, about=about, locate=locate)
        except SlackAmbiguous:
            if repost:
                return None
            raise

    return retrier.run(call, settle=settle, visible=True)


def _arguments(message: Message) -> dict[str, Any]:
    return {
        "channel": message.channel,
        "text": message.text,
        "thread_ts": message.thread_ts,
        "blocks": message.blocks or None,
        "attachments": message.attachments or None,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}},
    }


def find(
    transport: Transport,
    message: Message,
    *,
    since: float,
    about: str,
    locate: Callable[[str], str],
) -> Posted | None:
    """Look for a post of ours by its key.

    Args:
        transport: the connection.
        message: the message, with its key.
        about: what the call is about, for errors.
        locate: channel name → ID.
        since: seconds since the epoch (this machine's clock) before the post was first tried.

    Returns:
        Where it is, or None if it surely was not posted.

    Raises:
        SlackAmbiguous: the channel's history cannot be read.
    """
    for pause in LOOKS:
        time.sleep(pause)
        try:
            channel = locate(message.channel)
            for found in history(transport, channel, since=since, thread=message.thread_ts):
                if key_of(found) == message.key:
                    return Posted(channel, str(found["ts"]))
        except SlackError as error:
            raise SlackAmbiguous(
                f"the message for {about} may or may not have been posted, "
                f"and the channel cannot be read to find out: {error.code or error.message}",
                code="unsettled",
                method="chat.postMessage",
                hint=(
                    "look into the channel; give the app the scopes channels:history and "
                    "groups:history and invite it, and such a case settles itself"
                ),
            ) from None
    return None


def key_of(message: dict[str, Any]) -> str | None:
    """Return our idempotency key of a message from the history, if it has one."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return payload.get("key") if metadata.get("event_type") == EVENT_TYPE else None


def history(
    transport: Transport, channel: str, *, since: float, thread: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the messages of a channel, or of one thread, since a time, metadata included.

    Args:
        channel: ID.
        since: seconds since the epoch; `CLOCK_MARGIN` is taken off.
        thread: ts of the thread's root, to read its replies instead.

    Raises:
        SlackError: the channel cannot be read.
    """
    method = "conversations.replies" if thread else "conversations.history"
    params: dict[str, Any] = {
        "channel": channel,
        "ts": thread,
        "oldest": f"{max(0.0, since - CLOCK_MARGIN):.6f}",
        "include_all_metadata": True,
        "limit": _PAGE,
    }
    for _ in range(_MAX_PAGES):
        answer = Retrier(transport.lookups).run(
            functools.partial(transport.call, method, params, about=f"channel {channel}")
        )
        yield from answer.get("messages") or []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
        params = {**params, "cursor": cursor}
    raise SlackRefused("the channel is too busy to be searched", code="too_busy", method=method)


def permalink(transport: Transport, posted: Posted, thread: str | None = None) -> str | None:
    """Return the link to a message; None when Slack does not tell it: the post itself is done.

    Links to messages of one channel, or of one thread, differ in the ts only; so Slack is asked for
    the first one, and the others are made after it.

    Args:
        transport: the connection.
        posted: the message.
        thread: ts of the root that it replies to.
    """
    place = (posted.channel, thread)
    ours = f"/p{posted.ts.replace('.', '')}"
    if place in transport.links:
        return transport.links[place].replace(_TS, ours)
    try:
        answer = transport.call(
            "chat.getPermalink", {"channel": posted.channel, "message_ts": posted.ts}
        )
    except SlackError:
        return None
    link = str(answer["permalink"])
    # A root that has replies already is linked to as a part of its thread, unlike others.
    if ours in link and posted.ts not in link:
        transport.links[place] = link.replace(ours, _TS)
    return link

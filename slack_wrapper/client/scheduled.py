"""Messages that Slack posts by itself at a later time.

https://docs.slack.dev/reference/methods/chat.scheduleMessage: at most 120 days ahead, and 30 a
channel within five minutes. A scheduled message that carries metadata is never posted, says the
same page, so our key cannot travel with it: one whose answer was lost is known again by its
channel, time and text.
"""

from __future__ import annotations

import time
from html import unescape
from typing import Any

from slack_wrapper.client import team
from slack_wrapper.client.lookup import Listing, Lookup
from slack_wrapper.client.messages import LOOKS, Message, Posted, history
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackAmbiguous, SlackError

METHOD = "chat.scheduleMessage"
# Refusals of a time and not of a message: it has to be kept here until then.
UNFIT = frozenset(
    {"restricted_too_many", "time_too_far", "time_in_past", "invalid_time", "unknown_method"}
)
_LATE = 300.0  # seconds by which Slack may be late, or our clock ahead
_EARLY = 5.0
_PAGE = 100


def schedule(
    transport: Transport, message: Message, post_at: int, retrier: Retrier, *, about: str
) -> str:
    """Have Slack post a message later, once.

    Args:
        transport: the connection.
        message: with the channel's ID.
        post_at: when, in seconds since the epoch.
        retrier: bounds the repetitions.
        about: what the call is about, for errors.

    Returns:
        Slack's ID of the scheduled message.

    Raises:
        SlackRefused, SlackUnavailable: it was not scheduled.
        SlackAmbiguous: it may have been, and Slack does not tell.
    """
    params = {
        "channel": message.channel,
        "text": message.text,
        "post_at": post_at,
        "thread_ts": message.thread_ts,
        "blocks": message.blocks or None,
        "attachments": message.attachments or None,
    }

    def call() -> str:
        answer = transport.call(METHOD, params, about=about)
        return str(answer["scheduled_message_id"])

    return retrier.run(call, settle=lambda: find(transport, message, post_at, about=about))


def find(transport: Transport, message: Message, post_at: int, *, about: str) -> str | None:
    """Return the ID of a message that waits at Slack, None if it surely does not.

    Raises:
        SlackAmbiguous: Slack does not tell.
    """
    if not message.text:  # a message that is all attachment could be any
        raise _unsettled(about, None)
    params = {"channel": message.channel, "oldest": str(post_at - 1), "latest": str(post_at + 1)}
    for pause in LOOKS:
        time.sleep(pause)
        try:
            answer = Retrier().run(
                lambda: team.call(transport, "chat.scheduledMessages.list", params)
            )
        except SlackError as error:
            raise _unsettled(about, error) from None
        for one in answer.get("scheduled_messages") or []:
            if int(one.get("post_at") or 0) == post_at and _same(one, message):
                return str(one["id"])
    return None


def find_posted(
    transport: Transport, message: Message, post_at: int, *, about: str
) -> Posted | None:
    """Return where a message is that Slack has posted at its time, None if it surely is not.

    Raises:
        SlackAmbiguous: the channel cannot be read.
    """
    try:
        for found in history(
            transport, message.channel, since=float(post_at), thread=message.thread_ts
        ):
            late = float(found["ts"]) - post_at
            if -_EARLY <= late <= _LATE and _same(found, message):
                return Posted(message.channel, str(found["ts"]))
    except SlackError as error:
        raise _unsettled(about, error) from None
    return None


def _same(found: dict[str, Any], message: Message) -> bool:
    return unescape(str(found.get("text") or "")) == unescape(message.text)


def _unsettled(about: str, error: SlackError | None) -> SlackAmbiguous:
    why = f": {error.code or error.message}" if error else ""
    return SlackAmbiguous(
        f"the message for {about} may or may not have been scheduled, and slack does not tell{why}",
        code="unsettled",
        method=METHOD,
        hint="look into the channel when its time has come",
    )


def waiting(transport: Transport) -> list[dict[str, Any]]:
    """Return what Slack is going to post by itself for this bot, the next one first.

    Raises:
        SlackError: Slack does not tell, or tells of them without end.
    """
    lookup = Lookup(transport)

    def read(cursor: str | None, until: float | None) -> dict[str, Any]:
        params = {"limit": _PAGE, "cursor": cursor}
        return lookup.ask("chat.scheduledMessages.list", params, about="", until=until)

    listing = Listing(read, "scheduled_messages")
    found: list[dict[str, Any]] = []
    while not listing.complete:
        found += listing.more()
    return sorted(found, key=lambda one: int(one.get("post_at") or 0))


def cancel(transport: Transport, channel: str, identifier: str) -> None:
    """Have Slack not post a scheduled message.

    Raises:
        SlackError: it may still be posted.
    """
    params = {"channel": channel, "scheduled_message_id": identifier}
    transport.call("chat.deleteScheduledMessage", params, about=f"channel {channel}")

"""Messages that Slack posts by itself at a later time.

https://docs.slack.dev/reference/methods/chat.scheduleMessage: at most 120 days ahead, and 30 a
channel within five minutes. A scheduled message that carries metadata is never posted, says the
same page, so our key cannot travel with it: one whose answer was lost is known again by its
channel, time and text.
"""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

from slack_wrapper.client import recognition, settling, team
from slack_wrapper.client.lookup import Listing, Lookup
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.reading import Reading, ts_of
from slack_wrapper.client.recognition import Verdict
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.settling import FULL, Doubt, Look, Unsaved
from slack_wrapper.client.slack_clock import clock_of
from slack_wrapper.client.transport import Transport
from slack_wrapper.common.patience import scaled

METHOD = "chat.scheduleMessage"
# Refusals of a time and not of a message: it has to be kept here until then.
UNFIT = frozenset(
    {"restricted_too_many", "time_too_far", "time_in_past", "invalid_time", "unknown_method"}
)
_LATE = 300.0  # seconds by which Slack may post it later than it was asked to
_EARLY = 5.0
_ONCE = RetryPolicy(attempts=1, max_wait=0.0)
_PAGE = 100
_MAX_PAGES = 100  # of the messages that are scheduled for one moment


def schedule(
    transport: Transport,
    message: Message,
    post_at: int,
    retrier: Retrier,
    *,
    about: str,
    doubt: Doubt | None = None,
    save: Callable[[], None] = lambda: None,
    seconds: float = FULL,
) -> str | Posted:
    """Have Slack post a message later, once.

    Args:
        transport: the connection.
        message: with the channel's ID.
        post_at: when, in seconds since the epoch.
        retrier: bounds the repetitions.
        about: what the call is about, for errors.
        doubt: what is known of the call.
        save: writes `doubt` down, before each call.
        seconds: for which to look for a message whose scheduling is unclear.

    Returns:
        Slack's ID of the scheduled message; where it is, if its time has come meanwhile.

    Raises:
        SlackRefused, SlackUnavailable: it was not scheduled.
        SlackAmbiguous: it may have been; see `settling.settle`.
    """
    state, clock = doubt or Unsaved(), clock_of(transport.base_url)
    params = {
        "channel": message.channel,
        "text": message.text,
        "post_at": post_at,
        "thread_ts": message.thread_ts,
        "blocks": message.blocks or None,
        "attachments": message.attachments or None,
        "reply_broadcast": bool(message.broadcast and message.thread_ts) or None,
    }

    def call() -> str | Posted:
        answer = settling.attempt(
            state, clock, lambda: transport.call(METHOD, params, about=about), save
        )
        return str(answer["scheduled_message_id"])

    def settle() -> str | Posted | None:
        return find(transport, message, post_at, state, about=about, seconds=seconds, fresh=True)

    return retrier.run(call, settle=settle)


def find(
    transport: Transport,
    message: Message,
    post_at: int,
    doubt: Doubt,
    *,
    about: str,
    seconds: float = FULL,
    fresh: bool = False,
) -> str | Posted | None:
    """Look for a message whose scheduling is unclear.

    Args:
        transport: the connection.
        message: the message, with the channel's ID.
        post_at: when it was to be posted.
        doubt: what is known of the call.
        about: what the call is about, for errors.
        seconds: for which to look.
        fresh: whether it was scheduled just now.

    Returns:
        The ID of the message if it waits at Slack, where it is if it is in the channel, None if it
        surely is neither.

    Raises:
        SlackAmbiguous: see `settling.settle`.
    """
    clock = clock_of(transport.base_url)
    what = f"the message for {about} may or may not have been scheduled"
    if not message.text:  # a message that is all attachment could be any
        raise settling.unsettled(what, "it has no text to be known by", METHOD)

    def look() -> Look[str | Posted]:
        listed = _listed(transport, message, post_at)
        if listed.found is not None or listed.as_of < post_at - _EARLY:
            return listed
        posted = _posted(transport, message, post_at, patient=seconds >= FULL)
        if posted.found is None and posted.as_of < post_at + scaled(_LATE):
            raise settling.looking(what, METHOD, post_at + scaled(_LATE) - posted.as_of)
        return posted

    return settling.settle(
        doubt, clock, look, what=what, method=METHOD, seconds=seconds, fresh=fresh
    )


def _listed(transport: Transport, message: Message, post_at: int) -> Look[str | Posted]:
    """Look for a message among those that wait at Slack."""
    params: dict[str, Any] = {
        "channel": message.channel,
        "oldest": str(post_at - 1),
        "latest": str(post_at + 1),
    }
    as_of = None
    for _ in range(_MAX_PAGES):
        answer = Retrier(_ONCE).run(
            lambda: team.call(transport, "chat.scheduledMessages.list", params)  # noqa: B023
        )
        as_of = clock_of(transport.base_url).now() if as_of is None else as_of
        found = answer.get("scheduled_messages")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            return Look(None, as_of, "Slack does not tell which messages are scheduled")
        for one in found:
            if str(one.get("post_at")) == str(post_at) and _same(one, message) and one.get("id"):
                return Look(str(one["id"]), as_of)
        metadata = answer.get("response_metadata")
        cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else None
        if not cursor:
            return Look(None, as_of)
        params = {**params, "cursor": cursor}
    return Look(None, as_of or 0.0, "Slack tells of too many scheduled messages")


def _posted(
    transport: Transport, message: Message, post_at: int, *, patient: bool
) -> Look[str | Posted]:
    """Look for a message that Slack may have posted at its time; it carries no key."""
    reading = Reading(
        transport,
        message.channel,
        since=post_at - settling.MARGIN,
        thread=message.thread_ts,
        patient=patient,
    )
    unsure, same = False, set()
    for found in reading:
        verdict = recognition.judge(
            transport,
            found,
            key="",
            text=message.text,
            channel=message.channel,
            thread=message.thread_ts,
            earliest=post_at - _EARLY,
        )
        if ts_of(found) <= post_at + _LATE:
            unsure |= verdict is Verdict.UNSURE
            same |= {str(found["ts"])} if verdict is Verdict.SAME else set()
    as_of = reading.begun or 0.0
    if len(same) == 1:
        return Look(Posted(message.channel, same.pop()), as_of)
    gap = "Slack shows messages that could be it" if unsure or same else reading.gap
    return Look(None, as_of, gap)


def _same(found: dict[str, Any], message: Message) -> bool:
    return unescape(str(found.get("text") or "")) == unescape(message.text)


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

"""Whether a message in a channel is the one that is looked for.

Our key in its metadata tells for sure. Where a server leaves metadata out, who wrote the message,
when, where to and what it says has to tell; what could be ours, or not, proves nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from enum import Enum
from html import unescape
from typing import Any

from slack_wrapper.client.reading import ts_of
from slack_wrapper.client.transport import Transport

# Our idempotency key travels as message metadata: https://docs.slack.dev/messaging/message-metadata
EVENT_TYPE = "slack_wrapper_post"
_ALIKE = 0.6  # share of two texts that is the same, from which on they may be one, changed by Slack
_MOST = 2000  # characters that are compared
_REMEMBERED = 20_000


class Verdict(Enum):
    """What a message is."""

    OURS = "ours"  # it has our key
    SAME = "same"  # it has no metadata, is by our app, and says the same
    UNSURE = "unsure"  # it has no metadata and may be ours
    OTHER = "other"


# Messages that this process knows to be in a channel: server, channel and ts → key.
_posted: dict[tuple[str, str, str], str] = {}
# What auth.test has told: fingerprint of a connection → its bot's and its user's ID.
_selves: dict[str, tuple[str, str]] = {}


def key_of(message: Mapping[str, Any]) -> str | None:
    """Return our idempotency key of a message from the history, if it has one."""
    metadata = _mapping(message.get("metadata"))
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = _mapping(metadata.get("event_payload")).get("key")
    return str(key) if key else None


def remember(transport: Transport, channel: str, ts: str, key: str) -> None:
    """Remember where a message is, so that it is not taken for another one."""
    if len(_posted) >= _REMEMBERED:
        del _posted[next(iter(_posted))]
    _posted[transport.base_url, channel, ts] = key


def judge(
    transport: Transport,
    found: Mapping[str, Any],
    *,
    key: str,
    text: str,
    channel: str,
    thread: str | None,
    earliest: float,
) -> Verdict:
    """Return whether a message is the one that is looked for.

    Args:
        transport: the connection, which is asked for its own IDs if need be.
        found: the message.
        key: ours.
        text: what it was to say.
        channel: ID.
        thread: root that it was to reply to.
        earliest: seconds since the epoch, by Slack's clock, before which it was not posted.

    Raises:
        SlackError: Slack does not tell who we are.
    """
    theirs = key_of(found)
    if theirs == key:
        return Verdict.OURS
    known = _posted.get((transport.base_url, channel, str(found.get("ts")))) or key
    event = _mapping(found.get("metadata")).get("event_type") or EVENT_TYPE
    if (
        theirs
        or known != key
        or event != EVENT_TYPE
        or ts_of(found) < earliest
        or found.get("files")
        or not _in_place(found, thread)
    ):
        return Verdict.OTHER
    return _by_content(transport, found, text)


def _by_content(transport: Transport, found: Mapping[str, Any], text: str) -> Verdict:
    ours = _by_us(transport, found)
    if ours is False:
        return Verdict.OTHER
    said, meant = _plain(str(found.get("text") or "")), _plain(text)
    if said == meant and said and ours:
        return Verdict.SAME
    if said and meant and not _alike(said, meant):
        return Verdict.OTHER
    return Verdict.UNSURE


def _in_place(found: Mapping[str, Any], thread: str | None) -> bool:
    root = found.get("thread_ts")
    if thread is None:
        return root in (None, found.get("ts"))
    return root in (None, thread) and found.get("ts") != thread


def _by_us(transport: Transport, found: Mapping[str, Any]) -> bool | None:
    """Return whether our app has written a message, None if it does not tell who has."""
    if not (found.get("bot_id") or found.get("user")):
        return None
    bot, user = _self(transport)
    if found.get("bot_id") and bot:
        return bool(found["bot_id"] == bot)
    if found.get("user") and user:
        return bool(found["user"] == user)
    return None


def _self(transport: Transport) -> tuple[str, str]:
    if transport.fingerprint not in _selves:
        answer = transport.call("auth.test", {})
        found = str(answer.get("bot_id") or ""), str(answer.get("user_id") or "")
        _selves[transport.fingerprint] = found
    return _selves[transport.fingerprint]


def _plain(text: str) -> str:
    """Return what is left of a text when everything is gone that Slack may change in it."""
    text = re.sub(r"<([^<>|]*)(?:\|([^<>]*))?>", lambda one: one[2] or one[1], unescape(text))
    text = re.sub(r":[a-z0-9_+'-]+:", "", text)
    return re.sub(r"[\W_]+", "", text).casefold()[:_MOST]


def _alike(one: str, other: str) -> bool:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE <= matcher.quick_ratio() and (
        matcher.ratio() >= _ALIKE
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

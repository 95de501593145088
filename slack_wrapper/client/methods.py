"""The methods of Slack's Web API that are called: whether they may be repeated, what they answer.

Sources: https://docs.slack.dev/reference/methods and the example answers in
https://github.com/slackapi/java-slack-sdk/tree/main/json-logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slack_wrapper.client.shapes import (
    Shape,
    address,
    each,
    flag,
    record,
    some,
    table,
    text,
    ts,
    whole,
    word,
)

_ANYTHING = record()


@dataclass(frozen=True)
class Method:
    """One method.

    Args:
        name: such as `chat.postMessage`.
        repeatable: whether it changes nothing that a person sees, or may be repeated without harm.
            An unclear outcome of any other one is never repeated blindly.
        json: whether its arguments are sent as JSON, for nested blocks and metadata; the rest of
            the API is documented with form arguments.
        answer: what a successful answer looks like. What is not so is not Slack's word.
    """

    name: str
    repeatable: bool = False
    json: bool = False
    answer: Shape = _ANYTHING


_CURSOR = record(may={"next_cursor": text})
_PAGED = {"response_metadata": _CURSOR}
_PERSON = record(
    {"id": word},
    {"name": text, "deleted": flag, "is_bot": flag, "profile": record(may={"display_name": text})},
)
_GROUP = record({"id": word}, {"handle": text, "name": text})
_KINDS = ("is_archived", "is_member", "is_private", "is_im", "is_mpim", "is_ext_shared")
_FLAGS = dict.fromkeys(_KINDS, flag)
_CHANNEL = record({"id": word}, {**_FLAGS, "name": text, "user": word})
_LISTED = record({"id": word, "name": text}, _FLAGS)
# A history that shows one message wrongly shows nothing reliably: it has to be whole.
_MESSAGE = record(
    {"ts": ts},
    {
        "text": text,
        "thread_ts": ts,
        "metadata": record({"event_type": text}, {"event_payload": table(lambda value: value)}),
        "files": some(record({"id": word})),
        "subtype": text,
    },
)
_HISTORY = record({"messages": each(_MESSAGE)}, {"has_more": flag, **_PAGED})
_FILE = record(
    {"id": word},
    {"shares": table(table(some(record({"ts": ts}, {"thread_ts": ts}))))},
)
_REACTION = record({"name": word}, {"users": some(word)})
_SCHEDULED = record({"id": word, "post_at": whole}, {"channel_id": word, "text": text})

_ALL = (
    Method(
        "auth.test",
        repeatable=True,
        answer=record(
            {"user": text, "user_id": word},
            {
                "team": text,
                "team_id": word,
                "url": address,
                "bot_id": word,
                "enterprise_id": word,
                "is_enterprise_install": flag,
                "expires_in": whole,
            },
        ),
    ),
    Method(
        "auth.teams.list",
        repeatable=True,
        answer=record({"teams": some(record({"id": word}))}, _PAGED),
    ),
    Method("chat.postMessage", json=True, answer=record({"channel": word, "ts": ts})),
    Method("chat.update", repeatable=True, json=True, answer=record({"channel": word, "ts": ts})),
    Method("chat.delete", repeatable=True),
    Method("chat.scheduleMessage", json=True, answer=record({"scheduled_message_id": word})),
    Method("chat.deleteScheduledMessage"),
    Method(
        "chat.scheduledMessages.list",
        repeatable=True,
        answer=record({"scheduled_messages": each(_SCHEDULED)}, _PAGED),
    ),
    Method("chat.getPermalink", repeatable=True, answer=record({"permalink": word})),
    Method("conversations.history", repeatable=True, answer=_HISTORY),
    Method("conversations.replies", repeatable=True, answer=_HISTORY),
    Method("conversations.info", repeatable=True, answer=record({"channel": _CHANNEL})),
    Method(
        "conversations.list", repeatable=True, answer=record({"channels": some(_LISTED)}, _PAGED)
    ),
    Method("conversations.open", repeatable=True, answer=record({"channel": record({"id": word})})),
    Method(
        "files.getUploadURLExternal",
        repeatable=True,
        answer=record({"upload_url": address, "file_id": word}),
    ),
    Method("files.completeUploadExternal", answer=record({"files": each(record({"id": word}))})),
    Method("files.info", repeatable=True, answer=record({"file": _FILE})),
    Method("reactions.add", repeatable=True),
    Method("reactions.remove", repeatable=True),
    Method(
        "reactions.get",
        repeatable=True,
        answer=record({"message": record(may={"reactions": each(_REACTION)})}),
    ),
    Method("usergroups.list", repeatable=True, answer=record({"usergroups": some(_GROUP)})),
    Method("usergroups.users.list", repeatable=True, answer=record({"users": some(word)})),
    Method("users.info", repeatable=True, answer=record({"user": _PERSON})),
    Method("users.list", repeatable=True, answer=record({"members": some(_PERSON)}, _PAGED)),
    Method("users.lookupByEmail", repeatable=True, answer=record({"user": _PERSON})),
)
METHODS: Mapping[str, Method] = {one.name: one for one in _ALL}


def known(name: str) -> Method:
    """Return what is known of a method; an unknown one may not be repeated."""
    return METHODS.get(name) or Method(name)

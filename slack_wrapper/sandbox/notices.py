"""Who would be notified of a message, and why.

Slack's developer pages do not say; the rules are those of its help centre (articles "Configure your
Slack notifications", "Use mentions in Slack", "Notify a channel or workspace"):

- a direct message notifies who gets it;
- a mention, of a person or of a group, notifies members of the channel only;
- @channel, @here and @everyone notify all members, and nobody when written in a thread;
- a reply notifies who follows the thread: who began it, replied in it, or was mentioned in it;
- an edit notifies nobody, so this is decided once, when a message is posted;
- attachments and what `text` says beside blocks notify nobody. This one is not documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^<>]*)?>")
_EVERYBODY = re.compile(r"<!(channel|here|everyone)(?:\|[^<>]*)?>")


class Why(StrEnum):
    """Why a person is notified."""

    DIRECT = "direct message"
    MENTION = "mention"
    GROUP = "mention of a group"
    EVERYBODY = "@channel or @here"
    THREAD = "follows the thread"


def notified(
    data: Mapping[str, Any], channel: Mapping[str, Any], message: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return whom a message that is posted now notifies: `user` (ID) and `why` of each.

    Args:
        data: the workspace, as the store keeps it.
        channel: where it is posted.
        message: with its ts.
    """
    people = {one["id"] for one in data["users"] if not (one.get("is_bot") or one.get("deleted"))}
    there = people.intersection(channel.get("members", [])) - {message.get("user")}
    found: dict[str, Why] = {}
    for user, why in _reasons(data, channel, message, there):
        if user in there:
            found.setdefault(user, why)
    return [{"user": user, "why": str(why)} for user, why in sorted(found.items())]


def _reasons(
    data: Mapping[str, Any], channel: Mapping[str, Any], message: Mapping[str, Any], there: set[str]
) -> Iterator[tuple[str, Why]]:
    in_thread = message.get("thread_ts") not in (None, message["ts"])
    if channel.get("is_im"):
        yield from ((user, Why.DIRECT) for user in there)
    words = list(_words(message))
    yield from ((user, Why.MENTION) for user in _mentioned(words))
    for word in words:
        for group in _GROUP.findall(word):
            yield from ((user, Why.GROUP) for user in _members(data, group))
        if _EVERYBODY.search(word) and (not in_thread or is_broadcast(message)):
            yield from ((user, Why.EVERYBODY) for user in there)
    if in_thread:
        yield from ((user, Why.THREAD) for user in _followers(data, channel, message))


def is_broadcast(message: Mapping[str, Any]) -> bool:
    """Whether a reply is shown in the channel too."""
    return message.get("subtype") == "thread_broadcast"


def _members(data: Mapping[str, Any], group: str) -> list[str]:
    for one in data.get("usergroups", []):
        if one["id"] == group:
            return list(one.get("users", []))
    return []


def _mentioned(words: list[str]) -> Iterator[str]:
    for word in words:
        yield from _USER.findall(word)


def _followers(
    data: Mapping[str, Any], channel: Mapping[str, Any], message: Mapping[str, Any]
) -> Iterator[str]:
    root = message["thread_ts"]
    for one in data["messages"].get(channel["id"], []):
        if one["ts"] != message["ts"] and root in (one["ts"], one.get("thread_ts")):
            yield str(one.get("user"))
            yield from _mentioned(list(_words(one)))


def _words(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts that can mention somebody: of the blocks, or the text if there are none."""
    if message.get("blocks"):
        yield from _of_blocks(message["blocks"])
    else:
        yield str(message.get("text") or "")


def _of_blocks(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _of_blocks(one)
    elif isinstance(part, Mapping):
        kind = part.get("type")
        if kind in ("mrkdwn", "markdown"):
            yield str(part.get("text") or "")
        elif kind == "user":
            yield f"<@{part.get('user_id')}>"
        elif kind == "usergroup":
            yield f"<!subteam^{part.get('usergroup_id')}>"
        elif kind == "broadcast":
            yield f"<!{part.get('range')}>"
        elif kind != "plain_text":
            for one in part.values():
                yield from _of_blocks(one)

"""reactions.*: https://docs.slack.dev/reference/methods?family=reactions"""

from __future__ import annotations

from typing import Any

from slack_wrapper.sandbox.access import Caller, Refused
from slack_wrapper.sandbox.emoji import is_emoji

Answer = dict[str, Any]


def add_reaction(call: Caller) -> Answer:
    """reactions.add: by ID only."""
    call.need("reactions:write")
    message = _message(call)
    name = call.text("name").strip(":")
    if not is_emoji(name, call.store.data.get("emoji", [])):
        raise Refused("invalid_name")
    react(message, name, call.user)
    return {}


def remove_reaction(call: Caller) -> Answer:
    """reactions.remove: one's own only."""
    call.need("reactions:write")
    message = _message(call)
    name = call.text("name").strip(":")
    reactions = message.get("reactions", [])
    entry = next((one for one in reactions if one["name"] == name), None)
    if entry is None or call.user not in entry["users"]:
        raise Refused("no_reaction")
    entry["users"].remove(call.user)
    entry["count"] = len(entry["users"])
    message["reactions"] = [one for one in reactions if one["count"]]
    return {}


def react(message: dict[str, Any], name: str, user: str) -> None:
    """Add a user's reaction to a message.

    Raises:
        Refused: it is there already.
    """
    reactions = message.setdefault("reactions", [])
    entry = next((one for one in reactions if one["name"] == name), None)
    if entry is None:
        entry = {"name": name, "users": [], "count": 0}
        reactions.append(entry)
    if user in entry["users"]:
        raise Refused("already_reacted")
    entry["users"].append(user)
    entry["count"] = len(entry["users"])


def get_reactions(call: Caller) -> Answer:
    """reactions.get."""
    call.need("reactions:read")
    message = _message(call)
    return {"type": "message", "channel": call.text("channel"), "message": message}


def _message(call: Caller) -> dict[str, Any]:
    channel = call.channel_by_id()
    message = call.store.message(channel["id"], call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    return message


METHODS = {
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "reactions.get": get_reactions,
}

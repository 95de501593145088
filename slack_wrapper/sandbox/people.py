"""auth.test, users.* and reactions.*"""

from __future__ import annotations

from typing import Any

from slack_wrapper.sandbox.access import Caller, Refused

Answer = dict[str, Any]


def auth_test(call: Caller) -> Answer:
    """auth.test: needs no scope."""
    user = call.store.user(call.user) or {}
    return {
        "url": f"{call.url}/",
        "team": call.store.data["team"],
        "team_id": "T0000TEAM",
        "user": user.get("name", ""),
        "user_id": call.user,
        "bot_id": "B0000000BOT",
    }


def lookup_by_email(call: Caller) -> Answer:
    """users.lookupByEmail."""
    call.need("users:read.email")
    email = call.text("email").lower()
    for user in call.store.data["users"]:
        if str(user.get("email", "")).lower() == email and email:
            return {"user": _shown(user)}
    raise Refused("users_not_found")


def info(call: Caller) -> Answer:
    """users.info."""
    call.need("users:read")
    user = call.store.user(call.text("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": _shown(user)}


def add_reaction(call: Caller) -> Answer:
    """reactions.add: by ID only."""
    call.need("reactions:write")
    message = _message(call)
    name = call.text("name").strip(":")
    if not name:
        raise Refused("no_reaction")
    reactions = message.setdefault("reactions", [])
    entry = next((one for one in reactions if one["name"] == name), None)
    if entry is None:
        entry = {"name": name, "users": [], "count": 0}
        reactions.append(entry)
    if call.user in entry["users"]:
        raise Refused("already_reacted")
    entry["users"].append(call.user)
    entry["count"] = len(entry["users"])
    return {}


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


def _shown(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": user["id"],
        "name": user["name"],
        "is_bot": bool(user.get("is_bot")),
        "profile": {"email": user.get("email", ""), "real_name": user["name"].title()},
    }


METHODS = {
    "auth.test": auth_test,
    "users.lookupByEmail": lookup_by_email,
    "users.info": info,
    "reactions.add": add_reaction,
    "reactions.get": get_reactions,
}

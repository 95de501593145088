"""auth.*, users.*, usergroups.*: https://docs.slack.dev/reference/methods?family=users"""

from __future__ import annotations

from typing import Any

from slack_wrapper.sandbox.access import Caller, Refused

Answer = dict[str, Any]


def auth_test(call: Caller) -> Answer:
    """auth.test: needs no scope."""
    user = call.store.user(call.user) or {}
    # An organization's token is told the organization's ID, and not a workspace's.
    organization = {"is_enterprise_install": True, "enterprise_id": "E0000ORG"}
    expires = {"expires_in": call.expires_in} if call.expires_in else {}
    return {
        **(organization if call.org else {}),
        **expires,
        "url": f"{call.team_url}/",
        "team": call.store.data["team"],
        "team_id": "E0000ORG" if call.org else "T0000TEAM",
        "user": user.get("name", ""),
        "user_id": call.user,
        "bot_id": "B0000000BOT",
    }


def list_teams(call: Caller) -> Answer:
    """auth.teams.list: the workspaces of a token, in pages."""
    own = [{"id": "T0000TEAM", "name": call.store.data["team"]}]
    page, cursor = call.page(call.store.data.get("teams") or own, 100)
    return {"teams": page, "response_metadata": {"next_cursor": cursor}}


def lookup_by_email(call: Caller) -> Answer:
    """users.lookupByEmail."""
    call.need("users:read.email")
    if call.org:
        raise Refused("enterprise_is_restricted")
    email = call.text("email").lower()
    for user in call.store.data["users"]:
        if str(user.get("email", "")).lower() == email and email:
            return {"user": _shown(call, user)}
    raise Refused("users_not_found")


def info(call: Caller) -> Answer:
    """users.info."""
    call.need("users:read")
    user = call.store.user(call.text("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": _shown(call, user)}


def list_users(call: Caller) -> Answer:
    """users.list, in pages."""
    call.need("users:read")
    call.need_team()
    page, cursor = call.page(call.store.data["users"], 200)
    return {
        "members": [_shown(call, user) for user in page],
        "response_metadata": {"next_cursor": cursor},
    }


def list_usergroups(call: Caller) -> Answer:
    """usergroups.list."""
    call.need("usergroups:read")
    call.need_team()
    return {"usergroups": call.store.data.get("usergroups", [])}


def list_members(call: Caller) -> Answer:
    """usergroups.users.list."""
    call.need("usergroups:read")
    call.need_team()
    for group in call.store.data.get("usergroups", []):
        if group["id"] == call.text("usergroup"):
            return {"users": list(group.get("users", []))}
    raise Refused("no_such_subteam")


# https://docs.slack.dev/reference/objects/user-object
_FLAGS = (
    "deleted",
    "is_restricted",
    "is_ultra_restricted",
    "is_stranger",
    "is_workflow_bot",
    "team_id",
    "enterprise_user",
)


def _shown(call: Caller, user: dict[str, Any]) -> dict[str, Any]:
    profile = {"real_name": user.get("real_name") or user["name"].title()}
    profile["display_name"] = user.get("display_name", "")
    if "users:read.email" in call.scopes:  # Slack leaves addresses out otherwise
        profile["email"] = user.get("email", "")
    return {
        "id": user["id"],
        "name": user["name"],
        "is_bot": bool(user.get("is_bot")),
        **{name: user[name] for name in _FLAGS if name in user},
        "profile": profile,
    }


METHODS = {
    "auth.test": auth_test,
    "auth.teams.list": list_teams,
    "users.lookupByEmail": lookup_by_email,
    "users.info": info,
    "users.list": list_users,
    "usergroups.list": list_usergroups,
    "usergroups.users.list": list_members,
}

"""Who has reacted to a message, and who people are: one call each, never repeated here.

reactions.get and users.info are of tiers 3 and 4, usergroups.users.list of tier 2: 50, 100 and 20
calls a minute: https://docs.slack.dev/apis/web-api/rate-limits. Who asks again and again keeps
the pace; see `session.approvals`.
"""

from __future__ import annotations

from typing import Any

from slack_wrapper.client.messages import Posted
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackRefused


def reactions(transport: Transport, posted: Posted, *, about: str) -> list[dict[str, Any]]:
    """Return the reactions to a message: name and all users of each.

    Raises:
        SlackError: Slack does not tell them.
    """
    params = {"channel": posted.channel, "timestamp": posted.ts, "full": True}
    answer = transport.call("reactions.get", params, about=about)
    return list((answer.get("message") or {}).get("reactions") or [])


def members(transport: Transport, group: str) -> frozenset[str]:
    """Return the IDs of the people in a user group.

    Raises:
        SlackError: Slack does not tell them.
    """
    answer = transport.call(
        "usergroups.users.list", {"usergroup": group}, about=f"user group {group}"
    )
    return frozenset(str(user) for user in answer.get("users") or [])


def person(transport: Transport, user: str) -> tuple[str, bool]:
    """Return the handle of a user, and whether it is a bot; the ID where Slack may not be asked.

    Raises:
        SlackUnavailable: Slack does not answer now.
    """
    try:
        found = transport.call("users.info", {"user": user}, about=f"user {user}")["user"]
    except SlackRefused:  # without the scope users:read
        return user, False
    return str(found.get("name") or user), bool(found.get("is_bot"))

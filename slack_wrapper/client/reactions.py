"""Who has reacted to a message, and who people are: one call each, never repeated here.

reactions.get and users.info are of tiers 3 and 4, usergroups.users.list of tier 2: 50, 100 and 20
calls a minute: https://docs.slack.dev/apis/web-api/rate-limits. Who asks again and again keeps
the pace; see `approvals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_wrapper.client import team
from slack_wrapper.client.messages import Posted
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackUnavailable


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
    answer = team.call(
        transport, "usergroups.users.list", {"usergroup": group}, about=f"user group {group}"
    )
    return frozenset(str(user) for user in answer.get("users") or [])


@dataclass(frozen=True)
class Person:
    """A user as `users.info` describes one.

    https://docs.slack.dev/reference/objects/user-object

    Args:
        name: the handle.
        bot: a bot, a workflow, or Slack's own.
        deactivated: the account is closed.
        outsider: a guest of the workspace, or somebody of another one (Slack Connect).
    """

    name: str
    bot: bool
    deactivated: bool
    outsider: bool


def person(transport: Transport, user: str, *, team: str = "", enterprise: str = "") -> Person:
    """Return who a user is.

    Args:
        transport: to Slack.
        user: an ID.
        team: ID of the token's workspace; empty when it is not known.
        enterprise: ID of its organisation (Enterprise Grid); empty when it is in none.

    Raises:
        SlackRefused: Slack does not tell, as without the scope users:read.
        SlackUnavailable: Slack does not answer now.
    """
    answer = transport.call("users.info", {"user": user}, about=f"user {user}").get("user")
    found = answer if isinstance(answer, Mapping) else {}
    if found.get("id") != user:
        raise SlackUnavailable(f"Slack answered about another user than {user}")
    bot = any(found.get(flag) for flag in _BOTS) or user == "USLACKBOT"
    guest = any(found.get(flag) for flag in _GUESTS)
    return Person(
        name=str(found.get("name") or user),
        bot=bot,
        deactivated=bool(found.get("deleted")),
        outsider=guest or _of_another_team(found, team, enterprise),
    )


_BOTS = ("is_bot", "is_workflow_bot", "is_connector_bot")
_GUESTS = ("is_restricted", "is_ultra_restricted", "is_stranger")


def _of_another_team(user: Mapping[str, Any], team: str, enterprise: str) -> bool:
    """Whether a user belongs to another workspace: `is_stranger` is false in a shared channel."""
    own = str(user.get("team_id") or team)
    if not team or own == team:
        return False
    grid = user.get("enterprise_user")
    grid = grid if isinstance(grid, Mapping) else {}
    same = enterprise and enterprise in (own, grid.get("enterprise_id"))
    return not same and team not in (grid.get("teams") or ())

"""Which workspace a token of a whole organization looks things up in.

An app that is installed for an organization (Enterprise Grid) has to pass `team_id` to the methods
that list things: https://docs.slack.dev/enterprise/developing-for-enterprise-orgs. auth.test gives
such a token the organization's own ID (E…) as its `team_id`, so that the workspaces are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackError, SlackRefused

# Methods that take `team_id`, and are refused to a token of an organization without it.
METHODS = frozenset(
    {
        "chat.scheduledMessages.list",
        "conversations.list",
        "usergroups.list",
        "usergroups.users.list",
        "users.list",
    }
)
_LACKS = frozenset({"missing_argument", "team_not_found", "invalid_team"})
_SHOWN = 10  # workspaces that a hint names
_MAX_PAGES = 20


def call(
    transport: Transport, method: str, params: Mapping[str, Any], *, about: str = ""
) -> dict[str, Any]:
    """Call a method, for the workspace that the token is of.

    Raises:
        SlackError: see `Transport.call`; a missing workspace is named, with those there are.
    """
    if method not in METHODS:
        return transport.call(method, params, about=about)
    try:
        given = {**params, "team_id": transport.team_id or None}
        return transport.call(method, given, about=about)
    except SlackRefused as refused:
        if refused.code not in _LACKS or transport.team_id:
            raise
        transport.team_id = find(transport, refused)
    return transport.call(method, {**params, "team_id": transport.team_id}, about=about)


def find(transport: Transport, refused: SlackRefused) -> str:
    """Return the one workspace (T…) that a token belongs to.

    Args:
        transport: the connection.
        refused: what is raised if there is not exactly one, with a hint that names them.

    Raises:
        SlackError: there is none, there are several, or Slack does not answer.
    """
    identity = transport.call("auth.test", {})
    own = str(identity.get("team_id") or "")
    if own.startswith("T"):
        return own
    try:
        teams = dict(_teams(transport))
    except SlackRefused:
        teams = {}
    if len(teams) == 1:
        return next(iter(teams))
    named = ", ".join(f"{one} ({name})" for one, name in list(teams.items())[:_SHOWN])
    raise SlackRefused(
        refused.message,
        code=refused.code,
        method=refused.method,
        hint="the token belongs to an organization: set slack.team_id to the workspace's ID"
        + (f", one of {named}" if named else " (T…)"),
    )


def _teams(transport: Transport) -> Iterator[tuple[str, str]]:
    """Yield ID and name of the workspaces in which the app is installed."""
    cursor, seen = None, set()
    for _ in range(_MAX_PAGES):
        answer = transport.call("auth.teams.list", {"limit": 100, "cursor": cursor})
        for one in answer.get("teams") or []:
            if str(one.get("id") or "").startswith("T"):
                yield str(one["id"]), str(one.get("name") or "")
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor or cursor in seen:
            return
        seen.add(cursor)
    raise SlackError("the list of workspaces does not end", code="endless_list")

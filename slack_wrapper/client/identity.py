"""Who a token is, what it may do, and what time it is at Slack's."""

from __future__ import annotations

from dataclasses import dataclass

from slack_wrapper.client.slack_clock import date_of
from slack_wrapper.client.transport import Transport


@dataclass(frozen=True)
class Identity:
    """What auth.test tells.

    Args:
        bot: user name of the token's owner.
        team: name of the workspace.
        scopes: of the token, from the `X-OAuth-Scopes` header; None when the server tells none.
        organization: whether the token is a whole organization's (Enterprise Grid).
        expires_in: seconds after which the token is dead, None when it does not rotate.
        answered_at: seconds since the epoch, from the `Date` header; None when it has none.
    """

    bot: str
    team: str
    scopes: frozenset[str] | None
    answered_at: float | None
    organization: bool = False
    expires_in: float | None = None


def identify(transport: Transport) -> Identity:
    """Ask Slack.

    Raises:
        SlackError: see `Transport.call`.
    """
    answer, headers = transport.call_with_headers("auth.test", {})
    scopes = headers.get("x-oauth-scopes")
    return Identity(
        bot=str(answer["user"]),
        team=str(answer.get("team", "")),
        scopes=None if scopes is None else frozenset(scopes.replace(" ", "").split(",")),
        answered_at=date_of(headers),
        organization=bool(answer.get("is_enterprise_install")),
        expires_in=_seconds(answer.get("expires_in")),
    )


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value > 0 else None

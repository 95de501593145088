"""Whether Slack answers at all, asked by a call that changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_wrapper.client.identity import identify
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.errors import RateLimited, SlackRefused, SlackUnavailable

if TYPE_CHECKING:
    from slack_wrapper.session.local import LocalSession
    from slack_wrapper.session.workspace import Workspace


def knock(workspace: Workspace) -> None:
    """Ask once; a webhook, which takes posts only, is not asked.

    Raises:
        SlackUnavailable: no answer.
        SlackRefused: the token is not taken.
    """
    if not isinstance(workspace.transport, WebhookTransport):
        identify(workspace.transport)


def look_out(session: LocalSession, key: str | None) -> None:
    """Find out whether Slack answers, so that a post does not have to, at many times the length.

    Args:
        session: remembers that it does not.
        key: the key file that posts will be made with; None for $SLACK_BOT_TOKEN.

    Raises:
        SlackWrapperError: the key does not open.
    """
    workspace = session.workspace(key)
    if session.courier.away(key or ""):
        return
    try:
        knock(workspace)
    except (SlackRefused, RateLimited):
        return  # the post says so, and what to do, or waits
    except SlackUnavailable:
        session.courier.gone(key or "")

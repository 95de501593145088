"""Whether Slack answers at all, asked by a call that changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_wrapper.client.identity import identify
from slack_wrapper.client.webhook import WebhookTransport

if TYPE_CHECKING:
    from slack_wrapper.session.local import Workspace


def knock(workspace: Workspace) -> None:
    """Ask once; a webhook, which takes posts only, is not asked.

    Raises:
        SlackUnavailable: no answer.
        SlackRefused: the token is not taken.
    """
    if not isinstance(workspace.transport, WebhookTransport):
        identify(workspace.transport)

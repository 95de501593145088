"""Whether Slack answers at all, asked by a call that changes nothing."""

from __future__ import annotations

from typing import Protocol

from slack_wrapper.client.identity import identify
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common.budget import Budget, current, spending
from slack_wrapper.errors import RateLimited, SlackError, SlackRefused, SlackUnavailable
from slack_wrapper.sending.backpressure import Reachability
from slack_wrapper.sending.workspace import Workspace

SECONDS = 5.0  # that one question may take


class Connected(Protocol):
    """A session that can be asked for its connections, see `session.local`."""

    @property
    def reach(self) -> Reachability:
        """What is known of the servers that it posts to."""

    def workspace(self, encrypted_key: str | None) -> Workspace:
        """Return the connection for a key file, opened when it is first asked for."""


def knock(workspace: Workspace, reach: Reachability, key: str) -> None:
    """Ask once; a webhook, which takes posts only, is not asked.

    Args:
        workspace: the connection.
        reach: learns whether there was an answer.
        key: the key file, empty for $SLACK_BOT_TOKEN.

    Raises:
        SlackUnavailable: no answer.
        SlackRefused: the token is not taken.
    """
    if isinstance(workspace.transport, WebhookTransport):
        return
    try:
        with spending(current() or Budget(SECONDS)):
            identify(workspace.transport)
    except SlackError as error:
        if isinstance(error, (SlackRefused, RateLimited)):  # which are answers
            reach.answered(key)
        else:
            reach.silent(key)
        raise
    reach.answered(key)


def look_out(session: Connected, key: str | None) -> None:
    """Find out whether Slack answers, so that a post does not have to, at many times the length.

    Args:
        session: remembers that it does not.
        key: the key file that posts will be made with; None for $SLACK_BOT_TOKEN.

    Raises:
        SlackWrapperError: the key does not open.
    """
    workspace, reach = session.workspace(key), session.reach
    if reach.just_asked(key or ""):
        return
    try:
        knock(workspace, reach, key or "")
    except (SlackRefused, SlackUnavailable):
        return  # the post says so, and what to do, or waits


def ask_after_pause(workspace: Workspace, reach: Reachability, key: str) -> None:
    """Ask before the first post after a pause; the posts of other threads wait meanwhile.

    Raises:
        SlackUnavailable: Slack is left alone at the moment.
    """
    if reach.claim(key):
        try:
            knock(workspace, reach, key)
        except RateLimited:
            return
        except SlackRefused:
            return  # the post says so, and what to do
        except SlackUnavailable:
            pass
        else:
            return
    if reach.away(key):
        raise SlackUnavailable("Slack did not answer a moment ago", code="away")

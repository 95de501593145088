"""Where posts go: does each channel or person exist, and would Slack let the bot post there?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_wrapper.client.channel_pages import Channel
from slack_wrapper.client.identity import Identity
from slack_wrapper.client.reactions import person
from slack_wrapper.common.channel_form import is_name, is_person, is_user_id
from slack_wrapper.common.side_by_side import side_by_side
from slack_wrapper.errors import (
    RateLimited,
    SlackError,
    SlackUnavailable,
    SlackWrapperError,
)
from slack_wrapper.model.request import APPROVAL, FILE, Request
from slack_wrapper.preflight.findings import Finding
from slack_wrapper.sending.workspace import Workspace

WORKERS = 8  # calls at a time

Requests = Sequence[Request]


def places(
    workspace: Workspace, identity: Identity, requests: Requests, *, seconds: float
) -> Iterator[Finding]:
    """Yield a finding for each channel and person that posts go to.

    Args:
        workspace: the connection.
        identity: of its token.
        requests: the posts.
        seconds: after which a channel that is not found yet counts as not to be found out.
    """
    named = list(dict.fromkeys(channel for one in requests for channel in one.channels))
    channels = [one for one in named if not is_person(one)]
    people = [one for one in named if is_person(one)]
    told = workspace.names.survey(channels, seconds=seconds, workers=WORKERS)
    found = {channel: _channel(channel, one, identity, requests) for channel, one in told}
    asked = side_by_side(lambda one: _person(workspace, one, requests), people, workers=WORKERS)
    found |= dict(zip(people, asked, strict=True))
    yield from (found[one] for one in named)


def refused_by(what: str, error: SlackWrapperError, requests: Requests) -> Finding:
    """Return the finding of an error; trouble that may pass blocks nothing."""
    blocked = () if isinstance(error, SlackUnavailable) else tuple(requests)
    return Finding(what, False, error.message, error.hint, blocked)


def _to(channel: str, requests: Requests) -> list[Request]:
    return [one for one in requests if channel in one.channels]


def _channel(
    channel: str, told: Channel | SlackError, identity: Identity, requests: Requests
) -> Finding:
    what, users = f"channel {channel}", _to(channel, requests)
    if isinstance(told, Channel):
        return _membership(what, told, identity, users)
    if isinstance(told, RateLimited):
        return Finding(what, True, f"not looked at: {told.message}")
    if told.code != "missing_scope":
        return refused_by(what, told, users)
    files = [one for one in users if one.option == FILE]
    if is_name(channel) and files:  # which need the ID
        return Finding(what, False, "cannot be looked up, as files need", told.hint, tuple(files))
    return Finding(what, True, f"cannot be looked at: {told.hint}")


def _membership(what: str, channel: Channel, identity: Identity, requests: Requests) -> Finding:
    everything = tuple(requests)
    if channel.archived:
        hint = "unarchive it, or set another channel"
        return Finding(what, False, "archived", hint, everything)
    if channel.member or channel.direct:
        return Finding(what, True, "the bot is a member")
    if channel.member is None:
        return Finding(what, True, "exists; Slack does not tell whether the bot is a member")
    may_join_in = identity.scopes is None or "chat:write.public" in identity.scopes
    if channel.private or not may_join_in:
        blocked = everything
    else:
        blocked = tuple(one for one in requests if one.option in (FILE, APPROVAL))
    if blocked:
        hint = f"invite it there: /invite @{identity.bot}"
        return Finding(what, False, "the bot is not a member", hint, blocked)
    return Finding(what, True, "public; messages get there, files and approvals would not")


def _person(workspace: Workspace, channel: str, requests: Requests) -> Finding:
    what, users = f"channel {channel}", _to(channel, requests)
    try:
        if not is_user_id(channel):
            workspace.names.user_id(channel)
            return Finding(what, True, "a person")
        found = person(workspace.transport, channel)
    except SlackError as error:
        if error.code == "missing_scope":
            return Finding(what, True, f"cannot be looked at: {error.hint}")
        return refused_by(what, error, users)
    if found.bot or found.deactivated:
        told = "a bot" if found.bot else "the account is deactivated"
        return Finding(what, False, told, "name another person, or a channel", tuple(users))
    return Finding(what, True, f"a person, {found.name}")

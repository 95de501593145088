"""What can be known before a run: would its posts get through? One line a question."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_wrapper.client.identity import identify
from slack_wrapper.errors import SlackRefused, SlackWrapperError
from slack_wrapper.session.local import LocalSession, Workspace
from slack_wrapper.session.request import FILE, Request

MAX_CLOCK_SKEW = 120.0  # seconds; beyond it a lost answer might be looked for at the wrong time


@dataclass(frozen=True)
class Finding:
    """One answered question.

    Args:
        what: was looked at, such as `channel librec_channel`.
        good: whether it is as it must be.
        told: the answer.
        hint: the remedy, when it is not.
    """

    what: str
    good: bool
    told: str
    hint: str = ""


def check(session: LocalSession, requests: Sequence[Request]) -> Iterator[Finding]:
    """Yield what is found for the keys and channels of some posts; nothing is posted."""
    keys = list(dict.fromkeys(request.encrypted_key for request in requests))
    for key in keys:
        own = [request for request in requests if request.encrypted_key == key]
        yield from _check_key(session, key, own)


def _check_key(
    session: LocalSession, key: str | None, requests: Sequence[Request]
) -> Iterator[Finding]:
    name = f"key {key}" if key else "key in $SLACK_BOT_TOKEN"
    try:
        workspace = session.workspace(key)
    except SlackWrapperError as error:
        yield _bad(name, error)
        return
    yield Finding(name, True, "opens")
    try:
        identity = identify(workspace.transport)
    except SlackWrapperError as error:
        yield _bad("token", error)
        return
    yield Finding("token", True, f"{identity.bot} in {identity.team}")
    yield _clock(identity.answered_at)
    yield from _scopes(identity.scopes, requests)
    files = {channel for one in requests if one.option == FILE for channel in one.channels}
    for channel in dict.fromkeys(channel for one in requests for channel in one.channels):
        yield _channel(workspace, channel, files=channel in files)


def _clock(answered_at: float | None) -> Finding:
    if answered_at is None:
        return Finding("clock", True, "not told by the server")
    skew = abs(time.time() - answered_at)
    if skew <= MAX_CLOCK_SKEW:
        return Finding("clock", True, f"within {skew:.0f} s of Slack's")
    return Finding("clock", False, f"{skew:.0f} s off Slack's", "set this machine's clock (NTP)")


def _scopes(scopes: frozenset[str] | None, requests: Sequence[Request]) -> Iterator[Finding]:
    if scopes is None:
        yield Finding("scopes", True, "not told by the server")
        return
    needed = {"chat:write"} | ({"files:write"} if any(one.files for one in requests) else set())
    for scope in sorted(needed):
        yield Finding(
            f"scope {scope}",
            scope in scopes,
            "granted" if scope in scopes else "missing",
            "" if scope in scopes else "add it at https://api.slack.com/apps and reinstall the app",
        )


def _channel(workspace: Workspace, channel: str, *, files: bool) -> Finding:
    what = f"channel {channel}"
    names, transport = workspace.names, workspace.transport
    try:
        if "@" in channel:
            names.user_id(channel)
            return Finding(what, True, "a person")
        answer = transport.call(
            "conversations.info", {"channel": names.channel_id(channel)}, about=what
        )
    except SlackRefused as error:
        if error.code == "missing_scope":
            return Finding(what, True, f"cannot be looked at: {error.hint}")
        return _bad(what, error)
    except SlackWrapperError as error:
        return _bad(what, error)
    return _membership(what, answer["channel"], bot=transport.bot, files=files)


def _membership(what: str, channel: dict[str, object], *, bot: str, files: bool) -> Finding:
    if channel.get("is_archived"):
        return Finding(what, False, "archived", "unarchive it, or set another channel")
    if channel.get("is_member") or channel.get("is_im"):
        return Finding(what, True, "the bot is a member")
    if files or channel.get("is_private"):
        return Finding(what, False, "the bot is no member", f"invite it there: /invite @{bot}")
    return Finding(what, True, "public; messages get there, files would not")


def _bad(what: str, error: SlackWrapperError) -> Finding:
    return Finding(what, False, error.message, error.hint)

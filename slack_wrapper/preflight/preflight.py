"""What can be known before a run: would its posts get through? One line a question."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from slack_wrapper.approvals.question import question
from slack_wrapper.client import team
from slack_wrapper.client.error_codes import REMEDIES
from slack_wrapper.client.identity import Identity, identify
from slack_wrapper.client.uploads import may_upload
from slack_wrapper.client.webhook import HINT, WebhookTransport
from slack_wrapper.common.channel_form import is_person
from slack_wrapper.common.side_by_side import side_by_side
from slack_wrapper.errors import (
    RateLimited,
    SlackError,
    SlackRefused,
    SlackUnavailable,
    SlackWrapperError,
    StepBlocked,
)
from slack_wrapper.message.approval_terms import span
from slack_wrapper.message.compose import compose
from slack_wrapper.message.mentions import Unasked, scope_of
from slack_wrapper.message.webhook_limits import unfit
from slack_wrapper.model.request import APPROVAL, FILE, WARN, Request
from slack_wrapper.preflight.destinations import WORKERS, places, refused_by
from slack_wrapper.preflight.findings import Finding, table
from slack_wrapper.preflight.people import approvers, mentioned
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.session.port import SendingSession

SECONDS = 10.0  # for which channels are looked for before a run
MAX_CLOCK_SKEW = 120.0  # seconds; beyond it a lost answer might be looked for at the wrong time

Requests = Sequence[Request]


def check(
    session: SendingSession, requests: Requests, *, seconds: float = SECONDS
) -> Iterator[Finding]:
    """Yield what is found for the keys and channels of some posts; nothing is posted.

    Trouble that may pass blocks no post; what Slack would refuse does.

    Args:
        session: opens the keys.
        requests: the posts.
        seconds: after which a channel that is not found yet counts as not to be found out.
    """
    keys = list(dict.fromkeys(request.encrypted_key for request in requests))
    for key in keys:
        own = [request for request in requests if request.encrypted_key == key]
        yield from _check_key(session, key, own, seconds)


def refuse_form(request: Request) -> None:
    """Refuse a post that Slack would refuse for its form: blocks, color, mentions, limits.

    Raises:
        RequestError: it could not be posted.
    """
    compose(question(request) if request.option == APPROVAL else request, Unasked())


def demand(
    session: SendingSession,
    requests: Requests,
    *,
    tell: Callable[[str], None],
    more: Sequence[Finding] = (),
) -> None:
    """Check the posts of a run, tell the findings, and refuse what could not succeed.

    Args:
        session: the run's.
        requests: what its steps will ask for.
        tell: shows the table of findings.
        more: findings of another kind.

    Raises:
        StepBlocked: a step that does not have `on_failure: warn` could not succeed.
    """
    findings = [*check(session, requests), *more]
    if not findings:
        return
    tell(table(findings))
    blocked = {
        one.rule: finding
        for finding in reversed(findings)
        for one in finding.blocked
        if one.on_failure != WARN
    }
    if blocked:
        rules, first = ", ".join(sorted(blocked)), next(iter(blocked.values()))
        raise StepBlocked(
            f"the run was not started: {rules} would fail: {first.what}: {first.told}",
            hint=first.hint,
        )


def _identity(session: SendingSession, key: str | None, workspace: Workspace) -> Identity:
    try:
        return identify(workspace.transport)
    except SlackUnavailable as error:
        if not isinstance(error, RateLimited):  # which is an answer
            session.reach.silent(key or "")
        raise


def _check_key(
    session: SendingSession, key: str | None, requests: Requests, seconds: float
) -> Iterator[Finding]:
    name = f"key {key}" if key else "key in $SLACK_BOT_TOKEN"
    try:
        workspace = session.workspace(key)
    except SlackWrapperError as error:
        yield refused_by(name, error, requests)
        return
    yield Finding(name, True, "opens")
    yield Finding("proxy", True, workspace.transport.proxy or "none, Slack is reached directly")
    if isinstance(workspace.transport, WebhookTransport):
        yield from _webhook(workspace.transport, requests)
        return
    try:
        identity = _identity(session, key, workspace)
    except SlackWrapperError as error:
        yield refused_by("token", error, requests)
        return
    yield from _token(workspace, identity)
    yield _clock(identity.answered_at)
    yield from _scopes(identity.scopes, requests)
    yield from _files(workspace, requests)
    yield from places(workspace, identity, requests, seconds=seconds)
    yield from mentioned(workspace, requests)
    yield from approvers(workspace, requests)


def _token(workspace: Workspace, identity: Identity) -> Iterator[Finding]:
    """Say whose the token is, and what is unusual about it."""
    yield Finding("token", True, f"{identity.bot} in {identity.team}")
    if identity.expires_in is not None:
        told = f"in {span(identity.expires_in)}; what is posted later is refused"
        yield Finding("token expires", False, told, REMEDIES["token_expired"])
    transport = workspace.transport
    if not identity.organization:
        return
    refused = SlackRefused("which of the organization's is not known", code="missing_argument")
    try:
        transport.team_id = transport.team_id or team.find(transport, refused)
    except SlackError as error:
        yield Finding("workspace", False, error.message, error.hint)
    else:
        yield Finding("workspace", True, f"{transport.team_id}, of an organization")


def _webhook(transport: WebhookTransport, requests: Requests) -> Iterator[Finding]:
    """A webhook cannot be asked anything; what it cannot do is known."""
    told = f"posts messages to its channel at {transport.host}, flavor {transport.flavor}"
    yield Finding("webhook", True, told)
    like = transport.looks_like
    if like and like != transport.flavor:
        hint = f"set slack.flavor: {like}"
        yield Finding("flavor", False, f"the address looks like one of {like}", hint)
    lacking: dict[str, list[Request]] = {}
    for request in requests:
        for what in unfit(request):
            lacking.setdefault(what, []).append(request)
    for what, users in lacking.items():
        yield Finding("webhook", False, f"cannot {what}", HINT, tuple(users))


def _clock(answered_at: float | None) -> Finding:
    if answered_at is None:
        return Finding("clock", True, "not told by the server")
    skew = abs(time.time() - answered_at)
    if skew <= MAX_CLOCK_SKEW:
        return Finding("clock", True, f"within {skew:.0f} s of Slack's")
    return Finding("clock", False, f"{skew:.0f} s off Slack's", "set this machine's clock (NTP)")


def _scopes(scopes: frozenset[str] | None, requests: Requests) -> Iterator[Finding]:
    if scopes is None:
        yield Finding("scopes", True, "not told by the server")
        return
    needs: dict[str, Callable[[Request], bool]] = {
        "chat:write": lambda one: one.option != FILE,
        "files:write": lambda one: bool(one.files or one.images) or one.option == FILE,
        "reactions:read": lambda one: one.option == APPROVAL,
        "files:read": lambda one: one.option == APPROVAL and bool(one.files),
        "users:read.email": lambda one: _to_an_address(one) or _mentions(one, "users:read.email"),
        "im:write": _to_a_person,
        "users:read": lambda one: _mentions(one, "users:read") or one.option == APPROVAL,
        "usergroups:read": lambda one: _mentions(one, "usergroups:read") or _ask_group(one),
    }
    for scope, needed in needs.items():
        users = tuple(one for one in requests if needed(one))
        if scope in scopes and users:
            yield Finding(f"scope {scope}", True, "granted")
        elif users:
            yield _missing(scope, users)


def _missing(scope: str, users: Requests) -> Finding:
    if scope == "im:write":
        # Which opens the direct message whose ID they need; a message is taken for a user ID.
        users = [one for one in users if one.option in (FILE, APPROVAL) or one.post_at]
    if not users:
        return Finding(f"scope {scope}", True, "missing; messages get to people without it")
    hint = "add it at https://api.slack.com/apps and reinstall the app"
    blocked = tuple(one for one in users if _needs(one, scope))
    return Finding(f"scope {scope}", False, "missing", hint, blocked)


def _needs(request: Request, scope: str) -> bool:
    """Whether a post fails without a scope: who is mentioned may be left out."""
    if request.mention_missing != WARN or not _mentions(request, scope):
        return True
    return _mentions(replace(request, mention=()), scope) or (
        scope == "users:read.email" and _to_an_address(request)
    )


def _to_an_address(request: Request) -> bool:
    return any("@" in channel for channel in request.channels)


def _to_a_person(request: Request) -> bool:
    return any(map(is_person, request.channels))


def _mentions(request: Request, scope: str) -> bool:
    named = (*request.mention, *request.approval.get("approvers", ()))
    return scope in map(scope_of, named)


def _ask_group(request: Request) -> bool:
    """Whether the members of a group, given by its ID, have to be found out."""
    approvers = request.approval.get("approvers", ())
    return any(re.fullmatch(r"(group:)?@?S[A-Z0-9]{7,}", one) for one in approvers)


def _files(workspace: Workspace, requests: Requests) -> Iterator[Finding]:
    """Ask for an address to upload to, which shows the workspace's policy; nothing is sent there.

    A policy that depends on the kind of file is asked for once a kind.
    """
    kinds: dict[str, list[Request]] = {}
    for request in requests:
        for path in request.files:
            kinds.setdefault(path.rpartition(".")[2].lower(), []).append(request)

    def ask(kind: str) -> SlackError | None:
        try:
            may_upload(workspace.transport, f"preflight.{kind}")
        except (SlackRefused, SlackUnavailable) as error:
            return error
        return None

    answers = side_by_side(ask, kinds, workers=WORKERS)
    for (kind, users), error in zip(kinds.items(), answers, strict=True):
        if error is None:
            yield Finding(f"files .{kind}", True, "taken by the workspace")
        elif error.code != "missing_scope":  # told already
            yield refused_by(f"files .{kind}", error, users)

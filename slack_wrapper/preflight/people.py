"""Who is mentioned and who may approve: does Slack know them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_wrapper.approvals.approvers import Approvers
from slack_wrapper.common.side_by_side import side_by_side
from slack_wrapper.errors import RequestError, SlackError, SlackRefused, SlackUnavailable
from slack_wrapper.message.mentions import USER, bare, is_looked_up, shown
from slack_wrapper.model.request import WARN, Request
from slack_wrapper.preflight.findings import Finding
from slack_wrapper.sending.workspace import Workspace

WORKERS = 4  # calls at a time: many people are in one page of a list
LEFT_OUT = "the post is sent without this mention (mention_missing: warn)"

Requests = Sequence[Request]


def mentioned(workspace: Workspace, requests: Requests) -> Iterator[Finding]:
    """Yield a finding for each person and group that has to be looked up to be mentioned.

    Args:
        workspace: the connection.
        requests: the posts; those of mentions of no known form have been refused.
    """
    users: dict[str, list[Request]] = {}
    for request in requests:
        for name in filter(is_looked_up, request.mention):
            users.setdefault(name, []).append(request)

    def ask(name: str) -> SlackError | RequestError | None:
        try:
            shown(name, workspace.names)
        except (SlackError, RequestError) as error:
            return error
        return None

    answers = side_by_side(ask, users, workers=WORKERS)
    for (name, posts), error in zip(users.items(), answers, strict=True):
        yield _mention(name, error, posts)


def _mention(name: str, error: SlackError | RequestError | None, users: Requests) -> Finding:
    what = f"mention {bare(name)}"
    if error is None:
        return Finding(what, True, "a person" if name.startswith(USER) or "@" in bare(name)[1:]
                       else "known to Slack")  # fmt: skip
    if not isinstance(error, SlackRefused):
        return Finding(what, True, f"not looked up: {error.message}")
    blocked = tuple(one for one in users if one.mention_missing != WARN)
    if error.code == "missing_scope":  # a line of its own tells of the scope
        return Finding(what, not blocked, "cannot be looked up", error.hint, blocked)
    hint = error.hint if blocked else f"{error.hint}; {LEFT_OUT}"
    return Finding(what, False, error.message, hint, blocked)


def approvers(workspace: Workspace, requests: Requests) -> Iterator[Finding]:
    """Yield a finding for each set of approvers: could any of them answer?"""
    asked: dict[tuple[str, ...], list[Request]] = {}
    for request in requests:
        named = tuple(request.approval.get("approvers") or ())
        if named:
            asked.setdefault(named, []).append(request)
    known = Approvers(workspace)
    for named, users in asked.items():
        what = f"approvers {', '.join(map(bare, named))}"
        try:
            known.check(named)
        except (SlackUnavailable, RequestError) as error:
            yield Finding(what, True, f"not looked up: {error.message}")
        except SlackRefused as error:
            yield Finding(what, False, error.message, error.hint, tuple(users))
        else:
            yield Finding(what, True, "can answer")

"""A question as people see it: asked, reminded of, and changed into its answer."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from slack_wrapper.approvals import verdict
from slack_wrapper.client import messages, updates
from slack_wrapper.client.closed import unthreadable
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.updates import Living
from slack_wrapper.errors import SlackError, SlackRefused
from slack_wrapper.message.approval_terms import Terms
from slack_wrapper.message.compose import Draft, compose
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import FAIL, FILE, MESSAGE, NOW, Request
from slack_wrapper.sending.workspace import Workspace

ONCE = RetryPolicy(attempts=1, max_wait=0.0)


def question(request: Request) -> Request:
    """Return the post that asks: it says what to do, and mentions those who may.

    It is the same whenever it is asked, so that the ledger knows it again.
    """
    terms = Terms.from_dict(request.approval)
    text = f"{request.message}\n{terms.instruction}"
    asked = replace(
        request,
        option=FILE if request.files else MESSAGE,
        message="" if request.files else text,
        comment=text if request.files else "",
        mention=(*request.mention, *terms.approvers),
        on_failure=FAIL,
        post_at=NOW,
    )
    return replace(asked, approval={})


def offer(workspace: Workspace, asked: Request, receipt: Receipt, terms: Terms) -> None:
    """Put the reactions on a question, to be clicked; without the scope people make them."""
    for name in (terms.approve[0], terms.reject[0]):
        with contextlib.suppress(SlackError):
            updates.react(
                workspace.transport, posted(receipt), name, Retrier(ONCE), about=asked.about
            )


def answer(workspace: Workspace, request: Request, asked: Request, receipt: Receipt) -> None:
    """Change a question, and what reminds of it, into its answer; once more does no harm.

    An edit notifies nobody: the thread is told too, see `say`. Where Slack does not take the edit,
    the question stays as it is.
    """
    told = verdict.told(receipt)
    text = f"{request.message}\n{told}"
    closed = replace(
        asked,
        message="" if asked.option == FILE else text,
        comment=text if asked.option == FILE else "",
        closes=0.0,
    )
    with contextlib.suppress(SlackError):
        draft = compose(closed, workspace.names)
        _edit(workspace, asked, posted(receipt), draft)
    for ts in receipt.get("reminded") or ():
        with contextlib.suppress(SlackError):
            _edit(workspace, asked, Posted(str(receipt["channel"]), str(ts)), Draft((told,)))


def remind(workspace: Workspace, asked: Request, receipt: Receipt, text: str, number: int) -> None:
    """Remind of a question, in its thread and in the channel, and note where that stands."""
    found = say(workspace, asked, receipt, f"reminder.{number}", text, broadcast=True)
    if found:
        receipt["reminded"] = [*(receipt.get("reminded") or ()), found.ts]


def say(
    workspace: Workspace,
    asked: Request,
    receipt: Receipt,
    name: str,
    text: str,
    *,
    broadcast: bool = False,
) -> Posted | None:
    """Say something in the question's thread, or in the channel if the thread refuses it.

    Args:
        workspace: the connection.
        asked: the question's post.
        receipt: of the question.
        name: tells what is said from what else is said of the question.
        text: mrkdwn.
        broadcast: whether the channel shows it too.

    Returns:
        Where it is; None where that fails too, as the question is what counts.
    """
    message = Message(
        str(receipt["channel"]),
        text,
        key=f"{receipt['key']}.{name}",
        thread_ts=receipt.get("thread_ts") or receipt["ts"],
        broadcast=broadcast,
    )

    def post(one: Message) -> Posted:
        wire, about = workspace.transport, asked.about
        # It is not said again, whatever has become of it: so it is not looked for.
        return messages.post(wire, one, Retrier(ONCE), about=about, locate=str, seconds=0.0)

    with contextlib.suppress(SlackError):
        try:
            return post(message)
        except SlackRefused as refused:
            if not unthreadable(refused):
                raise
            link = f" ({receipt['permalink']})" if receipt.get("permalink") else ""
            return post(replace(message, text=f"{text}{link}", thread_ts=None))
    return None


def posted(receipt: Receipt) -> Posted:
    """Return where a question is."""
    return Posted(str(receipt["channel"]), str(receipt["ts"]))


def _edit(workspace: Workspace, asked: Request, where: Posted, draft: Draft) -> None:
    """Change the first part of a message; what continues it stays."""
    updates.update(
        workspace.transport,
        Living(where, ""),
        draft.parts[0],
        Retrier(ONCE),
        about=asked.about,
        blocks=draft.blocks,
        attachments=draft.attachments,
    )

"""One request to one channel: the calls that carry it out, and its receipt."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from slack_wrapper.client import messages, uploads
from slack_wrapper.client.files import LocalFile
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackRefused
from slack_wrapper.session import receipts
from slack_wrapper.session.base import Receipt
from slack_wrapper.session.compose import Draft
from slack_wrapper.session.request import Request

if TYPE_CHECKING:
    from slack_wrapper.session.local import Workspace


def send_message(
    workspace: Workspace, request: Request, draft: Draft, retrier: Retrier, *, thread: str | None
) -> Receipt:
    """Post a message, and what of it did not fit as replies in its thread.

    Raises:
        SlackError: see `client.messages.post`.
    """
    transport, names = workspace.transport, workspace.names
    key = secrets.token_hex(16)
    root = Message(
        channel=target(names, request),
        text=draft.parts[0],
        key=key,
        thread_ts=thread,
        blocks=draft.blocks,
        attachments=draft.attachments,
    )
    posted = _post_by_name(transport, names, root, retrier, request)
    for number, part in enumerate(draft.parts[1:], 2):
        reply = Message(posted.channel, part, f"{key}.{number}", thread_ts=thread or posted.ts)
        messages.post(transport, reply, retrier, about=request.about)
    link = messages.permalink(transport, posted)
    return receipts.delivered(
        request, posted, thread_ts=thread, permalink=link, key=key, attempts=retrier.attempts
    )


def send_files(
    workspace: Workspace,
    request: Request,
    draft: Draft,
    files: Sequence[LocalFile],
    retrier: Retrier,
    *,
    thread: str | None,
) -> Receipt:
    """Upload files and share them in one message, its comment's rest as replies.

    Raises:
        FileError: a file is not, or no longer, what it should be; nothing was shared.
        SlackError: see `client.uploads`.
    """
    transport, names = workspace.transport, workspace.names
    channel = names.channel_id(target(names, request))
    sent = [uploads.upload(transport, file, retrier) for file in files]
    comment = draft.parts[0] if draft.parts else None
    share = uploads.Share(channel, thread, comment, request.about)
    ts = uploads.share(transport, sent, share, retrier)
    posted = Posted(channel, ts or "")
    key = secrets.token_hex(16)
    for number, part in enumerate(draft.parts[1:], 2):
        reply = Message(channel, part, f"{key}.{number}", thread_ts=thread or ts)
        messages.post(transport, reply, retrier, about=request.about)
    link = messages.permalink(transport, posted) if ts else None
    return receipts.delivered(
        request,
        posted,
        thread_ts=thread,
        permalink=link,
        key=key,
        attempts=retrier.attempts,
        files=sent,
    )


def target(names: Names, request: Request) -> str:
    """Return the channel to post to: an ID where one is known, else the name."""
    channel = request.channels[0]
    if "@" in channel:
        return names.direct_message(channel)
    return names.known(channel) or channel


def _post_by_name(
    transport: Transport, names: Names, message: Message, retrier: Retrier, request: Request
) -> Posted:
    """Post by name, which spares a look-up; private channels take their ID only."""
    try:
        posted = messages.post(transport, message, retrier, about=request.about)
    except SlackRefused as refused:
        if refused.code != "channel_not_found" or names.known(message.channel):
            raise
        message = _with_id(names, message, refused)
        posted = messages.post(transport, message, retrier, about=request.about)
    names.learn(request.channels[0], posted.channel)
    return posted


def _with_id(names: Names, message: Message, refused: SlackRefused) -> Message:
    try:
        return replace(message, channel=names.channel_id(message.channel))
    except SlackRefused:
        raise refused from None

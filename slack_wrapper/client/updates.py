"""Changing a message that is there: its text, the replies that continue it, its reactions.

Each call here may be repeated without harm: an update says the whole message again, and a reaction
is there or is not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from slack_wrapper.client import messages
from slack_wrapper.client.closed import uneditable, unthreadable
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.settling import FOREGROUND, Doubt, Unsaved
from slack_wrapper.client.transport import Transport
from slack_wrapper.common.text_parts import split
from slack_wrapper.errors import SlackRefused


@dataclass
class Living:
    """A message that changes.

    Args:
        posted: where it is.
        key: our idempotency key of it; replies add their number.
        replies: the messages that continue it, in order; `update` keeps them up to date.
        anew: how many of these were said anew, as the one before could not be edited.
        thread_ts: root of the thread that it stands in itself; None when it is a root.
        doubt: whether the next reply may be there already.
    """

    posted: Posted
    key: str
    replies: list[Posted] = field(default_factory=list)
    anew: int = 0
    thread_ts: str | None = None
    doubt: Doubt = field(default_factory=Unsaved)


def update(
    transport: Transport,
    living: Living,
    text: str,
    retrier: Retrier,
    *,
    about: str,
    locate: Callable[[str], str] = str,
    blocks: Sequence[dict[str, Any]] = (),
    attachments: Sequence[dict[str, Any]] = (),
    seconds: float = FOREGROUND,
) -> None:
    """Let a message of ours say something else.

    Slack refuses an update of more than 4,000 characters. A longer text is cut into parts as a new
    post is: the message says the first, and each further part is a reply in its thread, which the
    next update changes in its turn. Replies that are no longer needed are deleted. So nothing is
    cut, and nobody sees a part twice. A further part that cannot be edited is said anew, and one
    that the thread does not take goes to the channel.

    Args:
        transport: the connection.
        living: the message; its `replies` change with the text.
        text: mrkdwn; with blocks the fallback for notifications.
        retrier: bounds the repetitions.
        about: what the call is about, for errors.
        locate: channel name → ID; the channel of a posted message is an ID already.
        blocks: all blocks of the message; those that it had are replaced.
        attachments: the same.
        seconds: for which to look for a further part whose outcome is unclear; the next update goes
            on with it.

    Raises:
        SlackRefused: the message itself cannot be edited, see `closed.uneditable`, and others.
        SlackUnavailable: it is as it was, or half of it is new; the same call makes it whole.
        SlackAmbiguous: a further part may or may not be there; see `messages.post`.
    """
    first, *rest = list(split(text)) or [""]

    def change(posted: Posted, text: str, **shown: Sequence[dict[str, Any]]) -> None:
        params = _arguments(posted, text, **shown)
        retrier.run(lambda: transport.call("chat.update", params, about=about))

    change(living.posted, first, blocks=blocks, attachments=attachments)

    def say(number: int, part: str) -> Posted:
        key = f"{living.key}.{number + 2}" + (f".{living.anew}" if living.anew else "")
        root = living.thread_ts or living.posted.ts
        reply = Message(living.posted.channel, part, key=key, thread_ts=root)
        return continued(
            reply,
            lambda one: messages.post(
                transport,
                one,
                retrier,
                about=about,
                locate=locate,
                doubt=living.doubt,
                seconds=seconds,
            ),
        )

    for number, part in enumerate(rest):
        if number == len(living.replies):
            living.replies.append(say(number, part))
            continue
        try:
            change(living.replies[number], part)
        except SlackRefused as refused:
            if not uneditable(refused):
                raise
            living.anew += 1
            living.replies[number] = say(number, part)
    while len(living.replies) > len(rest):
        with contextlib.suppress(SlackRefused):  # then it stays, and says too much
            delete(transport, living.replies[-1], retrier, about=about)
        living.replies.pop()


def continued(reply: Message, post: Callable[[Message], Posted]) -> Posted:
    """Post what continues a message as a reply, or in the channel when the thread refuses it.

    Raises:
        SlackError: see `messages.post`.
    """
    try:
        return post(reply)
    except SlackRefused as refused:
        if not unthreadable(refused):
            raise
    return post(replace(reply, thread_ts=None))


def delete(transport: Transport, posted: Posted, retrier: Retrier, *, about: str) -> None:
    """Delete a message of ours; one that is gone already is deleted.

    Raises:
        SlackRefused, SlackUnavailable: it is still there.
    """
    params = {"channel": posted.channel, "ts": posted.ts}
    _unless(
        "message_not_found",
        lambda: retrier.run(lambda: transport.call("chat.delete", params, about=about)),
    )


def react(transport: Transport, posted: Posted, name: str, retrier: Retrier, *, about: str) -> None:
    """Put a reaction on a message, once: one that is there already is there.

    Args:
        transport: the connection.
        posted: the message.
        name: of the emoji, such as `white_check_mark`, without colons.
        retrier: bounds the repetitions.
        about: what the call is about, for errors.

    Raises:
        SlackRefused, SlackUnavailable: it is not there.
    """
    _unless(
        "already_reacted", lambda: _reaction("add", transport, posted, name, retrier, about=about)
    )


def unreact(
    transport: Transport, posted: Posted, name: str, retrier: Retrier, *, about: str
) -> None:
    """Take a reaction of ours off a message; one that is not there is off.

    Raises:
        SlackRefused, SlackUnavailable: it is still there.
    """
    _unless(
        "no_reaction", lambda: _reaction("remove", transport, posted, name, retrier, about=about)
    )


def _arguments(
    posted: Posted,
    text: str,
    *,
    blocks: Sequence[dict[str, Any]] = (),
    attachments: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    # An empty list takes off what was there; Slack keeps old attachments when none are given.
    return {
        "channel": posted.channel,
        "ts": posted.ts,
        "text": text,
        "blocks": list(blocks),
        "attachments": list(attachments),
    }


def _reaction(
    verb: str, transport: Transport, posted: Posted, name: str, retrier: Retrier, *, about: str
) -> None:
    params = {"channel": posted.channel, "timestamp": posted.ts, "name": name.strip(":")}
    retrier.run(lambda: transport.call(f"reactions.{verb}", params, about=about))


def _unless(code: str, call: Callable[[], object]) -> None:
    """Make a call whose refusal with a code says that its aim is reached already."""
    try:
        call()
    except SlackRefused as refused:
        if refused.code != code:
            raise

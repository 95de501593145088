"""What a post does when Slack refuses a table or a chart: the same in another form, at once.

A refusal leaves nothing in the channel, so that nothing is posted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackRefused
from slack_wrapper.message import beside_files
from slack_wrapper.message.compose import Draft
from slack_wrapper.model.receipt import Form
from slack_wrapper.sending import native_memory

T = TypeVar("T")

# What Slack, its webhooks and servers like them say when they do not take blocks.
REFUSALS = beside_files.REFUSALS | {"invalid_attachments", "invalid_payload"}
# What servers like Slack answer to a webhook, without a word of Slack's.
_WEBHOOK_REFUSALS = frozenset({"http_400", "http_413", "http_422"})
# What tells of the message as a whole, and not of a type.
_OF_CONTENTS = frozenset({"invalid_attachments", "msg_blocks_too_long"})
UNSUPPORTED = "unsupported type: "  # Slack's words, before the type
_POINTER = "json-pointer"


def in_a_form(
    post: Callable[[], T],
    native: Callable[[], Collection[str]],
    without: Callable[[Collection[str]], None],
    transport: Transport,
) -> T:
    """Post, with another form of blocks as often as they are refused.

    Args:
        post: posts the message in its present form.
        native: gives the types of blocks in it that have another form.
        without: gives the message another form for some types.
        transport: where what was refused is remembered for, once the same message was taken
            without it.

    Raises:
        SlackRefused: it is about something else.
    """
    found: set[str] = set()
    while True:
        try:
            done = post()
            break
        except SlackRefused as refused:
            kinds, as_such = blamed(refused, native())
            if not kinds:
                raise
            found |= kinds if as_such else set()
        without(kinds)
    if found:
        native_memory.remember(transport, found)
    return done


def form(draft: Draft) -> Form:
    """Return in which form the tables and charts of a post go."""
    if not draft.native:
        return Form.TEXT
    return Form.WHOLE if draft.whole else Form.CUT


def blamed(refused: SlackRefused, kinds: Collection[str]) -> tuple[frozenset[str], bool]:
    """Return which types of blocks a refusal is about, and whether it is of the types as such.

    Args:
        refused: what Slack has said.
        kinds: types in the message that have another form.

    Returns:
        No type when it is about something else. False when Slack points at a part within a block:
        with other contents the same type may be taken.
    """
    codes = REFUSALS | _WEBHOOK_REFUSALS if refused.method == "webhook" else REFUSALS
    if refused.code not in codes:
        return frozenset(), False
    said = refused.message
    named = frozenset(
        kind for kind in kinds if f"{UNSUPPORTED}{kind} " in said or f"{UNSUPPORTED}{kind};" in said
    )
    if named:
        return named, True
    return frozenset(kinds), _POINTER not in said and refused.code not in _OF_CONTENTS

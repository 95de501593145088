"""How Slack says that a message cannot be edited any more, or that a thread takes no reply.

Sources: the "Errors" tables of https://docs.slack.dev/reference/methods/chat.update and
…/chat.postMessage; `thread_not_found` of a root that was deleted before its first reply: bolt-js
issue 2307.
"""

from __future__ import annotations

from slack_wrapper.errors import SlackError, SlackRefused

DELETED = "message_not_found"
# Somebody has deleted the message, or it stands there and cannot be changed.
UNEDITABLE = frozenset({DELETED, "cant_update_message", "edit_window_closed", "block_mismatch"})
UNTHREADABLE = frozenset(
    {
        "thread_not_found",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
        "cannot_reply_to_message",
    }
)
UNBROADCASTABLE = frozenset({"cant_broadcast_message", "restricted_action_thread_only_channel"})


def uneditable(error: SlackError) -> bool:
    """Whether a change was refused because the message cannot be changed: say it anew."""
    return isinstance(error, SlackRefused) and error.code in UNEDITABLE


def unthreadable(error: SlackError) -> bool:
    """Whether a reply was refused by its thread: the channel may still take it."""
    return isinstance(error, SlackRefused) and error.code in UNTHREADABLE


def unbroadcastable(error: SlackError) -> bool:
    """Whether only the broadcast of a reply was refused: the thread may still take the reply."""
    return isinstance(error, SlackRefused) and error.code in UNBROADCASTABLE

"""Beliefs about messages: texts, blocks, threads, changes."""

from __future__ import annotations

import time
from html import unescape

from slack_wrapper.client import messages, scheduled, updates
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.updates import Living
from slack_wrapper.live_check.belief import Belief, Shown
from slack_wrapper.live_check.lab import ABOUT, Lab, posted

_TEXT = "*live check*: a < b & c, <https://example.org|a link>"
_SECTION = "a *section* of the live check"
_LINES = 150
_AHEAD = 600  # seconds; far enough to be cancelled


def message(lab: Lab) -> Shown:
    """A text keeps its markup and escapes, and carries our metadata."""
    receipt = lab.post(message=_TEXT)
    found = lab.shown(posted(receipt))
    metadata = found.get("metadata") or {}
    return Shown(
        {
            "text": _TEXT,
            "key": receipt["key"],
            "app": lab.who.get("bot_id"),
        },
        {
            "text": unescape(str(found.get("text"))),
            "key": (metadata.get("event_payload") or {}).get("key"),
            "app": found.get("bot_id"),
        },
    )


def long_message(lab: Lab) -> Shown:
    """A text of more than 4,000 characters continues in its thread, and nothing is cut."""
    lines = [
        f"line {number} of a long live check, which is cut nowhere" for number in range(_LINES)
    ]
    root = posted(lab.post(message="\n".join(lines)))
    parts = [lab.shown(root), *lab.replies(root)]
    said = "\n".join(str(part.get("text")) for part in parts).split("\n")
    return Shown(
        {"lines": len(lines), "last": lines[-1], "in its thread": True},
        {"lines": len(said), "last": said[-1], "in its thread": len(parts) > 1},
    )


def blocks(lab: Lab) -> Shown:
    """Blocks, fields and a colour are shown as they were sent."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": _SECTION}}
    receipt = lab.post(
        message="live check: blocks", blocks=[section, {"type": "divider"}], fields={"auc": "0.91"}
    )
    colored = lab.post(message="live check: a colour", color="#36a64f")
    found, bar = lab.shown(posted(receipt)), lab.shown(posted(colored))
    shown = found.get("blocks") or []
    return Shown(
        {"divider": True, "section": True, "colour": "36a64f"},
        {
            "divider": any(block.get("type") == "divider" for block in shown),
            "section": any((block.get("text") or {}).get("text") == _SECTION for block in shown),
            "colour": next(
                (str(one.get("color")).lstrip("#") for one in bar.get("attachments") or []), None
            ),
        },
    )


def thread(lab: Lab) -> Shown:
    """A reply stands in the thread of its root, and not in the channel."""
    root = posted(lab.post(message="live check: a root"))
    reply = _say(lab, Message(root.channel, "live check: a reply", "live-1", root.ts))
    found = lab.shown(reply, root.ts)
    return Shown(
        {"thread_ts": root.ts, "in the channel": False},
        {"thread_ts": found.get("thread_ts"), "in the channel": _listed(lab, reply.ts)},
    )


def broadcast(lab: Lab) -> Shown:
    """A reply that is broadcast stands in its thread and in the channel."""
    root = posted(lab.post(message="live check: a root"))
    reply = Message(root.channel, "live check: a broadcast", "live-2", root.ts, broadcast=True)
    where = _say(lab, reply)
    found = lab.shown(where, root.ts)
    return Shown(
        {"thread_ts": root.ts, "subtype": "thread_broadcast", "in the channel": True},
        {
            "thread_ts": found.get("thread_ts"),
            "subtype": found.get("subtype"),
            "in the channel": _listed(lab, where.ts),
        },
    )


def update(lab: Lab) -> Shown:
    """A message of ours can be changed, and keeps its place."""
    where = posted(lab.post(message="live check: before"))
    lab.pause()
    living = Living(where, "live")
    updates.update(lab.workspace.transport, living, "live check: after", lab.retrier, about=ABOUT)
    found = lab.shown(where)
    return Shown(
        {"text": "live check: after", "ts": where.ts, "edited": True},
        {"text": found.get("text"), "ts": found.get("ts"), "edited": bool(found.get("edited"))},
    )


def reaction(lab: Lab) -> Shown:
    """A reaction can be added, is listed with its author, and can be removed."""
    where = posted(lab.post(message="live check: a reaction"))
    transport = lab.workspace.transport
    updates.react(transport, where, "white_check_mark", lab.retrier, about=ABOUT)
    before = _reactions(lab, where.channel, where.ts)
    updates.unreact(transport, where, "white_check_mark", lab.retrier, about=ABOUT)
    after = _reactions(lab, where.channel, where.ts)
    return Shown(
        {"added": {"white_check_mark": [lab.who["user_id"]]}, "removed": {}},
        {"added": before, "removed": after},
    )


def schedule(lab: Lab) -> Shown:
    """A message that is scheduled is listed, and can be cancelled."""
    where = posted(lab.post(message="live check: the channel of a scheduled message"))
    transport, when = lab.workspace.transport, int(time.time()) + _AHEAD
    lab.pause()
    later = Message(where.channel, "live check: scheduled", "live-3")
    found = scheduled.schedule(transport, later, when, lab.retrier, about=ABOUT)
    before = {str(one["id"]): one.get("post_at") for one in scheduled.waiting(transport)}
    if isinstance(found, str):
        scheduled.cancel(transport, where.channel, found)
    after = {str(one["id"]) for one in scheduled.waiting(transport)}
    return Shown(
        {"listed for": when, "cancelled": True},
        {"listed for": before.get(str(found)), "cancelled": found not in after},
    )


def _say(lab: Lab, reply: Message) -> Posted:
    lab.pause()
    where = messages.post(lab.workspace.transport, reply, lab.retrier, about=ABOUT, locate=str)
    lab.made.append(where)
    return where


def _listed(lab: Lab, ts: str) -> bool:
    """Whether the channel itself shows a message."""
    answer = lab.call("conversations.history", channel=lab.made[-1].channel, limit=15)
    return any(one.get("ts") == ts for one in answer["messages"])


def _reactions(lab: Lab, channel: str, ts: str) -> dict[str, list[str]]:
    answer = lab.call("reactions.get", channel=channel, timestamp=ts, full=True)
    found = (answer.get("message") or {}).get("reactions") or []
    return {str(one["name"]): list(one.get("users") or []) for one in found}


BELIEFS = (
    Belief(
        "message",
        "A text is shown with its markup, and can be found by its key.",
        "message",
        message,
    ),
    Belief("long message", "A long text continues in its thread.", "message", long_message),
    Belief("blocks", "Blocks, fields and colours are shown.", "message", blocks),
    Belief("thread", "A reply is shown in its thread only.", "message", thread),
    Belief("broadcast", "A broadcast reply is shown in the channel too.", "message", broadcast),
    Belief("update", "A message can be changed.", "message", update),
    Belief("reaction", "A reaction can be added, read and removed.", "approval", reaction),
    Belief("schedule", "A scheduled message is listed and can be cancelled.", "message", schedule),
)

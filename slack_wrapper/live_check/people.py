"""Beliefs about people: direct messages, and questions that nobody answers."""

from __future__ import annotations

from slack_wrapper.live_check.belief import Belief, Shown
from slack_wrapper.live_check.lab import Lab, posted


def direct_message(lab: Lab) -> Shown | str:
    """A direct message reaches one person."""
    if not lab.person:
        return "not tried: name a person with --person"
    receipt = lab.post(channel=lab.person, message="live check: a direct message")
    found = lab.shown(posted(receipt))
    return Shown(
        {"channel": "D", "text": "live check: a direct message"},
        {"channel": str(receipt["channel"])[:1], "text": found.get("text")},
    )


def approval(lab: Lab) -> Shown:
    """A question offers its answers, times out, and says so in its thread."""
    receipt = lab.post(
        option="approval", message="live check: a question; please do not answer",
        time_limit="6s", on_timeout="skip", on_reject="skip",
    )  # fmt: skip
    where = posted(receipt)
    answer = lab.call("reactions.get", channel=where.channel, timestamp=where.ts, full=True)
    offered = {one["name"] for one in (answer.get("message") or {}).get("reactions") or []}
    return Shown(
        {"decision": "timed_out", "offered": ["white_check_mark", "x"], "told in the thread": True},
        {
            "decision": receipt.get("decision"),
            "offered": sorted(offered),
            "told in the thread": bool(lab.replies(where)),
        },
    )


BELIEFS = (
    Belief("direct message", "A direct message reaches a person.", "people", direct_message),
    Belief("approval", "A question offers its answers and times out.", "approval", approval),
)

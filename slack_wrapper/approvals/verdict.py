"""What has been decided: by whom, with which reaction, or by nobody in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from slack_wrapper.approvals.approvers import Approvers
from slack_wrapper.errors import SlackRefused
from slack_wrapper.message.approval_terms import APPROVED, REJECTED, TIMED_OUT, Terms, votes


def verdict(
    found: Sequence[dict[str, Any]], terms: Terms, people: Approvers
) -> tuple[dict[str, Any] | None, SlackRefused | None]:
    """Return what has been decided, None while nobody who may has; one rejection decides.

    Beside it why somebody who has reacted could not be looked up, and so does not count.
    """
    unknown = None
    for decision, names in ((REJECTED, terms.reject), (APPROVED, terms.approve)):
        for name, user in votes(found, names):
            try:
                if not people.may(user, terms.approvers):
                    continue
            except SlackRefused as refused:
                if refused.method != "users.info":
                    raise
                unknown = refused
                continue
            who = {"id": user, "name": people.name(user)}
            return {
                "decision": decision,
                "decided_by": who,
                "reaction": name,
                "decided_at": _now(),
            }, None
    return None, unknown


def timed_out() -> dict[str, Any]:
    """Return what a question is when its time is up."""
    return {"decision": TIMED_OUT, "decided_by": None, "reaction": None, "decided_at": _now()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def told(decided: dict[str, Any]) -> str:
    """Return what people are told of a decision, in mrkdwn."""
    who = decided["decided_by"]
    if not who:
        return "nobody has answered in time"
    return f":{decided['reaction']}: {decided['decision']} by <@{who['id']}>"

"""Webhook triggers of Workflow Builder: https://api.slack.com/automation/triggers/webhook

What is known: the body is a flat object of strings (docs of slackapi/slack-github-action, "Sending
data to a Slack workflow"); success is a 2xx that may be empty (WebhookTrigger of @slack/webhook);
another kind of value, or a variable that is missing, is `invalid_webhook_format` with "invalid
required field" (seen live by happybara-io/WorkflowBuddy, which counts 20 variables at most); ten a
minute (https://api.slack.com/apis/rate-limits). Not known: the HTTP status of refusals, and the
answers to an address that is gone and to a variable that the workflow does not have.
"""

from __future__ import annotations

import html
import json
from typing import Any

from slack_wrapper.sandbox.access import Refused
from slack_wrapper.sandbox.store import Store


def receive(store: Store, path: str, body: bytes) -> tuple[int, dict[str, Any] | None]:
    """Start the workflow of a trigger; return HTTP status and JSON, None for an empty body."""
    try:
        with store.change():
            _start(store, path, body)
    except Refused as refused:
        return 404 if str(refused) == "trigger_not_found" else 400, refused.answer
    return 200, None


def _start(store: Store, path: str, body: bytes) -> None:
    triggers = store.data.get("triggers", [])
    known = next((one for one in triggers if one["path"] == path), None)
    if known is None:
        raise Refused("trigger_not_found")
    given = _variables(body, known["variables"])
    started = {"name": known["name"], "variables": given, "ts": store.new_ts()}
    store.data.setdefault("workflow_runs", []).append(started)
    channel = store.channel(str(known.get("channel") or ""))
    if channel:
        # What a workflow writes is made in Workflow Builder; here it writes down what it was told.
        lines = [f"*{name}*: {html.escape(value, quote=False)}" for name, value in given.items()]
        store.post(
            channel["id"],
            {
                "type": "message",
                "subtype": "bot_message",
                "user": known["name"],
                "username": known["name"],
                "ts": store.new_ts(),
                "text": "\n".join(lines) or "_started_",
            },
        )


def _variables(body: bytes, known: list[str]) -> dict[str, str]:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise _bad("the body is not a JSON object")
    told = [f"invalid required field: '{name}'" for name in known
            if name in given and not isinstance(given[name], str)]  # fmt: skip
    told += [f"missing required field: '{name}'" for name in known if name not in given]
    told += [f"invalid additional property: {name}" for name in given if name not in known]
    if told:
        raise _bad(*told)
    return given


def _bad(*told: str) -> Refused:
    messages = [f"[ERROR] {one}" for one in told]
    return Refused("invalid_webhook_format", response_metadata={"messages": messages})

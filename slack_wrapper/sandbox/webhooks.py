"""Incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""

from __future__ import annotations

import json

from slack_wrapper.sandbox import limits
from slack_wrapper.sandbox.access import Refused
from slack_wrapper.sandbox.store import Store


def receive(store: Store, path: str, body: bytes) -> tuple[int, str]:
    """Post what a webhook brings; return HTTP status and text as Slack does."""
    with store.change():
        known = next((hook for hook in store.data["webhooks"] if hook["path"] == path), None)
        if known is None:
            return 404, "no_service"
        try:
            payload = json.loads(body)
        except ValueError:
            return 400, "invalid_payload"
        if not isinstance(payload, dict):
            return 400, "invalid_payload"
        text, blocks = str(payload.get("text") or ""), payload.get("blocks")
        try:
            limits.check_message(text, blocks, payload.get("attachments"))
        except Refused as refused:
            return 400, str(refused)
        message = {
            "type": "message",
            "user": "U00000BOT",
            "ts": store.new_ts(),
            "text": text[: limits.MAX_TEXT],
        }
        for name in ("blocks", "attachments"):
            if payload.get(name):
                message[name] = payload[name]
        store.messages(known["channel"]).append(message)
    return 200, "ok"

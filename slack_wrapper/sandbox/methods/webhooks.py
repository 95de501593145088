"""Incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks

`thread_ts` is taken (Slack's changelog of December 2018), `metadata` too (types of @slack/webhook).
How an unknown `thread_ts` is refused is not documented; here, as by chat.postMessage.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from slack_wrapper.sandbox import limits, threads
from slack_wrapper.sandbox.access import Refused
from slack_wrapper.sandbox.store import Store

_STATUS = {"no_service": 404, "channel_not_found": 404, "channel_is_archived": 410}


def receive(store: Store, path: str, body: bytes) -> tuple[int, str]:
    """Post what a webhook brings; return HTTP status and text as Slack does."""
    try:
        with store.change():
            _post(store, path, body)
    except Refused as refused:
        return _STATUS.get(str(refused), 400), str(refused)
    return 200, "ok"


def _post(store: Store, path: str, body: bytes) -> None:
    known = next((hook for hook in store.data["webhooks"] if hook["path"] == path), None)
    if known is None:
        raise Refused("no_service")
    channel = store.channel(known["channel"])
    if channel is None:
        raise Refused("channel_not_found")
    if channel.get("is_archived"):
        raise Refused("channel_is_archived")
    payload = _payload(body)
    text = str(payload.get("text") or "")
    limits.check_metadata(payload.get("metadata"))
    limits.check_message(text, payload.get("blocks"), payload.get("attachments"), store.data)
    message = {
        "type": "message",
        "subtype": "bot_message",
        "user": "U00000BOT",
        "bot_id": "B0000HOOK",
        "ts": store.new_ts(),
        "text": text[: limits.MAX_TEXT],
    }
    for name in ("blocks", "attachments", "metadata"):
        if payload.get(name):
            message[name] = payload[name]
    if payload.get("thread_ts"):
        message["thread_ts"] = threads.root_of(store, channel, str(payload["thread_ts"]))
    store.post(channel["id"], message)


def _payload(body: bytes) -> dict[str, Any]:
    """Return the JSON object: the body itself, or its form field `payload`."""
    if body.startswith(b"payload="):
        body = parse_qs(body.decode("utf-8", "replace")).get("payload", [""])[0].encode()
    try:
        payload = json.loads(body)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise Refused("invalid_payload")
    return payload

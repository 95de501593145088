"""Receipts: what a step leaves behind of a post. No secret is ever in one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from slack_wrapper.client.files import LocalFile
from slack_wrapper.client.messages import Posted
from slack_wrapper.client.uploads import UploadedFile
from slack_wrapper.errors import RequestError, SlackError
from slack_wrapper.redact import redact
from slack_wrapper.session.base import Receipt, deliveries
from slack_wrapper.session.request import NO_THREAD, RUN_THREAD, Request


def delivered(
    request: Request,
    posted: Posted,
    *,
    thread_ts: str | None,
    permalink: str | None,
    key: str,
    attempts: int,
    files: Sequence[UploadedFile] = (),
) -> Receipt:
    """Return the receipt of a post that is in the channel."""
    receipt = _receipt("delivered", request)
    receipt.update(
        channel=posted.channel,
        ts=posted.ts or None,
        thread_ts=thread_ts,
        permalink=permalink,
        files=[file.receipt() for file in files],
        key=key,
        attempts=attempts,
        posted_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return receipt


def unsent(status: str, request: Request, files: Sequence[LocalFile]) -> Receipt:
    """Return the receipt of a post that was not sent on purpose: `dry_run` or `disabled`."""
    entries = [_not_uploaded(file) for file in files]
    done = [{**_receipt(status, request, name), "files": entries} for name in request.channels]
    return done[0] if len(done) == 1 else {"deliveries": done}


def put_off(
    status: str,
    request: Request,
    files: Sequence[LocalFile],
    error: SlackError,
    *,
    key: str,
    attempts: int,
) -> Receipt:
    """Return the receipt of a post that is not delivered: `queued` for later, or `warned` of."""
    receipt = _receipt(status, request)
    receipt.update(
        files=[_not_uploaded(file) for file in files],
        key=key,
        attempts=attempts,
        reason=redact(error.message),
    )
    return receipt


def thread_of(request: Request) -> str | None:
    """Return the ts of the thread a request belongs into, from another step's receipt.

    Raises:
        RequestError: `thread` names no receipt, or one without a message in this channel.
    """
    if request.thread in (RUN_THREAD, NO_THREAD):
        return None
    place = f"step {request.rule}" if request.rule else "the post"
    try:
        with open(request.thread, encoding="utf-8") as file:  # noqa: PTH123
            other = json.load(file)
    except (OSError, ValueError):
        raise RequestError(
            f"{place}: thread {request.thread} is no receipt",
            hint="thread is run, none, or the receipt of a step that is an input of this one",
        ) from None
    for entry in deliveries(other):
        here = request.channels[0] in (entry.get("channel"), entry.get("channel_name"))
        if here and entry.get("ts"):
            return str(entry.get("thread_ts") or entry["ts"])
    raise RequestError(
        f"{place}: the receipt {request.thread} has no message in {request.about}",
        hint="a thread lies in one channel; post both steps to the same one",
    )


def _receipt(status: str, request: Request, channel: str | None = None) -> dict[str, Any]:
    text = request.comment if request.option == "file" else request.message
    return {
        "status": status,
        "option": request.option,
        "channel": None,
        "channel_name": channel or request.channels[0],
        "ts": None,
        "thread_ts": None,
        "permalink": None,
        "text": redact(text),
        "files": [],
        "key": None,
        "attempts": 0,
        "posted_at": None,
    }


def _not_uploaded(file: LocalFile) -> dict[str, Any]:
    return {"id": None, "name": file.name, "size": file.size, "sha256": None}

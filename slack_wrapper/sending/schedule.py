"""When a post goes out: at once, at a time of its own, or when the quiet hours are over."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from typing import Any

from slack_wrapper.client import permalinks, scheduled
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common import durations
from slack_wrapper.common.quiet_hours import QuietHours
from slack_wrapper.errors import SlackRefused
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import MESSAGE, NOW, Request
from slack_wrapper.sending import receipts
from slack_wrapper.sending.attempt import Delivery

SOON = 10.0  # seconds; a time that is no further away is now


def due(post_at: str, started: float, quiet: QuietHours | None, now: float) -> float:
    """Return when a post is to go out, in seconds since the epoch; 0 for at once.

    Args:
        post_at: of the request; empty for none, `now` even in quiet hours.
        started: when the post was begun, from which a duration counts.
        quiet: the quiet hours, if there are any.
        now: seconds since the epoch.
    """
    if post_at == NOW:
        return 0.0
    when = durations.moment(post_at, "post_at", started) if post_at else now
    if when <= now + SOON:
        when = now
    over = quiet.until(when) if quiet else None
    return over or (when if when > now else 0.0)


def told(when: float) -> str:
    """Return a moment as receipts and lists show it, in UTC."""
    return datetime.fromtimestamp(math.ceil(when), UTC).isoformat(timespec="seconds")


def fits(delivery: Delivery) -> bool:
    """Whether Slack itself can post it later: one message without anything that follows it."""
    request = delivery.request
    return (
        request.option == MESSAGE
        and len(delivery.draft.parts) == 1
        and not (request.files or request.images or request.attached or request.part)
        and not (request.living or delivery.progress.begun)
        and not isinstance(delivery.workspace.transport, WebhookTransport)
    )


def schedule(delivery: Delivery, when: float) -> Receipt:
    """Have Slack post a message later and return its receipt.

    Raises:
        SlackRefused: with a code of `scheduled.UNFIT` if it has to be kept here until then.
        SlackError: see `scheduled.schedule`.
    """
    if not fits(delivery):
        raise SlackRefused("Slack does not schedule such a post", code="invalid_time")
    progress, request = delivery.progress, delivery.request
    progress.post_at = math.ceil(when)
    message = _message(delivery)
    found = scheduled.schedule(
        delivery.workspace.transport,
        message,
        progress.post_at,
        delivery.retrier,
        about=request.about,
        doubt=progress,
        save=delivery.save,
        seconds=delivery.seconds,
    )
    progress.attempts = delivery.retrier.attempts
    return _receipt(delivery, found)


def settle(delivery: Delivery) -> Receipt | None:
    """Find out what has become of a message whose scheduling was left unclear.

    Returns:
        Its receipt, scheduled or delivered; None if it surely is neither.

    Raises:
        SlackAmbiguous: Slack does not tell.
    """
    progress, message = delivery.progress, _message(delivery)
    found = scheduled.find(
        delivery.workspace.transport,
        message,
        progress.post_at,
        progress,
        about=delivery.request.about,
        seconds=delivery.seconds,
    )
    if found is None:
        progress.post_at = 0
        return None
    return _receipt(delivery, found)


def waits(request: Request | dict[str, Any], started: float, quiet: QuietHours | None) -> float:
    """Return when a post that waits may go out, 0 for at once; see `due`."""
    given = request.post_at if isinstance(request, Request) else request.get("post_at")
    return due(str(given or ""), started, quiet, time.time())


def _message(delivery: Delivery) -> Message:
    progress, draft = delivery.progress, delivery.draft
    if progress.channel is None:
        progress.channel = delivery.workspace.names.channel_id(delivery.target)
    return Message(
        channel=progress.channel,
        text=draft.parts[0],
        key=progress.key,
        thread_ts=progress.thread,
        blocks=draft.blocks,
        attachments=draft.attachments,
        broadcast=delivery.request.broadcast,
    )


def _receipt(delivery: Delivery, found: str | Posted) -> Receipt:
    progress, request = delivery.progress, delivery.request
    if isinstance(found, str):
        return receipts.scheduled(request, progress, found, told(progress.post_at))
    progress.post_at = 0
    return receipts.delivered(
        request,
        found,
        thread_ts=progress.thread,
        permalink=permalinks.permalink(delivery.workspace.transport, found, progress.thread),
        key=progress.key,
        attempts=progress.attempts,
    )

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
from slack_wrapper.sending.attempt import Attempt

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


def fits(attempt: Attempt) -> bool:
    """Whether Slack itself can post it later: one message without anything that follows it."""
    request = attempt.request
    return (
        request.option == MESSAGE
        and len(attempt.draft.parts) == 1
        and not (request.files or request.images or request.attached or request.part)
        and not (request.living or attempt.progress.begun)
        and not isinstance(attempt.workspace.transport, WebhookTransport)
    )


def schedule(attempt: Attempt, when: float) -> Receipt:
    """Have Slack post a message later and return its receipt.

    Raises:
        SlackRefused: with a code of `scheduled.UNFIT` if it has to be kept here until then.
        SlackError: see `scheduled.schedule`.
    """
    progress, request = attempt.progress, attempt.request

    def ask() -> str | Posted:
        if not fits(attempt):
            raise SlackRefused("Slack does not schedule such a post", code="invalid_time")
        progress.post_at = math.ceil(when)
        return scheduled.schedule(
            attempt.workspace.transport,
            _message(attempt),
            progress.post_at,
            attempt.retrier,
            about=request.about,
            doubt=progress,
            save=attempt.save,
            seconds=attempt.seconds,
        )

    found = attempt.in_a_form(ask)
    progress.attempts = attempt.retrier.attempts
    return _receipt(attempt, found)


def settle(attempt: Attempt) -> Receipt | None:
    """Find out what has become of a message whose scheduling was left unclear.

    Returns:
        Its receipt, scheduled or delivered; None if it surely is neither.

    Raises:
        SlackAmbiguous: Slack does not tell.
    """
    progress, message = attempt.progress, _message(attempt)
    found = scheduled.find(
        attempt.workspace.transport,
        message,
        progress.post_at,
        progress,
        about=attempt.request.about,
        seconds=attempt.seconds,
    )
    if found is None:
        progress.post_at = 0
        return None
    return _receipt(attempt, found)


def waits(request: Request | dict[str, Any], started: float, quiet: QuietHours | None) -> float:
    """Return when a post that waits may go out, 0 for at once; see `due`."""
    given = request.post_at if isinstance(request, Request) else request.get("post_at")
    return due(str(given or ""), started, quiet, time.time())


def _message(attempt: Attempt) -> Message:
    progress, draft = attempt.progress, attempt.draft
    if progress.channel is None:
        progress.channel = attempt.workspace.names.channel_id(attempt.target)
    return Message(
        channel=progress.channel,
        text=draft.parts[0],
        key=progress.key,
        thread_ts=progress.thread,
        blocks=draft.blocks,
        attachments=draft.attachments,
        broadcast=attempt.request.broadcast,
    )


def _receipt(attempt: Attempt, found: str | Posted) -> Receipt:
    progress, request = attempt.progress, attempt.request
    if isinstance(found, str):
        return receipts.scheduled(request, progress, found, told(progress.post_at))
    progress.post_at = 0
    return receipts.delivered(
        request,
        found,
        thread_ts=progress.thread,
        permalink=permalinks.permalink(attempt.workspace.transport, found, progress.thread),
        key=progress.key,
        attempts=progress.attempts,
    )

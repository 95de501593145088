"""Receipts: what a step leaves behind of a post. No secret is ever in one."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.messages import Posted
from slack_wrapper.client.uploads import UploadedFile
from slack_wrapper.common import atomic_files, decoding
from slack_wrapper.common.parsing import from_json
from slack_wrapper.common.redact import redact
from slack_wrapper.common.regular_file import open_regular, read_bytes
from slack_wrapper.errors import RequestError, SlackWrapperError
from slack_wrapper.model.receipt import Form, Receipt, every
from slack_wrapper.model.request import Request
from slack_wrapper.spool import receipt_lock
from slack_wrapper.spool.progress import Progress

# What the receipt of an approval has besides, here of one that nobody was asked for.
UNDECIDED = {"decision": None, "decided_by": None, "reaction": None, "decided_at": None}


def delivered(
    request: Request,
    posted: Posted,
    *,
    thread_ts: str | None,
    permalink: str | None,
    key: str,
    attempts: int,
    files: Sequence[UploadedFile] = (),
    form: Form | None = None,
) -> Receipt:
    """Return the receipt of a post that is in the channel; `form` is that of tables and charts."""
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
        **({"form": str(form)} if form else {}),
    )
    return receipt


def unsent(status: str, request: Request, files: Sequence[LocalFile]) -> Receipt:
    """Return the receipt of a post that was not sent on purpose: `dry_run` or `disabled`."""
    entries = [_not_uploaded(file) for file in files]
    done = [{**_receipt(status, request, name), "files": entries} for name in request.channels]
    if request.approval:
        done[0].update(UNDECIDED)
    return done[0] if len(done) == 1 else {"deliveries": done}


def put_off(
    status: str,
    request: Request,
    files: Sequence[LocalFile],
    reason: str | SlackWrapperError,
    progress: Progress,
) -> Receipt:
    """Return the receipt of a post that is not delivered: `queued` for later, or `warned` of.

    Args:
        status: `queued` or `warned`.
        request: with one channel.
        files: its files.
        reason: what kept it, an error with its hint.
        progress: how far it had come.
    """
    error = reason if isinstance(reason, SlackWrapperError) else None
    receipt = _receipt(status, request)
    receipt.update(
        files=[_not_uploaded(file) for file in files],
        key=progress.key,
        attempts=progress.attempts,
        reason=redact(error.message if error else str(reason)),
    )
    if error and error.hint:
        receipt["hint"] = redact(error.hint)
    return receipt


def given_up(request: Request, files: Sequence[LocalFile], reason: SlackWrapperError) -> Receipt:
    """Return the receipt of a post that was not even tried, for `on_failure: warn`."""
    done = [
        put_off("warned", replace(request, channels=(name,)), files, reason, Progress())
        for name in request.channels
    ]
    return done[0] if len(done) == 1 else {"deliveries": done}


def scheduled(request: Request, progress: Progress, identifier: str, post_at: str) -> Receipt:
    """Return the receipt of a message that Slack posts by itself later."""
    receipt = _receipt("scheduled", request)
    receipt.update(
        channel=progress.channel,
        thread_ts=progress.thread,
        key=progress.key,
        attempts=progress.attempts,
        post_at=post_at,
        scheduled_message_id=identifier,
    )
    return receipt


def taken_as_posted(request: Request, progress: Progress) -> Receipt:
    """Return the receipt of a post that a person has found in the channel."""
    posted = Posted(progress.channel or request.channels[0], progress.ts or "")
    receipt = delivered(
        request,
        posted,
        thread_ts=progress.thread,
        permalink=None,
        key=progress.key,
        attempts=progress.attempts,
        files=uploaded(progress),
    )
    receipt["posted_at"] = None
    return receipt


def uploaded(progress: Progress) -> list[UploadedFile]:
    """Return the files of a post that Slack has.

    Raises:
        RequestError: what was written down of them is of another form.
    """
    try:
        return [decoding.record(UploadedFile, one, "uploaded") for one in progress.uploaded]
    except ValueError as error:
        raise RequestError(
            f"what was written down of the post {progress.key[:8]} is of another form: {error}",
            hint=f"drop it: slack-wrapper outbox --drop {progress.key[:8]}, and run its step again",
        ) from None


def renew(path: str, receipt: Receipt) -> None:
    """Let a receipt say that its post, which had waited, is delivered.

    Its time of last change stays, so that Snakemake does not take it for new. A receipt that has
    gone, or is that of another post, is left alone, also when a step writes it this very moment.
    """
    try:
        with open_regular(path) as file:
            status, whole = os.fstat(file.fileno()), from_json(file.read().decode())
            if not _renewed(whole, receipt):
                return
            text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
            times = (status.st_atime_ns, status.st_mtime_ns)
            mode, during = status.st_mode & 0o777, receipt_lock.locked_while(path, file)
            atomic_files.write(path, text.encode("utf-8"), mode=mode, times=times, during=during)
    except (OSError, ValueError, AttributeError, TypeError):
        return


def _renewed(whole: Receipt, receipt: Receipt) -> bool:
    """Renew the entries of a post in a receipt; return whether there was one."""
    found = False
    for entry in every(whole):
        if entry.get("key") == receipt["key"] and entry.get("status") != "delivered":
            replies = {"replies": entry["replies"]} if "replies" in entry else {}
            entry.clear()
            entry.update({**receipt, **replies})
            found = True
    return found


def holds(path: str, key: str) -> bool:
    """Whether the receipt at a path is that of a post, by its key."""
    try:
        found = from_json(read_bytes(path).decode())
        return any(entry.get("key") == key for entry in every(found))
    except (OSError, ValueError, AttributeError, TypeError):
        return False


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

"""A post that is more than one message: what does not go with the first follows in its thread.

Each message is a post of its own in the ledger, so that a step that is killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from slack_wrapper.client.files import LocalFile
from slack_wrapper.session.base import Receipt
from slack_wrapper.session.file_parameters import BATCH
from slack_wrapper.session.request import FILE, NO_THREAD, Request
from slack_wrapper.session.threads import root_of

if TYPE_CHECKING:
    from slack_wrapper.session.courier import Courier
    from slack_wrapper.session.local import Workspace


def followers(request: Request) -> list[Request]:
    """Return the requests that follow a request in its thread: its attached files, in batches."""
    size = request.max_files or BATCH
    return [
        Request(
            option=FILE,
            channels=request.channels,
            files=request.attached[start : start + size],
            thread=NO_THREAD,
            on_failure=request.on_failure,
            encrypted_key=request.encrypted_key,
            receipt=request.receipt,
            rule=request.rule,
            part=start // size + 1,
            post_at=request.post_at,
            alt={path: text for path, text in request.alt.items() if path in request.attached},
        )
        for start in range(0, len(request.attached), size)
    ]


def deliver(
    courier: Courier,
    workspace: Workspace,
    request: Request,
    files: Sequence[LocalFile],
    later: Sequence[Sequence[LocalFile]] = (),
) -> Receipt:
    """Deliver a request and what follows it, and return its receipt with theirs in `replies`.

    Args:
        courier: delivers each.
        workspace: the connection.
        request: with one channel.
        files: of the request itself.
        later: of each of its followers.

    Raises:
        SlackWrapperError: see `Courier.deliver`; what was delivered before is not posted again.
    """
    receipt = courier.deliver(workspace, request, files)
    if receipt["status"] not in ("delivered", "queued") or not later:
        return receipt  # given up: nobody would know what its files are about
    root = root_of(receipt)
    replies = [
        courier.deliver(workspace, one, own, thread=root)
        for one, own in zip(followers(request), later, strict=True)
    ]
    return {**receipt, "replies": replies}

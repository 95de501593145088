"""A post that is more than one message: what does not go with the first follows in its thread.

Each message is a post of its own in the ledger, so that a step that is killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, chain, islice

from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.message.file_parameters import BATCH
from slack_wrapper.model.receipt import Form, Receipt
from slack_wrapper.model.request import FILE, NO_THREAD, Request
from slack_wrapper.sending.poster import Poster
from slack_wrapper.sending.run_threads import root_of
from slack_wrapper.sending.workspace import Workspace


def followers(request: Request, sizes: Sequence[int] = ()) -> list[Request]:
    """Return the requests that follow a request in its thread: its attached files, in batches.

    Args:
        request: the first one.
        sizes: of the batches; without them all are of the size that the step names.
    """
    size, count = request.max_files or BATCH, len(request.attached)
    sizes = sizes or [min(size, count - start) for start in range(0, count, size)]
    return [
        Request(
            option=FILE,
            channels=request.channels,
            files=request.attached[end - size : end],
            thread=NO_THREAD,
            on_failure=request.on_failure,
            encrypted_key=request.encrypted_key,
            receipt=request.receipt,
            rule=request.rule,
            part=part,
            post_at=request.post_at,
            alt={path: text for path, text in request.alt.items() if path in request.attached},
        )
        for part, (size, end) in enumerate(zip(sizes, accumulate(sizes), strict=True), 1)
    ]


def deliver(
    poster: Poster,
    workspace: Workspace,
    request: Request,
    files: Sequence[LocalFile],
    later: Sequence[Sequence[LocalFile]] = (),
) -> Receipt:
    """Deliver a request and what follows it, and return its receipt with theirs in `replies`.

    Args:
        poster: delivers each.
        workspace: the connection.
        request: with one channel.
        files: of the request itself.
        later: of each of its followers.

    Raises:
        SlackWrapperError: see `Poster.deliver`; what was delivered before is not posted again.
    """
    request, after = _as_begun(poster, request)
    whole = iter([*files, *chain(*later)])
    files, *later = [list(islice(whole, len(one.files) or len(files))) for one in (request, *after)]
    receipt = poster.deliver(workspace, request, files)
    if receipt["status"] not in ("delivered", "queued") or not later:
        return receipt  # given up: nobody would know what its files are about
    if receipt.get("form") == Form.WHOLE:
        return receipt  # the files are the tables that the text would have cut
    root = root_of(receipt)
    replies = [
        poster.deliver(workspace, one, own, thread=root)
        for one, own in zip(after, later, strict=True)
    ]
    return {**receipt, "replies": replies}


def _as_begun(poster: Poster, request: Request) -> tuple[Request, list[Request]]:
    """Return a request and its followers, with the files in the messages that were begun with them.

    How many files one message takes is no part of what is posted: a step that is killed, and run
    again with another number or release, must not post those again that are there.
    """
    if request.option != FILE or not request.receipt:
        return request, followers(request)
    paths, usual = (*request.files, *request.attached), request.max_files or BATCH
    sizes: list[int] = []
    while sum(sizes) < len(paths):
        begun, left = poster.history.begun_with(request, len(sizes)), paths[sum(sizes) :]
        same = begun and [path.rpartition("/")[2] for path in left[: len(begun)]] == begun
        first = len(request.files) if not sizes else usual
        sizes.append(len(begun) if same else min(first, len(left)))
    request = replace(request, files=paths[: sizes[0]], attached=paths[sizes[0] :])
    return request, followers(request, sizes[1:])

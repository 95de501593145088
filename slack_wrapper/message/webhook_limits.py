"""What a step asks for that an incoming webhook cannot do."""

from __future__ import annotations

from collections.abc import Iterator

from slack_wrapper.client.webhook import HINT
from slack_wrapper.errors import RequestError
from slack_wrapper.message.mentions import scope_of
from slack_wrapper.model.request import APPROVAL, NO_THREAD, RUN_THREAD, Request


def unfit(request: Request) -> Iterator[str]:
    """Yield what a webhook cannot do of a request."""
    if request.option == APPROVAL:
        yield "see reactions, so ask for approval"
    elif request.files or request.attached:
        yield "post files"
    if request.coalesce:
        yield "change a message that steps share"
    if request.images:
        yield "show images that are files"
    if len(request.channels) > 1:
        yield "post to several channels, it has its own"
    if any("@" in channel for channel in request.channels):
        yield "send direct messages"
    if request.thread not in (RUN_THREAD, NO_THREAD):
        yield "reply in threads"
    if any(map(scope_of, request.mention)):
        yield "look people up, mention them by ID"


def refuse(request: Request) -> None:
    """Refuse what a webhook cannot do.

    Raises:
        RequestError: nothing was sent.
    """
    for what in unfit(request):
        place = f"step {request.rule}" if request.rule else "the post"
        raise RequestError(f"{place}: an incoming webhook cannot {what}", hint=HINT)

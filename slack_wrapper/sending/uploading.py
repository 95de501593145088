"""The bytes of a post's files and images, sent to Slack before anybody sees them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from slack_wrapper.client import uploads

if TYPE_CHECKING:
    from slack_wrapper.sending.attempt import Delivery


def send(delivery: Delivery, *, private: bool = False) -> None:
    """Send the files that Slack does not have yet, in any order; they are kept in their own.

    Args:
        delivery: of the post.
        private: whether they are images, which the bot alone has until a message shows them; else a
            share shows them.

    Raises:
        FileError, SlackError: see `client.uploads.upload_all`; what was sent stays so.
    """
    progress, workspace = delivery.progress, delivery.workspace
    for sent in uploads.upload_all(
        workspace.transport,
        delivery.files[len(progress.uploaded) :],
        delivery.retrier,
        timeout=workspace.upload_timeout,
        private=private,
    ):
        progress.uploaded.append(asdict(sent))

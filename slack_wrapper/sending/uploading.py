"""The bytes of a post's files and images, sent to Slack before anybody sees them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from slack_wrapper.client import uploads
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.uploads import UploadedFile

if TYPE_CHECKING:
    from slack_wrapper.sending.attempt import Delivery


def send_files(delivery: Delivery) -> None:
    """Send the files that Slack does not have yet; a share shows them.

    Raises:
        FileError, SlackError: see `client.uploads.upload`; what was sent stays so.
    """
    progress = delivery.progress
    for file in delivery.files[len(progress.uploaded) :]:
        progress.uploaded.append(asdict(_send(delivery, file)))


def send_images(delivery: Delivery) -> None:
    """Send the images, which the bot alone has until a message shows them.

    Raises:
        FileError, SlackError: see `client.uploads`; what was sent stays so.
    """
    progress, transport = delivery.progress, delivery.workspace.transport
    for file in delivery.files[len(progress.uploaded) :]:
        sent = _send(delivery, file)
        uploads.keep_private(transport, sent, delivery.retrier)
        progress.uploaded.append(asdict(sent))


def _send(delivery: Delivery, file: LocalFile) -> UploadedFile:
    """Send one file; the answer may take as long as the config or its size says."""
    workspace = delivery.workspace
    return uploads.upload(
        workspace.transport, file, delivery.retrier, timeout=workspace.upload_timeout
    )

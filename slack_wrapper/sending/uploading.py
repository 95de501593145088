"""The bytes of a post's files and images, sent to Slack before anybody sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from slack_wrapper.client import uploads
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.retry import Retrier
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.spool.progress import Progress


def send(
    workspace: Workspace,
    files: Sequence[LocalFile],
    progress: Progress,
    retrier: Retrier,
    *,
    private: bool = False,
    away: Callable[[], bool] = lambda: False,
) -> None:
    """Send the files that Slack does not have yet, in any order; they are kept in their own.

    Args:
        workspace: the connection.
        files: of the post, checked.
        progress: of the post; learns each file that was sent.
        retrier: bounds the repetitions.
        private: whether they are images, which the bot alone has until a message shows them; else a
            share shows them.
        away: whether Slack has stopped answering while a file waited for its turn.

    Raises:
        FileError, SlackError: see `client.uploads.upload_all`; what was sent stays so.
    """
    for sent in uploads.upload_all(
        workspace.transport,
        files[len(progress.uploaded) :],
        retrier,
        timeout=workspace.upload_timeout,
        private=private,
        away=away,
    ):
        progress.uploaded.append(asdict(sent))

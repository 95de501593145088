"""Slack's external upload: reserve a URL, stream the bytes to it, share the files in one message.

https://docs.slack.dev/messaging/working-with-files#upload. Memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any, cast

from slack_wrapper.client.local_file import LocalFile, WatchedReader
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackAmbiguous, SlackRefused, SlackUnavailable

COMPLETE = "files.completeUploadExternal"


@dataclass(frozen=True)
class UploadedFile:
    """A file that Slack has and nobody sees until it is shared.

    Args:
        id: Slack's file ID.
        name: its name in Slack.
        title: its title in Slack.
        size: bytes.
        sha256: of the bytes that were sent, in hex.
    """

    id: str
    name: str
    title: str
    size: int
    sha256: str

    def receipt(self) -> dict[str, Any]:
        """Return what a receipt says of the file."""
        entry = asdict(self)
        del entry["title"]
        return entry


@dataclass(frozen=True)
class Share:
    """Where uploaded files are to appear.

    Args:
        channel: ID; uploads take no names.
        thread_ts: the root message to reply to.
        comment: text of the message that carries the files.
        about: for errors, such as `channel librec_channel`.
        blocks: of that message, in the place of its text.
    """

    channel: str
    thread_ts: str | None
    comment: str | None
    about: str
    blocks: Sequence[dict[str, Any]] = ()


def upload(
    transport: Transport, file: LocalFile, retrier: Retrier, *, timeout: float | None = None
) -> UploadedFile:
    """Send one file's bytes; nobody sees it before `share`.

    Args:
        transport: the connection.
        file: what `files.check` has looked at.
        retrier: bounds the repetitions.
        timeout: seconds to wait for the answer after the last byte; None: grows with the size.

    Raises:
        FileChanged: it changed meanwhile; the upload is abandoned.
        SlackRefused, SlackUnavailable: see `Transport`.
    """

    def once() -> UploadedFile:
        place = transport.call(
            "files.getUploadURLExternal",
            {"filename": file.name, "length": file.size, "alt_txt": file.alt or None},
            about=f"file {file.path}",
        )
        with WatchedReader(file) as reader:
            transport.upload(
                str(place["upload_url"]),
                cast(IO[bytes], reader),
                file.size,
                about=f"file {file.path}",
                timeout=timeout,
            )
            digest = reader.finish()
        return UploadedFile(str(place["file_id"]), file.name, file.title, file.size, digest)

    return retrier.run(once)


def may_upload(transport: Transport, name: str) -> None:
    """Ask whether a file of this name would be taken; nothing is uploaded.

    Raises:
        SlackRefused, SlackUnavailable: see `Transport`.
    """
    transport.call("files.getUploadURLExternal", {"filename": name, "length": 1}, about=name)


def share_arguments(files: Sequence[UploadedFile], target: Share) -> dict[str, Any]:
    """Return the arguments of the call that lets uploaded files appear; see `sharing.share`."""
    return {
        "files": [{"id": file.id, "title": file.title} for file in files],
        "channel_id": target.channel,
        "thread_ts": target.thread_ts,
        # Slack ignores the one when the other is there.
        "initial_comment": None if target.blocks else target.comment or None,
        "blocks": list(target.blocks) or None,
    }


def keep_private(transport: Transport, file: UploadedFile, retrier: Retrier) -> None:
    """Complete an upload without showing it to anybody; a message's blocks may show it then.

    Nobody sees what this does, so that an unclear outcome is no danger. A repetition finds the
    upload completed, which Slack calls not found.

    Raises:
        SlackRefused, SlackUnavailable: see `Transport`.
    """
    params = {"files": [{"id": file.id, "title": file.title}]}
    begun = False

    def complete() -> None:
        nonlocal begun
        try:
            transport.call(COMPLETE, params, about=f"file {file.name}")
        except SlackAmbiguous as error:
            begun = True
            raise SlackUnavailable(error.message, code=error.code, method=COMPLETE) from None
        except SlackRefused as refused:
            if not begun or refused.code != "file_not_found":
                raise

    retrier.run(complete)

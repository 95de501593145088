"""Slack's external upload: reserve a URL, stream the bytes to it, share the files in one message.

https://docs.slack.dev/messaging/working-with-files#upload. Several files are uploaded side by side,
`AT_ONCE` at a time in the whole process, and stay in their order. Memory grows neither with the
files nor with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any, cast

from slack_wrapper.client import call_rate
from slack_wrapper.client.local_file import LocalFile, WatchedReader
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.common import slots
from slack_wrapper.errors import SlackAmbiguous, SlackRefused, SlackUnavailable

RESERVE = "files.getUploadURLExternal"
COMPLETE = "files.completeUploadExternal"
AT_ONCE = 4  # uploads; each has a connection and about 4 MiB
_SLOTS = slots.Slots(AT_ONCE)


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


def upload_all(
    transport: Transport,
    files: Sequence[LocalFile],
    retrier: Retrier,
    *,
    timeout: float | None = None,
    private: bool = False,
    away: Callable[[], bool] = lambda: False,
) -> Iterator[UploadedFile]:
    """Send the bytes of files, several at a time; nobody sees them before `share`.

    When one fails, the others are given up. Those before the first that is missing are yielded all
    the same, so that a later try goes on behind them.

    Args:
        transport: the connection.
        files: what `files.check` has looked at.
        retrier: bounds the repetitions.
        timeout: see `upload`.
        private: whether to complete them, without showing them to anybody; see `keep_private`.
        away: asked before each; whether Slack has stopped answering while it waited for its turn.

    Raises:
        FileError, SlackError: see `upload`; of several, that of the first file.
    """

    def send(file: LocalFile) -> UploadedFile:
        if away():
            raise SlackUnavailable("Slack did not answer other uploads", code="away")
        sent = upload(transport, file, retrier, timeout=timeout)
        if private:
            keep_private(transport, sent, retrier)
        return sent

    return _SLOTS.in_order(send, files)


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
    rate = call_rate.of(transport.fingerprint, RESERVE)

    def once() -> UploadedFile:
        rate.wait(RESERVE, retrier.policy.max_wait)
        place = transport.call(
            RESERVE,
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

    return retrier.run(once, limited=rate.hold)


def may_upload(transport: Transport, name: str) -> None:
    """Ask whether a file of this name would be taken; nothing is uploaded.

    Raises:
        SlackRefused, SlackUnavailable: see `Transport`.
    """
    transport.call(RESERVE, {"filename": name, "length": 1}, about=name)


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

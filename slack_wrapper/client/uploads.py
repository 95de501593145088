"""Slack's external upload: reserve a URL, stream the bytes to it, share the files in one message.

https://docs.slack.dev/messaging/working-with-files#upload. Memory does not grow with the file.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any, cast

from slack_wrapper.client.files import LocalFile, WatchedReader
from slack_wrapper.client.messages import LOOKS, history
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackAmbiguous, SlackError, SlackRefused, SlackUnavailable

COMPLETE = "files.completeUploadExternal"
# Seconds between the looks for the message that a share makes: Slack shares asynchronously.
SHARE_LOOKS = (0.0, 0.2, 0.4, 0.8, 1.6, 3.0, 5.0, 8.0)


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


def share(
    transport: Transport,
    files: Sequence[UploadedFile],
    target: Share,
    retrier: Retrier,
    *,
    repost: bool = False,
) -> str | None:
    """Let Slack make the uploaded files appear as one message, exactly once; see `await_share`.

    Args:
        transport: the connection.
        files: uploaded before.
        target: where they go.
        retrier: bounds the repetitions.
        repost: whether to share again what may be there, when the scopes do not allow to look.

    Returns:
        The ts of that message if it is known already.

    Raises:
        SlackRefused, SlackUnavailable: they were not shared.
        SlackAmbiguous: they may have been shared, and the scopes do not allow to find out.
    """
    started = time.time()

    def complete() -> str:
        transport.call(
            COMPLETE,
            {
                "files": [{"id": file.id, "title": file.title} for file in files],
                "channel_id": target.channel,
                "thread_ts": target.thread_ts,
                # Slack ignores the one when the other is there.
                "initial_comment": None if target.blocks else target.comment or None,
                "blocks": list(target.blocks) or None,
            },
            about=target.about,
        )
        return ""

    def look() -> str | None:
        try:
            return settle(transport, files, target, since=started)
        except SlackAmbiguous:
            if repost:
                return None
            raise

    return retrier.run(complete, settle=look, visible=True) or None


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


def await_share(
    transport: Transport,
    files: Sequence[UploadedFile],
    target: Share,
    *,
    since: float,
    looks: Iterable[float] = SHARE_LOOKS,
) -> str | None:
    """Wait until Slack says that the files are in the channel.

    Returns:
        The ts of their message, or None when Slack may not be asked.

    Raises:
        SlackAmbiguous: Slack may be asked, and does not say so in time.
    """
    for pause in looks:
        time.sleep(pause)
        try:
            ts = find_share(transport, files, target, since=since)
        except SlackError:
            return None
        if ts:
            return ts
    raise SlackAmbiguous(
        f"slack has taken {', '.join(file.name for file in files)} and does not say that "
        f"{target.about} has them",
        code="not_shared",
        method=COMPLETE,
        hint="it is looked for again by `slack-wrapper flush` and by the next run",
    )


def find_share(
    transport: Transport, files: Sequence[UploadedFile], target: Share, *, since: float
) -> str | None:
    """Return the ts of the message that carries `files`, or None if there is none.

    Raises:
        SlackError: neither files.info nor the channel's history may be read.
    """
    try:
        return _share_by_info(transport, files[0].id, target)
    except SlackRefused as refused:
        if refused.code in ("file_not_found", "file_deleted"):
            return None
    ids = {file.id for file in files}
    for message in history(transport, target.channel, since=since, thread=target.thread_ts):
        if ids & {str(file.get("id")) for file in message.get("files") or []}:
            return str(message["ts"])
    return None


def _share_by_info(transport: Transport, file_id: str, target: Share) -> str | None:
    answer = Retrier(transport.lookups).run(lambda: transport.call("files.info", {"file": file_id}))
    for places in ((answer.get("file") or {}).get("shares") or {}).values():
        for place in places.get(target.channel) or []:
            if target.thread_ts is None or place.get("thread_ts") == target.thread_ts:
                return str(place["ts"])
    return None


def settle(
    transport: Transport, files: Sequence[UploadedFile], target: Share, *, since: float
) -> str | None:
    """Find out whether an unclear share was carried out.

    Returns:
        The ts of its message, or None if the files surely were not shared.

    Raises:
        SlackAmbiguous: the scopes do not allow to find out.
    """
    names = ", ".join(file.name for file in files)
    try:
        for pause in LOOKS:
            time.sleep(pause)
            ts = find_share(transport, files, target, since=since)
            if ts:
                return ts
    except SlackError as error:
        raise SlackAmbiguous(
            f"{names} may or may not have been shared in {target.about}, "
            f"and slack may not be asked: {error.code or error.message}",
            code="unsettled",
            method=COMPLETE,
            hint="look into the channel; with the scope files:read such a case settles itself",
        ) from None
    return None

"""One request to one channel: the calls that carry it out, from wherever it had come to."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TypeVar

from slack_wrapper.client import messages, permalinks, sharing
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.settling import FOREGROUND
from slack_wrapper.client.updates import continued
from slack_wrapper.client.uploads import Share, UploadedFile
from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import SlackRefused, SlackUnavailable
from slack_wrapper.message import beside_files
from slack_wrapper.message.compose import Draft, with_images
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import FILE, Request
from slack_wrapper.sending import fallback, receipts, uploading
from slack_wrapper.sending.run_threads import by_default
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.spool.progress import Progress

# What Slack says of blocks with an image that it has not looked at yet.
_NOT_READY = ("invalid_blocks", "invalid_attachments")
# Seconds for which an ID that was looked up need not be confirmed before files are shared there.
_SOON = 2.0
# What Slack says of an upload that it no longer has, or never had: a proxy may answer in its place.
LOST_UPLOAD = ("file_not_found", "file_deleted")
_PLAIN_ONLY: set[str] = set()  # fingerprints of connections whose uploads take no blocks


T = TypeVar("T")


@dataclass
class Attempt:
    """One request on its way to its one channel.

    Args:
        workspace: the connection.
        request: with one channel.
        recompose: gives its texts and blocks without some types of blocks; see `fallback`.
        files: its files, checked.
        progress: kept up to date, so that a later attempt goes on where this one ended.
        retrier: bounds the repetitions.
        lock: keeps what people see in one order; entered once.
        save: writes the progress down.
        repost: whether to post again what may be there, when it can never be found out.
        seconds: for which to look for what may be there already.
        away: whether Slack has stopped answering others meanwhile, so that this post can wait.
    """

    workspace: Workspace
    request: Request
    recompose: Callable[[Collection[str]], Draft]
    files: Sequence[LocalFile]
    progress: Progress
    retrier: Retrier
    lock: AbstractContextManager[None]
    save: Callable[[], None]
    repost: bool = False
    seconds: float = FOREGROUND
    away: Callable[[], bool] = lambda: False
    _located: float = float("-inf")  # monotonic time of the channel's look-up

    def __post_init__(self) -> None:
        self.draft = self.recompose(self.progress.refused)

    @property
    def target(self) -> str:
        """The channel to post to: an ID where one is known, else the name."""
        return target(self.workspace.names, self.request)

    def run(self) -> Receipt:
        """Carry the request out and return its receipt.

        Raises:
            FileError: a file is not, or no longer, what it should be; nothing was shared.
            SlackError: see `client.messages` and `client.uploads`.
        """
        progress = self.progress
        sharing = self.request.option == FILE and progress.parts == 0
        if sharing and not progress.accepted:
            self._upload()
        if self.request.images and progress.parts == 0:
            self._send(private=True)
        with self.lock:
            if sharing:
                self._share()
            elif progress.parts == 0:
                self._root()
            self._rest()
        progress.attempts = self.retrier.attempts
        posted = Posted(progress.channel or "", progress.ts or "")
        link = None
        if progress.ts:
            link = permalinks.permalink(self.workspace.transport, posted, progress.thread)
        return receipts.delivered(
            self.request,
            posted,
            thread_ts=progress.thread,
            permalink=link,
            key=progress.key,
            attempts=progress.attempts,
            files=receipts.uploaded(progress),
            form=fallback.form(self.draft) if self.request.native else None,
        )

    def _root(self) -> None:
        posted = self.in_a_form(self._post_root)
        self.workspace.names.learn(self.request.channels[0], posted.channel)
        self.progress.channel, self.progress.ts = posted.channel, posted.ts
        self.progress.parts = 1

    def in_a_form(self, post: Callable[[], T]) -> T:
        """Post in the newest form of tables and charts that is not refused; see `fallback`."""

        def without(kinds: Collection[str]) -> None:
            self.progress.refused = sorted({*self.progress.refused, *kinds})
            self.draft = self.recompose(self.progress.refused)
            self.save()

        transport = self.workspace.transport
        return fallback.in_a_form(post, lambda: self.draft.native, without, transport)

    def _post_root(self) -> Posted:
        message = Message(
            channel=self.progress.channel or target(self.workspace.names, self.request),
            text=self.draft.parts[0],
            key=self.progress.key,
            thread_ts=self.progress.thread,
            blocks=with_images(self.draft.blocks, self._image_ids()),
            attachments=with_images(self.draft.attachments, self._image_ids()),
            broadcast=self.request.broadcast,
        )
        return self._post_with_images(message) if self.request.images else self._post(message)

    def _rest(self) -> None:
        """Post what did not fit as replies."""
        progress, replies = self.progress, self._draft().replies()
        while progress.parts <= len(replies):
            text, blocks = replies[progress.parts - 1]
            reply = Message(
                channel=progress.channel or "",
                text=text,
                key=f"{progress.key}.{progress.parts + 1}",
                thread_ts=progress.thread or progress.ts,
                blocks=blocks,
            )
            if by_default(self.request):
                continued(reply, self._post)
            else:
                self._post(reply)
            progress.parts += 1

    def _draft(self) -> Draft:
        """Return what is said, in the form in which Slack takes it beside files."""
        return (self.draft.plain if self.progress.plain else None) or self.draft

    def _upload(self) -> None:
        """Send the files to Slack, where nobody sees them yet."""
        progress = self.progress
        if progress.channel is None:
            self._locate()
        self._send()

    def _send(self, *, private: bool = False) -> None:
        uploading.send(
            self.workspace, self.files, self.progress, self.retrier, private=private, away=self.away
        )

    def _locate(self) -> None:
        """Learn the ID of the channel: uploads take no names."""
        self.progress.channel = self.workspace.names.channel_id(self.request.channels[0])
        self._located = time.monotonic()

    def _image_ids(self) -> list[str]:
        return [str(one["id"]) for one in self.progress.uploaded] if self.request.images else []

    def _post_with_images(self, message: Message) -> Posted:
        """Post as soon as Slack has looked at the images: until then it refuses their blocks."""
        for pause in sharing.SHARE_LOOKS[1:]:
            try:
                return self._post(message)
            except SlackRefused as refused:
                if refused.code not in _NOT_READY or fallback.UNSUPPORTED in refused.message:
                    raise
                time.sleep(scaled(pause))
        return self._post(message)

    def _share(self) -> None:
        """Share the files in one message, whose text is the draft's first part."""
        try:
            self._complete()
        except SlackRefused as refused:
            if refused.code not in LOST_UPLOAD or self.progress.doubted:
                raise
            self.progress.uploaded.clear()
            self._upload()
            try:
                self._complete()
            except SlackRefused as again:
                if again.code not in LOST_UPLOAD:
                    raise
                # Something on the way takes the bytes and says that all is well.
                raise SlackUnavailable(
                    again.message, code=again.code, method=again.method
                ) from None
        if self.progress.ts is None:
            self.progress.ts = sharing.await_share(
                self.workspace.transport,
                self._sent(),
                self._where(),
                self.progress,
                seconds=self.seconds,
            )
        self.progress.parts = 1

    def _complete(self) -> None:
        """Let Slack share what was uploaded, unless it has done so or promised to."""
        progress = self.progress
        if progress.accepted:
            return
        if not progress.unclear and time.monotonic() - self._located > _SOON:
            self._locate()  # the upload took its time, or waited in the outbox
        progress.ts = self._say_beside()
        progress.accepted = True
        self.save()

    def _say_beside(self) -> str | None:
        """Share what was uploaded, with blocks; where these are refused, once more without them.

        An unclear outcome is settled in the form that it had.
        """
        transport, own = self.workspace.transport, bool(self.request.blocks)
        if transport.fingerprint in _PLAIN_ONLY and self.progress.parts == 0:
            self.progress.plain = True
        while True:
            try:
                return sharing.share(
                    transport,
                    self._sent(),
                    self._where(),
                    self.retrier,
                    repost=self.repost,
                    doubt=self.progress,
                    save=self.save,
                    seconds=self.seconds,
                )
            except SlackRefused as refused:
                if refused.code not in beside_files.REFUSALS or not self._where().blocks:
                    raise
                if not own:  # nothing but sections is known to be right
                    _PLAIN_ONLY.add(transport.fingerprint)
                self.progress.plain = True

    def _sent(self) -> list[UploadedFile]:
        return receipts.uploaded(self.progress)

    def _where(self) -> Share:
        draft = self._draft()
        comment = draft.parts[0] if draft.parts else None
        channel = self.progress.channel or ""
        return Share(channel, self.progress.thread, comment, self.request.about, draft.blocks)

    def _post(self, message: Message) -> Posted:
        """Post by name, which spares a look-up; private channels take their ID only."""
        try:
            return self._post_once(message)
        except SlackRefused as refused:
            instead = self.workspace.names.instead(message.channel, refused)
            if instead is None:
                raise
            return self._post_once(replace(message, channel=instead))

    def _post_once(self, message: Message) -> Posted:
        return messages.post(
            self.workspace.transport,
            message,
            self.retrier,
            about=self.request.about,
            locate=self.workspace.names.channel_id,
            repost=self.repost,
            doubt=self.progress,
            save=self.save,
            seconds=self.seconds,
        )


def target(names: Names, request: Request) -> str:
    """Return the channel to post to: its name where Slack takes it, else its ID."""
    return names.to_post(request.channels[0])

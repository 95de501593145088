"""One request to one channel: the calls that carry it out, from wherever it had come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from slack_wrapper.client import messages, uploads
from slack_wrapper.client.files import LocalFile
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.uploads import Share, UploadedFile
from slack_wrapper.delivery.progress import Progress
from slack_wrapper.errors import SlackAmbiguous, SlackRefused
from slack_wrapper.session import receipts
from slack_wrapper.session.base import Receipt
from slack_wrapper.session.compose import Draft
from slack_wrapper.session.request import FILE, Request

if TYPE_CHECKING:
    from slack_wrapper.session.local import Workspace


@dataclass
class Delivery:
    """One request on its way to its one channel.

    Args:
        workspace: the connection.
        request: with one channel.
        draft: its texts and blocks.
        files: its files, checked.
        thread: ts of the message to reply to.
        progress: kept up to date, so that a later delivery goes on where this one ended.
        retrier: bounds the repetitions.
    """

    workspace: Workspace
    request: Request
    draft: Draft
    files: Sequence[LocalFile]
    thread: str | None
    progress: Progress
    retrier: Retrier

    def run(self) -> Receipt:
        """Carry the request out and return its receipt.

        Raises:
            FileError: a file is not, or no longer, what it should be; nothing was shared.
            SlackError: see `client.messages` and `client.uploads`.
        """
        progress = self.progress
        try:
            if progress.parts == 0:
                self._share() if self.request.option == FILE else self._root()
            self._rest()
        except SlackAmbiguous:
            progress.unclear = True
            raise
        posted = Posted(progress.channel or "", progress.ts or "")
        link = messages.permalink(self.workspace.transport, posted) if progress.ts else None
        return receipts.delivered(
            self.request,
            posted,
            thread_ts=self.thread,
            permalink=link,
            key=progress.key,
            attempts=self.retrier.attempts,
            files=[UploadedFile(**one) for one in progress.uploaded],
        )

    def _root(self) -> None:
        message = Message(
            channel=self.progress.channel or target(self.workspace.names, self.request),
            text=self.draft.parts[0],
            key=self.progress.key,
            thread_ts=self.thread,
            blocks=self.draft.blocks,
            attachments=self.draft.attachments,
        )
        posted = self._post(message)
        self.workspace.names.learn(self.request.channels[0], posted.channel)
        self.progress.channel, self.progress.ts = posted.channel, posted.ts
        self.progress.parts = 1

    def _rest(self) -> None:
        """Post what did not fit as replies."""
        progress = self.progress
        while progress.parts < len(self.draft.parts):
            reply = Message(
                channel=progress.channel or "",
                text=self.draft.parts[progress.parts],
                key=f"{progress.key}.{progress.parts + 1}",
                thread_ts=self.thread or progress.ts,
            )
            self._post(reply)
            progress.parts += 1

    def _share(self) -> None:
        """Upload the files and share them in one message; its text is the draft's first part."""
        transport, names, progress = self.workspace.transport, self.workspace.names, self.progress
        if progress.channel is None:
            progress.channel = names.channel_id(target(names, self.request))
        for file in self.files[len(progress.uploaded) :]:
            progress.uploaded.append(asdict(uploads.upload(transport, file, self.retrier)))
        sent = [UploadedFile(**one) for one in progress.uploaded]
        comment = self.draft.parts[0] if self.draft.parts else None
        share = Share(progress.channel, self.thread, comment, self.request.about)
        found = None
        if progress.unclear:
            found = uploads.settle(transport, sent, share, since=progress.started)
            progress.unclear = False
        progress.ts = found or uploads.share(transport, sent, share, self.retrier)
        progress.parts = 1

    def _post(self, message: Message) -> Posted:
        """Post by name, which spares a look-up; private channels take their ID only."""
        names = self.workspace.names
        found = self._find(message) if self.progress.unclear else None
        if found:
            return found
        try:
            return self._post_once(message)
        except SlackRefused as refused:
            if refused.code != "channel_not_found" or names.known(message.channel):
                raise
            return self._post_once(_with_id(names, message, refused))

    def _post_once(self, message: Message) -> Posted:
        return messages.post(
            self.workspace.transport,
            message,
            self.retrier,
            about=self.request.about,
            locate=self.workspace.names.channel_id,
        )

    def _find(self, message: Message) -> Posted | None:
        found = messages.find(
            self.workspace.transport,
            message,
            since=self.progress.started,
            about=self.request.about,
            locate=self.workspace.names.channel_id,
        )
        self.progress.unclear = False
        return found


def target(names: Names, request: Request) -> str:
    """Return the channel to post to: an ID where one is known, else the name."""
    channel = request.channels[0]
    if "@" in channel:
        return names.direct_message(channel)
    return names.known(channel) or channel


def _with_id(names: Names, message: Message, refused: SlackRefused) -> Message:
    try:
        return replace(message, channel=names.channel_id(message.channel))
    except SlackRefused:
        raise refused from None

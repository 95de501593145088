"""The calls to Slack that a live message needs: few, short, and one a second at most."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from slack_wrapper.client import messages, updates
from slack_wrapper.client.local_file import check
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.names import Names
from slack_wrapper.client.rate_limit import Pacer
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.updates import Living
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common.foreign import escape
from slack_wrapper.common.text_parts import split
from slack_wrapper.errors import SlackAmbiguous, SlackError, SlackRefused, SlackUnavailable
from slack_wrapper.live.orphan_marks import Mark
from slack_wrapper.live.render import Shown
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.message.mentions import shown
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import FILE, MESSAGE, NO_THREAD, QUEUE, WARN, Request
from slack_wrapper.sending.attempt import target
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.session.port import SendingSession
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.progress import Progress

T = TypeVar("T")
CALL_SECONDS = 8.0  # for which one call waits: the end of a run may wait for it
LOOK_SECONDS = 5.0  # for which an unclear message is looked for; it is gone on with later
EVERY = 1.0  # seconds between two calls
# What meets an outage is not tried again here: the next state of the run is said later anyway.
POLICY = RetryPolicy(attempts=2, total=CALL_SECONDS, base=0.3, cap=1.0, max_wait=3.0)


class Line:
    """What one run says to one channel.

    Args:
        session: of the run; its key is opened by this, which may ask for the password.
        settings: of the live message.

    Raises:
        SlackWrapperError: the key cannot be opened.
    """

    def __init__(self, session: SendingSession, settings: LiveSettings) -> None:
        whole = session.workspace(settings.encrypted_key)
        transport = whole.transport.quicker(CALL_SECONDS)
        self._workspace = Workspace(transport, Names(transport))
        self._poster = session.poster.bounded_by(POLICY)
        self._pacer = Pacer(POLICY.total)
        self._settings = settings
        self._session = session
        self._about = f"channel {settings.channel}"
        self._free = 0.0
        # A webhook does not tell where a message is, which so is neither changed nor replied to.
        self.editable = not isinstance(transport, WebhookTransport)
        self.hurry = False  # at the end of a run nobody waits for turns

    def post(self, say: Shown, progress: Progress) -> Living:
        """Post a message once; called again with the same progress it goes on where it was.

        Args:
            say: what it says.
            progress: its key, its thread, and whether it may be there already.

        Raises:
            SlackError: see `messages.post`; `progress.unclear` tells whether it may be there.
        """
        first, *rest = list(split(say.text)) or [""]
        message = Message(
            progress.channel or target(self._workspace.names, self._request()),
            first,
            key=progress.key,
            thread_ts=progress.thread,
            attachments=list(say.attachments),
        )
        posted = self._post(message, progress)
        self._workspace.names.learn(self._settings.channel, posted.channel)
        progress.channel, progress.ts, progress.parts = posted.channel, posted.ts, 1
        living = Living(posted, progress.key, thread_ts=progress.thread)
        if rest:
            self.update(living, say)
        return living

    def update(self, living: Living, say: Shown) -> None:
        """Let a message say something else; see `updates.update`."""
        self._call(
            lambda retrier: updates.update(
                self._workspace.transport,
                living,
                say.text,
                retrier,
                about=self._about,
                attachments=say.attachments,
            )
        )

    def react(self, living: Living, emoji: str) -> None:
        """Put a reaction on a message."""
        wire = self._workspace.transport
        self._call(lambda one: updates.react(wire, living.posted, emoji, one, about=self._about))

    def unreact(self, living: Living, emoji: str) -> None:
        """Take a reaction of ours off a message."""
        wire = self._workspace.transport
        self._call(lambda one: updates.unreact(wire, living.posted, emoji, one, about=self._about))

    def mentions(self, names: Sequence[str]) -> str:
        """Return the markup of mentions; who cannot be found is named as given."""
        found = []
        for name in names:
            try:
                found.append(shown(name, self._workspace.names))
            except SlackError:
                found.append(escape(name))
        return " ".join(found)

    def file(self, path: Path, title: str, name: str, thread: str | None) -> Receipt:
        """Post a file into the thread; one that meets trouble is given up, it is on the disk.

        Raises:
            SlackWrapperError: the file cannot be posted.
        """
        request = replace(
            self._request(), option=FILE, files=(str(path),), message=title, on_failure=WARN
        )
        one = check(path, title=title, name=name)
        entry = Entry("file", request.to_dict(), Progress(thread=thread))
        self._turn()
        return self._poster.send(self._workspace, request, entry, [one], lambda: None)

    def begin_thread(self, living: Living) -> None:
        """Make a message the root for the posts of this run with `thread: run`."""
        self._session.begin_thread(
            {
                "status": "delivered",
                "channel": living.posted.channel,
                "channel_name": self._settings.channel,
                "ts": living.posted.ts,
            }
        )

    def queue(self, text: str, progress: Progress, reason: str) -> None:
        """Let a text wait in the outbox; Slack is not asked.

        Args:
            text: mrkdwn.
            progress: of its message, whose thread it goes into.
            reason: why it waits.

        Raises:
            LedgerUnusable: it cannot be written down.
        """
        request = replace(self._request(), message=text, on_failure=QUEUE)
        entry = Entry("live", request.to_dict(), progress)
        self._poster.outbox.take(entry, reason, self._poster.ledger.sending)

    def flush(self) -> None:
        """Deliver what waits from earlier; what cannot be delivered waits on."""
        if self._poster.outbox.waits():
            self._session.flush()

    def finish_orphan(self, mark: Mark, say: Shown, emojis: tuple[str, str]) -> bool:
        """Let the message of a dead run say so; False when that has to wait.

        Args:
            mark: of the run; names another key file than ours, or another channel, at times.
            say: what its message is to say, unless the run itself left that.
            emojis: the reactions to take off and to put on.
        """
        if mark.encrypted_key != self._settings.encrypted_key:
            return False
        try:
            if not self.editable:
                self.post(say, Progress())
                return True
            posted = self._orphan(mark)
            if posted is not None:
                living = Living(posted, mark.key)
                last = Shown(**mark.final) if mark.final else say
                self.update(living, last)
                self.unreact(living, emojis[0])
                self.react(living, mark.emoji or emojis[1])
        except (SlackUnavailable, SlackAmbiguous):
            return False
        except SlackError:
            return True  # it is gone, or not ours any more
        return True

    def _orphan(self, mark: Mark) -> Posted | None:
        if mark.ts:
            return Posted(mark.channel, mark.ts)
        self._turn()
        try:
            return messages.find(
                self._workspace.transport,
                Message(mark.channel, "", key=mark.key),
                Progress(started=mark.began, unclear=True),
                about=self._about,
                locate=self._workspace.names.channel_id,
                seconds=0.0,
            )
        except SlackAmbiguous as error:
            if error.again_in is not None:
                raise
            return None  # the channel cannot be read: nobody knows whether it is there

    def _request(self) -> Request:
        settings = self._settings
        return Request(
            MESSAGE,
            (settings.channel,),
            thread=NO_THREAD,
            encrypted_key=settings.encrypted_key,
        )

    def _post(self, message: Message, progress: Progress) -> Posted:
        names = self._workspace.names
        try:
            return self._once(message, progress)
        except SlackRefused as refused:
            identifier = names.instead(message.channel, refused)
            if identifier is None:
                raise
            return self._once(replace(message, channel=identifier), progress)

    def _once(self, message: Message, progress: Progress) -> Posted:
        return self._call(
            lambda retrier: messages.post(
                self._workspace.transport,
                message,
                retrier,
                about=self._about,
                locate=self._workspace.names.channel_id,
                doubt=progress,
                seconds=LOOK_SECONDS,
            )
        )

    def _call(self, call: Callable[[Retrier], T]) -> T:
        self._turn()
        wire, channel = self._workspace.transport, self._settings.channel
        place = self._workspace.names.known(channel) or channel
        pace = None if self.hurry else lambda: self._pacer.wait(wire.fingerprint, place)
        return call(
            Retrier(
                POLICY,
                pace=pace,
                limited=lambda seconds: self._pacer.hold(wire.fingerprint, seconds),
            )
        )

    def _turn(self) -> None:
        if not self.hurry:
            time.sleep(max(0.0, self._free - time.monotonic()))
        self._free = time.monotonic() + EVERY

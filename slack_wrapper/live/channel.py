"""The calls to Slack that a live message needs: few, short, and one a second at most."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from slack_wrapper.client import messages, updates
from slack_wrapper.client.local_file import check
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.names import Names
from slack_wrapper.client.rate_limit import Pacer
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.updates import Living
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common.text_parts import split
from slack_wrapper.errors import (
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
)
from slack_wrapper.live.later import Later
from slack_wrapper.live.orphan_marks import Mark
from slack_wrapper.live.render import Shown
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.message.mentions import all_shown
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import FILE, WARN
from slack_wrapper.report.failure_card import unfolded
from slack_wrapper.sending import native_memory
from slack_wrapper.sending.attempt import target
from slack_wrapper.sending.fallback import blamed
from slack_wrapper.sending.reachability import knock
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.session.port import SendingSession
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.progress import Progress

T = TypeVar("T")
CALL_SECONDS = 8.0  # for which one call waits: the end of a run may wait for it
LOOK_SECONDS = 5.0  # for which an unclear message is looked for; it is gone on with later
FOLD = frozenset({"container"})  # what folds, and is not known to every workspace
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
        self.later = Later(session, self._poster, settings)
        self._about = f"channel {settings.channel}"
        self._free = 0.0
        # A webhook does not tell where a message is, which so is neither changed nor replied to.
        self.editable = not isinstance(transport, WebhookTransport)
        self.hurry = False  # at the end of a run nobody waits for turns

    def look_out(self) -> None:
        """Ask whether Slack answers at all: a post without an answer may or may not be there.

        Raises:
            SlackUnavailable: it does not.
        """
        try:
            knock(self._workspace, self._session.reach, self._settings.encrypted_key or "")
        except (SlackRefused, SlackAmbiguous, RateLimited):
            return  # there is an answer; the post says the rest

    def post(self, say: Shown, progress: Progress, *, broadcast: bool = False) -> Living:
        """Post a message once; called again with the same progress it goes on where it was.

        Args:
            say: what it says.
            progress: its key, its thread, and whether it may be there already.
            broadcast: whether a reply is shown in the channel too.

        Raises:
            SlackError: see `messages.post`; `progress.unclear` tells whether it may be there.
        """
        first, *rest = list(split(say.text)) or [""]
        message = Message(
            progress.channel or target(self._workspace.names, self.later.request()),
            first,
            key=progress.key,
            thread_ts=progress.thread,
            attachments=list(say.attachments),
            broadcast=broadcast,
        )
        posted = self._folded(
            say.blocks, lambda blocks: self._post(replace(message, blocks=blocks), progress)
        )
        self._workspace.names.learn(self._settings.channel, posted.channel)
        progress.channel, progress.ts, progress.parts = posted.channel, posted.ts, 1
        living = Living(posted, progress.key, thread_ts=progress.thread)
        if rest:
            self.update(living, say)
        return living

    def update(self, living: Living, say: Shown) -> None:
        """Let a message say something else; see `updates.update`."""
        self._folded(say.blocks, lambda blocks: self._update(living, say, blocks))

    def _update(self, living: Living, say: Shown, blocks: list[dict[str, Any]]) -> None:
        self._call(
            lambda retrier: updates.update(
                self._workspace.transport,
                living,
                say.text,
                retrier,
                about=self._about,
                blocks=blocks,
                attachments=say.attachments,
            )
        )

    def _folded(self, blocks: list[dict[str, Any]], send: Callable[[list[dict[str, Any]]], T]) -> T:
        """Send blocks with folds; without them where the workspace refuses them, now or before."""
        wire = self._workspace.transport
        if not self.editable or FOLD & native_memory.avoided(wire):
            return send(unfolded(blocks))
        try:
            return send(list(blocks))
        except SlackRefused as refused:
            kinds, as_such = blamed(refused, FOLD)
            if not kinds or unfolded(blocks) == blocks:
                raise
        sent = send(unfolded(blocks))
        if as_such:
            native_memory.remember(wire, kinds)
        return sent

    def react(self, living: Living, emoji: str) -> None:
        """Put a reaction on a message."""
        wire = self._workspace.transport
        self._call(lambda one: updates.react(wire, living.posted, emoji, one, about=self._about))

    def unreact(self, living: Living, emoji: str) -> None:
        """Take a reaction of ours off a message."""
        wire = self._workspace.transport
        self._call(lambda one: updates.unreact(wire, living.posted, emoji, one, about=self._about))

    def mentions(self, names: Sequence[str]) -> str:
        """Return the markup of mentions; whom Slack does not know is left out, and told once.

        Raises:
            SlackUnavailable: Slack does not answer; called again, it may.
        """
        return " ".join(all_shown(names, self._workspace.names, WARN))

    def file(self, path: Path, title: str, name: str, thread: str | None) -> Receipt:
        """Post a file into the thread; one that meets trouble is given up, it is on the disk.

        Raises:
            SlackWrapperError: the file cannot be posted.
        """
        request = self.later.request(title, option=FILE, files=(str(path),), on_failure=WARN)
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

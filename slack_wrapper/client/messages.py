"""Posting a message once, and finding out whether an unclear post was carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from slack_wrapper.client import recognition, settling
from slack_wrapper.client.closed import unbroadcastable
from slack_wrapper.client.reading import Reading
from slack_wrapper.client.recognition import EVENT_TYPE, Verdict
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.settling import FULL, Doubt, Look, Unsaved
from slack_wrapper.client.slack_clock import SlackClock, clock_of
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackAmbiguous, SlackError, SlackRefused

_POST = "chat.postMessage"
# Readings that Slack has interrupted, which are gone on with: fingerprint and key of the post → it.
_interrupted: dict[tuple[str, str], _Search] = {}


@dataclass(frozen=True)
class Message:
    """What one call of chat.postMessage sends.

    Args:
        channel: ID or public name.
        text: mrkdwn; with blocks the fallback for notifications.
        key: our idempotency key, kept in the message's metadata.
        thread_ts: the root message to reply to.
        blocks: Block Kit blocks.
        attachments: secondary attachments (colour bars).
        broadcast: whether a reply is shown in the channel too, where it notifies and is unread.
    """

    channel: str
    text: str
    key: str
    thread_ts: str | None = None
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    broadcast: bool = False


@dataclass(frozen=True)
class Posted:
    """Where a message is: `channel` is an ID, `ts` identifies it in the channel."""

    channel: str
    ts: str


def post(
    transport: Transport,
    message: Message,
    retrier: Retrier,
    *,
    about: str,
    locate: Callable[[str], str],
    repost: bool = False,
    doubt: Doubt | None = None,
    save: Callable[[], None] = lambda: None,
    seconds: float = FULL,
) -> Posted:
    """Post `message` exactly once.

    Args:
        transport: the connection.
        message: the message.
        retrier: bounds the repetitions.
        about: what the call is about, for errors.
        locate: channel name → ID, which reading the history needs.
        repost: whether to post again what may be there, when it can never be found out.
        doubt: what is known of the post; if it is unclear from before, that is settled first.
        save: writes `doubt` down, before each call.
        seconds: for which to look for a post whose outcome is unclear.

    Raises:
        SlackRefused, SlackUnavailable: it was not posted.
        SlackAmbiguous: it may have been posted; see `settling.settle`.
    """
    doubt, clock = doubt or Unsaved(), clock_of(transport.base_url)

    def call() -> Posted:
        answer = settling.attempt(
            doubt, clock, lambda: transport.call(_POST, _arguments(message), about=about), save
        )
        recognition.remember(transport, str(answer["channel"]), str(answer["ts"]), message.key)
        return Posted(str(answer["channel"]), str(answer["ts"]))

    def settle(*, fresh: bool = True) -> Posted | None:
        try:
            return find(
                transport, message, doubt, about=about, locate=locate, seconds=seconds, fresh=fresh
            )
        except SlackAmbiguous as error:
            if repost and error.again_in is None:
                return None
            raise

    found = settle(fresh=False) if doubt.unclear else None
    try:
        return found or retrier.run(call, settle=settle, visible=True)
    except SlackRefused as refused:
        if not (message.broadcast and message.thread_ts and unbroadcastable(refused)):
            raise
    message = replace(message, broadcast=False)  # the thread has it at least
    return retrier.run(call, settle=settle, visible=True)


def _arguments(message: Message) -> dict[str, Any]:
    return {
        "channel": message.channel,
        "text": message.text,
        "thread_ts": message.thread_ts,
        "blocks": message.blocks or None,
        "attachments": message.attachments or None,
        "reply_broadcast": bool(message.broadcast and message.thread_ts) or None,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}},
    }


def find(
    transport: Transport,
    message: Message,
    doubt: Doubt,
    *,
    about: str,
    locate: Callable[[str], str],
    seconds: float = FULL,
    fresh: bool = False,
) -> Posted | None:
    """Look for an unclear post of ours.

    Args:
        transport: the connection.
        message: the message, with its key.
        doubt: what is known of the post.
        about: what the call is about, for errors.
        locate: channel name → ID.
        seconds: for which to look.
        fresh: whether it was posted just now.

    Returns:
        Where it is, or None if it surely was not posted and will not be.

    Raises:
        SlackAmbiguous: see `settling.settle`.
    """
    clock, name = clock_of(transport.base_url), (transport.fingerprint, message.key)

    def look() -> Look[Posted]:
        channel = locate(message.channel)
        search = _interrupted.pop(name, None) or _Search(
            transport, message, channel, doubt, clock, patient=seconds >= FULL
        )
        try:
            return search.look()
        except SlackError:
            if search.begun:
                _interrupted[name] = search
            raise

    found = settling.settle(
        doubt,
        clock,
        look,
        what=f"the message for {about} may or may not have been posted",
        method=_POST,
        seconds=seconds,
        fresh=fresh,
    )
    _interrupted.pop(name, None)
    if found:
        recognition.remember(transport, found.channel, found.ts, message.key)
    return found


class _Search:
    """One search for a message in its channel or thread; goes on where Slack has interrupted it."""

    def __init__(
        self,
        transport: Transport,
        message: Message,
        channel: str,
        doubt: Doubt,
        clock: SlackClock,
        *,
        patient: bool,
    ) -> None:
        self._transport, self._message, self._channel = transport, message, channel
        self._clock, self._earliest = clock, settling.earliest(doubt, clock)
        self._reading = Reading(
            transport,
            channel,
            since=settling.since(doubt, clock),
            thread=message.thread_ts,
            patient=patient,
        )
        self._same: set[str] = set()  # ts of messages without a key that say the same
        self._unsure = self._lost = False

    @property
    def begun(self) -> bool:
        """Whether there is something to go on with: a page was read, and all of it looked at."""
        return self._reading.begun is not None and not self._lost

    def look(self) -> Look[Posted]:
        """Read on to the end, or to the message.

        Raises:
            SlackError: Slack cannot be asked now.
        """
        for found in self._reading:
            verdict = self._judge(found)
            if verdict is Verdict.OURS:
                return Look(self._at(str(found["ts"])), self._clock.now())
            if verdict is Verdict.SAME:
                self._same.add(str(found["ts"]))
            self._unsure |= verdict is Verdict.UNSURE
        as_of, gap = self._reading.begun or 0.0, self._reading.gap
        if not gap and not self._unsure and len(self._same) == 1:
            return Look(self._at(self._same.pop()), as_of)
        if not gap and (self._unsure or self._same):
            gap = "Slack shows messages without the metadata by which ours is known"
        return Look(None, as_of, gap)

    def _judge(self, found: dict[str, Any]) -> Verdict:
        try:
            return recognition.judge(
                self._transport,
                found,
                key=self._message.key,
                text=self._message.text,
                channel=self._channel,
                thread=self._message.thread_ts,
                earliest=self._earliest,
            )
        except SlackError:
            self._lost = True
            raise

    def _at(self, ts: str) -> Posted:
        return Posted(self._channel, ts)

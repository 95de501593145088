"""Which thread a post belongs into: the run's, another step's, or none."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from slack_wrapper.client.messages import Posted
from slack_wrapper.common.parsing import from_json
from slack_wrapper.common.regular_file import read_bytes
from slack_wrapper.errors import RequestError
from slack_wrapper.model.receipt import Receipt, deliveries
from slack_wrapper.model.request import NO_THREAD, RUN_THREAD, Request

BEHIND = "behind"  # code of a post that waits because another one does
PENDING = "key:"  # before the key of a root message that waits in the outbox itself
ROOT_SECONDS = 10.0  # for which a post waits for the root of the run's thread, if it is expected


class Threads:
    """The root messages of a run, channel by channel."""

    def __init__(self) -> None:
        self._roots: dict[str, str] = {}  # channel → ts, or PENDING and the key
        self._arrived: dict[str, str] = {}  # key → ts
        self._links: dict[str, str] = {}  # channel → address of its root, once it is known
        self._posted: dict[str, Posted] = {}  # channel → its root
        self._settled = threading.Event()  # not set while a root is on its way
        self._settled.set()

    def expect(self) -> None:
        """Let posts with `thread: run` wait until `begin` or `settle` is called, for a while."""
        self._settled.clear()

    def settle(self) -> None:
        """Wait no longer: there will be no root."""
        self._settled.set()

    def begun(self, channels: Sequence[str]) -> bool:
        """Whether the run has a thread in the first of these channels."""
        return channels[0] in self._roots

    def begin(self, receipt: Receipt) -> None:
        """Make a message the root that posts with `thread: run` reply to."""
        for entry in deliveries(receipt):
            root = root_of(entry)
            for channel in (entry.get("channel"), entry.get("channel_name")):
                if root and channel:
                    self._roots[channel] = root
                    self._links[channel] = str(entry.get("permalink") or "")
                    self._posted[channel] = Posted(str(entry.get("channel") or ""), root)
        self.settle()

    def link(self, channel: str, ask: Callable[[Posted], str | None]) -> str:
        """Return the address of the run's root message in a channel, empty when there is none.

        A root that is on its way is waited for, as by posts that reply to it.

        Args:
            channel: its name or ID, as the post has it.
            ask: finds the address of a message; called where the root's receipt has none.
        """
        self._settled.wait(ROOT_SECONDS)
        root = self._posted.get(channel)
        if root and root.channel and not self._links[channel]:
            self._links[channel] = ask(root) or ""
        return self._links.get(channel, "")

    def of(self, request: Request, channel: str | None) -> str | None:
        """Return the ts to reply to, None for no thread, or `PENDING` and the key of the root.

        Args:
            request: with one channel.
            channel: its ID, if it is known.

        Raises:
            RequestError: `thread` names no receipt, or one of another channel.
        """
        root = None
        if request.thread == RUN_THREAD:
            self._settled.wait(ROOT_SECONDS)
            root = self._roots.get(channel or "") or self._roots.get(request.channels[0])
        elif request.thread != NO_THREAD:
            root = _of_receipt(request)
        return self.resolve(root)

    def resolve(self, thread: str | None) -> str | None:
        """Return the ts of a pending thread whose root has arrived, else what is given."""
        if thread and thread.startswith(PENDING):
            return self._arrived.get(thread.removeprefix(PENDING), thread)
        return thread

    def lost(self, root: str) -> None:
        """Forget a root that takes no replies: what would reply to it goes to the channel."""
        self._roots = {channel: ts for channel, ts in self._roots.items() if ts != root}

    def of_receipt(self, request: Request) -> str | None:
        """Return the ts to reply to, by now, of a post that is to reply to a step's message."""
        with contextlib.suppress(RequestError):
            root = None if request.thread in (RUN_THREAD, NO_THREAD) else _of_receipt(request)
            return None if root and root.startswith(PENDING) else root
        return None

    def arrived(self, key: str, ts: str | None) -> None:
        """Remember the ts of a message that had waited."""
        if ts:
            self._arrived[key] = ts


def by_default(request: Request) -> bool:
    """Whether a post is in a thread by default only, and not because its author has named one."""
    return request.thread in (RUN_THREAD, NO_THREAD)


def check_receipt(request: Request) -> None:
    """Refuse a thread that is not a receipt, or one without a message in the post's channels.

    Raises:
        RequestError: see `Threads.of`.
    """
    for channel in request.channels:
        _of_receipt(replace(request, channels=(channel,)))


def _of_receipt(request: Request) -> str | None:
    named = f"step {request.rule}" if request.rule else "the post"
    try:
        entries = deliveries(from_json(read_bytes(request.thread)))
    except (OSError, ValueError, AttributeError):
        raise RequestError(
            f"{named}: thread {request.thread} is not a receipt",
            hint="thread is run, none, or the receipt of a step that is an input of this one",
        ) from None
    channel = request.channels[0]
    for entry in entries:
        if channel in (entry.get("channel"), entry.get("channel_name")):
            return root_of(entry)
    raise RequestError(
        f"{named}: the receipt {request.thread} has no message in {request.about}",
        hint="a thread belongs to one channel; post both steps to the same one",
    )


def root_of(entry: Receipt) -> str | None:
    """Return the root that a receipt stands for; None when its post was never sent."""
    if entry.get("thread_ts") or entry.get("ts"):
        return str(entry.get("thread_ts") or entry["ts"])
    return f"{PENDING}{entry['key']}" if entry.get("status") == "queued" else None

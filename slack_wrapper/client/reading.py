"""Reading the messages of a channel or thread, and knowing whether all of them were shown.

https://docs.slack.dev/reference/methods/conversations.history and …/conversations.replies. A page
has as many messages as the server likes: apps that are sold outside the Marketplace get 15, once a
minute.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.slack_clock import clock_of
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackUnavailable

INCOMPLETE = "incomplete"  # code of a history that may show less than there is
_PAGE = 200
_MAX_PAGES = 25
_LEAST = 15  # messages that a page has where Slack cuts it the shortest
_ONCE = RetryPolicy(attempts=1, max_wait=0.0)


class Reading:
    """One reading of a channel, or of one thread, page by page.

    When Slack cannot be asked for a page, the same reading goes on with that page later.

    Args:
        transport: the connection.
        channel: ID.
        since: seconds since the epoch, by Slack's clock, from which on to read.
        thread: ts of the thread's root, to read its replies instead.
        patient: whether to wait where Slack asks for it, or limits how often it is asked.

    Attributes:
        begun: Slack's time at which the first page was read; None before.
        over: whether there are no more pages.
        gap: why messages may be missing; empty if none are.
    """

    def __init__(
        self,
        transport: Transport,
        channel: str,
        *,
        since: float,
        thread: str | None = None,
        patient: bool = True,
    ) -> None:
        self._transport, self._thread = transport, thread
        self._policy = transport.lookups if patient else _ONCE
        self._about = f"channel {channel}"
        self._method = "conversations.replies" if thread else "conversations.history"
        self._params: dict[str, Any] = {
            "channel": channel,
            "ts": thread,
            "oldest": f"{since:.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        self._pages = 0
        self._last_reply = 0.0  # the newest one that was seen
        self._promised_reply: float | None = None  # the newest one that the root tells of
        self.begun: float | None = None
        self.over = False
        self.gap = ""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the messages.

        Raises:
            SlackError: Slack cannot be asked for a page.
        """
        while not self.over:
            yield from self._page()

    def _page(self) -> list[dict[str, Any]]:
        answer = Retrier(self._policy).run(
            lambda: self._transport.call(self._method, self._params, about=self._about)
        )
        if self.begun is None:
            self.begun = clock_of(self._transport.base_url).now()
        self._pages += 1
        found = answer.get("messages")
        if not isinstance(found, list) or not all(ts_of(one) for one in found):
            self._stop("an answer has no messages, or messages without a time")
            return [one for one in found or [] if ts_of(one)] if isinstance(found, list) else []
        self._watch_replies(found)
        self._turn(answer, found)
        return found

    def _turn(self, answer: dict[str, Any], found: list[dict[str, Any]]) -> None:
        """Turn to the next page, if there is one."""
        metadata, more = answer.get("response_metadata"), answer.get("has_more")
        cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else None
        if not cursor and not more:
            cut = more is None and len(found) >= _LEAST
            self._stop("Slack does not tell whether there is more" if cut else self._missed())
        elif self._pages == _MAX_PAGES:
            self._stop("the channel is too busy to be searched")
        elif cursor:
            if cursor == self._params.get("cursor"):
                self._stop("Slack shows one page again and again")
            self._params["cursor"] = cursor
        elif not self._narrow(found):
            self._stop("Slack tells of more messages and not how to get them")

    def _narrow(self, found: list[dict[str, Any]]) -> bool:
        """Without a cursor, go on from the last message; False if that leads nowhere."""
        times = [ts_of(one) for one in found if one["ts"] != self._thread]
        if not times:
            return False
        name, edge = ("oldest", max(times)) if self._thread else ("latest", min(times))
        before = self._params.get(name)
        if before is not None and (
            edge <= float(before) if self._thread else edge >= float(before)
        ):
            return False
        self._params.pop("cursor", None)
        self._params[name] = f"{edge:.6f}"
        return True

    def _watch_replies(self, found: list[dict[str, Any]]) -> None:
        for one in found if self._thread else ():
            if one["ts"] == self._thread:
                self._promised_reply = ts_of({"ts": one.get("latest_reply")})
            else:
                self._last_reply = max(self._last_reply, ts_of(one))

    def _missed(self) -> str:
        if not self._thread:
            return ""
        if self._promised_reply is None:
            return "the thread is shown without its root"
        since = float(self._params["oldest"])
        missed = self._promised_reply > max(self._last_reply, since)
        return "the thread is shown without its latest reply" if missed else ""

    def _stop(self, gap: str = "") -> None:
        self.over, self.gap = True, gap


def history(
    transport: Transport, channel: str, *, since: float, thread: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the messages of a channel, or of one thread, since a time, metadata included.

    Args:
        transport: the connection.
        channel: ID.
        since: seconds since the epoch, by Slack's clock.
        thread: ts of the thread's root, to read its replies instead.

    Raises:
        SlackError: the channel cannot be read; `INCOMPLETE` after the last message if not all of
            them may have been shown.
    """
    reading = Reading(transport, channel, since=since, thread=thread)
    yield from reading
    if reading.gap:
        raise SlackUnavailable(
            f"channel {channel} was not read to its end: {reading.gap}",
            code=INCOMPLETE,
            method="conversations.replies" if thread else "conversations.history",
        )


def ts_of(message: Any) -> float:
    """Return the time of a message, 0 if it has none."""
    with contextlib.suppress(TypeError, ValueError, AttributeError):
        return float(message.get("ts") or 0)
    return 0.0

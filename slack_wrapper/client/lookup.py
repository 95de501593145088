"""Calls that only ask: within Slack's limits, for the right workspace, for as long as told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_wrapper.client import call_rate, team
from slack_wrapper.client.call_rate import TIERS
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import RateLimited, SlackUnavailable

# Pages in a row that bring nothing new before a list counts as endless. Filters are applied after a
# page is cut, so that many in a row may be empty.
MOST_IDLE = 500


class Locks:
    """A lock for each name, so that who asks for the same thing at the same time asks once."""

    def __init__(self) -> None:
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(name, threading.Lock())


class Lookup:
    """Asks one workspace.

    Args:
        transport: the connection.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._rates = {method: call_rate.CallRate(most) for method, most in TIERS.items()}

    def ask(
        self, method: str, params: Mapping[str, Any], *, about: str, until: float | None = None
    ) -> dict[str, Any]:
        """Return the answer of a method that changes nothing.

        Args:
            method: of the Web API.
            params: its arguments.
            about: what the call is about, for errors.
            until: monotonic time after which it is not tried again; None for the usual bounds.

        Raises:
            SlackError: see `Transport.call`.
        """
        policy = self.transport.lookups
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:  # a server that hangs is not waited for by one question after the other
                raise SlackUnavailable(
                    f"there was no time left to ask Slack about {about}",
                    code="not_found_out",
                    method=method,
                    hint="give IDs instead of names, which need fewer questions",
                )
            policy = replace(
                policy, total=min(policy.total, left), max_wait=min(policy.max_wait, left)
            )

        def call() -> dict[str, Any]:
            wait = self._rates[method].take() if method in TIERS else 0.0
            if wait:
                raise RateLimited(
                    f"Slack takes {TIERS[method]} calls of {method} per minute",
                    retry_after=wait,
                    method=method,
                )
            return team.call(self.transport, method, params, about=about)

        return Retrier(policy).run(call)


class Listing:
    """A list of Slack's that comes in pages: read as far as somebody needs it, and kept.

    Args:
        read: gives the answer for a cursor, None for the first page, until a monotonic time.
        items: name of the list in the answer.

    Attributes:
        begun: monotonic time.
        pages: how many have been read.
        complete: whether that was all.
    """

    def __init__(
        self, read: Callable[[str | None, float | None], Mapping[str, Any]], items: str
    ) -> None:
        self._read, self._items = read, items
        self.begun, self.pages, self.complete = time.monotonic(), 0, False
        self._cursor: str | None = None
        self._cursors: set[str] = set()
        self._ids: set[str] = set()
        self._idle = 0

    @property
    def endless(self) -> bool:
        """Whether the list repeats itself, so that nobody will ever have read it to its end."""
        return self._idle > MOST_IDLE or (self._cursor or "") in self._cursors

    def more(self, until: float | None = None) -> list[dict[str, Any]]:
        """Return the entries of the next page; those without an ID are left out.

        Raises:
            SlackUnavailable: the list is endless; or see `Transport.call`.
        """
        if self.endless:
            raise SlackUnavailable(
                f"Slack's list of {self._items} does not end: {self.pages} pages were read",
                code="endless_list",
            )
        answer = self._read(self._cursor, until)
        if self._cursor:
            self._cursors.add(self._cursor)
        self.pages += 1
        given = answer.get(self._items)
        entries = [one for one in given or () if isinstance(one, dict) and one.get("id")]
        fresh = {str(one["id"]) for one in entries} - self._ids
        self._ids |= fresh
        self._idle = 0 if fresh else self._idle + 1
        metadata = answer.get("response_metadata")
        cursor = metadata.get("next_cursor") if isinstance(metadata, Mapping) else None
        self._cursor = str(cursor) if cursor else None
        self.complete = not cursor
        return entries

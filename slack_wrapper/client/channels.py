"""Channel names → channels: a name means the channel that has that name now.

A channel may be renamed, and its name given to another one, at any time. So an ID that was learned
earlier, in this run or from the cache on disk, is confirmed by `conversations.info` before it is
used, and where the name is another's by now, the channels are listed anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from slack_wrapper.client.channel_pages import Channel, ChannelPages, channel_of, key
from slack_wrapper.client.lookup import Locks, Lookup
from slack_wrapper.client.lookup_cache import NameCache
from slack_wrapper.common.channel_form import is_channel_id
from slack_wrapper.errors import SlackError, SlackRefused, SlackUnavailable

CHANNELS = "channels"  # what the cache on disk calls them
# Seconds for which a list that was read to its end tells that a name is nobody's.
_FRESH = 60.0
# Seconds for which an ID is taken as it is when Slack cannot be asked just now.
_RECENT = 60.0
# Refusals that tell nothing of the channel: this token, or this server, cannot be asked.
_CANNOT_ASK = frozenset({"missing_scope", "unknown_method", "not_allowed_token_type"})


class Channels:
    """The channels of one workspace. Safe to share between the threads of a session.

    Args:
        lookup: asks Slack.
        cache: keeps IDs for the next processes.
    """

    def __init__(self, lookup: Lookup, cache: NameCache) -> None:
        self._lookup, self._cache = lookup, cache
        self._seen: dict[str, Channel] = {}  # by name
        self._told: dict[str, Channel] = {}  # by ID, as the newest page has it
        self._book = ChannelPages(lookup)
        self._locks = Locks()
        self._lock = threading.Lock()

    def known(self, name: str) -> Channel | None:
        """Return what is known of a name without a call; it may be out of date."""
        return self._seen.get(key(name))

    def learn(self, name: str, identifier: str) -> None:
        """Remember the ID that an answer to a post by name has told."""
        known = self.known(name) or Channel(identifier, frozenset({key(name)}), 0.0)
        if known.id != identifier:
            known = Channel(identifier, frozenset({key(name)}), 0.0)
        self._seen[key(name)] = replace(known, asked=time.monotonic())

    def forget(self, name: str) -> bool:
        """Forget the ID of a name that has turned out wrong; return whether the disk gave it."""
        with self._lock:
            self._seen.pop(key(name), None)
            self._book = ChannelPages(self._lookup)
        return self._cache.forget(CHANNELS, key(name))

    def now(self, name: str, *, since: float | None = None, until: float | None = None) -> Channel:
        """Return the channel that has a name now.

        Args:
            name: of the channel.
            since: monotonic time; what Slack has told after it is not asked again. None for now.
            until: monotonic time after which it counts as not to be found out.

        Raises:
            SlackRefused: no channel of that name is visible to the bot, or a scope is missing.
            SlackUnavailable: Slack does not answer, or not in time.
        """
        asked = time.monotonic() if since is None else since
        with self._locks[key(name)]:  # who comes at the same time asks once
            known = self.known(name) or self._kept(name)
            if known is not None:
                confirmed = self._confirmed(name, known, asked, until)
                if confirmed is not None:
                    return confirmed
            return self._listed(name, asked, until)

    def by_id(self, identifier: str, *, since: float, until: float | None = None) -> Channel:
        """Return the channel of an ID; see `now`."""
        told = self._told.get(identifier)
        if told is not None and told.asked >= since:
            return told
        return self._info(identifier, f"channel {identifier}", until)

    def read_ahead(
        self, wanted: Iterable[str], *, since: float, until: float, few: int, pages: int
    ) -> None:
        """Read pages of the channels, which spares single questions; trouble is met by these.

        Args:
            wanted: names and IDs.
            since: monotonic time; what was told before does not count.
            until: monotonic time at which no further page is read.
            few: as many may be left to single questions, from the first page on.
            pages: at most.
        """
        book = self._current(since)
        for page in range(pages):
            left = [one for one in wanted if not self._fresh(one, since)]
            if not left or (page and len(left) <= few) or book.listing.complete:
                return
            try:
                book = self._turn(book, book.listing.pages, until)
            except SlackError:
                return

    def _fresh(self, channel: str, since: float) -> bool:
        told = self._told.get(channel) if is_channel_id(channel) else self.known(channel)
        return told is not None and told.asked >= since

    def _kept(self, name: str) -> Channel | None:
        found = self._cache.get(CHANNELS, key(name))
        return Channel(found, frozenset({key(name)}), float("-inf")) if found else None

    def _info(self, identifier: str, about: str, until: float | None) -> Channel:
        asked = time.monotonic()
        answer = self._lookup.ask(
            "conversations.info", {"channel": identifier}, about=about, until=until
        )
        entry = answer.get("channel")
        if not isinstance(entry, Mapping) or str(entry.get("id") or identifier) != identifier:
            raise SlackUnavailable(f"Slack does not tell what {about} is", code="no_answer")
        return channel_of({**entry, "id": identifier}, asked)

    def _confirmed(
        self, name: str, known: Channel, asked: float, until: float | None
    ) -> Channel | None:
        """Return a channel that has its name still, None when it has another one, or is gone."""
        if known.asked >= asked:
            return known
        try:
            found = self._info(known.id, f"channel {name}", until)
        except SlackRefused as refused:
            if refused.code in _CANNOT_ASK:
                return known
        except SlackUnavailable:
            if time.monotonic() - known.asked > _RECENT:
                raise
            return known
        else:
            if key(name) in found.names and not found.archived:
                self._seen[key(name)] = found
                return found
        self.forget(name)
        return None

    def _listed(self, name: str, asked: float, until: float | None) -> Channel:
        """Look a name up in the list of channels, from where it was read to."""
        until = until or time.monotonic() + self._lookup.transport.lookups.max_wait
        book = self._current(asked)
        while True:
            pages = book.listing.pages
            found = self._seen.get(key(name))
            if found is not None and (not found.archived or book.listing.complete):
                confirmed = self._confirmed(name, found, asked, until)
                if confirmed is not None:
                    return confirmed
                book = self._current(asked)
            elif book.listing.complete:
                anew = self._current(asked)
                if anew is book:
                    raise self._nobody(name, book)
                book = anew  # its first pages were read too long ago
            elif time.monotonic() >= until:
                raise _unknown(name, book.listing.pages)
            else:
                book = self._turn(book, pages, until)

    def _current(self, asked: float) -> ChannelPages:
        """Return the listing to go on with: a new one where the last one may be out of date."""
        with self._lock:
            listing = self._book.listing
            over = listing.complete or self._book.refused is not None
            if listing.endless or (over and asked - listing.begun > _FRESH):
                self._book = ChannelPages(self._lookup)
            return self._book

    def _turn(self, book: ChannelPages, pages: int, until: float | None) -> ChannelPages:
        """Read the page after so many, unless another thread has; return the listing to go on with.

        Raises:
            SlackError: see `now`.
        """
        with book.lock:
            if book.refused is not None:
                raise book.refused
            if book.listing.pages != pages or book.listing.complete:
                return book
            try:
                self._remember(book.more(until))
            except SlackRefused as refused:
                if refused.code != "invalid_cursor" or not pages:
                    raise
                # A cursor that was kept for long is no longer taken.
                with self._lock:
                    self._book = ChannelPages(self._lookup)
                return self._book
        return book

    def _remember(self, channels: Iterable[Channel]) -> None:
        kept = {}
        for channel in channels:
            self._told[channel.id] = channel
            for name in channel.names:
                known = self._seen.get(name)
                # An archived channel keeps its name until another one takes it.
                if not channel.archived or known is None or known.id == channel.id:
                    self._seen[name] = channel
                if not channel.archived:
                    kept[name] = channel.id
        self._cache.put(CHANNELS, kept)

    def _nobody(self, name: str, book: ChannelPages) -> SlackRefused:
        self._lookup.transport.learn_bot()
        scope = "add the scope groups:read if it is private, " if book.public_only else ""
        return SlackRefused(
            f"Slack knows no channel {name} that the bot can see",
            code="channel_not_found",
            method="conversations.list",
            hint=f"check the name (no hash sign), give the channel's ID instead, {scope}"
            f"or invite the bot into the private channel: /invite @{self._lookup.transport.bot}",
        )


def _unknown(name: str, pages: int) -> SlackUnavailable:
    return SlackUnavailable(
        f"it could not be found out in time which channel {name} is: {pages} pages of channels "
        "were read",
        code="not_found_out",
        method="conversations.list",
        hint="give the channel's ID (C…) instead of its name",
    )

"""The list of a workspace's channels, page by page, and what a page tells of one."""

from __future__ import annotations

import threading
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_wrapper.client.lookup import Listing, Lookup
from slack_wrapper.errors import SlackRefused

# "An integer under 1000": https://docs.slack.dev/reference/methods/conversations.list
_PAGE = 999
_BOTH, _PUBLIC = "public_channel,private_channel", "public_channel"


@dataclass(frozen=True)
class Channel:
    """A channel as Slack has told it.

    Args:
        id: its ID.
        names: all forms of its name; none for a direct message.
        asked: monotonic time at which Slack was asked; -inf for what the cache on disk has.
        archived: whether it is.
        private: whether it is.
        member: whether the bot is in it; None when that is not known.
        direct: whether it is a direct message.
    """

    id: str
    names: frozenset[str]
    asked: float
    archived: bool = False
    private: bool = False
    member: bool | None = None
    direct: bool = False


def channel_of(entry: Mapping[str, Any], asked: float) -> Channel:
    """Return the channel of an entry of `conversations.list`, or of `conversations.info`."""
    names = (entry.get("name"), entry.get("name_normalized"))
    member = entry.get("is_member")
    return Channel(
        id=str(entry.get("id") or ""),
        names=frozenset(key(str(name)) for name in names if name),
        asked=asked,
        archived=bool(entry.get("is_archived")),
        private=bool(entry.get("is_private")),
        member=None if member is None else bool(member),
        direct=bool(entry.get("is_im")),
    )


def key(name: str) -> str:
    """Return the form of a name by which it is found: Slack's names are lower-case."""
    return unicodedata.normalize("NFC", name).casefold()


class ChannelPages:
    """One listing of the channels: what it has told so far."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._kinds = _BOTH
        self.listing = Listing(self._read, "channels")
        self.refused: SlackRefused | None = None
        self.lock = threading.Lock()  # one reads a page at a time

    def more(self, until: float | None) -> list[Channel]:
        """Read one page."""
        asked = time.monotonic()
        try:
            return [channel_of(one, asked) for one in self.listing.more(until)]
        except SlackRefused as refused:
            self.refused = refused
            raise

    @property
    def public_only(self) -> bool:
        """Whether private channels could not be listed."""
        return self._kinds == _PUBLIC

    def _read(self, cursor: str | None, until: float | None) -> dict[str, Any]:
        try:
            return self._page(cursor, until)
        except SlackRefused as refused:
            if refused.code != "missing_scope" or cursor or self.public_only:
                raise
        self._kinds = _PUBLIC  # without groups:read only public channels can be listed
        return self._page(cursor, until)

    def _page(self, cursor: str | None, until: float | None) -> dict[str, Any]:
        # Archived channels too: they cost no page more, as filters are applied to a page that is
        # cut already, and tell why a post would be refused.
        params = {"types": self._kinds, "limit": _PAGE, "cursor": cursor}
        return self._lookup.ask("conversations.list", params, about="the channels", until=until)

"""Channel names and e-mail addresses → the IDs that uploads and updates need."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackRefused

# IDs are upper-case, names are lower-case: https://docs.slack.dev/reference/objects/conversation-object
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{7,}")
_PAGE = 1000  # the most conversations.list gives at once
_MAX_PAGES = 100


def is_channel_id(channel: str) -> bool:
    """Whether `channel` is an ID already."""
    return bool(_CHANNEL_ID.fullmatch(channel))


class Names:
    """Names of one workspace, each looked up once.

    Safe to share between the threads of a session.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._channels: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._lock = threading.Lock()

    def channel_id(self, channel: str) -> str:
        """Return the ID of a channel given by name or ID.

        Raises:
            SlackRefused: no channel of that name is visible to the bot, or a scope is missing.
        """
        if is_channel_id(channel):
            return channel
        with self._lock:
            if channel not in self._channels:
                self._look_up(channel)
            return self._channels[channel]

    def known(self, channel: str) -> str | None:
        """Return the ID if it is known already, without a call."""
        return channel if is_channel_id(channel) else self._channels.get(channel)

    def learn(self, channel: str, identifier: str) -> None:
        """Remember what an answer of Slack's told."""
        if not is_channel_id(channel):
            self._channels[channel] = identifier

    def user_id(self, email: str) -> str:
        """Return the ID of the person with this e-mail address.

        Raises:
            SlackRefused: there is no such person, or the scope users:read.email is missing.
        """
        with self._lock:
            if email not in self._people:
                answer = self._call("users.lookupByEmail", {"email": email}, email)
                self._people[email] = str(answer["user"]["id"])
            return self._people[email]

    def direct_message(self, email: str) -> str:
        """Return the ID of the direct-message channel with the person of this e-mail address."""
        user = self.user_id(email)
        with self._lock:
            if user not in self._channels:
                answer = self._call("conversations.open", {"users": user}, email)
                self._channels[user] = str(answer["channel"]["id"])
            return self._channels[user]

    def _look_up(self, wanted: str) -> None:
        for channel in self._list_channels(wanted):
            self._channels.setdefault(str(channel["name"]), str(channel["id"]))
            if channel["name"] == wanted:
                return
        self._transport.learn_bot()
        raise SlackRefused(
            f"slack knows no channel {wanted} that the bot can see",
            code="channel_not_found",
            method="conversations.list",
            hint="check the name (no hash sign), give the channel's ID instead, "
            f"or invite the bot into the private channel: /invite @{self._transport.bot}",
        )

    def _list_channels(self, wanted: str) -> Iterator[dict[str, Any]]:
        kinds = "public_channel,private_channel"
        try:
            first = self._list_page(kinds, None, wanted)
        except SlackRefused as refused:
            if refused.code != "missing_scope":
                raise
            kinds = "public_channel"  # without groups:read only public channels can be listed
            first = self._list_page(kinds, None, wanted)
        page = first
        for _ in range(_MAX_PAGES):
            yield from page.get("channels") or []
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            page = self._list_page(kinds, cursor, wanted)

    def _list_page(self, kinds: str, cursor: str | None, wanted: str) -> dict[str, Any]:
        params = {"types": kinds, "limit": _PAGE, "exclude_archived": True, "cursor": cursor}
        return self._call("conversations.list", params, f"channel {wanted}")

    def _call(self, method: str, params: dict[str, Any], about: str) -> dict[str, Any]:
        return Retrier().run(lambda: self._transport.call(method, params, about=about))

"""Channel names and e-mail addresses → the IDs that uploads and updates need."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from slack_wrapper.client.name_cache import NameCache
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackRefused

T = TypeVar("T")

# IDs are upper-case, names are lower-case: https://docs.slack.dev/reference/objects/conversation-object
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{7,}")
_PAGE = 1000  # the most conversations.list gives at once
_PEOPLE_PAGE = 200  # what users.list advises
_MAX_PAGES = 100
# What the cache on disk calls the kinds of names.
CHANNELS, EMAILS, USERS, GROUPS = "channels", "emails", "users", "groups"

_MISSING = {
    USERS: ("person", "user_not_found", "users.list"),
    GROUPS: ("user group", "subteam_not_found", "usergroups.list"),
}


def is_channel_id(channel: str) -> bool:
    """Whether `channel` is an ID already."""
    return bool(_CHANNEL_ID.fullmatch(channel))


class Names:
    """Names of one workspace, each looked up once, and remembered by the next runs for a while.

    Safe to share between the threads of a session. Posting goes by the channel's name where Slack
    takes it, so that only what needs an ID (files, updates, the history) trusts the cache on disk.
    """

    def __init__(self, transport: Transport, cache: NameCache | None = None) -> None:
        self._transport = transport
        self._cache = cache or NameCache(transport.fingerprint)
        self._channels: dict[str, str] = {}
        self._direct: dict[str, str] = {}
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
                kept = self._cache.get(CHANNELS, channel)
                if kept is None:
                    self._look_up(channel)
                else:
                    self._channels[channel] = kept
            return self._channels[channel]

    def known(self, channel: str) -> str | None:
        """Return the ID if it is known already, without a call."""
        return channel if is_channel_id(channel) else self._channels.get(channel)

    def learn(self, channel: str, identifier: str) -> None:
        """Remember what an answer of Slack's told."""
        if not is_channel_id(channel):
            self._channels[channel] = identifier

    def forget(self, channel: str) -> bool:
        """Forget the ID of a channel that Slack does not know; return whether the disk gave it."""
        with self._lock:
            self._channels.pop(channel, None)
            return self._cache.forget(CHANNELS, channel)

    def with_id(self, channel: str, call: Callable[[str], T]) -> T:
        """Return `call(ID)`; where Slack does not know an ID from the disk, it is looked up anew.

        Raises:
            SlackError: what `call` or the look-up met.
        """
        try:
            return call(self.channel_id(channel))
        except SlackRefused as refused:
            if refused.code != "channel_not_found" or not self.forget(channel):
                raise
        return call(self.channel_id(channel))

    def user_id(self, email: str) -> str:
        """Return the ID of the person with this e-mail address.

        Raises:
            SlackRefused: there is no such person, or the scope users:read.email is missing.
        """

        def ask() -> str:
            answer = self._call("users.lookupByEmail", {"email": email}, email)
            return str(answer["user"]["id"])

        return self._told(EMAILS, email, ask)

    def user_named(self, handle: str) -> str:
        """Return the ID of the person of this handle: user name or display name.

        Raises:
            SlackRefused: there is no such person, or the scope users:read is missing.
        """
        return self._told(USERS, handle, lambda: self._list_for(handle, USERS))

    def group_named(self, handle: str) -> str:
        """Return the ID of the user group of this handle.

        Raises:
            SlackRefused: there is no such group, or the scope usergroups:read is missing.
        """
        return self._told(GROUPS, handle, lambda: self._list_for(handle, GROUPS))

    def anyone_named(self, handle: str) -> str:
        """Return the ID of the user group, else the person, of this handle.

        Raises:
            SlackRefused: there is neither, or both scopes are missing.
        """
        try:
            return self.group_named(handle)
        except SlackRefused as refused:
            if refused.code not in ("missing_scope", "subteam_not_found"):
                raise
        return self.user_named(handle)

    def direct_message(self, email: str) -> str:
        """Return the ID of the direct-message channel with the person of this e-mail address."""
        user = self.user_id(email)
        with self._lock:
            if user not in self._direct:
                answer = self._call("conversations.open", {"users": user}, email)
                self._direct[user] = str(answer["channel"]["id"])
            return self._direct[user]

    def _told(self, kind: str, name: str, ask: Callable[[], str]) -> str:
        """Return what is known of a name, else ask and remember."""
        with self._lock:
            found = self._cache.get(kind, name)
            if found is None:
                found = ask()
                self._cache.put(kind, {name: found})
            return found

    def _list_for(self, handle: str, kind: str) -> str:
        """Look a handle up in the list of all people, or of all groups."""
        for one in self._list_people(handle) if kind == USERS else self._list_groups(handle):
            profile = one.get("profile") or {}
            if handle in (one.get("handle"), one.get("name"), profile.get("display_name")):
                return str(one["id"])
        what, code, method = _MISSING[kind]
        raise SlackRefused(
            f"slack knows no {what} of the handle {handle}",
            code=code,
            method=method,
            hint="check the handle, or give the ID or the e-mail address",
        )

    def _list_people(self, handle: str) -> Iterator[dict[str, Any]]:
        params: dict[str, Any] = {"limit": _PEOPLE_PAGE}
        for _ in range(_MAX_PAGES):
            page = self._call("users.list", params, f"user {handle}")
            for one in page.get("members") or []:
                if not one.get("deleted"):
                    yield one
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            params = {**params, "cursor": cursor}

    def _list_groups(self, handle: str) -> list[dict[str, Any]]:
        return list(self._call("usergroups.list", {}, f"user group {handle}")["usergroups"])

    def _look_up(self, wanted: str) -> None:
        seen: dict[str, str] = {}
        for channel in self._list_channels(wanted):
            seen[str(channel["name"])] = str(channel["id"])
            if channel["name"] == wanted:
                break
        self._channels = {**seen, **self._channels}
        self._cache.put(CHANNELS, seen)
        if wanted in seen:
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
        retrier = Retrier(self._transport.lookups)
        return retrier.run(lambda: self._transport.call(method, params, about=about))

"""People and user groups: e-mail addresses and handles → IDs, and the direct messages to people."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from slack_wrapper.client.lookup import Listing, Locks, Lookup
from slack_wrapper.client.lookup_cache import NameCache
from slack_wrapper.common.channel_form import is_user_id
from slack_wrapper.errors import SlackRefused, SlackUnavailable

# What the cache on disk calls the kinds of names.
EMAILS, USERS, GROUPS = "emails", "users", "groups"
_PAGE = 200  # what users.list advises
# Seconds for which a list that was read to its end tells that a handle is nobody's.
_FRESH = 60.0
_GONE = frozenset({"user_not_found", "user_disabled", "users_not_found"})
_HINT = "check the handle, or give the ID or the e-mail address"


class _Roll:
    """One list of people, or of groups, read as far as somebody needs it."""

    def __init__(self, lookup: Lookup, method: str, items: str) -> None:
        self._lookup, self._method = lookup, method
        self.listing = Listing(self._read, items)
        self.entries: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def search(
        self, matches: Callable[[Mapping[str, Any]], bool], *, whole: bool, until: float
    ) -> list[dict[str, Any]]:
        """Return the entries that match.

        Args:
            matches: tells of an entry.
            whole: whether all are wanted, and not the first one only.
            until: monotonic time after which it counts as not to be found out.

        Raises:
            SlackError: see `Transport.call`.
        """
        at = 0
        found: list[dict[str, Any]] = []
        while True:
            with self.lock:
                if at == len(self.entries) and not self.listing.complete:
                    if time.monotonic() >= until:
                        raise _unknown(self._method, self.listing.pages)
                    page = self.listing.more(until)
                    self.entries += [one for one in page if not one.get("deleted")]
                fresh, at = self.entries[at:], len(self.entries)
                complete = self.listing.complete
            found += filter(matches, fresh)
            if complete or (found and not whole):
                return found

    def _read(self, cursor: str | None, until: float | None) -> dict[str, Any]:
        params = {"limit": _PAGE, "cursor": cursor} if self._method == "users.list" else {}
        if cursor:
            params["cursor"] = cursor
        return self._lookup.ask(self._method, params, about="handles", until=until)


class PeopleDirectory:
    """The people of one workspace. Safe to share between the threads of a session.

    Args:
        lookup: asks Slack.
        cache: keeps IDs for the next processes.
    """

    def __init__(self, lookup: Lookup, cache: NameCache) -> None:
        self._lookup, self._cache = lookup, cache
        self._direct: dict[str, str] = {}  # user ID → direct message
        self._rolls: dict[str, _Roll] = {}
        self._locks = Locks()

    def by_email(self, email: str) -> str:
        """Return the ID of the person with an e-mail address.

        Raises:
            SlackRefused: there is no such person, or the scope users:read.email is missing.
        """
        return self._told(EMAILS, email, lambda: self._ask_email(email))

    def user(self, handle: str) -> str:
        """Return the ID of the person of a handle.

        A user name is one person's; a display name, which anybody may take, counts only if nobody
        has it as user name, and one person alone as display name.

        Raises:
            SlackRefused: there is no such person, or there are several.
        """
        return self._told(USERS, handle, lambda: self._ask_user(handle))

    def group(self, handle: str) -> str:
        """Return the ID of the user group of a handle.

        Raises:
            SlackRefused: there is no such group, or the scope usergroups:read is missing.
        """
        return self._told(GROUPS, handle, lambda: self._ask_group(handle))

    def direct(self, person: str) -> str:
        """Return the ID of the direct message to a person, given by user ID or e-mail address.

        Raises:
            SlackRefused: there is no such person, or the scope im:write is missing.
        """
        with self._locks[f"direct {person}"]:
            try:
                return self._open(person)
            except SlackRefused as refused:
                if refused.code not in _GONE or not self._cache.forget(EMAILS, person):
                    raise
            return self._open(person)

    def known_direct(self, person: str) -> str | None:
        """Return the same if it is known already, without a call."""
        user = person if is_user_id(person) else self._cache.get(EMAILS, person)
        return self._direct.get(user or "")

    def learn_direct(self, person: str, identifier: str) -> None:
        """Remember what an answer of Slack's has told."""
        user = person if is_user_id(person) else self._cache.get(EMAILS, person)
        if user:
            self._direct[user] = identifier

    def _open(self, person: str) -> str:
        user = person if is_user_id(person) else self.by_email(person)
        if user not in self._direct:
            answer = self._lookup.ask("conversations.open", {"users": user}, about=person)
            channel = answer.get("channel")
            found = channel.get("id") if isinstance(channel, Mapping) else None
            if not found:
                raise SlackUnavailable(f"Slack opens no direct message to {person}", code="no_id")
            self._direct[user] = str(found)
        return self._direct[user]

    def _told(self, kind: str, name: str, ask: Callable[[], str]) -> str:
        """Return what is known of a name, else ask and remember."""
        with self._locks[f"{kind} {name}"]:
            found = self._cache.get(kind, name)
            if found is None:
                found = ask()
                self._cache.put(kind, {name: found})
            return found

    def _ask_email(self, email: str) -> str:
        try:
            answer = self._lookup.ask("users.lookupByEmail", {"email": email}, about=email)
        except SlackRefused as refused:
            # A token of an organization may list people, and not ask for one.
            if refused.code != "enterprise_is_restricted":
                raise
            found = self._search(USERS, lambda one: _email(one) == email.lower(), whole=False)
            if not found:
                raise SlackRefused(
                    f"Slack knows nobody with the address {email}",
                    code="users_not_found",
                    method="users.list",
                    hint="check the e-mail address; the person must be in the workspace",
                ) from None
            return str(found[0]["id"])
        user = answer.get("user")
        if not isinstance(user, Mapping) or not user.get("id"):
            raise SlackUnavailable(f"Slack does not tell who {email} is", code="no_id")
        return str(user["id"])

    def _ask_user(self, handle: str) -> str:
        found = self._search(USERS, lambda one: one.get("name") == handle, whole=False)
        if not found:
            found = self._search(USERS, lambda one: _display_name(one) == handle, whole=True)
        if len(found) > 1:
            raise SlackRefused(
                f"several people have the display name {handle}",
                code="user_ambiguous",
                method="users.list",
                hint="give the user ID (U…) or the e-mail address",
            )
        if not found:
            raise _nobody("person", handle, "user_not_found", "users.list")
        return str(found[0]["id"])

    def _ask_group(self, handle: str) -> str:
        found = self._search(GROUPS, lambda one: one.get("handle") == handle, whole=False)
        found = found or self._search(GROUPS, lambda one: one.get("name") == handle, whole=False)
        if not found:
            raise _nobody("user group", handle, "subteam_not_found", "usergroups.list")
        return str(found[0]["id"])

    def _search(
        self, kind: str, matches: Callable[[Mapping[str, Any]], bool], *, whole: bool
    ) -> list[dict[str, Any]]:
        until = time.monotonic() + self._lookup.transport.lookups.max_wait
        return self._roll(kind).search(matches, whole=whole, until=until)

    def _roll(self, kind: str) -> _Roll:
        with self._locks[kind]:
            return self._current(kind)

    def _current(self, kind: str) -> _Roll:
        """Return the list to go on with: a new one where the last one may be out of date."""
        known = self._rolls.get(kind)
        old = time.monotonic() - known.listing.begun > _FRESH if known else True
        if known is None or known.listing.endless or (known.listing.complete and old):
            method, items = (
                ("users.list", "members") if kind == USERS else ("usergroups.list", "usergroups")
            )
            known = self._rolls[kind] = _Roll(self._lookup, method, items)
        return known


def _display_name(user: Mapping[str, Any]) -> str:
    profile = user.get("profile")
    return str(profile.get("display_name") or "") if isinstance(profile, Mapping) else ""


def _email(user: Mapping[str, Any]) -> str:
    profile = user.get("profile")
    return str(profile.get("email") or "").lower() if isinstance(profile, Mapping) else ""


def _nobody(what: str, handle: str, code: str, method: str) -> SlackRefused:
    return SlackRefused(
        f"Slack knows no {what} of the handle {handle}", code=code, method=method, hint=_HINT
    )


def _unknown(method: str, pages: int) -> SlackUnavailable:
    return SlackUnavailable(
        f"it could not be found out in time whose handle it is: {pages} pages were read",
        code="not_found_out",
        method=method,
        hint="give the ID (U…, S…) or the e-mail address",
    )

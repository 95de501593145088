"""Who may do what: tokens, scopes, membership, and the answers Slack gives otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_wrapper.sandbox.store import Store


class Refused(Exception):
    """An answer with `ok: false`.

    Args:
        error: Slack's error code.
        more: further keys of the answer.
    """

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


@dataclass(frozen=True)
class Caller:
    """One API call: who calls, with what.

    Args:
        store: the workspace.
        user: ID of the token's user.
        scopes: of the token.
        args: the call's arguments.
        url: address of the server.
        org: whether the token is an organization's (Enterprise Grid) and not a workspace's.
        expires_in: seconds after which a token that rotates is dead; 0 for others.
    """

    store: Store
    user: str
    scopes: frozenset[str]
    args: dict[str, Any]
    url: str
    org: bool = False
    expires_in: int = 0

    @property
    def team_url(self) -> str:
        """Address of the workspace, without the last slash."""
        return str(self.store.data.get("url") or self.url).rstrip("/")

    def need_team(self) -> None:
        """Refuse an organization's token that does not say which workspace it means."""
        if self.org and not self.text("team_id"):
            raise Refused("missing_argument", response_metadata={"messages": [
                "[ERROR] missing required field: team_id"]})  # fmt: skip

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return an argument as truth value, in the forms that Slack takes."""
        return self.text(name).lower() in ("1", "true")

    def need(self, *scopes: str) -> None:
        """Refuse the call unless the token has one of the scopes."""
        if not self.scopes.intersection(scopes):
            raise Refused("missing_scope", needed=scopes[0], provided=",".join(sorted(self.scopes)))

    def member(self, channel: dict[str, Any]) -> bool:
        """Whether the caller is in the channel."""
        return self.user in channel.get("members", [])

    def number(self, name: str, default: float) -> float:
        """Return an argument as number."""
        try:
            return float(self.text(name) or default)
        except ValueError:
            raise Refused("invalid_arguments") from None

    def channel_by_id(self, name: str = "channel") -> dict[str, Any]:
        """Return the channel that an argument names by ID; a private one only to its members."""
        return self.visible_channel(self.text(name))

    def visible_channel(self, identifier: str) -> dict[str, Any]:
        """Return a channel by ID; a private one only to its members."""
        channel = self.store.channel(identifier)
        if channel is None or (channel.get("is_private") and not self.member(channel)):
            raise Refused("channel_not_found")
        return channel

    def channel_to_post(self) -> dict[str, Any]:
        """Return the channel to post to: by ID, or a public one by name."""
        given = self.text("channel")
        named = self.store.channel_by_name(given)
        if self.org and self.store.channel(given) is None and self.store.user(given) is None:
            raise Refused("team_not_found")
        public = named if named and not named.get("is_private") else None
        channel = self.store.channel(given) or self._direct(given) or public
        if channel is None or (channel.get("is_private") and not self.member(channel)):
            raise Refused("channel_not_found")
        if channel.get("is_archived"):
            raise Refused("is_archived")
        if not self.member(channel) and "chat:write.public" not in self.scopes:
            raise Refused("not_in_channel")
        return channel

    def page(self, found: list[Any], default: int) -> tuple[list[Any], str]:
        """Return the page of a list that `limit` and `cursor` ask for, and the next cursor."""
        limit, cursor = self.text("limit"), self.text("cursor")
        if limit and not limit.isdecimal():
            raise Refused("invalid_limit")
        if cursor and not cursor.isdecimal():
            raise Refused("invalid_cursor")
        # Slack may give fewer than it was asked for.
        size = max(1, min(1000, int(limit or default), self.store.page_most or 1000))
        start = int(cursor or 0)
        following = str(start + size) if start + size < len(found) else ""
        return found[start : start + size], following

    def _direct(self, user: str) -> dict[str, Any] | None:
        return open_direct(self.store, self.user, user) if self.store.user(user) else None


def caller(store: Store, token: str | None, args: dict[str, Any], url: str) -> Caller:
    """Return the caller of a token.

    Raises:
        Refused: `not_authed` or `invalid_auth`.
    """
    if not token:
        raise Refused("not_authed")
    known = store.token(token)
    if known is None:
        raise Refused("invalid_auth")
    if known.get("revoked"):
        raise Refused("token_revoked")
    org, expires_in = bool(known.get("org")), int(known.get("expires_in") or 0)
    return Caller(store, known["user"], frozenset(known["scopes"]), args, url, org, expires_in)


def open_direct(store: Store, one: str, other: str) -> dict[str, Any]:
    """Return the direct-message channel of two users, made if need be."""
    members = sorted({one, other})
    for channel in store.data["channels"]:
        if channel.get("is_im") and sorted(channel["members"]) == members:
            found: dict[str, Any] = channel
            return found
    made = {
        "id": store.new_id("D"),
        "name": store.user(other)["name"],  # type: ignore[index]
        "is_im": True,
        "is_private": True,
        "members": members,
    }
    store.data["channels"].append(made)
    return made

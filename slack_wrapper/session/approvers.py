"""Whose answer counts: people, members of user groups, or any person; never a bot."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from slack_wrapper.client.reactions import members, person
from slack_wrapper.session.mentions import shown

if TYPE_CHECKING:
    from slack_wrapper.session.local import Workspace

_FRESH = 60.0  # seconds for which the members of a group are not asked for again
_MENTION = re.compile(r"<(?:@|!subteam\^)(\w+)>")


class Approvers:
    """The people of one workspace, as far as approvals need them.

    Args:
        workspace: the connection.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._own: str | None = None
        self._persons: dict[str, tuple[str, bool]] = {}
        self._groups: dict[str, tuple[float, frozenset[str]]] = {}
        self._lock = threading.Lock()

    def resolve(self, approvers: Sequence[str]) -> list[str]:
        """Return the IDs of people and groups.

        Args:
            approvers: as `mention` names them.

        Raises:
            RequestError: one is of no known form.
            SlackRefused: there is nobody of that name or address.
        """
        found = (_MENTION.fullmatch(one) for one in self.shown(approvers))
        return [one[1] for one in found if one]

    def shown(self, approvers: Sequence[str]) -> list[str]:
        """Return the mentions of people and groups, in mrkdwn."""
        return [shown(one, self._workspace.names) for one in approvers]

    def may(self, user: str, approvers: Sequence[str]) -> bool:
        """Whether a user's answer counts.

        Args:
            user: an ID.
            approvers: as `mention` names them; none: any person's counts.

        Raises:
            SlackError: Slack does not tell who is in a group.
        """
        if user == self._self():
            return False
        if not approvers:
            return not self._person(user)[1]
        wanted = self.resolve(approvers)
        return user in wanted or any(user in group for group in self._members(wanted))

    def name(self, user: str) -> str:
        """Return the handle of a user, its ID where Slack does not tell."""
        return self._person(user)[0]

    def _self(self) -> str:
        """Return the ID of the token's owner."""
        if self._own is None:
            self._own = str(self._workspace.transport.call("auth.test", {})["user_id"])
        return self._own

    def _person(self, user: str) -> tuple[str, bool]:
        if user not in self._persons:
            self._persons[user] = person(self._workspace.transport, user)
        return self._persons[user]

    def _members(self, wanted: Sequence[str]) -> Iterator[frozenset[str]]:
        for group in wanted:
            if group.startswith("S"):
                yield self._group(group)

    def _group(self, group: str) -> frozenset[str]:
        with self._lock:
            asked, found = self._groups.get(group, (0.0, frozenset()))
            if time.monotonic() - asked > _FRESH or not asked:
                found = members(self._workspace.transport, group)
                self._groups[group] = (time.monotonic(), found)
            return found

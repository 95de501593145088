"""Whose answer counts: people, members of user groups, or any member; never a bot.

Everything here fails shut: who cannot be looked up does not count. docs/approvals.md has the table.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence

from slack_wrapper.client.reactions import Person, members, person
from slack_wrapper.errors import SlackRefused, SlackUnavailable
from slack_wrapper.message.mentions import shown
from slack_wrapper.sending.workspace import Workspace

_FRESH = 60.0  # seconds for which people and the members of a group are not asked for again
_MENTION = re.compile(r"<(?:@|!subteam\^)(\w+)>")


class Approvers:
    """The people of one workspace, as far as approvals need them.

    Args:
        workspace: the connection.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._own: tuple[str, str, str] | None = None
        self._persons: dict[str, tuple[float, Person]] = {}
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

    def check(self, approvers: Sequence[str]) -> None:
        """Refuse a question that none of its approvers could answer.

        Raises:
            SlackRefused: all of them are bots, deactivated, the asking account, or empty groups.
        """
        if not approvers:
            return
        try:
            if any(self._can_answer(one) for one in self.resolve(approvers)):
                return
        except SlackRefused as refused:
            if refused.code == "missing_scope" and refused.method == "users.info":
                return  # nobody counts until the scope is there, which the answer's trouble says
            raise
        raise SlackRefused(
            f"none of the approvers can answer: {', '.join(approvers)}",
            code="no_approver",
            hint="name active people of the workspace, or a group that has members",
        )

    def may(self, user: str, approvers: Sequence[str]) -> bool:
        """Whether a user's answer counts.

        Args:
            user: an ID.
            approvers: as `mention` names them; none: any member's counts.

        Raises:
            SlackError: Slack does not tell who the user is, or who is in a group.
        """
        if user == self._self()[0]:
            return False
        wanted = self.resolve(approvers)
        if approvers and user not in wanted and not self._in_a_group(user, wanted):
            return False
        who = self._person(user)
        if who.bot or who.deactivated:
            return False
        return user in wanted or not who.outsider

    def name(self, user: str) -> str:
        """Return the handle of a user whose answer counts."""
        return self._person(user).name

    def _can_answer(self, approver: str) -> bool:
        if approver.startswith("S"):
            return bool(self._group(approver))
        if approver == self._self()[0]:
            return False
        who = self._person(approver)
        return not who.bot and not who.deactivated

    def _self(self) -> tuple[str, str, str]:
        """Return the IDs of the token's owner, of its workspace and of its organisation."""
        if self._own is None:
            answer = self._workspace.transport.call("auth.test", {})
            user = str(answer.get("user_id") or "")
            if not user:
                raise SlackUnavailable("Slack does not tell whose token it is (auth.test)")
            team, enterprise = answer.get("team_id"), answer.get("enterprise_id")
            self._own = (user, str(team or ""), str(enterprise or ""))
        return self._own

    def _person(self, user: str) -> Person:
        asked, known = self._persons.get(user, (0.0, None))
        if known is None or time.monotonic() - asked > _FRESH:
            _, team, enterprise = self._self()
            known = person(self._workspace.transport, user, team=team, enterprise=enterprise)
            self._persons[user] = (time.monotonic(), known)
        return known

    def _in_a_group(self, user: str, wanted: Sequence[str]) -> bool:
        """Whether a user is in one of the groups; a yes is never older than the answer."""
        return any(user in self._group(one) and user in self._group(one, fresh=True)
                   for one in self._groups_of(wanted))  # fmt: skip

    def _groups_of(self, wanted: Sequence[str]) -> Iterator[str]:
        return (one for one in wanted if one.startswith("S"))

    def _group(self, group: str, *, fresh: bool = False) -> frozenset[str]:
        with self._lock:
            asked, found = self._groups.get(group, (0.0, frozenset()))
            if fresh or time.monotonic() - asked > _FRESH or not asked:
                found = members(self._workspace.transport, group)
                self._groups[group] = (time.monotonic(), found)
            return found

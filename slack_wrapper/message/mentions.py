"""Who is mentioned: IDs, e-mail addresses and handles → what Slack notifies of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from slack_wrapper.common import console
from slack_wrapper.errors import RequestError, SlackRefused
from slack_wrapper.model.request import WARN

EVERYBODY = ("here", "channel", "everyone")
USER, GROUP = "user:", "group:"  # before a name that `mention: {users: …, groups: …}` gives
_GROUP_ID = r"S[A-Z0-9]{7,}"
_USER_ID = r"[UW][A-Z0-9]{7,}"
# As Slack itself writes mentions in texts.
_MARKUP = re.compile(r"<(?:@|!subteam\^)([A-Z0-9]{8,})(?:\|[^>]*)?>")
_HINT = (
    "use here, channel, a user ID (U…), a group ID (S…), an e-mail address or a @handle, "
    "or write mention: {users: […], groups: […], here: true}"
)


class People(Protocol):
    """Finds the IDs of people and groups."""

    def user_id(self, email: str) -> str:
        """Return the ID of the person with this e-mail address."""

    def user_named(self, handle: str) -> str:
        """Return the ID of the person of this handle."""

    def group_named(self, handle: str) -> str:
        """Return the ID of the user group of this handle."""

    def anyone_named(self, handle: str) -> str:
        """Return the ID of the user group, else the person, of this handle."""


class Unasked:
    """Stands for people while nobody is asked, as when a request is only checked."""

    def user_id(self, email: str) -> str:
        """Return an ID of the right form."""
        return "U00000000"

    user_named = anyone_named = user_id

    def group_named(self, handle: str) -> str:
        """Return an ID of the right form."""
        return "S00000000"


def flat(value: Any) -> tuple[str, ...]:
    """Return the mentions of a parameter: a name, a list of names, or a mapping.

    Raises:
        RequestError: it is none of these.
    """
    if isinstance(value, Mapping):
        return tuple(_of_mapping(value))
    if not value:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)):
        return tuple(str(one) for one in value)
    raise RequestError("mention is neither a name, a list nor a mapping", hint=_HINT)


def _of_mapping(value: Mapping[str, Any]) -> Iterator[str]:
    for name, entry in value.items():
        if name in EVERYBODY:
            if entry:
                yield str(name)
        elif name in ("users", "groups"):
            prefix = USER if name == "users" else GROUP
            for one in flat(entry):
                yield f"{prefix}{one.removeprefix('@')}"
        else:
            raise RequestError(f"mention has an unknown key {name}", hint=_HINT)


_left_out: set[str] = set()  # who has been told of in this process


def all_shown(names: Sequence[str], people: People, missing: str) -> list[str]:
    """Return the mrkdwn of mentions.

    Args:
        names: as `flat` gives them.
        people: finds their IDs.
        missing: `warn`: whom Slack does not know is left out, and told on stderr once; or `fail`.

    Raises:
        RequestError: one is of no known form.
        SlackRefused: with `fail`, Slack does not know one.
    """
    found = []
    for name in names:
        try:
            found.append(shown(name, people))
        except SlackRefused as refused:
            if missing != WARN:
                raise
            if name not in _left_out:
                _left_out.add(name)
                console.warn(f"{_kind(name)[1]} is not mentioned: {refused}")
    return found


def shown(name: str, people: People) -> str:
    """Return the mrkdwn of a mention, as `flat` gives it.

    Raises:
        RequestError: it is of no known form.
        SlackRefused: there is nobody of that address or handle.
    """
    kind, bare = _kind(name)
    handle = bare.removeprefix("@")
    if handle in EVERYBODY and not kind:
        return f"<!{handle}>"
    found = _identifier(kind, bare, handle, people)
    return f"<!subteam^{found}>" if re.fullmatch(_GROUP_ID, found) else f"<@{found}>"


def _identifier(kind: str, bare: str, handle: str, people: People) -> str:
    if (re.fullmatch(_GROUP_ID, handle) and kind != USER) or (
        re.fullmatch(_USER_ID, handle) and kind != GROUP
    ):
        return handle
    if kind == GROUP:
        return people.group_named(handle)
    if "@" in handle:
        return people.user_id(handle)
    if kind == USER:
        return people.user_named(handle)
    if bare.startswith("@") and handle:
        return people.anyone_named(handle)
    raise RequestError(f"mention {bare} is not understood", hint=_HINT)


def _kind(name: str) -> tuple[str, str]:
    """Return the prefix that a mapping has given a name, and the name without it."""
    kind = next((prefix for prefix in (USER, GROUP) if name.startswith(prefix)), "")
    bare = name.removeprefix(kind).strip()
    marked = _MARKUP.fullmatch(bare)
    return kind, marked[1] if marked else bare.removeprefix("!")


def bare(name: str) -> str:
    """Return a mention as its author wrote it, without the mark of a mapping."""
    return _kind(name)[1]


def is_looked_up(name: str) -> bool:
    """Whether Slack has to be asked who is meant: an e-mail address or a handle."""
    kind, written = _kind(name)
    handle = written.removeprefix("@")
    return not (
        (handle in EVERYBODY and not kind)
        or (re.fullmatch(_GROUP_ID, handle) and kind != USER)
        or (re.fullmatch(_USER_ID, handle) and kind != GROUP)
    )


def scope_of(name: str) -> str:
    """Return the scope without which a mention cannot be looked up; empty when it needs none."""
    kind, bare = _kind(name)
    handle = bare.removeprefix("@")
    if handle in EVERYBODY or re.fullmatch(_GROUP_ID, handle) or re.fullmatch(_USER_ID, handle):
        return ""
    if "@" in handle:
        return "users:read.email"
    return {USER: "users:read", GROUP: "usergroups:read"}.get(kind, "")

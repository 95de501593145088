"""Channel names, people and groups → the IDs that uploads and updates need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from slack_wrapper.client.channel_pages import Channel
from slack_wrapper.client.channels import Channels
from slack_wrapper.client.lookup import Lookup
from slack_wrapper.client.lookup_cache import NameCache
from slack_wrapper.client.people import PeopleDirectory
from slack_wrapper.client.transport import Transport
from slack_wrapper.common.channel_form import is_channel_id, is_name, is_person, is_user_id
from slack_wrapper.common.side_by_side import side_by_side
from slack_wrapper.errors import SlackError, SlackRefused

T = TypeVar("T")

# What Slack says of an ID that a name has no more, or of a channel that is another one by now.
_WRONG_ID = frozenset({"channel_not_found", "is_archived", "not_in_channel", "invalid_channel"})
# What it says of a name where only an ID is taken: of a private channel; with a token of an
# organization.
_NEEDS_ID = frozenset({"channel_not_found", "team_not_found"})
# More channels than these are not asked for one by one while pages of all of them are to be had.
_FEW, _PAGES = 20, 10


class Names:
    """Names of one workspace, each looked up once, and remembered by the next runs for a while.

    Safe to share between the threads of a session. A name means the channel that has it now, see
    `channels`. Posting goes by the channel's name where Slack takes it, which needs no look-up.
    """

    def __init__(self, transport: Transport, cache: NameCache | None = None) -> None:
        lookup = Lookup(transport)
        # Another workspace of the same organization has other channels of the same names.
        cache = cache or NameCache(f"{transport.fingerprint}{transport.team_id}")
        self._transport = transport
        self._channels = Channels(lookup, cache)
        self._people = PeopleDirectory(lookup, cache)
        self._by_id: set[str] = set()  # names that Slack does not take in place of an ID

    def channel_id(self, channel: str) -> str:
        """Return the ID of a channel given by name or ID, or of a direct message to a person.

        Raises:
            SlackRefused: no channel of that name is visible to the bot, or a scope is missing.
            SlackUnavailable: Slack does not answer, or not in time.
        """
        if is_channel_id(channel):
            return channel
        if is_person(channel):
            return self.direct_message(channel)
        return self._channels.now(channel).id

    def to_post(self, channel: str) -> str:
        """Return what `chat.postMessage` takes for a channel: its name where that will do.

        A person's direct message is opened; without the scope for that, the user ID is returned.

        Raises:
            SlackError: see `channel_id`.
        """
        if is_channel_id(channel):
            return channel
        if is_person(channel):
            try:
                return self.direct_message(channel)
            except SlackRefused as refused:
                if refused.code != "missing_scope" or refused.method != "conversations.open":
                    raise
            return channel if is_user_id(channel) else self.user_id(channel)
        known = self._channels.known(channel)
        if channel in self._by_id or (known is not None and known.private):
            return self.channel_id(channel)
        return channel

    def instead(self, channel: str, refused: SlackRefused) -> str | None:
        """Return the ID to post to where Slack has refused the name, None where that is no remedy.

        Raises:
            SlackUnavailable: see `channel_id`.
        """
        if refused.code not in _NEEDS_ID or not is_name(channel) or channel in self._by_id:
            return None
        try:
            found = self.channel_id(channel)
        except SlackRefused as again:
            if again.code in (refused.code, "missing_scope"):
                return None
            raise
        self._by_id.add(channel)
        return found

    def known(self, channel: str) -> str | None:
        """Return the ID if it is known already, without a call; it may be out of date."""
        if is_channel_id(channel):
            return channel
        if is_person(channel):
            return self._people.known_direct(channel)
        known = self._channels.known(channel)
        return known.id if known else None

    def learn(self, channel: str, identifier: str) -> None:
        """Remember what an answer of Slack's told."""
        if is_person(channel):
            self._people.learn_direct(channel, identifier)
        elif is_name(channel):
            self._channels.learn(channel, identifier)

    def moved(self, channel: str, refused: SlackRefused) -> bool:
        """Whether a refusal came of an ID that is not the name's any more; it is looked up anew.

        Raises:
            SlackUnavailable: see `channel_id`.
        """
        before = self.known(channel)
        if refused.code not in _WRONG_ID or not is_name(channel) or before is None:
            return False
        try:
            return self.channel_id(channel) != before
        except SlackRefused:
            return False

    def with_id(self, channel: str, call: Callable[[str], T]) -> T:
        """Return `call(ID)`; where the ID is not the name's any more, once more with the right one.

        Raises:
            SlackError: what `call` or the look-up met.
        """
        try:
            return call(self.channel_id(channel))
        except SlackRefused as refused:
            if not self.moved(channel, refused):
                raise
        return call(self.channel_id(channel))

    def survey(
        self, channels: Iterable[str], *, seconds: float, workers: int
    ) -> Iterator[tuple[str, Channel | SlackError]]:
        """Yield what Slack tells of channels given by name or ID, or why it does not.

        Pages of all channels spare most single questions; the others are asked side by side.

        Args:
            channels: names and IDs.
            workers: how many calls at a time.
            seconds: after which what is not known yet counts as not to be found out.
        """
        since = time.monotonic()
        wanted, until = list(channels), since + seconds

        def ask(channel: str) -> Channel | SlackError:
            try:
                if is_channel_id(channel):
                    return self._channels.by_id(channel, since=since, until=until)
                return self._channels.now(channel, since=since, until=until)
            except SlackError as error:
                return error

        if len(wanted) > 1:
            self._channels.read_ahead(wanted, since=since, until=until, few=_FEW, pages=_PAGES)
        yield from zip(wanted, side_by_side(ask, wanted, workers=workers), strict=True)

    def user_id(self, email: str) -> str:
        """Return the ID of the person with this e-mail address.

        Raises:
            SlackRefused: there is no such person, or the scope users:read.email is missing.
        """
        return self._people.by_email(email)

    def user_named(self, handle: str) -> str:
        """Return the ID of the person of this handle: user name, else display name.

        Raises:
            SlackRefused: there is no such person, or the scope users:read is missing.
        """
        return self._people.user(handle)

    def group_named(self, handle: str) -> str:
        """Return the ID of the user group of this handle.

        Raises:
            SlackRefused: there is no such group, or the scope usergroups:read is missing.
        """
        return self._people.group(handle)

    def anyone_named(self, handle: str) -> str:
        """Return the ID of the user group, else the person, of this handle.

        Raises:
            SlackRefused: there is neither, or both scopes are missing.
        """
        try:
            return self.group_named(handle)
        except SlackRefused as refused:
            if refused.code not in (
                "missing_scope",
                "subteam_not_found",
                "plan_upgrade_required",
            ):
                raise
        return self.user_named(handle)

    def direct_message(self, person: str) -> str:
        """Return the ID of the direct message to a person, by user ID or e-mail address.

        Raises:
            SlackRefused: there is no such person, or a scope is missing.
        """
        return self._people.direct(person)

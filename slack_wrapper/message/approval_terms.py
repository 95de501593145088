"""What an approval asks for: who may answer, with which reactions, until when; and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from slack_wrapper.common.text import readers_time
from slack_wrapper.errors import RequestError
from slack_wrapper.message.mentions import EVERYBODY, GROUP, USER, flat
from slack_wrapper.message.parameter_names import APPROVAL_PARAMETERS

APPROVED, REJECTED, TIMED_OUT = "approved", "rejected", "timed_out"
FAIL, SKIP = "fail", "skip"
ANYONE = "anyone"
DAY = 86_400.0
# Emoji that people answer with, and other names of theirs → the name that Slack reports.
_NAMES = {
    "✅": "white_check_mark",
    "✔": "heavy_check_mark",
    "☑": "ballot_box_with_check",
    "👍": "+1",
    "thumbsup": "+1",
    "👌": "ok_hand",
    "🚀": "rocket",
    "🎉": "tada",
    "❌": "x",
    "❎": "negative_squared_cross_mark",
    "👎": "-1",
    "thumbsdown": "-1",
    "🛑": "octagonal_sign",
    "stop_sign": "octagonal_sign",
    "⛔": "no_entry",
    "🚫": "no_entry_sign",
    "✋": "hand",
    "raised_hand": "hand",
}
_VARIATION = "\ufe0f"  # asks for the coloured form of a character
_SKIN_TONES = "🏻🏼🏽🏾🏿"


@dataclass(frozen=True)
class Terms:
    """The terms of one approval.

    Args:
        approve: names of the reactions that approve.
        reject: names of those that reject.
        approvers: people and groups whose reactions count, as `mention` names them; empty: anyone.
        time_limit: seconds from the question to the time-out.
        remind_every: seconds between two reminders; 0 for none.
        on_reject: `fail` or `skip`.
        on_timeout: the same.
    """

    approve: tuple[str, ...] = ("white_check_mark",)
    reject: tuple[str, ...] = ("x",)
    approvers: tuple[str, ...] = ()
    time_limit: float = DAY
    remind_every: float = 0.0
    on_reject: str = FAIL
    on_timeout: str = FAIL

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` takes, for JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Terms:
        """Return the terms that `to_dict` wrote."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return Terms(**values)

    @property
    def instruction(self) -> str:
        """What people are told to do, in mrkdwn; the same whenever it is asked."""
        yes, no = (
            " or ".join(f":{name}:" for name in names) for names in (self.approve, self.reject)
        )
        return (
            f"_React with {yes} to approve, with {no} to reject, within {span(self.time_limit)}._"
        )


def terms(params: Mapping[str, Any], place: str) -> Terms:
    """Return the terms that the parameters of a step set.

    Args:
        params: of the step.
        place: names the step, for errors.

    Raises:
        RequestError: one of them is not of its form.
    """
    given = {
        name: params[name] for name in APPROVAL_PARAMETERS if params.get(name) not in (None, "")
    }
    found: dict[str, Any] = {}
    for name in ("approve", "reject"):
        if name in given:
            found[name] = tuple(reaction(one, name, place) for one in _texts(params[name]))
            if not found[name]:
                raise RequestError(
                    f"{place}: {name} is empty", hint="name a reaction, or leave it out"
                )
    for name in ("time_limit", "remind_every"):
        if name in given:
            from slack_wrapper.common import durations  # spares the other steps what it imports

            found[name] = durations.seconds(given[name], f"{place}: {name}")
    for name in ("on_reject", "on_timeout"):
        if name in given:
            found[name] = _one_of(given[name], (FAIL, SKIP), f"{place}: {name}")
    made = Terms(**found, approvers=_approvers(params, place))
    both = set(made.approve) & set(made.reject)
    if both:
        raise RequestError(
            f"{place}: the reaction {min(both)} both approves and rejects",
            hint="give approve and reject different reactions",
        )
    return made


def reaction(text: str, name: str, place: str) -> str:
    """Return Slack's name of a reaction, given as emoji, name or alias, with colons or without.

    Raises:
        RequestError: it is an emoji whose name is not known here.
    """
    bare = text.strip().strip(":").split("::")[0].replace(_VARIATION, "").rstrip(_SKIN_TONES)
    found = _NAMES.get(bare, bare.lower())
    if found and found.isascii():
        return found
    raise RequestError(
        f"{place}: {name} is {text}, an emoji whose name is not known here",
        hint="write its name in Slack, as it is shown under the pointer, such as white_check_mark",
    )


def span(seconds: float) -> str:
    """Return a duration as people write it: `90 s`, `2 h`, `1 d 12 h`."""
    left, parts = round(seconds), []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or f"{seconds:g} s"


def until(moment: float) -> str:
    """Return a moment in mrkdwn, which each reader sees in their own time zone.

    Args:
        moment: seconds since the epoch.

    """
    plain = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"until {readers_time(round(moment), plain)}"


def votes(reactions: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[tuple[str, str]]:
    """Return who has reacted by one of some names: (name, user ID), skin tones left off.

    Args:
        reactions: of a message, as Slack lists them.
        names: the reactions that count.
    """
    return [
        (base, str(user))
        for one in reactions
        for base in [str(one.get("name")).split("::")[0]]
        if base in names
        for user in one.get("users") or []
    ]


def _approvers(params: Mapping[str, Any], place: str) -> tuple[str, ...]:
    """Return whose answer counts; empty for anyone, which has to be meant.

    Raises:
        RequestError: they are none, or of no known form, or everybody in the channel.
    """
    if "approvers" not in params:
        return ()
    try:
        found = tuple(one.strip() for one in flat(params["approvers"]))
    except RequestError as error:
        raise RequestError(f"{place}: approvers: {error.message}", hint=error.hint) from None
    if found == (ANYONE,):
        return ()
    if not found or not all(one.removeprefix(USER).removeprefix(GROUP).strip() for one in found):
        raise RequestError(
            f"{place}: approvers names nobody", hint="name people or groups, or write anyone"
        )
    for one in found:
        bare = one.strip("<>").lstrip("!@").lower()
        if bare in (*EVERYBODY, ANYONE):
            raise RequestError(
                f"{place}: approvers has {one}, which is not a person or a group",
                hint="write approvers: anyone; to notify the channel, set mention: channel",
            )
    return found


def _texts(value: Any) -> list[str]:
    """Return one text or many."""
    entries = value if isinstance(value, (list, tuple)) else [value]
    return [str(entry).strip() for entry in entries]


def _one_of(value: Any, allowed: tuple[str, ...], what: str) -> str:
    if value in allowed:
        return str(value)
    raise RequestError(f"{what} is {value}", hint=f"it is one of: {', '.join(allowed)}")

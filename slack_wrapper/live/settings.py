"""The settings of the logger plugin: its flags, then the `slack:` section of the workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slack_wrapper.common import durations, quiet_hours
from slack_wrapper.common.quiet_hours import QuietHours
from slack_wrapper.errors import ConfigError, RequestError
from slack_wrapper.live import notify
from slack_wrapper.live.notify import Notify
from slack_wrapper.message.parameters import channels
from slack_wrapper.model.request import WARN

SECTION = "logger"  # our own keys within the `slack:` section
MIN_PROGRESS = 60.0  # seconds between two notes of progress, at least
# What the session is opened with; the same names as in the `slack:` section.
SESSION_KEYS = ("channel", "encrypted_key", "password_command", "base_url")


@dataclass(frozen=True)
class LiveSettings:
    """How a run is shown.

    Args:
        channel: name, ID or e-mail address.
        encrypted_key: path of the key file; None for $SLACK_BOT_TOKEN.
        notify: who is told what.
        quiet_hours: when nobody is mentioned.
        min_duration: seconds that a run must last to be shown at all.
        progress_every: seconds between two notes of progress in the thread; 0 for none.
        follows: whether the message is kept up to date while the run goes on.
        keeps: whether what cannot be said now waits in the outbox; else it is given up.
    """

    channel: str
    encrypted_key: str | None = None
    notify: Notify = field(default_factory=Notify)
    quiet_hours: QuietHours | None = None
    min_duration: float = 0.0
    progress_every: float = 0.0
    follows: bool = True
    keeps: bool = True


def session_flags(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the flags that the session is opened with, as a `slack:` section has them."""
    section = {name: flags[name] for name in SESSION_KEYS if flags.get(name)}
    keyring = {
        name: flags[f"keyring_{name}"]
        for name in ("service", "username")
        if flags.get(f"keyring_{name}")
    }
    return {**section, **({"keyring": keyring} if keyring else {})}


def read(flags: Mapping[str, Any], section: Mapping[str, Any]) -> LiveSettings:
    """Put flags and section together.

    Args:
        flags: of the plugin; those that are not given are None.
        section: the `slack:` section, with the session's flags in it.

    Raises:
        ConfigError, RequestError: there is no channel, or a value is not of its form.
    """
    own = section.get(SECTION) or {}

    def given(name: str) -> Any:
        value = flags.get(name)
        return own.get(name) if value in (None, "", False) else value

    try:
        named = channels(section.get("channel"))
    except RequestError:
        raise ConfigError(
            "the Slack logger has no channel",
            hint="give --logger-slack-channel NAME, or slack.channel in the config",
        ) from None
    hours = given("quiet_hours")
    return LiveSettings(
        channel=named[0],
        encrypted_key=section.get("encrypted_key") or None,
        notify=notify.read(
            section, mention=flags.get("mention"), log_files=bool(flags.get("log_files"))
        ),
        quiet_hours=quiet_hours.parse(str(hours)) if hours else None,
        min_duration=_seconds(given("min_duration"), "min_duration"),
        progress_every=max(MIN_PROGRESS, every)
        if (every := _seconds(given("progress_every"), "progress_every"))
        else 0.0,
        keeps=section.get("on_failure") != WARN,
    )


def _seconds(value: Any, name: str) -> float:
    if value in (None, "", 0, "0"):
        return 0.0
    return durations.seconds(value, f"the Slack logger's {name}")


def read_all(section: Mapping[str, Any]) -> list[LiveSettings]:
    """Return the settings of each channel that the hooks show a run in.

    Args:
        section: the `slack:` section.

    Raises:
        ConfigError, RequestError: there is no channel, or a value is not of its form.
    """
    one = replace(read({}, section), follows=False, min_duration=0.0, progress_every=0.0)
    return [replace(one, channel=channel) for channel in channels(section.get("channel"))]


def at_once(settings: LiveSettings) -> LiveSettings:
    """Return settings for a run whose message must be there from the first: steps reply to it."""
    return replace(settings, min_duration=0.0)

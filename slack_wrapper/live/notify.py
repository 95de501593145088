"""Who is told what of a run, and how loudly: `slack.notify`, one policy for hooks and logger.

The keys of `slack.logger` that it has replaced still work, and say what replaced them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from slack_wrapper.common import durations
from slack_wrapper.errors import ConfigError
from slack_wrapper.message.mentions import Unasked, flat, shown

SECTION = "notify"
LOGGER = "logger"  # the older keys
AUTHOR = "author"  # who started the run, or made its last commit
STALLED = 7200.0  # seconds without a job that starts or ends, after which the thread says so
LONG = 600.0  # seconds from which on a run that went well is broadcast
# Older key of `slack.logger` → what does the same by now.
REPLACED = {
    "mention": "slack.notify.failure.mention",
    "log_files": "slack.notify.failure.log: file",
    "min_duration": "slack.notify.success.min_duration, and slack.notify.start: false",
    "quiet_hours": "slack.quiet_hours",
}


class Log(StrEnum):
    """How much of a failed job's log is posted."""

    EXCERPT = "excerpt"
    FILE = "file"
    NONE = "none"


@dataclass(frozen=True)
class Event:
    """What is done when a run ends one way.

    Args:
        on: False: nothing is said of it but by the run's own message.
        broadcast: whether the reply in the run's thread is shown in the channel too.
        min_duration: seconds; the end of a shorter run notifies nobody.
        mention: whom; `author` stands for one.
        message: a template, added to what is said.
        fields: name → template.
        files: patterns of files that follow in the thread.
        log: how much of the logs of failed jobs is posted.
    """

    on: bool = True
    broadcast: bool = True
    min_duration: float = 0.0
    mention: tuple[str, ...] = ()
    message: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    log: Log = Log.EXCERPT

    @property
    def adds(self) -> bool:
        """Whether it says more than the run's own message does."""
        return bool(self.message or self.fields or self.files)


@dataclass(frozen=True)
class Notify:
    """The policy of one run.

    Args:
        start: whether there is a message when the run begins.
        success, failure: see `Event`.
        stalled: seconds without a job that starts or ends after which the thread says so; 0: never.
        run_name: what the run is called; empty: see `common.run_name`.
        run_url: address of a page about the run; empty: what the CI's variables tell.
        mention_missing: `warn` or `fail`, as for steps; a run's own message goes out either way.
    """

    start: bool = True
    success: Event = field(default_factory=lambda: Event(min_duration=LONG))
    failure: Event = field(default_factory=lambda: Event(mention=(AUTHOR,)))
    stalled: float = STALLED
    run_name: str = ""
    run_url: str = ""


def read(section: Mapping[str, Any], *, mention: object = None, log_files: bool = False) -> Notify:
    """Return the policy of a `slack:` section.

    Args:
        section: validated.
        mention: whom the logger's flag names; it wins.
        log_files: whether the logger's flag asks for logs as files; it wins.

    Raises:
        ConfigError, RequestError: a value is not of its form.
    """
    own, older = section.get(SECTION) or {}, section.get(LOGGER) or {}
    start, success, failure = (own.get(name, {}) for name in ("start", "success", "failure"))
    given = {**_event(failure, "failure")}
    given.setdefault("mention", _names(older.get("mention")) or (AUTHOR,))
    if mention:
        given["mention"] = _names(mention)
    if log_files or (older.get("log_files") and "log" not in given):
        given["log"] = Log.FILE
    stalled = STALLED if own.get("stalled") is None else own["stalled"]
    return Notify(
        start=start is not False,
        success=Event(**{"min_duration": LONG, **_event(success, "success")}),
        failure=Event(**given),
        stalled=_seconds(stalled, "stalled") if stalled is not False else 0.0,
        run_name=str(section.get("run_name") or ""),
        run_url=_address(section.get("run_url")),
    )


def replaced(section: Mapping[str, Any]) -> list[str]:
    """Return a line for each older key that is set: what replaced it."""
    older = section.get(LOGGER) or {}
    return [
        f"slack.logger.{name} still works; it is replaced by {instead}"
        for name, instead in REPLACED.items()
        if older.get(name) not in (None, "", False)
    ]


def _event(value: Any, name: str) -> dict[str, Any]:
    if value is False:
        return {"on": False}
    keys = value if isinstance(value, Mapping) else {}  # true: the defaults
    given = {key: entry for key, entry in keys.items() if entry is not None}
    found: dict[str, Any] = {}
    if "broadcast" in given:
        found["broadcast"] = bool(given["broadcast"])
    if "min_duration" in given:
        found["min_duration"] = _seconds(given["min_duration"], f"{name}.min_duration")
    if "mention" in given:
        found["mention"] = _names(given["mention"])
    if given.get("message"):
        found["message"] = str(given["message"])
    if given.get("fields"):
        found["fields"] = {str(key): str(entry) for key, entry in given["fields"].items()}
    if given.get("files"):
        files = given["files"]
        found["files"] = (files,) if isinstance(files, str) else tuple(map(str, files))
    if given.get("log"):
        found["log"] = Log(given["log"])
    return found


def _names(value: Any) -> tuple[str, ...]:
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    found = tuple(part for part in flat(parts) if part)
    for one in found:
        if one != AUTHOR:
            shown(one, Unasked())  # refuses what is of no known form
    return found


def _seconds(value: Any, name: str) -> float:
    if value in (None, "", 0, "0"):
        return 0.0
    return durations.seconds(value, f"slack.notify.{name}")


def _address(value: Any) -> str:
    text = str(value or "").strip()
    if text and not text.startswith(("https://", "http://")):
        raise ConfigError(
            "config: slack.run_url is not the address of a page",
            hint="write run_url: https://… , or leave it out",
        )
    return text

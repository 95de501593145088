"""Quiet hours: `22:00-07:00`, with a time zone if it is not this machine's. Pure arithmetic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from slack_wrapper.errors import ConfigError

_FORM = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)(?:\s+(\S+))?")
_HINT = 'write quiet hours like "22:00-07:00", or "22:00-07:00 Europe/Berlin"'


@dataclass(frozen=True)
class QuietHours:
    """A part of every day, by the clock on the wall; it may span midnight.

    Args:
        start: when it begins.
        end: when it is over.
        zone: whose wall; None for this machine's.
    """

    start: time
    end: time
    zone: tzinfo | None = None

    def until(self, moment: float) -> float | None:
        """Return when the quiet hours that hold a moment are over; None when they do not hold it.

        Args:
            moment: seconds since the epoch.

        Returns:
            Seconds since the epoch.
        """
        today = datetime.fromtimestamp(moment, self.zone or UTC).date()
        # The date of this machine's zone may be a day away from that of UTC: one day more each way.
        for day in (today + timedelta(days=offset) for offset in (-2, -1, 0, 1)):
            begin, over = self._on(day)
            if begin <= moment < over:
                return over
        return None

    def _on(self, day: date) -> tuple[float, float]:
        """Return begin and end, in seconds since the epoch, of the quiet hours that start on a day.

        When clocks go back an hour comes twice: quiet begins with the first and ends with the
        second. When they go forward an hour is missing: what would fall into it comes after it.
        """
        over = day if self.start < self.end else day + timedelta(days=1)
        begin = datetime.combine(day, self.start, self.zone)
        last = datetime.combine(over, self.end, self.zone)
        return begin.timestamp(), max(last.timestamp(), last.replace(fold=1).timestamp())


def parse(text: str) -> QuietHours:
    """Read quiet hours: `HH:MM-HH:MM`, and behind it the name of a time zone if wanted.

    Raises:
        ConfigError: they are not of this form, have no length, or the time zone is not known.
    """
    found = _FORM.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        first, last = (time(int(found[n]), int(found[n + 1])) for n in (1, 3))
    except ValueError:
        raise ConfigError("the quiet hours are not valid", hint=_HINT) from None
    if first == last:
        raise ConfigError("the quiet hours begin and end at the same time", hint=_HINT)
    return QuietHours(first, last, _zone(found[5]) if found[5] else None)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # not known; a folder; a path; no such key
        raise ConfigError(
            "the time zone of the quiet hours is not known",
            hint="use a name such as Europe/Berlin or UTC; a machine without any time zones gets "
            "them by: pip install tzdata",
        ) from None

"""How often the message of a run is changed: when something has, and now and then for its clock."""

from __future__ import annotations

import time

from slack_wrapper.live.snapshot import Snapshot

STALE = 30.0  # seconds after which a message is renewed for its clock alone
# Slack takes some 50 updates a minute: https://docs.slack.dev/reference/methods/chat.update. A run
# that goes on for long needs less: (seconds since its begin, seconds between two updates).
PACE = ((30.0, 1.5), (600.0, 3.0), (3600.0, 6.0), (float("inf"), 12.0))


class Cadence:
    """What the message says by now, and since when."""

    def __init__(self) -> None:
        self._said: tuple[object, ...] = ()
        self._at = 0.0

    def said(self, snapshot: Snapshot | None) -> None:
        """Remember what the message says; None for what nobody knows."""
        self._said = _news(snapshot) if snapshot else ()
        self._at = time.monotonic()

    def due(self, snapshot: Snapshot) -> bool:
        """Whether the message is to be changed now."""
        since = time.monotonic() - self._at
        pause = next(pause for until, pause in PACE if snapshot.elapsed < until)
        stale = since >= max(STALE, snapshot.elapsed / 60)
        return stale or (_news(snapshot) != self._said and since >= pause)


def _news(snapshot: Snapshot) -> tuple[object, ...]:
    """Return what a reader would take for a change; the clock is none."""
    return (
        snapshot.ending,
        snapshot.done,
        snapshot.total,
        tuple(sorted(snapshot.running.items())),
        snapshot.failed,
        snapshot.attempts,
    )

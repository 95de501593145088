"""When Slack is tried again for the message of a run, after it did not answer or said no.

One refusal ends nothing: a proxy may have answered in Slack's place, an admin may change their
mind, and the end of a run is to be told in any case. So each kind of trouble has its pause.
"""

from __future__ import annotations

import contextlib
import time

from slack_wrapper.common import console
from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import (
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackUnavailable,
    SlackWrapperError,
)

# Seconds without a try: while Slack does not answer, and after it has refused something.
FIRST, LONGEST = 4.0, 60.0
FIRST_REFUSED, LONGEST_REFUSED = 30.0, 600.0


class Pauses:
    """The trouble that one run has had with Slack.

    Attributes:
        silent: Slack has not answered the last time it was asked something.
        reason: what kept us from telling, for the end of the run.
    """

    def __init__(self) -> None:
        self.silent = False
        self.reason = ""
        self._pause = 0.0
        self._not_before = 0.0
        self._told: set[str] = set()

    @property
    def over(self) -> bool:
        """Whether Slack may be tried by now."""
        return time.monotonic() >= self._not_before

    def well(self) -> None:
        """Slack has done what it was asked."""
        self.silent, self.reason, self._pause, self._not_before = False, "", 0.0, 0.0

    def met(self, error: SlackWrapperError) -> None:
        """Wait for a while, as long as the trouble asks for; a refusal is told once."""
        self.silent = isinstance(error, (SlackUnavailable, SlackAmbiguous))
        self.reason = "Slack has not answered" if self.silent else "Slack has refused it"
        if isinstance(error, RateLimited):
            self.silent, self.reason = False, "Slack asks to wait"
            self._wait(min(max(0.0, error.retry_after), LONGEST_REFUSED))
            return
        first, longest = (FIRST, LONGEST) if self.silent else (FIRST_REFUSED, LONGEST_REFUSED)
        self._pause = min(longest, max(first, 2 * self._pause))
        again_in = getattr(error, "again_in", None)
        self._wait(scaled(self._pause if again_in is None else min(again_in, LONGEST)))
        if isinstance(error, SlackUnavailable) or again_in is not None:
            return  # it passes by itself
        until = " until its end" if isinstance(error, SlackAmbiguous) else ""
        self.tell(f"the run is not shown in Slack{until}: {error}", _kind(error))

    def tell(self, text: str, kind: str) -> None:
        """Say something on stderr, once a kind."""
        if kind not in self._told:
            self._told.add(kind)
            warn(text)

    def _wait(self, seconds: float) -> None:
        self._not_before = time.monotonic() + seconds


def _kind(error: SlackWrapperError) -> str:
    code = error.code if isinstance(error, SlackError) else error.message
    return f"{type(error).__name__} {code}"


def warn(text: str) -> None:
    """Tell on stderr what does not go on in Slack; a terminal that is gone is no matter."""
    with contextlib.suppress(OSError, ValueError):
        console.warn(text)

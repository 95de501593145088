"""What is tried again, how often and for how long: bounded by attempts and by time, with jitter."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from slack_wrapper.errors import RateLimited, SlackAmbiguous, SlackUnavailable

T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """Bounds of a retried call.

    Args:
        attempts: calls in all, the first included.
        total: seconds after the first call at which no further one begins.
        base: seconds of the first wait; each next one doubles.
        cap: seconds of the longest wait of our own choosing (Slack's `Retry-After` may be longer).
    """

    attempts: int = 5
    total: float = 90.0
    base: float = 0.5
    cap: float = 15.0


class Retrier:
    """Runs the calls of one post under a policy and counts how often one had to be repeated."""

    def __init__(self, policy: RetryPolicy | None = None) -> None:
        self.policy = policy or RetryPolicy()
        self.attempts = 1

    def run(self, call: Callable[[], T], *, settle: Callable[[], T | None] | None = None) -> T:
        """Return `call()`, tried again after transient trouble.

        Args:
            call: the call; it raises our errors.
            settle: finds out whether an ambiguous call was carried out: its result if so, None if
                surely not. Without it, or when it raises SlackAmbiguous, an ambiguous outcome is
                raised at once and never repeated.

        Raises:
            SlackUnavailable: still so after the last attempt.
            SlackAmbiguous: the outcome could not be settled.
            SlackRefused: at once.
        """
        started = time.monotonic()
        for attempt in range(1, self.policy.attempts + 1):
            self.attempts += attempt > 1
            try:
                return call()
            except SlackAmbiguous as error:
                if settle is None:
                    raise
                found = settle()
                if found is not None:
                    return found
                wait = self._wait(attempt, error)
                self._give_up_or_sleep(attempt, started, wait, error)
            except SlackUnavailable as error:
                self._give_up_or_sleep(attempt, started, self._wait(attempt, error), error)
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, attempt: int, error: Exception) -> float:
        if isinstance(error, RateLimited):
            # A little more than asked for, so that parallel callers do not return together.
            return error.retry_after + random.uniform(0, 0.25)  # noqa: S311
        wait: float = min(self.policy.cap, self.policy.base * 2 ** (attempt - 1))
        return wait * random.uniform(0.5, 1.0)  # noqa: S311

    def _give_up_or_sleep(
        self, attempt: int, started: float, wait: float, error: Exception
    ) -> None:
        spent = time.monotonic() - started
        if attempt == self.policy.attempts or spent + wait > self.policy.total:
            raise error
        time.sleep(wait)

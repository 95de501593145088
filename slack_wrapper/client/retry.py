"""What is tried again, how often and for how long: bounded by attempts and by time, with jitter."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from slack_wrapper.common import slots
from slack_wrapper.common.budget import affords
from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import RateLimited, SlackAmbiguous, SlackUnavailable

T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """Bounds of a retried call.

    Args:
        attempts: calls in all, the first included.
        total: seconds after the first call at which no further one begins.
        base: seconds of the first wait; each next one doubles.
        cap: seconds of the longest wait of our own choosing.
        max_wait: seconds from the first call for which waits that Slack asks for (`Retry-After`)
            go on. Such waits are not failures: they count neither as attempts nor for `total`.
    """

    attempts: int = 5
    total: float = 90.0
    base: float = 0.5
    cap: float = 15.0
    max_wait: float = 600.0


class Retrier:
    """Runs the calls of one post under a policy and counts how often one had to be repeated.

    To be shared between the threads of that post.

    Args:
        policy: bounds the repetitions.
        pace: waits for the turn of a call that people see.
        limited: is told the seconds for which Slack wants no calls, so that others wait too.
    """

    def __init__(
        self,
        policy: RetryPolicy | None = None,
        *,
        pace: Callable[[], None] | None = None,
        limited: Callable[[float], None] | None = None,
    ) -> None:
        self.policy = policy or RetryPolicy()
        self.attempts = 1
        self._pace = pace or _at_once
        self._limited = limited or _nobody
        self._lock = threading.Lock()

    def run(
        self,
        call: Callable[[], T],
        *,
        settle: Callable[[], T | None] | None = None,
        visible: bool = False,
        limited: Callable[[float], None] | None = None,
    ) -> T:
        """Return `call()`, tried again after transient trouble.

        Args:
            call: the call; it raises our errors.
            visible: whether people see what it does, so that it has to wait for its turn.
            settle: finds out whether an ambiguous call was carried out: its result if so, None if
                surely not. Without it, or when it raises SlackAmbiguous, an ambiguous outcome is
                raised at once and never repeated.
            limited: is told the seconds for which Slack wants none of these calls, where they have
                a limit of their own; else the one of this retrier is.

        Raises:
            SlackUnavailable: still so after the last attempt, or surely not carried out by then.
            SlackAmbiguous: the outcome could not be settled.
            SlackRefused: at once.
        """
        began = started = time.monotonic()
        attempt, limits = 1, 0
        while True:
            try:
                if visible:
                    self._pace()
                return call()
            except RateLimited as error:
                (limited or self._limited)(error.retry_after)
                limits += 1
                wait = self._limited_wait(error.retry_after, limits)
                if time.monotonic() - began + wait > self.policy.max_wait:
                    raise
                slots.pause(wait)
                started += wait
                self._count()
                continue
            except SlackAmbiguous as error:
                if settle is None:
                    raise
                looked = time.monotonic()
                found = settle()
                if found is not None:
                    return found
                started += time.monotonic() - looked  # looking for it is no failure of a call
                self._give_up_or_sleep(attempt, started, _not_done(error))
            except SlackUnavailable as error:
                self._give_up_or_sleep(attempt, started, error)
            attempt += 1
            self._count()

    def _count(self) -> None:
        with self._lock:
            self.attempts += 1

    def _limited_wait(self, asked: float, limits: int) -> float:
        """Return the seconds to wait after the so manieth 429 of a call.

        A server that asks for no time at all, or for next to none, is not asked ever faster.
        """
        least: float = min(self.policy.cap, self.policy.base * 2 ** min(limits - 1, 30))
        # A little more than asked for, so that parallel callers do not return together.
        return max(asked, least) + random.uniform(0, 0.25)  # noqa: S311

    def _give_up_or_sleep(self, attempt: int, started: float, error: Exception) -> None:
        wait = min(self.policy.cap, self.policy.base * 2 ** min(attempt - 1, 30))
        wait = scaled(wait * random.uniform(0.5, 1.0))  # noqa: S311
        spent = time.monotonic() - started
        over = attempt == self.policy.attempts or spent + wait > self.policy.total
        if over or not affords(wait):
            raise error
        slots.pause(wait)


def _not_done(error: SlackAmbiguous) -> SlackUnavailable:
    """Return what is left of an unclear outcome when the call surely was not carried out."""
    return SlackUnavailable(
        f"{error.message}; it was not carried out", code=error.code, method=error.method
    )


def _at_once() -> None:
    """Have no turns."""


def _nobody(seconds: float) -> None:
    """Tell nobody."""

"""Whether an unclear call was carried out: how long that stays open, and how it is found out.

A visible call is unclear when no answer of Slack's to it has come. Until then Slack may have
carried it out, or may still do so. So it is looked for, and repeated only when it is proven that it
was not carried out. That takes two things: a look that would have shown it, and that this look was
taken, by Slack's clock, after the time in which Slack may still be busy with the call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from slack_wrapper.client.slack_clock import SlackClock
from slack_wrapper.common.budget import affords
from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import (
    Ambiguity,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
)

T = TypeVar("T")

# Seconds from an unclear call on in which Slack may still carry it out. Nobody publishes how long
# that takes: a call has been seen to be carried out a minute after its time-out.
PATIENCE: Mapping[Ambiguity, float] = {
    Ambiguity.TIMED_OUT: 180.0,
    Ambiguity.FOREIGN: 180.0,
    Ambiguity.CUT_OFF: 15.0,
}
# Seconds for which a post that may wait is looked for before it does; the rest is done meanwhile.
FOREGROUND = 16.0
# Seconds for which a post that may not wait is looked for.
FULL = 300.0
LOOKED_FOR = "looked_for"  # code of what is unclear and can be found out soon
# Seconds before the first look, as Slack may be busy with the call, and at most between two.
FIRST, LONGEST = 1.0, 20.0
# Seconds that a look begins before the call, by Slack's clock, and where that was not known.
MARGIN, UNKNOWN_MARGIN = 60.0, 86400.0


class Doubt(Protocol):
    """What is kept of a visible call, also on disk, until its outcome is known.

    Attributes:
        started: seconds since the epoch, this machine's clock, before anything was sent.
        unclear: whether the call may have been carried out.
        sent_at: seconds since the epoch when it was sent; 0 when that is not known.
        by_slack: whether `sent_at` is by Slack's clock and not by this machine's.
        doubt: the `Ambiguity` as text; empty while the call is under way, and after a crash.
        doubted: whether a call that shares the post's files was unclear before, however it was
            settled then.
    """

    started: float
    unclear: bool
    sent_at: float
    by_slack: bool
    doubt: str
    doubted: bool


@dataclass
class Unsaved:
    """A doubt that nobody keeps: it ends with this process."""

    started: float = 0.0
    unclear: bool = False
    sent_at: float = 0.0
    by_slack: bool = False
    doubt: str = ""
    doubted: bool = False


@dataclass(frozen=True)
class Look(Generic[T]):
    """What one look has shown.

    Args:
        found: what the call has brought about; None if it was not seen.
        as_of: when that was so, in seconds since the epoch by Slack's clock.
        gap: why it may be there all the same; empty if the look would have shown it.
    """

    found: T | None
    as_of: float
    gap: str = ""


def begin(doubt: Doubt, clock: SlackClock) -> None:
    """Note that a visible call is about to be sent."""
    doubt.unclear, doubt.doubt = True, ""
    doubt.sent_at, doubt.by_slack = clock.now(), clock.known


def end(doubt: Doubt, error: BaseException | None = None) -> None:
    """Note how a visible call has ended; what is no answer of Slack's leaves it unclear."""
    if isinstance(error, SlackAmbiguous):
        doubt.doubt = error.kind.value
    elif error is None or isinstance(error, SlackError):
        doubt.unclear, doubt.doubt = False, ""


def attempt(doubt: Doubt, clock: SlackClock, call: Callable[[], T], save: Callable[[], None]) -> T:
    """Make a visible call, which is written down as unclear before.

    Raises:
        SlackError: from the call.
    """
    begin(doubt, clock)
    save()
    try:
        result = call()
    except SlackError as error:
        end(doubt, error)
        raise
    end(doubt)
    return result


def since(doubt: Doubt, clock: SlackClock) -> float:
    """Return from when on to look for a call, in seconds since the epoch by Slack's clock."""
    return max(0.0, sent(doubt, clock) - (MARGIN if doubt.by_slack else UNKNOWN_MARGIN))


def sent(doubt: Doubt, clock: SlackClock) -> float:
    """Return when a call was sent, by Slack's clock."""
    if doubt.by_slack:
        return doubt.sent_at
    return (doubt.sent_at or doubt.started) + clock.ahead


def earliest(doubt: Doubt, clock: SlackClock) -> float:
    """Return before when nothing that a call has brought about can be, by Slack's clock."""
    return sent(doubt, clock) - (SlackClock.TOLERANCE if doubt.by_slack else MARGIN)


def latest(doubt: Doubt, clock: SlackClock) -> float:
    """Return until when Slack may still carry a call out, by its clock."""
    kind = Ambiguity(doubt.doubt) if doubt.doubt else Ambiguity.TIMED_OUT
    return sent(doubt, clock) + scaled(PATIENCE[kind])


def settle(
    doubt: Doubt,
    clock: SlackClock,
    look: Callable[[], Look[T]],
    *,
    what: str,
    method: str,
    seconds: float,
    fresh: bool,
) -> T | None:
    """Find out whether an unclear call was carried out.

    Args:
        doubt: what is known of it; when this returns it is settled.
        clock: Slack's.
        look: looks once.
        what: what may or may not have happened, for errors.
        method: of the call.
        seconds: for which to go on looking here.
        fresh: whether the call was made just now, so that a look at once is too early; for an older
            one that may wait, one look at a time will do.

    Returns:
        What the look has found, or None if the call surely was not and will not be carried out.

    Raises:
        SlackAmbiguous: it cannot be told; `again_in` says whether it can be later.
    """
    over = time.monotonic() + (scaled(seconds) if fresh or seconds >= FULL else 0.0)
    pause = FIRST if fresh else 0.0
    while True:
        if not affords(scaled(pause)):  # nobody is to wait: it is looked for later
            raise looking(what, method, max(0.0, latest(doubt, clock) - clock.now()))
        time.sleep(scaled(pause))
        trouble: SlackError | None = None
        left = wait = max(0.0, latest(doubt, clock) - clock.now())
        try:
            seen = look()
        except SlackRefused as error:
            raise unsettled(what, f"Slack may not be asked: {_why(error)}", method) from None
        except RateLimited as error:
            trouble, wait = error, error.retry_after
        except SlackError as error:
            trouble = error
        else:
            left = wait = latest(doubt, clock) - seen.as_of
            if seen.found is not None or (left <= 0 and not seen.gap):
                end(doubt)
                return seen.found
            if left <= 0:
                raise unsettled(what, seen.gap, method)
        pause = min(max(1.0, 2 * pause), LONGEST)
        asked = isinstance(trouble, RateLimited)
        nap = wait if asked else min(scaled(pause), max(left, scaled(1.0)))
        if time.monotonic() + nap > over:
            raise looking(what, method, wait if asked else max(left, nap), trouble)
        pause = nap / scaled(1.0)


def looking(
    what: str, method: str, again_in: float, trouble: SlackError | None = None
) -> SlackAmbiguous:
    """Return the error of a call that is still to be looked for."""
    why = f" ({_why(trouble)})" if trouble else ""
    code = trouble.code if trouble and not isinstance(trouble, RateLimited) else LOOKED_FOR
    return SlackAmbiguous(
        f"{what}: unclear, being looked for{why}",
        code=code,
        method=method,
        hint="it is looked for again by the run itself, by the next run and by "
        "`slack-wrapper flush`, and posted if it turns out not to be there",
        again_in=again_in,
    )


def unsettled(what: str, why: str, method: str) -> SlackAmbiguous:
    """Return the error of a call of which Slack does not tell whether it was carried out."""
    return SlackAmbiguous(
        f"{what}, and this cannot be found out: {why}",
        code="unsettled",
        method=method,
        hint="look into the channel, then use `slack-wrapper outbox` with --posted or --retry; "
        "with the scopes channels:history, groups:history, im:history and files:read, and in the "
        "channel, the app settles such a case by itself",
    )


def _why(error: SlackError) -> str:
    return error.code or error.message

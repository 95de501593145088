"""How long we wait for others, shortened for tests by one switch.

`$SLACK_WRAPPER_PATIENCE` is a factor of more than 0 and at most 1 by which waits of our own
choosing are multiplied: pauses between tries, the time for which an unclear post is looked for, the
interval of the background delivery. It is for tests only: with less patience, a post that Slack
carries out late is posted twice. Waits that somebody else asks for (`Retry-After`, `post_at`,
`slack.max_wait`) are never shortened. A value that is not such a number counts as 1.
"""

from __future__ import annotations

import os

VARIABLE = "SLACK_WRAPPER_PATIENCE"


def scaled(seconds: float) -> float:
    """Return a wait as the switch has it.

    Args:
        seconds: the wait without the switch.
    """
    return seconds * factor()


def factor() -> float:
    """Return the factor that `$SLACK_WRAPPER_PATIENCE` asks for, 1 without it."""
    try:
        given = float(os.environ.get(VARIABLE, "1"))
    except ValueError:
        return 1.0
    return given if 0.0 < given <= 1.0 else 1.0

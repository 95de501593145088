"""Tries all beliefs, one after the other, and cleans up whatever happens."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from slack_wrapper.errors import SlackError, SlackWrapperError
from slack_wrapper.live_check import files, messages, native, people
from slack_wrapper.live_check.belief import Belief, Result, result
from slack_wrapper.live_check.lab import Lab

BELIEFS: tuple[Belief, ...] = (
    *messages.BELIEFS,
    *native.BELIEFS,
    *files.BELIEFS,
    *people.BELIEFS,
)


def chosen(features: Collection[str]) -> list[Belief]:
    """Return the beliefs that the features rest on, in the order in which they are tried."""
    return [one for one in BELIEFS if one.feature in features]


def check(lab: Lab, beliefs: Collection[Belief]) -> Iterator[Result]:
    """Try each belief and yield what Slack showed; the last yields tell what could not be deleted.

    A belief whose call Slack refuses is one that differs, with Slack's code.
    """
    try:
        for one in beliefs:
            yield _try(lab, one)
    finally:
        left = lab.clean()
    cleaned = Belief("clean-up", "What was posted can be deleted.", "message", lambda _: "")
    told = f"delete by hand: {', '.join(left)}" if left else "all is deleted"
    yield Result(cleaned, not left, told, {}, {})


def _try(lab: Lab, belief: Belief) -> Result:
    try:
        return result(belief, belief.trial(lab))
    except SlackError as error:
        return Result(belief, False, f"Slack said {error.code}: {error.message}", {}, {})
    except SlackWrapperError as error:
        return Result(belief, False, error.message, {}, {})

"""Letting Slack share uploaded files in one message, once, and finding out whether it has.

Slack shares after its answer, and an answer may be lost. Files that were completed once are never
uploaded again by themselves: a second completion finds the upload's ticket gone (`file_not_found`),
which after an unclear first one means that the first was carried out.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

from slack_wrapper.client import settling
from slack_wrapper.client.reading import Reading
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.settling import FULL, Doubt, Look, Unsaved
from slack_wrapper.client.slack_clock import clock_of
from slack_wrapper.client.transport import Transport
from slack_wrapper.client.uploads import COMPLETE, Share, UploadedFile, share_arguments
from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import (
    Ambiguity,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
)

# Seconds between the looks for the message of a share that Slack has promised; then the last one.
_MOMENT = 2.0
SHARE_LOOKS = (0.0, 0.2, 0.4, 0.8, 1.6, 3.0, 5.0, 8.0, 15.0)
# Looks at files that are shared already, and of whose message Slack does not tell the time.
_NO_TIME = 4
# What Slack says of an upload that it no longer has, or never had.
_GONE = ("file_not_found", "file_deleted")
_ONCE = RetryPolicy(attempts=1, max_wait=0.0)


def share(
    transport: Transport,
    files: Sequence[UploadedFile],
    target: Share,
    retrier: Retrier,
    *,
    repost: bool = False,
    doubt: Doubt | None = None,
    save: Callable[[], None] = lambda: None,
    seconds: float = FULL,
) -> str | None:
    """Let Slack make the uploaded files appear as one message, exactly once; see `await_share`.

    Args:
        transport: the connection.
        files: uploaded before.
        target: where they go.
        retrier: bounds the repetitions.
        repost: whether to share again what may be there, when it can never be found out.
        doubt: what is known of the share; if it is unclear from before, that is settled first.
        save: writes `doubt` down, before each call.
        seconds: for which to look for a share whose outcome is unclear.

    Returns:
        The ts of that message if it is known already.

    Raises:
        SlackRefused, SlackUnavailable: they were not shared.
        SlackAmbiguous: they may have been shared; see `settling.settle`.
    """
    doubt, clock = doubt or Unsaved(), clock_of(transport.base_url)
    doubt.doubted |= doubt.unclear

    def complete() -> str:
        params = share_arguments(files, target)
        try:
            settling.attempt(
                doubt, clock, lambda: transport.call(COMPLETE, params, about=target.about), save
            )
        except SlackAmbiguous:
            doubt.doubted = True
            raise
        except SlackRefused as refused:
            if not doubt.doubted or refused.code != "file_not_found":
                raise
        return ""

    def look(*, fresh: bool = True) -> str | None:
        try:
            return _settle(transport, files, target, doubt, seconds=seconds, fresh=fresh)
        except SlackAmbiguous as error:
            if repost and error.again_in is None:
                return None
            raise

    found = look(fresh=False) if doubt.unclear else None
    return (retrier.run(complete, settle=look, visible=True) if found is None else found) or None


def await_share(
    transport: Transport,
    files: Sequence[UploadedFile],
    target: Share,
    doubt: Doubt,
    *,
    seconds: float = FULL,
) -> str | None:
    """Wait until Slack says that the files are in the channel, as it has promised.

    Args:
        transport: the connection.
        files: completed before.
        target: where they go.
        doubt: when they were completed.
        seconds: from their completion on, for which to wait here; at least one look is taken.

    Returns:
        The ts of their message, or None when Slack may not be asked, or does not tell it.

    Raises:
        SlackAmbiguous: Slack may be asked, and does not say so yet; `again_in` is None when it has
            had time enough.
    """
    clock = clock_of(transport.base_url)
    age = max(0.0, clock.now() - settling.sent(doubt, clock))
    # Slack shares a moment after its promise, which no switch for tests makes shorter.
    over = time.monotonic() + max(scaled(seconds), min(seconds, _MOMENT)) - age
    names, shared = ", ".join(file.name for file in files), 0
    what = f"Slack has taken {names} and does not say that {target.about} has them"
    for pause in itertools.chain(SHARE_LOOKS, itertools.repeat(SHARE_LOOKS[-1])):
        time.sleep(scaled(pause))
        trouble: SlackError | None = None
        try:
            seen = find_share(transport, files, target, doubt)
        except SlackRefused:
            return None
        except SlackError as error:
            trouble, left = error, _again_in(error)
        else:
            if seen.found:
                return seen.found
            shared += seen.found is not None
            if shared >= _NO_TIME:
                return None
            promised = settling.sent(doubt, clock) + scaled(settling.PATIENCE[Ambiguity.TIMED_OUT])
            left = promised - seen.as_of
        if trouble is None and left <= 0:
            raise SlackAmbiguous(
                what,
                code="not_shared",
                method=COMPLETE,
                hint="look into the channel; it is looked for again by `slack-wrapper flush` and "
                "by the next run",
            )
        if time.monotonic() + scaled(pause) > over:
            raise settling.looking(what, COMPLETE, max(left, scaled(1.0)), trouble)
    raise AssertionError("the pauses never end")


def _again_in(error: SlackError) -> float:
    return error.retry_after if isinstance(error, RateLimited) else scaled(settling.LONGEST)


def find_share(
    transport: Transport, files: Sequence[UploadedFile], target: Share, doubt: Doubt
) -> Look[str]:
    """Look for the message that carries `files`: its ts, empty if it is there and has none.

    Raises:
        SlackError: neither files.info nor the channel's history can be asked.
    """
    clock = clock_of(transport.base_url)
    try:
        return _by_info(transport, files[0].id, target)
    except SlackRefused as refused:
        if refused.code in _GONE:
            return Look(None, clock.now())
    ids, gap = {file.id for file in files}, ""
    reading = Reading(
        transport, target.channel, since=settling.since(doubt, clock), thread=target.thread_ts,
        patient=False,
    )  # fmt: skip
    for message in reading:
        for file in message.get("files") or ():
            if not isinstance(file, dict) or not file.get("id"):
                gap = "Slack shows files without their IDs"
            elif file["id"] in ids:
                return Look(str(message["ts"]), clock.now())
    return Look(None, reading.begun or 0.0, reading.gap or gap)


def _by_info(transport: Transport, file_id: str, target: Share) -> Look[str]:
    answer = Retrier(_ONCE).run(lambda: transport.call("files.info", {"file": file_id}))
    as_of, file = clock_of(transport.base_url).now(), answer.get("file")
    shares = file.get("shares") if isinstance(file, dict) else None
    if not isinstance(file, dict) or not isinstance(shares, dict):
        return Look(None, as_of, "Slack does not tell where the file is shared")
    found = [
        place
        for kind in shares.values()
        if isinstance(kind, dict)
        for place in kind.get(target.channel) or ()
        if isinstance(place, dict) and place.get("ts")
    ]
    for place in sorted(found, key=lambda one: one.get("thread_ts") != target.thread_ts):
        return Look(str(place["ts"]), as_of)
    listed = [file.get(kind) or () for kind in ("channels", "groups", "ims")]
    if target.channel in itertools.chain.from_iterable(listed):
        return Look("", as_of)
    return Look(None, as_of)


def _settle(
    transport: Transport,
    files: Sequence[UploadedFile],
    target: Share,
    doubt: Doubt,
    *,
    seconds: float,
    fresh: bool,
) -> str | None:
    """Find out whether an unclear share was carried out: its ts, None if it surely was not."""
    names = ", ".join(file.name for file in files)
    return settling.settle(
        doubt,
        clock_of(transport.base_url),
        lambda: find_share(transport, files, target, doubt),
        what=f"{names} may or may not have been shared in {target.about}",
        method=COMPLETE,
        seconds=seconds,
        fresh=fresh,
    )

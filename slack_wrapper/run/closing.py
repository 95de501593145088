"""What a run does with what waits: at its start, and at its end, which it never changes."""

from __future__ import annotations

from slack_wrapper.common.console import warn
from slack_wrapper.common.text import counted
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.session.port import SendingSession


def flush(session: SendingSession, seconds: float | None = None) -> None:
    """Deliver what waits in the outbox; trouble is told and never ends the run.

    Args:
        session: of the run.
        seconds: after these no further post is begun; None for `max_wait`.
    """
    if not session.sends:
        return
    try:
        done = session.flush(
            seconds=seconds or session.max_wait, wait=True, patient=seconds is None
        )
    except SlackWrapperError as error:
        warn(str(error))
        return
    from slack_wrapper.sending.flush import tell_left  # what the session has loaded to flush

    tell_left(done, warn)


def end_digests(session: SendingSession) -> None:
    """Say the last word in the messages that steps share."""
    if session.sends:
        for error in session.digests.close():
            warn(f"the next run, or slack-wrapper flush, continues with it: {error}")


def tell_held(session: SendingSession) -> None:
    """Say what is left for its time, as the run will not be there then."""
    poster = session.poster
    if poster.outbox.waits():
        ours = filter(None, map(poster.outbox.own, poster.outbox.names()))
        held = sum(not poster.waiting.due(entry) for entry in ours)
        if held:
            waits = "waits for its" if held == 1 else "wait for their"
            warn(f"{counted(held, 'post')} {waits} time; deliver later by: slack-wrapper flush")

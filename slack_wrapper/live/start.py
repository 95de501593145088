"""The composition root of the live message: called once, before the first job of a real run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_wrapper.common import hangup
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.live import environment, settings
from slack_wrapper.live.pauses import warn
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.updater import Updater, Watched
from slack_wrapper.session import current
from slack_wrapper.snakemake_adapter import command_line, workflow


class Live:
    """A run that is shown: its story, and the thread that tells it."""

    def __init__(self, story: Story, updater: Updater, common: current.SharedSession) -> None:
        self.story = story
        self._updater, self._common = updater, common

    def close(self) -> None:
        """Say how the run ended; the next run of this process is another one."""
        self._updater.close()
        self._common.over()


def begin(flags: Mapping[str, Any], alive: Callable[[], bool], version: str = "") -> Live | None:
    """Open the session of the run, which may ask for the password, and begin to show the run.

    Args:
        flags: of the plugin.
        alive: whether records may still come.
        version: of Snakemake.

    Returns:
        None when nothing is to be shown; trouble is told in one warning.
    """
    calling = workflow.calling()
    run = workflow.Run(calling)
    if not run.for_real:
        return None
    common = current.current()
    try:
        common.offer(flags=settings.session_flags(flags))
        chosen = settings.read(flags, common.section)
        session = common.session()
        if not session.sends:
            return None
        from slack_wrapper.live.channel import Line  # slack_sdk: only where a run is shown

        line = Line(session, chosen)
    except SlackWrapperError as error:
        warn(f"the run is not shown in slack: {error}")
        return None
    common.live = True
    hangup.end_as_terminated()
    threads = session.poster.threads
    if not chosen.min_duration or run.posts():
        chosen = settings.at_once(chosen)
        threads.expect()
    story = Story(allowed=run.attempts)
    watched = Watched(
        lambda: run.refresh(story), alive, threads.settle,
        command_line.run_again(calling), common.patience,
    )  # fmt: skip
    updater = Updater(story, lambda: environment.gather(version), line, chosen, watched)
    updater.start()
    return Live(story, updater, common)

"""The composition root of a run's message, for the logger plugin and for the hooks alike."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_wrapper.common import hangup
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.live import environment, notify, settings
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.pauses import warn
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.updater import Updater, Watched
from slack_wrapper.session import current
from slack_wrapper.session.port import SendingSession
from slack_wrapper.snakemake_adapter import command_line, events, workflow
from slack_wrapper.snakemake_adapter.job import without_secrets


class Live:
    """A run that is shown: its stories, one a channel, and the threads that tell them."""

    def __init__(
        self, stories: Sequence[Story], updaters: Sequence[Updater], common: current.SharedSession
    ) -> None:
        self._stories, self._updaters, self._common = stories, updaters, common

    def take(self, record: logging.LogRecord) -> None:
        """Add a log record to the story of the run.

        Raises:
            AttributeError, TypeError, ValueError: the record is not of the form that is known.
        """
        event = events.from_record(record)
        if event is not None:
            for story in self._stories:
                event.tell(story)

    def end(self) -> None:
        """Let the run's end be told; nobody waits for it."""
        for updater in self._updaters:
            updater.end()

    def close(self, *, badly: BaseException | str = "") -> None:
        """Say how the run ended; the next run of this process is another one.

        Args:
            badly: what ended the run, where no record tells; else empty.
        """
        for updater in self._updaters:
            updater.end(badly=badly)
        for updater in self._updaters:
            updater.close(badly=badly)
        self._common.over()


class Records(logging.Handler):
    """Hands the records of a run to what shows it, where no logger plugin does, until it is shut.

    Args:
        live: shows the run.
    """

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        logging.getLogger(events.LOGGER).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record on; one of another form harms nobody."""
        try:
            self._live.take(record)
        except Exception:  # noqa: BLE001 - it would be printed with a traceback
            return

    def shut(self) -> None:
        """Listen no more."""
        logging.getLogger(events.LOGGER).removeHandler(self)


def begin(flags: Mapping[str, Any], alive: Callable[[], bool], version: str = "") -> Live | None:
    """Open the session of the run, which may ask for the password, and begin to show the run.

    Called by the logger plugin, just before the first job.

    Args:
        flags: of the plugin.
        alive: whether records may still come.
        version: of Snakemake.

    Returns:
        None when nothing is to be shown; trouble is told in one warning.
    """
    run = workflow.Run(workflow.calling())
    if not run.for_real:
        return None
    common = current.current(run.workflow)
    thread = threading.get_ident()
    try:
        common.offer(flags=settings.session_flags(flags))
        chosen = settings.read(flags, common.section)
        live = _shown(run, common, [chosen], lambda: alive() and run.executing(thread), version)
    except SlackWrapperError as error:
        warn(f"the run is not shown in Slack: {error}")
        return None
    common.live = live is not None
    return live


def begin_for_hooks(flow: Any, common: current.SharedSession, *, root: bool = True) -> Live | None:
    """The same for the hooks, which show the run in all channels of the config.

    Args:
        flow: Snakemake's workflow.
        common: the session of the run.
        root: whether the run begins now; else only its end is told.

    Raises:
        SlackWrapperError: it cannot be shown.
    """
    chosen = settings.read_all(common.section)
    if not root:
        chosen = [replace(one, notify=replace(one.notify, start=False)) for one in chosen]
    return _shown(workflow.Run(flow), common, chosen, lambda: True)


def _shown(
    run: workflow.Run,
    common: current.SharedSession,
    chosen: Sequence[LiveSettings],
    alive: Callable[[], bool],
    version: str = "",
) -> Live | None:
    session = common.session()
    if not session.sends:
        return None
    for text in notify.replaced(common.section):
        warn(text)
    hangup.end_as_terminated()
    stories, updaters = [], []
    for one in chosen:
        story = Story(allowed=run.attempts)
        story.planned(run.planned())
        updaters.append(_updater(run, common, session, story, one, alive=alive, version=version))
        stories.append(story)
    for updater in updaters:
        updater.start()
    return Live(stories, updaters, common)


def _updater(
    run: workflow.Run,
    common: current.SharedSession,
    session: SendingSession,
    story: Story,
    chosen: LiveSettings,
    *,
    alive: Callable[[], bool],
    version: str,
) -> Updater:
    from slack_wrapper.live.channel import Line  # slack_sdk: only where a run is shown

    line, threads = Line(session, chosen), session.poster.threads
    if chosen.notify.start and (not chosen.min_duration or run.posts()):
        chosen = settings.at_once(chosen)
        threads.expect()
    policy = chosen.notify

    def facts() -> Facts:
        name, page = policy.run_name, policy.run_url
        return environment.gather(version, name=name, page=page, log=run.log())

    watched = Watched(
        refresh=lambda: run.refresh(story),
        alive=alive,
        no_root=threads.settle,
        patience=common.patience,
        config=lambda: without_secrets(run.config()),
        again=command_line.run_again(run.workflow),
    )
    return Updater(story, facts, line, chosen, watched)

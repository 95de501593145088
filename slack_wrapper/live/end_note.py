"""What is said once when a run ends: whom it mentions, its template, its fields, its files."""

from __future__ import annotations

import glob
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slack_wrapper.client.local_file import LocalFile, check
from slack_wrapper.common import foreign, run_name
from slack_wrapper.common.redact import redact, redact_log
from slack_wrapper.common.text import shorten
from slack_wrapper.errors import SlackUnavailable, SlackWrapperError
from slack_wrapper.live import render
from slack_wrapper.live.channel import Line
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.notify import AUTHOR, Event, Log
from slack_wrapper.live.pauses import warn
from slack_wrapper.live.render import Shown
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.snapshot import Ending, Snapshot
from slack_wrapper.model.request import WARN, Request
from slack_wrapper.report.failure_card import duration, unfolded

MAX_TRIES = 3  # at finding out who is mentioned, before the message goes out without
MAX_FILES = 50  # files of a run's end
MAX_ERROR = 2000  # characters of an error that no job explains
MAX_MESSAGE = 2900  # characters of a template's text; Slack's limit of a section is 3,000
Config = Callable[[], Mapping[str, Any]]


@dataclass
class Found:
    """The files that patterns have found.

    Args:
        files: checked.
        missing: a line for each pattern or file that cannot be posted.
    """

    files: list[LocalFile] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


class EndNote:
    """Composes what tells of the end of one run.

    Args:
        line: to Slack, which knows people.
        settings: of the run's message.
        config: gives the config of the workflow that templates may use.
    """

    def __init__(self, line: Line, settings: LiveSettings, config: Config = dict) -> None:
        self._line, self.settings, self._config = line, settings, config
        self._tries = 0  # at finding out who is mentioned
        self.files: list[LocalFile] = []  # those of the note that was composed last

    def event(self, run: Snapshot) -> Event:
        """Return what the policy says of a run that stands or ended so."""
        policy = self.settings.notify
        return policy.success if run.ending is Ending.SUCCEEDED else policy.failure

    def notifies(self, run: Snapshot) -> bool:
        """Whether the end of a run is to reach people who do not look at its message."""
        event = self.event(run)
        if run.ending is Ending.INTERRUPTED and run.by_hand:
            return False  # whoever has pressed Ctrl-C knows
        return event.on and run.elapsed >= event.min_duration

    def is_due(self, run: Snapshot) -> bool:
        """Whether there is a note at all, beside the run's own message."""
        event = self.event(run)
        loud = self.notifies(run) and (event.broadcast or bool(event.mention))
        return event.on and (loud or (event.adds and run.ending is not Ending.INTERRUPTED))

    def names(self, run: Snapshot) -> tuple[str, ...]:
        """Return who is mentioned now."""
        hours = self.settings.quiet_hours
        if not self.notifies(run) or (hours and hours.until(time.time()) is not None):
            return ()
        wanted = self.event(run).mention
        names = [run_name.author() if name == AUTHOR else name for name in wanted]
        return tuple(name for name in dict.fromkeys(names) if name)

    def mentions(self, run: Snapshot) -> str:
        """Return the markup of those who are mentioned now, after a blank; may be empty.

        Raises:
            SlackUnavailable: Slack does not tell who they are.
        """
        try:
            found = self._line.mentions(self.names(run))
        except SlackUnavailable as error:
            self._tries += 1
            if self._tries < MAX_TRIES:
                raise
            warn(f"nobody is mentioned: {error}")  # the message matters more
            return ""
        return f" {found}" if found else ""

    def shown(self, run: Snapshot, facts: Facts, *, mention: bool = True) -> Shown:
        """Return the note of a run without failed jobs; `files` are those that follow it.

        Args:
            run: as it ended.
            facts: of the run.
            mention: whether people are mentioned in it.

        Raises:
            SlackUnavailable: Slack does not tell who they are.
        """
        text = render.headline(run, facts) + (self.mentions(run) if mention else "")
        parts = [*self._error(run, facts), *self.extras(run, facts)]
        if not parts and not facts.page:
            return Shown(text)
        blocks = [_section(text), *parts, *render.button(facts.page)]
        return Shown(text, blocks=blocks)

    def extras(self, run: Snapshot, facts: Facts) -> list[dict[str, Any]]:
        """Return the blocks that the policy adds: template, fields, files that are not there."""
        event, parts = self.event(run), []
        context = _context(run, facts, self._config) if event.message or event.fields else {}
        if event.message:
            made = _rendered(event.message, context)
            parts += [_section(shorten(made, MAX_MESSAGE))] if made else []
        fields = [
            {"type": "mrkdwn", "text": f"*{name}*\n{shorten(_rendered(value, context), 1500)}"}
            for name, value in event.fields.items()
        ]
        parts += [{"type": "section", "fields": fields[at : at + 10]}
                  for at in range(0, len(fields), 10)]  # fmt: skip
        found = find(event.files)
        self.files = found.files
        if found.missing:
            parts.append(_section(shorten("not posted: " + "; ".join(found.missing), MAX_MESSAGE)))
        return parts

    def request(self, shown: Shown, *, broadcast: bool, mention: tuple[str, ...] = ()) -> Request:
        """Return a note as the outbox keeps it; without mentions, what it posts has the same text.

        Args:
            shown: the note.
            broadcast: whether it is shown in the channel too.
            mention: who is looked up and mentioned when it is delivered.
        """
        blocks = tuple(unfolded(shown.blocks[1:]))
        return self._line.later.request(
            shown.text, blocks=blocks, broadcast=broadcast, mention=mention, mention_missing=WARN
        )

    def _error(self, run: Snapshot, facts: Facts) -> list[dict[str, Any]]:
        """Return what Snakemake said of an end that no job explains, and where its log is."""
        if run.ending is not Ending.FAILED or run.failed:
            return []
        said = redact_log(run.error).strip()
        wanted = self.event(run).log is not Log.NONE
        parts = [_section(shorten(foreign.block(said), MAX_ERROR))] if said and wanted else []
        log = f"Snakemake's log: {foreign.code(facts.log)}" if facts.log else ""
        return [*parts, *([_section(log)] if log else [])]


def find(patterns: tuple[str, ...]) -> Found:
    """Return the files of patterns, each once, in their order; none that is missing is fatal."""
    found, seen = Found(), dict[str, None]()
    for pattern in patterns:
        is_pattern = glob.has_magic(pattern)
        paths = sorted(glob.iglob(pattern, recursive=True)) if is_pattern else [pattern]  # noqa: PTH207
        paths = [path for path in paths if not Path(path).is_dir()]
        if not paths:
            found.missing.append(f"{foreign.code(redact(pattern))} (no such file)")
        seen |= dict.fromkeys(paths)
    for path in list(seen)[:MAX_FILES]:
        try:
            found.files.append(check(path))
        except SlackWrapperError as error:
            found.missing.append(foreign.shown(redact(error.message)))
    if len(seen) > MAX_FILES:
        found.missing.append(f"{len(seen) - MAX_FILES} more files")
    return found


def _rendered(template: str, context: Mapping[str, Any]) -> str:
    from slack_wrapper.message import data_files, templates

    try:
        text = data_files.text_of(template) if templates.is_file(template) else template
        return templates.render(text, context, name="slack.notify")
    except SlackWrapperError as error:
        warn(f"a template of slack.notify is left out: {error}")
        return ""


def _context(run: Snapshot, facts: Facts, config: Config) -> dict[str, Any]:
    """Return what the templates of a run's end may use."""
    told = {
        "name": facts.name, "user": facts.user, "host": facts.host, "folder": facts.folder,
        "commit": facts.commit, "url": facts.page, "ending": run.ending.value, "done": run.done,
        "total": run.total, "failed": run.failed, "seconds": round(run.elapsed),
        "took": duration(run.elapsed),
        "rules": {name: tally.done for name, tally in run.rules.items()},
    }  # fmt: skip
    return {"run": told, "config": config()}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}

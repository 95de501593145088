"""The mark of the run that is shown, and the messages of runs that were killed."""

from __future__ import annotations

import time
from dataclasses import asdict

from slack_wrapper.client.messages import Posted
from slack_wrapper.live import render
from slack_wrapper.live.channel import Line
from slack_wrapper.live.orphan_marks import Mark, MarkFile, forget, orphans
from slack_wrapper.live.render import EMOJI, Shown
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.snapshot import Ending, Snapshot


class RunMark:
    """Writes down where the message of this run is, so that the next run can end it if need be.

    Args:
        line: to Slack.
        settings: of the message.
        key: of the message.
    """

    def __init__(self, line: Line, settings: LiveSettings, key: str) -> None:
        self._line, self._settings, self._key = line, settings, key
        self._file: MarkFile | None = None

    def open(self, name: str, snapshot: Snapshot) -> None:
        """Write down that a message is about to be posted for a workflow of this name."""
        if self._file is None:
            key, channel = self._settings.encrypted_key, self._settings.channel
            self._file = MarkFile(Mark(name, key, channel, self._key, snapshot.began))
        self._file.mark.seen = snapshot.now
        self._file.save()

    def note(self, posted: Posted, snapshot: Snapshot) -> None:
        """Write down where the message is, and what it says by now."""
        if self._file is None:
            return
        mark = self._file.mark
        first = mark.ts is None
        mark.channel, mark.ts = posted.channel, posted.ts
        mark.done, mark.total, mark.seen = snapshot.done, snapshot.total, snapshot.now
        self._file.save(now=first)

    def leave(self, snapshot: Snapshot, shown: Shown) -> None:
        """Let the next run change the message to what it is to say in the end."""
        if not self._line.editable:
            self.remove()
        elif self._file is not None:
            self._file.mark.final = asdict(shown)
            self._file.mark.emoji = EMOJI[snapshot.ending]
            self._file.save()
            self._file.release()

    def remove(self) -> None:
        """Forget it: the channel has been told how the run ended."""
        if self._file is not None:
            self._file.remove()

    def finish_orphans(self) -> None:
        """Let the messages of dead runs say so."""
        with orphans() as found:
            for mark, path in found:
                at = time.strftime("%Y-%m-%d %H:%M", time.localtime(mark.seen or mark.began))
                shown = render.orphan(mark.name, mark.done, mark.total, at)
                emojis = (EMOJI[Ending.RUNNING], EMOJI[Ending.INTERRUPTED])
                if self._line.finish_orphan(mark, shown, emojis):
                    forget(path)

"""The message of a run: posted when it begins, changed while it goes on, and when it has ended."""

from __future__ import annotations

from slack_wrapper.client.closed import DELETED, uneditable
from slack_wrapper.client.updates import Living
from slack_wrapper.errors import SlackError, SlackRefused
from slack_wrapper.live import render
from slack_wrapper.live.cadence import Cadence
from slack_wrapper.live.channel import Line
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.pauses import Pauses, warn
from slack_wrapper.live.render import EMOJI, Shown
from slack_wrapper.live.run_mark import RunMark
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.snapshot import Ending, Snapshot
from slack_wrapper.spool.progress import Progress


class Root:
    """One run's message in one channel.

    Args:
        line: to Slack.
        settings: of the message.
        pauses: is told, once, when the message can no longer be changed.

    Attributes:
        living: the message, once it is there.
        fixed: it is there and can no longer be changed.
    """

    def __init__(self, line: Line, settings: LiveSettings, pauses: Pauses) -> None:
        self._line, self._settings, self._pauses = line, settings, pauses
        self.living: Living | None = None
        self.fixed = False
        self._progress = Progress()
        self._mark = RunMark(line, settings, self._progress.key)
        self._cadence = Cadence()
        self._reaction = ""
        self._may_react = line.editable

    @property
    def tells_end(self) -> bool:
        """Whether the end can be told by a change of it."""
        return self.living is not None and self._line.editable and not self.fixed

    @property
    def thread(self) -> str | None:
        """The ts to reply to; None when there is nothing to reply to."""
        return self.living.posted.ts if self.living and self._line.editable else None

    def begin(self, snapshot: Snapshot, facts: Facts) -> Living:
        """Post it, and put right what earlier runs have left.

        Raises:
            SlackWrapperError: it is not there, or nobody knows; called again, it goes on with it.
        """
        self._line.look_out()
        self._mark.open(facts.name, snapshot)
        draw = render.run if self._line.editable and self._settings.follows else render.started
        in_doubt = self._progress.unclear
        self.living = self._line.post(draw(snapshot, facts), self._progress)
        if self._line.editable:
            self._line.begin_thread(self.living)
        # A message in doubt was there before, and says what was to be said then.
        self._cadence.said(None if in_doubt else snapshot)
        self._mark.note(self.living.posted, snapshot)
        self.react(Ending.RUNNING)
        self._mark.finish_orphans()
        self._line.later.flush()
        return self.living

    def follow(self, snapshot: Snapshot, facts: Facts) -> None:
        """Bring it up to date, if it is one that follows its run and something has changed."""
        if self._settings.follows and self._cadence.due(snapshot):
            self.show(snapshot, facts)

    def show(self, snapshot: Snapshot, facts: Facts) -> None:
        """Change it, as long as Slack lets us."""
        if self.living is None or not self.tells_end:
            return
        try:
            self._line.update(self.living, render.run(snapshot, facts))
        except SlackRefused as refused:
            if not uneditable(refused):
                raise
            self.fixed = True
            text = f"the run's message cannot be changed, its end will be another one: {refused}"
            self._pauses.tell(text, "fixed")
            return
        self._cadence.said(snapshot)
        self._mark.note(self.living.posted, snapshot)

    def react(self, ending: Ending, to: Living | None = None) -> None:
        """Let its reaction say how the run stands; without the scope there is none.

        Args:
            ending: how it stands.
            to: a message that stands for it, where it could not be posted itself.
        """
        living = self.living or to
        if living is None or not self._may_react:
            return
        try:
            if self._reaction and self._reaction != EMOJI[ending]:
                self._line.unreact(living, self._reaction)
            self._line.react(living, EMOJI[ending])
            self._reaction = EMOJI[ending]
        except SlackRefused as error:
            self._may_react = False
            if error.code != DELETED:
                warn(f"no reactions on the run's message: {error}")
        except SlackError:
            return

    def leave(self, snapshot: Snapshot, shown: Shown) -> None:
        """Let the next run change it to what it is to say in the end."""
        self._mark.leave(snapshot, shown)

    def forget(self) -> None:
        """Forget it: the channel has been told how the run ended."""
        self._mark.remove()

"""The open questions of one process: when each may be looked at again."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from slack_wrapper.common.patience import scaled
from slack_wrapper.model.receipt import Receipt

# Seconds between two looks at one question: a twentieth of its age, within these bounds.
SHORTEST, LONGEST = 3.0, 60.0
# Seconds between two looks at any question: 30 a minute, of the 50 that Slack allows.
SPACING = 2.0
# Seconds before the first look after trouble, and at most.
TROUBLE, MOST_TROUBLE = 5.0, 60.0
# Seconds after which a step that does not come again is taken for killed.
_GONE = 600.0


@dataclass
class Question:
    """A question as this process knows it.

    Args:
        since: when it was first to be asked.
        turn: when it may be looked at again.
        seen: when its step last came.
        trouble: how often Slack has not answered in a row.
        receipt: of the question, once it is in the channel.
    """

    since: float
    turn: float
    seen: float
    trouble: int = 0
    receipt: Receipt | None = None

    def troubled(self, now: float) -> float:
        """Note that Slack has not answered; return the seconds until the next try."""
        self.trouble += 1
        wait = scaled(min(TROUBLE * 2 ** (self.trouble - 1), MOST_TROUBLE))
        self.turn = now + wait
        return wait


@dataclass
class OpenQuestions:
    """The questions by their steps; safe to use from several threads."""

    _open: dict[tuple[str, str], Question] = field(default_factory=dict)
    _held: dict[str, float] = field(default_factory=dict)  # connection → no look before
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self, step: str, digest: str) -> Question:
        """Return what is known of a question; forget those whose steps do not come any more."""
        now, name = time.time(), (step, digest)
        with self._lock:
            for other in [one for one, state in self._open.items() if now - state.seen > _GONE]:
                del self._open[other]
            if name not in self._open:
                # After a restart many may come at once: each gets a turn of its own.
                self._open[name] = Question(now, now + len(self._open) * SPACING, now)
            self._open[name].seen = now
            return self._open[name]

    def turn(self, question: Question, connection: str) -> float:
        """Return when a question may be looked at, with what Slack has asked of the connection."""
        return max(question.turn, self._held.get(connection, 0.0))

    def hold(self, connection: str, until: float) -> None:
        """Look at no question over a connection before `until`."""
        self._held[connection] = until

    def pause(self, age: float) -> float:
        """Return the seconds until the next look: longer with age, and with other questions."""
        with self._lock:
            crowd = len(self._open) * SPACING
        return max(min(max(age / 20, SHORTEST), LONGEST), crowd)

    def forget(self, step: str) -> None:
        """Forget the questions of a step."""
        with self._lock:
            for name in [one for one in self._open if one[0] == step]:
                del self._open[name]

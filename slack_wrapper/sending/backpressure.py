"""Which servers have not answered lately, and for how long each is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST = 30.0  # seconds without a try after no answer; they double with each further try in vain
LONGEST = 900.0


@dataclass
class _Silence:
    """A server that does not answer: the length of the pause, its end, and when it was asked."""

    pause: float
    until: float
    asked: float


@dataclass
class Reachability:
    """What this process knows of the servers that it posts to, for all of its threads.

    Args:
        clock: seconds, monotonic.
    """

    clock: Callable[[], float] = time.monotonic
    _addresses: dict[str, str] = field(default_factory=dict)
    _silent: dict[str, _Silence] = field(default_factory=dict)  # by address
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, key: str, address: str) -> None:
        """Learn which server a key file's posts go to; keys of one server share what is known."""
        self._addresses[key] = address

    def silent(self, key: str) -> None:
        """Learn that a call had no answer; the next pause is longer, once a pause."""
        with self._lock:
            known, now = self._known(key), self.clock()
            if known is None:
                self._silent[self._address(key)] = _Silence(FIRST, now + FIRST, now)
            elif now >= known.until:
                pause = min(LONGEST, 2 * known.pause)
                self._silent[self._address(key)] = _Silence(pause, now + pause, now)
            else:
                known.asked = now

    def answered(self, key: str) -> None:
        """Learn that there was an answer, whatever it said."""
        with self._lock:
            self._silent.pop(self._address(key), None)

    def away(self, key: str) -> bool:
        """Whether the server is left alone at the moment."""
        known = self._known(key)
        return known is not None and self.clock() < known.until

    def in_doubt(self, key: str) -> bool:
        """Whether the last call had no answer; then a question goes before a post."""
        return self._known(key) is not None

    def just_asked(self, key: str) -> bool:
        """Whether there was no answer to a call of the last `FIRST` seconds."""
        known = self._known(key)
        return known is not None and self.clock() - known.asked < FIRST

    def claim(self, key: str) -> bool:
        """Whether the caller is the one who asks after a pause; the others wait with their posts.

        A next pause begins, so that nobody else asks meanwhile.
        """
        with self._lock:
            known, now = self._known(key), self.clock()
            if known is None or now < known.until:
                return False
            known.pause = min(LONGEST, 2 * known.pause)
            known.until, known.asked = now + known.pause, now
            return True

    def _known(self, key: str) -> _Silence | None:
        return self._silent.get(self._address(key))

    def _address(self, key: str) -> str:
        return self._addresses.get(key, key)

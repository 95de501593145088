"""Rate limits: https://docs.slack.dev/apis/web-api/rate-limits"""

from __future__ import annotations

import math
import threading
import time

# Calls a minute for methods that have a tier; chat.postMessage has a rate of its own.
_TIERS = {
    "conversations.list": 20,
    "conversations.info": 50,
    "conversations.open": 50,
    "users.list": 20,
    "conversations.history": 50,
    "conversations.replies": 50,
    "chat.update": 50,
    "users.lookupByEmail": 50,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
}
_BURST = 5  # messages a channel takes at once before one a second is enforced


class Pacing:
    """Token buckets a method, or a channel for messages.

    Args:
        on: whether limits are enforced at all.
        scale: seconds of Slack's that pass in one second of ours.
    """

    def __init__(self, *, on: bool = False, scale: float = 1.0) -> None:
        self.on, self.scale = on, scale
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait(self, method: str, channel: str) -> int:
        """Return the seconds that the caller is told to wait, 0 to let the call through."""
        if not self.on:
            return 0
        if method == "chat.postMessage":
            return self._take(f"post {channel}", 1.0, _BURST)
        rate = _TIERS.get(method)
        return self._take(method, rate / 60, rate) if rate else 0

    def _take(self, name: str, rate: float, size: float) -> int:
        now = time.monotonic() * self.scale
        with self._lock:
            left, seen = self._buckets.get(name, (size, now))
            left = min(size, left + (now - seen) * rate)
            allowed = left >= 1
            self._buckets[name] = (left - 1 if allowed else left, now)
        return 0 if allowed else max(1, math.ceil((1 - left) / rate / self.scale))

"""Rate limits: https://docs.slack.dev/apis/web-api/rate-limits"""

from __future__ import annotations

import math
import threading
import time

# Calls a minute by tiers, as the page of each method says; chat.postMessage has a rate of its own.
_T2 = ("auth.teams.list", "bookmarks.add", "bookmarks.edit", "bookmarks.remove",
       "conversations.list", "pins.add", "pins.list", "pins.remove", "reactions.remove",
       "usergroups.list", "usergroups.users.list", "users.list")  # fmt: skip
_T3 = ("bookmarks.list", "bots.info", "chat.delete", "chat.deleteScheduledMessage",
       "chat.scheduleMessage", "chat.scheduledMessages.list", "chat.update",
       "conversations.history", "conversations.info", "conversations.join", "conversations.open",
       "conversations.replies", "files.delete", "files.list", "reactions.add", "reactions.get",
       "team.info", "users.conversations", "users.lookupByEmail")  # fmt: skip
_T4 = ("chat.postEphemeral", "conversations.members", "files.completeUploadExternal",
       "files.getUploadURLExternal", "files.info", "users.info")  # fmt: skip
_TIERS = {**dict.fromkeys(_T2, 20), **dict.fromkeys(_T3, 50), **dict.fromkeys(_T4, 100)}
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
        if method == "trigger":  # of Workflow Builder: ten a minute, each
            return self._take(f"trigger {channel}", 10 / 60, 10)
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

"""The workspace: people, tokens, channels, messages and files, kept in one folder as JSON."""

from __future__ import annotations

import copy
import json
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slack_wrapper.common.parsing import from_json
from slack_wrapper.common.regular_file import read_bytes
from slack_wrapper.sandbox.notices import notified

ALL_SCOPES = (
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "chat:write.public",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "incoming-webhook",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
DEFAULT_SEED: dict[str, Any] = {
    "team": "Sandbox Lab",
    "users": [
        {"id": "U00000BOT", "name": "smkbot", "is_bot": True},
        {"id": "U00000ADA", "name": "ada", "email": "ada@example.org"},
        {"id": "U0000GRACE", "name": "grace", "email": "grace@example.org"},
    ],
    "tokens": [{"user": "U00000BOT", "scopes": list(ALL_SCOPES)}],
    "channels": [
        {"id": "C0000LIBREC", "name": "librec_channel", "members": ["U00000BOT", "U00000ADA"]},
        {"id": "C000GENERAL", "name": "general", "members": ["U00000ADA"]},
        {"id": "G0000SECRET", "name": "secret-lab", "is_private": True, "members": ["U0000GRACE"]},
        {"id": "C0000OLDLAB", "name": "old-lab", "is_archived": True, "members": ["U00000BOT"]},
    ],
    "webhooks": [{"path": "T0000TEAM/B0000HOOK/sandbox", "channel": "C0000LIBREC"}],
    "triggers": [
        {
            "path": "T0000TEAM/1234567890/sandbox",
            "name": "Results are there",
            "variables": ["message", "run"],
            "channel": "C0000LIBREC",
        }
    ],
}


def check_seed(seed: Any) -> None:
    """Check the form of a seed: that of `DEFAULT_SEED`.

    Raises:
        ValueError: what is missing, and where.
    """
    if not isinstance(seed, dict):
        raise ValueError("it has to be a mapping")
    needed = {
        "users": ("id", "name"),
        "channels": ("id", "name"),
        "tokens": ("user", "scopes"),
        "webhooks": ("path", "channel"),
        "usergroups": ("id", "handle"),
        "triggers": ("path", "name", "variables"),
    }
    unknown = sorted(set(seed) - {"team", "url", "refused_blocks", "emoji", *needed})
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}")
    if not seed.get("channels"):
        raise ValueError("it needs at least one channel")
    for kind, keys in needed.items():
        for number, one in enumerate(seed.get(kind) or []):
            missing = [key for key in keys if not isinstance(one, dict) or key not in one]
            if missing:
                raise ValueError(f"{kind}[{number}] has no {missing[0]}")


def micros(ts: str) -> int:
    """Return a ts in microseconds, to compare two of them."""
    return int(ts.replace(".", ""))


_NEVER = 1e12  # seconds since the epoch


class Store:
    """State of the sandbox; every access holds `lock`.

    Args:
        folder: where to keep it, so that it survives a restart; None for a folder of its own,
            removed by `close`.
        seed: people, tokens, channels and webhooks; see `DEFAULT_SEED`.
        keep_bytes: False to count and hash uploads without keeping them, for benchmarks.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        seed: dict[str, Any] | None = None,
        *,
        keep_bytes: bool = True,
    ) -> None:
        self._own = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="slack-sandbox-"))
        (self.folder / "files").mkdir(parents=True, exist_ok=True)
        self.keep_bytes = keep_bytes
        self.lock = threading.RLock()
        self.calls: list[dict[str, Any]] = []
        self.page_most = 0  # entries that a page of a list has at most, whatever was asked; 0: all
        self.seen: dict[str, str] = {}  # channel ID -> ts up to which the page has shown it
        self.share_delay = 0.05  # seconds after which a completed upload is in its channel
        self.ahead = 0.0  # seconds that Slack's clock is ahead of this machine's
        self._hidden: dict[str, float] = {}  # ts -> time at which histories begin to show it
        self.data = self._load(seed or DEFAULT_SEED)
        self._newest_micros = self._newest()

    def _load(self, seed: dict[str, Any]) -> dict[str, Any]:
        state = self.folder / "state.json"
        if state.is_file():
            loaded: dict[str, Any] = from_json(read_bytes(state))
            for entry in loaded["files"].values():
                if entry["state"] == "receiving":  # its sender went with the last server
                    entry["state"] = "reserved"
            return loaded
        fresh = copy.deepcopy(seed)
        for token in fresh.get("tokens", []):  # without one, it is new and nobody can guess it
            token.setdefault("token", f"xoxb-sandbox-{secrets.token_hex(12)}")
        return {
            "team": fresh.get("team", "Sandbox Lab"),
            "url": fresh.get("url", ""),
            "users": fresh.get("users", []),
            "tokens": fresh.get("tokens", []),
            "channels": fresh.get("channels", []),
            "webhooks": fresh.get("webhooks", []),
            "usergroups": fresh.get("usergroups", []),
            "triggers": fresh.get("triggers", []),
            "emoji": fresh.get("emoji", []),  # the workspace's own
            "refused_blocks": fresh.get("refused_blocks", []),  # types that it does not have yet
            "scheduled": [],
            "messages": {channel["id"]: [] for channel in fresh.get("channels", [])},
            "files": {},
            "counter": 0,
        }

    @contextmanager
    def change(self) -> Iterator[dict[str, Any]]:
        """Give the state for a change, and save it afterwards."""
        with self.lock:
            yield self.data
            self.save()

    def save(self) -> None:
        """Write the state, whole or not at all; not into a folder that goes with the server."""
        if self._own:
            return
        with self.lock:
            temporary = self.folder / "state.json.tmp"
            temporary.touch(mode=0o600)
            temporary.write_text(json.dumps(self.data, ensure_ascii=False), encoding="utf-8")
            temporary.replace(self.folder / "state.json")

    def close(self) -> None:
        """Remove the folder if it is the store's own."""
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def now(self) -> float:
        """Return the time by Slack's clock, in seconds since the epoch."""
        return time.time_ns() / 1e9 + self.ahead

    @contextmanager
    def showing_from(self, when: float | None) -> Iterator[None]:
        """Hide what is posted meanwhile from histories and `files.info`.

        Args:
            when: seconds since the epoch by this machine's clock; None for never: then it is not
                even posted.
        """
        with self.lock:
            newest = self._newest_micros
            yield
            for entries in self.data["messages"].values():
                fresh = [entry for entry in entries if micros(entry["ts"]) > newest]
                for entry in fresh:
                    if when is None:
                        entries.remove(entry)
                    else:
                        self._hidden[entry["ts"]] = when
                    self._hide_files(entry, when)

    def _hide_files(self, message: dict[str, Any], when: float | None) -> None:
        for one in message.get("files", []):
            self.data["files"][one["id"]]["shown_from"] = _NEVER if when is None else when

    def shown(self, channel: str) -> list[dict[str, Any]]:
        """Return the messages of a channel that its history shows by now, oldest first."""
        now = time.time()
        found = self.messages(channel)
        return [entry for entry in found if self._hidden.get(entry["ts"], 0.0) <= now]

    def new_id(self, letter: str) -> str:
        """Return a fresh ID in Slack's form."""
        self.data["counter"] += 1
        return f"{letter}{self.data['counter']:09d}"

    def new_ts(self, at: float | None = None) -> str:
        """Return a ts that no other message has: seconds and micros, ever rising.

        Args:
            at: seconds since the epoch; None for now.
        """
        with self.lock:
            # Whole micros: as a float, two neighbours can print the same six digits.
            now = int(self.now() * 1_000_000) if at is None else int(at) * 1_000_000
            self._newest_micros = max(now, self._newest_micros + 1)
            return f"{self._newest_micros // 1_000_000}.{self._newest_micros % 1_000_000:06d}"

    def _newest(self) -> int:
        stamps = (entry["ts"] for entries in self.data["messages"].values() for entry in entries)
        return max((micros(ts) for ts in stamps), default=0)

    def deliver_due(self) -> None:
        """Post the scheduled messages whose time has come."""
        with self.lock:
            waiting = self.data.setdefault("scheduled", [])
            due = [one for one in waiting if one["post_at"] <= self.now()]
            for one in due:
                if "metadata" not in one["message"]:  # Slack never posts such a one
                    self.post(one["channel"], {**one["message"], "ts": self.new_ts(one["post_at"])})
                waiting.remove(one)

    def token(self, token: str) -> dict[str, Any] | None:
        """Return what is known of a token."""
        return self._one("tokens", "token", token)

    def user(self, identifier: str) -> dict[str, Any] | None:
        """Return a person or bot by ID."""
        return self._one("users", "id", identifier)

    def channel(self, identifier: str) -> dict[str, Any] | None:
        """Return a channel by ID."""
        return self._one("channels", "id", identifier)

    def channel_by_name(self, name: str) -> dict[str, Any] | None:
        """Return a channel by name."""
        return self._one("channels", "name", name.removeprefix("#"))

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """Return a channel's messages, replies included, oldest first."""
        found: list[dict[str, Any]] = self.data["messages"].setdefault(channel, [])
        return found

    def post(self, channel: str, message: dict[str, Any]) -> dict[str, Any]:
        """Add a message, with its ts, to a channel; keep whom it notifies."""
        self.messages(channel).append(message)
        whom = notified(self.data, self.channel(channel) or {"id": channel}, message)
        self.data.setdefault("notified", {})[message["ts"]] = whom
        return message

    def message(self, channel: str, ts: str) -> dict[str, Any] | None:
        """Return one message."""
        return next((entry for entry in self.messages(channel) if entry["ts"] == ts), None)

    def _one(self, kind: str, key: str, value: str) -> dict[str, Any] | None:
        return next((entry for entry in self.data[kind] if entry.get(key) == value), None)

"""How far a post has come: enough to go on after an outage or a crash, doing nothing twice."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from slack_wrapper.common import decoding


@dataclass
class Progress:
    """One post to one channel, on its way.

    Args:
        key: our idempotency key; replies that continue the message add their number.
        started: seconds since the epoch before anything was sent.
        channel: ID of the channel, once Slack has told it.
        thread: ts of the message it replies to, fixed before the first call.
        ts: of the root message, once it is there.
        uploaded: files that Slack has, as `UploadedFile` fields; nobody sees them before the share.
        accepted: whether Slack has taken the share of the files, which it carries out later.
        parts: texts that are in the channel.
        attempts: calls that the last delivery needed for what took it most.
        unclear: whether the next visible call may have been carried out already.
        plain: whether what is said beside files went, or goes, without blocks.
        refused: types of blocks that Slack has refused of it; another form of them goes instead.
        sent_at: when the last visible call was sent, in seconds since the epoch; 0: not known.
        by_slack: whether `sent_at` is by Slack's clock and not by this machine's.
        doubt: why the outcome of that call is unclear, see `errors.Ambiguity`; empty while it is
            under way, and so after a crash.
        doubted: whether a call that shares the uploaded files was unclear before, however it was
            settled then: such files are never uploaded anew.
        post_at: when Slack was asked to post it by itself, in seconds since the epoch; 0: never.
    """

    key: str = field(default_factory=lambda: secrets.token_hex(16))
    started: float = field(default_factory=time.time)
    channel: str | None = None
    thread: str | None = None
    ts: str | None = None
    uploaded: list[dict[str, Any]] = field(default_factory=list)
    accepted: bool = False
    parts: int = 0
    attempts: int = 0
    unclear: bool = False
    plain: bool = False
    refused: list[str] = field(default_factory=list)
    sent_at: float = 0.0
    by_slack: bool = False
    doubt: str = ""
    doubted: bool = False
    post_at: int = 0

    @property
    def begun(self) -> bool:
        """Whether something is, or may be, in the channel, or lies at Slack for it."""
        return bool(self.unclear or self.parts or self.uploaded)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` takes."""
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Progress:
        """Return the progress that `to_dict` wrote, also that of an earlier or a later release.

        Raises:
            ValueError: a value is not of its type.
        """
        if not data.get("key"):
            raise ValueError("progress.key is missing")
        return decoding.record(Progress, data, "progress")

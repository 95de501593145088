"""Faults that tests script: what goes wrong, at which call. `outcomes` acts them out."""

from __future__ import annotations

import fnmatch
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What a client meets. docs/sandbox-faults.md lists the fields that each kind reads."""

    # the connection
    RESET = "reset"
    CLOSE = "close"
    HANG = "hang"
    SLOW = "slow"
    PAUSE = "pause"
    DRIP = "drip"
    DROP_BODY = "drop_body"
    GARBAGE = "garbage"
    # an answer that Slack did not give, or not for long
    HTTP = "http"
    PAGE = "page"
    REDIRECT = "redirect"
    STREAM_TIMEOUT = "stream_timeout"
    RETRY_AFTER = "retry_after"
    # an answer that does not have its shape
    SHAPE = "shape"
    BARE = "bare"
    MISSING = "missing"
    TRUNCATE = "truncate"
    CHARSET = "charset"
    # Slack's own refusal
    ERROR = "error"
    # what is carried out or shown later than answered
    LATE = "late"
    SHOWN_LATE = "shown_late"
    NEVER_SHOWN = "never_shown"
    # lists that show less than there is
    SHORT_PAGE = "short_page"
    EMPTY_PAGE = "empty_page"
    NO_CURSOR = "no_cursor"
    NO_METADATA = "no_metadata"
    FEW_A_MINUTE = "few_a_minute"


class When(StrEnum):
    """Whether Slack carries out the call that goes wrong."""

    BEFORE = "before"
    AFTER = "after"


# Kinds that change the answer of a call that is carried out; `when` says nothing for them.
CARRIED_OUT = frozenset(
    {
        FaultKind.DRIP,
        FaultKind.MISSING,
        FaultKind.TRUNCATE,
        FaultKind.CHARSET,
        FaultKind.SHOWN_LATE,
        FaultKind.NEVER_SHOWN,
        FaultKind.SHORT_PAGE,
        FaultKind.EMPTY_PAGE,
        FaultKind.NO_CURSOR,
        FaultKind.NO_METADATA,
        FaultKind.FEW_A_MINUTE,
    }
)
# The status of a kind's answer where the fault names none.
_STATUS = {
    FaultKind.HTTP: 500,
    FaultKind.PAGE: 200,
    FaultKind.REDIRECT: 302,
    FaultKind.STREAM_TIMEOUT: 408,
}


@dataclass
class Fault:
    """One thing that goes wrong.

    Args:
        method: Web API method, `upload` for the POST of a file's bytes, or `webhook`; may be a
            glob.
        kind: a `FaultKind` or its value.
        when: `before` the call is carried out, or `after`; by default `before`, for
            `stream_timeout` `after`.
        times: how often, from the first call that matches on.
        skip: calls that match and pass first.
        match: arguments that the call must have, such as `{"channel": "C0000LIBREC"}`; a list
            gives several values, one of which will do.
        lasts: seconds of an outage: from the first call that matches on, `times` is not counted.
        code: Slack's error code.
        status: HTTP status; 0 for the kind's own.
        body: text of the answer; for `garbage` the bytes, in Latin-1.
        headers: of the answer.
        seconds: of `hang`, `slow`, `late`, `shown_late`, between two bytes of `drip`, and between
            two calls of `few_a_minute`.
        after_bytes: of `drop_body`.
        to: address of `redirect`.
        answer: JSON value of `shape`.
        fields: dotted paths that `missing` takes out, such as `channels.name`.
        size: entries of a page.
        wait: text of `Retry-After`; None leaves the header out.
        charset: of the answer's Content-Type.
    """

    method: str
    kind: FaultKind | str
    when: When | str | None = None
    times: int = 1
    skip: int = 0
    code: str = "internal_error"
    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    after_bytes: int = 0
    match: dict[str, Any] = field(default_factory=dict)
    lasts: float = 0.0
    to: str = ""
    answer: Any = None
    fields: list[str] = field(default_factory=list)
    size: int = 15
    wait: str | None = None
    charset: str = "x-unknown"

    def __post_init__(self) -> None:
        try:
            self.kind = FaultKind(self.kind)
            late = self.kind in (*CARRIED_OUT, FaultKind.STREAM_TIMEOUT)
            self.when = When(self.when or (When.AFTER if late else When.BEFORE))
        except ValueError:
            raise ValueError(f"no such fault: {self.kind}, {self.when}") from None
        self.status = self.status or _STATUS.get(self.kind, 0)
        self.reached = threading.Event()
        self._released = threading.Event()
        self._until: float | None = None  # monotonic time at which an outage ends
        self._next = 0.0  # monotonic time of the next call that `few_a_minute` lets through

    def meets(self, method: str, given: dict[str, Any]) -> bool:
        """Whether a call is one that this fault is for."""
        return fnmatch.fnmatchcase(method, self.method) and all(
            given.get(name) in (value if isinstance(value, list) else [value])
            for name, value in self.match.items()
        )

    def happens(self) -> bool:
        """Count a call that it is for, and tell whether that call meets it."""
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.lasts:
            self._until = self._until or time.monotonic() + self.lasts
            return time.monotonic() < self._until
        self.times -= 1
        return self.times >= 0

    def too_soon(self) -> float:
        """Return the seconds until `few_a_minute` lets a call through; 0 lets this one through."""
        now = time.monotonic()
        if now < self._next:
            return self._next - now
        self._next = now + self.seconds
        return 0.0

    def release(self) -> None:
        """Let a paused or hanging call go on."""
        self._released.set()

    def pause(self, seconds: float | None = None) -> None:
        """Block a call until `release`, or for so long."""
        self._released.wait(seconds)


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Add a fault and return it."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults; what hangs or pauses goes on."""
        with self._lock:
            for fault in self._faults:
                fault.release()
            self._faults.clear()

    def take(self, method: str, args: dict[str, Any] | None = None) -> Fault | None:
        """Return the fault that this call meets, if any."""
        with self._lock:
            for fault in self._faults:
                if fault.meets(method, args or {}) and fault.happens():
                    return fault
        return None


def from_dict(data: dict[str, Any]) -> Fault:
    """Return the fault of a JSON object, for the HTTP control of a sandbox of its own process."""
    return Fault(**data)

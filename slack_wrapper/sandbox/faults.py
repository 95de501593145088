"""Faults that tests script: what goes wrong, at which call, before or after it is handled."""

from __future__ import annotations

import fnmatch
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Any

BEFORE = "before"
AFTER = "after"
KINDS = ("error", "http", "reset", "close", "hang", "truncate", "slow", "pause", "drop_body")


@dataclass
class Fault:
    """One thing that goes wrong.

    Args:
        method: Web API method, or `upload` for the POST of a file's bytes; may be a glob.
        kind: `error` (ok: false with `code`), `http` (`status`, `body`, `headers`), `reset` (TCP
            reset), `close` (connection closed without an answer), `hang` (`seconds`, then
            closed), `truncate` (half the answer), `slow` (`seconds`, then the answer), `pause`
            (until `release`), `drop_body` (reset after `after_bytes` of an upload's body).
        when: `before` the call is handled, or `after`.
        times: how often, from the first call that matches on.
        skip: calls that match and pass first.
        code: Slack's error code.
        status: HTTP status.
        body: of the HTTP answer.
        headers: of the HTTP answer.
        seconds: of `hang` and `slow`.
        after_bytes: of `drop_body`.
        match: arguments that the call must have, such as `{"channel": "C0000LIBREC"}`; a list
            gives several values, one of which will do.
        lasts: seconds of an outage: from the first call that matches on, `times` is not counted.
    """

    method: str
    kind: str
    when: str = BEFORE
    times: int = 1
    skip: int = 0
    code: str = "internal_error"
    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    after_bytes: int = 0
    match: dict[str, Any] = field(default_factory=dict)
    lasts: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.when not in (BEFORE, AFTER):
            raise ValueError(f"no such fault: {self.kind}, {self.when}")
        self.reached = threading.Event()
        self._released = threading.Event()
        self._until: float | None = None  # monotonic time at which an outage ends

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

    def release(self) -> None:
        """Let a paused or hanging call go on."""
        self._released.set()

    def wait(self, seconds: float | None = None) -> None:
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


def reset(connection: socket.socket | None) -> None:
    """Reset a connection: with linger 0, a close without a shutdown before it sends RST."""
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The server's streams still refer to the socket, and close() would wait for them.
        os.close(connection.detach())


def close(connection: socket.socket | None) -> None:
    """Close a connection without an answer."""
    if connection is not None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
        finally:
            connection.close()


def delay(fault: Fault) -> None:
    """Wait as the fault says, and let tests see that it was reached."""
    fault.reached.set()
    if fault.kind == "pause":
        fault.wait()
    elif fault.kind == "hang":
        fault.wait(fault.seconds)
    elif fault.kind == "slow":
        time.sleep(fault.seconds)


def from_dict(data: dict[str, Any]) -> Fault:
    """Return the fault of a JSON object, for the HTTP control of a sandbox of its own process."""
    return Fault(**data)

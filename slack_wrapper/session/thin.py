"""The session's side of a step's thin client; `thin_client` is the other.

A question is one JSON object, in which names of files are hexadecimal, as their bytes may be of any
encoding. Answers are frames of a length and a body: `s` and a text to print, or `r` and the end:
exit code, receipt, its place, the lock of the receipts and a last text, with zero bytes between.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from slack_wrapper.errors import SessionProtocolError

LOOK_SECONDS = 0.25  # between two looks whether a step that waits still has to
PUT_SECONDS = 60.0  # in which a step that is alive has put its receipt in place


class StepGone(Exception):
    """The step's process has ended, or does not keep to the protocol."""


@dataclass(frozen=True)
class Step:
    """What a thin client says of its job.

    Args:
        folder: where the job runs; not that of this process when the rule has `shadow:`.
        outputs: of the job, which identify it among those that are running.
    """

    folder: str
    outputs: tuple[str, ...]


def step_of(question: Any) -> Step:
    """Return the step that a question names.

    Raises:
        SessionProtocolError: it names none.
    """
    try:
        folder, *outputs = [
            os.fsdecode(bytes.fromhex(name)) for name in (question["cwd"], *question["output"])
        ]
    except (KeyError, TypeError, ValueError):
        raise SessionProtocolError("the step does not say which one it is") from None
    return Step(folder, tuple(outputs))


class ThinClient:
    """Tells a step what to do.

    Args:
        connection: to its process.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def say(self, text: str) -> None:
        """Have a text printed.

        Raises:
            StepGone: it has ended.
        """
        self._send(b"s" + _bytes(text))

    def end(self, code: int, text: str = "") -> None:
        """Have the step end without a receipt.

        Args:
            code: its exit code.
            text: to print before.

        Raises:
            StepGone: it has ended.
        """
        self._send(b"r" + b"\0".join([b"%d" % code, b"", b"", b"", _bytes(text)]))

    def put(self, receipt: str, place: str, lock: str, text: str = "") -> bool:
        """Have the step put a written receipt in its place and end; return whether it did.

        Args:
            receipt: path of the written file.
            place: where it belongs.
            lock: file that is locked while it is put there.
            text: to print before.
        """
        paths = [os.fsencode(path) for path in (receipt, place, lock)]
        try:
            self._send(b"r" + b"\0".join([b"0", *paths, _bytes(text)]))
            self._connection.settimeout(PUT_SECONDS)
            return bool(self._connection.recv(1))
        except (OSError, StepGone):
            return False

    def wait(self, seconds: float, stop: Callable[[], bool]) -> bool:
        """Wait; return whether the step is still there and nothing has to stop."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if stop():
                return False
            self._connection.settimeout(min(left, LOOK_SECONDS))
            try:
                self._connection.recv(1)
            except TimeoutError:
                continue
            except OSError:
                pass
            return False  # it has closed the connection, or does not keep to the protocol
        return not stop()

    def _send(self, body: bytes) -> None:
        try:
            self._connection.settimeout(PUT_SECONDS)
            self._connection.sendall(len(body).to_bytes(4, "big") + body)
        except OSError:
            raise StepGone from None


class Steps(Protocol):
    """Knows the jobs that run in this very moment."""

    def serve(self, step: Step, client: ThinClient) -> None:
        """Do what a step is there for; every error is told to it."""

    def asks(self, receipt: str) -> bool:
        """Whether a running job with a wrapper has this output, so that it may send a request."""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")

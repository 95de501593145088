"""What goes over the session's socket: one JSON object each way, its length in front."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

from slack_wrapper import errors
from slack_wrapper.common.parsing import from_json
from slack_wrapper.errors import SessionProtocolError, SlackError, SlackWrapperError

VERSION = 1
VARIABLE = "SLACK_WRAPPER_SESSION"  # path of the socket; the only thing the environment tells
ELSEWHERE = "elsewhere"  # in its place, for a job that has been sent to another host
MAX_BYTES = 4 << 20  # far above any message; a stray client cannot make us read without end
_LENGTH = struct.Struct(">I")


def send(connection: socket.socket, data: dict[str, Any]) -> None:
    """Send one object.

    Raises:
        OSError: the other side has gone.
    """
    body = json.dumps(data, ensure_ascii=False).encode("utf-8")
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket) -> dict[str, Any]:
    """Receive one object, however long it takes.

    Raises:
        SessionProtocolError: what came is not one.
        OSError: the other side has gone.
    """
    return decode(exactly(connection, announced(connection)))


def announced(connection: socket.socket, until: float | None = None) -> int:
    """Receive the length of the object that follows, in bytes.

    Args:
        connection: to the other side.
        until: when it has to be there, by `time.monotonic`; None for whenever.

    Raises:
        SessionProtocolError: it is too long.
        OSError: the other side has gone, or is too slow.
    """
    (length,) = _LENGTH.unpack(exactly(connection, _LENGTH.size, until))
    if length > MAX_BYTES:
        raise SessionProtocolError(f"the session was sent {length} bytes at once")
    return int(length)


def decode(body: bytes) -> dict[str, Any]:
    """Return the object that a body holds.

    Raises:
        SessionProtocolError: it holds none, or one of another version.
    """
    try:
        data = from_json(body)
    except ValueError:
        raise SessionProtocolError("the session was sent something that is not JSON") from None
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise SessionProtocolError("the session speaks another version of its protocol")
    return data


def exactly(connection: socket.socket, count: int, until: float | None = None) -> bytes:
    """Receive so many bytes; see `announced`."""
    data = bytearray()
    while len(data) < count:
        if until is not None:
            connection.settimeout(max(until - time.monotonic(), 0.001))
        block = connection.recv(min(count - len(data), 1 << 16))
        if not block:
            raise ConnectionResetError("the session closed the connection")
        data += block
    return bytes(data)


def describe_error(error: SlackWrapperError) -> dict[str, str]:
    """Return an error as plain data, for `restore_error`."""
    more = {"code": error.code, "method": error.method} if isinstance(error, SlackError) else {}
    return {"class": type(error).__name__, "message": error.message, "hint": error.hint, **more}


def restore_error(data: dict[str, str]) -> SlackWrapperError:
    """Return the error that the other side described."""
    kind = getattr(errors, str(data.get("class")), None)
    if not (isinstance(kind, type) and issubclass(kind, SlackWrapperError)):
        kind = SlackWrapperError
    if issubclass(kind, errors.RateLimited):
        kind = errors.SlackUnavailable
    more = {}
    if issubclass(kind, SlackError):
        more = {"code": data.get("code", ""), "method": data.get("method", "")}
    error: SlackWrapperError = kind(str(data.get("message")), hint=str(data.get("hint")), **more)
    return error

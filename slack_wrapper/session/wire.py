"""What goes over the session's socket: one JSON object each way, its length in front."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

from slack_wrapper import errors
from slack_wrapper.errors import SessionProtocolError, SlackError, SlackWrapperError

VERSION = 1
VARIABLE = "SLACK_WRAPPER_SESSION"  # path of the socket; the only thing the environment tells
ELSEWHERE = "elsewhere"  # in its place, for a job that has been sent to another host
MAX_BYTES = 8 << 20  # far above any message; a stray client cannot make us read without end
_LENGTH = struct.Struct(">I")


def send(connection: socket.socket, data: dict[str, Any]) -> None:
    """Send one object.

    Raises:
        OSError: the other side has gone.
    """
    body = json.dumps(data, ensure_ascii=False).encode("utf-8")
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket) -> dict[str, Any]:
    """Receive one object.

    Raises:
        SessionProtocolError: what came is none.
        OSError: the other side has gone.
    """
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > MAX_BYTES:
        raise SessionProtocolError(f"the session sent {length} bytes at once")
    try:
        data = json.loads(_exactly(connection, length))
    except ValueError:
        raise SessionProtocolError("the session sent no JSON") from None
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise SessionProtocolError("the session speaks another version of its protocol")
    return data


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
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

"""What a client meets of each kind of fault: the call carried out or not, and its answer broken."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, copy_current_request_context, request

from slack_wrapper.sandbox.faults import CARRIED_OUT, Fault, FaultKind, When
from slack_wrapper.sandbox.store import Store

JSON = "application/json; charset=utf-8"
PAGE = "<!DOCTYPE html><html><head><title>Log in</title></head><body>Welcome.</body></html>"
# What Slack's edge says when it gives up on a call: python-slack-sdk issues 1162 and 1165.
STREAM_TIMEOUT = "stream timeout"


class Gone(Exception):
    """The connection has been closed on purpose; there is nobody to answer."""


def act(
    fault: Fault, args: dict[str, Any], carry_out: Callable[[], Response], store: Store
) -> Response:
    """Return the answer of a call that meets a fault.

    Args:
        fault: what goes wrong.
        args: the call's arguments; those that a fault changes are changed here.
        carry_out: does what the call asks for, and returns its answer.
        store: the workspace.

    Raises:
        Gone: there is no answer; the connection is closed.
    """
    kind = FaultKind(fault.kind)
    if kind is FaultKind.DROP_BODY:
        return _drop_body(fault)
    if kind is FaultKind.LATE:
        return _late(fault, carry_out)
    if kind in CARRIED_OUT:
        return _change(fault, args, carry_out, store)
    if kind in (FaultKind.SLOW, FaultKind.PAUSE):
        if fault.when is When.BEFORE:
            delay(fault)
            return carry_out()
        answer = carry_out()
        delay(fault)
        return answer
    if fault.when is When.AFTER:
        carry_out()
    return _instead(fault)


def _instead(fault: Fault) -> Response:
    """Return what comes in place of the call's own answer."""
    delay(fault)
    kind, status = FaultKind(fault.kind), fault.status
    connection = request.environ.get("werkzeug.socket")
    if kind is FaultKind.RESET:
        reset(connection)
        raise Gone
    if kind in (FaultKind.CLOSE, FaultKind.HANG):
        close(connection)
        raise Gone
    if kind is FaultKind.GARBAGE:
        _send(connection, fault.body.encode("latin-1"))
        close(connection)
        raise Gone
    if kind is FaultKind.RETRY_AFTER:
        waiting = {} if fault.wait is None else {"Retry-After": fault.wait}
        body = fault.body or json.dumps({"ok": False, "error": "ratelimited"})
        return _response(body, 429, {"Content-Type": JSON, **waiting, **fault.headers})
    bodies: dict[FaultKind, tuple[str, int, dict[str, str]]] = {
        FaultKind.ERROR: (
            json.dumps({"ok": False, "error": fault.code}),
            200,
            {"Content-Type": JSON},
        ),
        FaultKind.HTTP: (fault.body, status, {"Content-Type": "text/html; charset=utf-8"}),
        FaultKind.PAGE: (fault.body or PAGE, status, {"Content-Type": "text/html"}),
        FaultKind.REDIRECT: (fault.body, status, {"Location": fault.to}),
        FaultKind.STREAM_TIMEOUT: (STREAM_TIMEOUT, status, _ENVOY),
        FaultKind.SHAPE: (json.dumps(fault.answer), status or 200, {"Content-Type": JSON}),
        FaultKind.BARE: (json.dumps({"ok": True}), status or 200, {"Content-Type": JSON}),
    }
    body, status, headers = bodies[kind]
    return _response(body, status, {**headers, **fault.headers})


_ENVOY = {"Content-Type": "text/plain", "Server": "envoy"}


def _response(body: str, status: int, headers: dict[str, str]) -> Response:
    kind = headers.pop("Content-Type", None)
    return Response(body, status, headers=headers, content_type=kind)


def _change(
    fault: Fault, args: dict[str, Any], carry_out: Callable[[], Response], store: Store
) -> Response:
    """Carry the call out, and change its answer."""
    kind = FaultKind(fault.kind)
    delay(fault)
    if kind is FaultKind.FEW_A_MINUTE and (left := fault.too_soon()):
        body = json.dumps({"ok": False, "error": "ratelimited"})
        return _response(body, 429, {"Content-Type": JSON, "Retry-After": str(int(left) + 1)})
    if kind in (FaultKind.SHORT_PAGE, FaultKind.NO_CURSOR, FaultKind.FEW_A_MINUTE):
        args["limit"] = min(fault.size, int(args.get("limit") or fault.size))
    if kind in (FaultKind.SHOWN_LATE, FaultKind.NEVER_SHOWN):
        hidden = None if kind is FaultKind.NEVER_SHOWN else time.time() + fault.seconds
        with store.showing_from(hidden):
            answer = carry_out()
        return _instead_of(answer, fault)
    answer = carry_out()
    if kind is FaultKind.TRUNCATE:
        text = answer.get_data()
        answer.set_data(text[: len(text) // 2])
    elif kind is FaultKind.CHARSET:
        answer.headers["Content-Type"] = f"application/json; charset={fault.charset}"
    elif kind is FaultKind.DRIP:
        return _drip(fault, answer)
    elif answer.is_json:
        shown = json.loads(answer.get_data())
        if isinstance(shown, dict):
            _EDITS.get(kind, _nothing)(shown, fault, args)
            answer.set_data(json.dumps(shown))
    return answer


def _instead_of(answer: Response, fault: Fault) -> Response:
    """Return a call's own answer, or the time-out that the fault gives the status of."""
    return (
        _response(fault.body or STREAM_TIMEOUT, fault.status, dict(_ENVOY))
        if fault.status
        else answer
    )


def _missing(answer: dict[str, Any], fault: Fault, args: dict[str, Any]) -> None:
    for path in fault.fields:
        _remove(answer, path.split("."))


def _remove(value: Any, path: list[str]) -> None:
    if isinstance(value, list):
        for one in value:
            _remove(one, path)
    elif isinstance(value, dict):
        if len(path) == 1:
            value.pop(path[0], None)
        else:
            _remove(value.get(path[0]), path[1:])


def _empty_page(answer: dict[str, Any], fault: Fault, args: dict[str, Any]) -> None:
    """Filters are applied after a page is cut: it may be empty, with more to come."""
    for name, value in answer.items():
        if isinstance(value, list):
            answer[name] = []
    answer["response_metadata"] = {"next_cursor": str(args.get("cursor") or 0)}


def _no_cursor(answer: dict[str, Any], fault: Fault, args: dict[str, Any]) -> None:
    answer.pop("response_metadata", None)
    answer["has_more"] = True


def _no_metadata(answer: dict[str, Any], fault: Fault, args: dict[str, Any]) -> None:
    _remove(answer, ["messages", "metadata"])


def _nothing(answer: dict[str, Any], fault: Fault, args: dict[str, Any]) -> None:
    """Change nothing more."""


_EDITS: dict[FaultKind, Callable[[dict[str, Any], Fault, dict[str, Any]], None]] = {
    FaultKind.MISSING: _missing,
    FaultKind.EMPTY_PAGE: _empty_page,
    FaultKind.NO_CURSOR: _no_cursor,
    FaultKind.NO_METADATA: _no_metadata,
}


def _drip(fault: Fault, answer: Response) -> Response:
    body = answer.get_data()

    def bytes_slowly() -> Iterator[bytes]:
        for number in range(len(body)):
            yield body[number : number + 1]
            fault.pause(fault.seconds)

    slow = Response(bytes_slowly(), answer.status_code, content_type=answer.content_type)
    slow.headers["Content-Length"] = str(len(body))
    return slow


def _late(fault: Fault, carry_out: Callable[[], Response]) -> Response:
    """Carry the call out `seconds` later: answered at once if there is a status, else never."""
    fault.reached.set()
    if not fault.status:
        fault.pause(fault.seconds)
        carry_out()
        close(request.environ.get("werkzeug.socket"))
        raise Gone
    request.get_data()  # while the client is there; Flask keeps it

    @copy_current_request_context
    def later() -> None:
        fault.pause(fault.seconds)
        carry_out()

    threading.Thread(target=later, daemon=True).start()
    return _response(fault.body or STREAM_TIMEOUT, fault.status, {**_ENVOY, **fault.headers})


def _drop_body(fault: Fault) -> Response:
    left = fault.after_bytes
    while left > 0 and (block := request.stream.read(min(left, 1 << 16))):
        left -= len(block)
    fault.reached.set()
    reset(request.environ.get("werkzeug.socket"))
    raise Gone


def delay(fault: Fault) -> None:
    """Wait as the fault says, and let tests see that it was reached."""
    fault.reached.set()
    if fault.kind is FaultKind.PAUSE:
        fault.pause()
    elif fault.kind is FaultKind.HANG:
        fault.pause(fault.seconds)
    elif fault.kind is FaultKind.SLOW:
        time.sleep(fault.seconds)


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


def _send(connection: socket.socket | None, data: bytes) -> None:
    if connection is not None:
        try:
            connection.sendall(data)
        except OSError:
            return

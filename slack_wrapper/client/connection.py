"""Connections of urllib3 that bound the time of a call as a whole and know what was sent.

urllib3 bounds each read: a server that sends a byte now and then would hold a call for ever. Its
`_new_conn` is overridden as its own `contrib.socks` does; the rest is its public interface.
"""

from __future__ import annotations

import math
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from slack_wrapper.client.opening import opened

CONNECT_SECONDS = 5.0
# Seconds for which an idle connection may be used again. Slack's edge, and firewalls that drop a
# connection silently, keep them for a minute or longer.
KEEP_SECONDS = 30.0
_TIMEOUT = re.compile(r"\btimeout=(\d{1,9})")


@dataclass(frozen=True)
class Limits:
    """Seconds that the parts of one call may take.

    Args:
        answer: from the last byte of the request to the last byte of the answer.
        send: for the request; of a large body for each piece of 1 MiB.
        connect: to open a connection, and as much again for TLS.
        whole: for all of it together.
    """

    answer: float
    send: float = 30.0
    connect: float = CONNECT_SECONDS
    whole: float = math.inf


class Call(threading.local):
    """The call that a thread is in."""

    limits = Limits(30.0)
    until = math.inf  # by time.monotonic
    sent = False  # whether anything of the request, beyond the opening of a connection, was sent


CALL = Call()


class _BoundedSocket:
    """Lets each operation of a socket end at one point in time, `until`."""

    until = math.inf  # by time.monotonic

    def _hurry(self: Any) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        if left < math.inf:
            self.settimeout(left)

    def recv(self: Any, *args: Any) -> bytes:
        self._hurry()
        return bytes(super().recv(*args))  # type: ignore[misc]

    def recv_into(self: Any, *args: Any, **more: Any) -> int:
        self._hurry()
        return int(super().recv_into(*args, **more))  # type: ignore[misc]

    def send(self: Any, *args: Any) -> int:
        self._hurry()
        return int(super().send(*args))  # type: ignore[misc]

    def sendall(self: Any, *args: Any) -> None:
        self._hurry()
        super().sendall(*args)  # type: ignore[misc]


class _Socket(_BoundedSocket, socket.socket):
    pass


class TLSSocket(_BoundedSocket, ssl.SSLSocket):
    """What an SSLContext is to make, see `SSLContext.sslsocket_class`."""


class _Bounded:
    """Adds to a connection of urllib3 the bounds of the call that uses it."""

    used = 0.0
    keep = KEEP_SECONDS

    @property
    def is_connected(self: Any) -> bool:
        """Whether a kept connection may carry another request."""
        # By the clock that goes on while a laptop sleeps.
        fresh = 0 <= time.time() - self.used < self.keep
        return fresh and bool(super().is_connected)  # type: ignore[misc]

    def _new_conn(self: Any) -> socket.socket:
        seconds = min(CALL.limits.connect, CALL.until - time.monotonic())
        where = (self._dns_host, self.port)
        found = opened(where, max(0.0, seconds), self.socket_options or ())
        bounded = _Socket(found.family, found.type, found.proto, found.detach())
        bounded.until = min(CALL.until, time.monotonic() + CALL.limits.connect)
        bounded.settimeout(CALL.limits.connect)
        return bounded

    def connect(self: Any) -> None:
        try:
            super().connect()  # type: ignore[misc]
        finally:
            CALL.sent = False  # a proxy may have been asked for a tunnel, Slack for nothing

    def send(self: Any, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._bound(CALL.limits.send)
        CALL.sent = True
        super().send(data)  # type: ignore[misc]

    def getresponse(self: Any) -> Any:
        self._bound(CALL.limits.answer)
        response = super().getresponse()  # type: ignore[misc]
        told = _TIMEOUT.search(response.headers.get("keep-alive", ""))
        self.keep = min(KEEP_SECONDS, float(told[1]) - 1) if told else KEEP_SECONDS
        self.used = time.time()
        return response

    def _bound(self: Any, seconds: float) -> None:
        if self.sock is not None:
            # TLS to a proxy and TLS within it: the inner one has no socket of its own.
            sock = getattr(self.sock, "socket", self.sock)
            sock.until = min(CALL.until, time.monotonic() + seconds)


class _Plain(_Bounded, HTTPConnection):
    pass


class _Secure(_Bounded, HTTPSConnection):
    pass


class PlainPool(urllib3.HTTPConnectionPool):
    """Connections by http."""

    ConnectionCls = _Plain


class SecurePool(urllib3.HTTPSConnectionPool):
    """Connections by https."""

    ConnectionCls = _Secure

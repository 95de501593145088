"""The Slack-compatible servers that the client suite runs against."""

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret

QUICK = RetryPolicy(attempts=3, total=20.0, base=0.01, cap=0.05)


@dataclass
class Server:
    """Address and token of a server, and the name of a channel that the bot is in."""

    api_url: str
    token: str
    channel: str

    def transport(self, *, token: str | None = None, timeout: float = 10.0) -> WebApiTransport:
        return WebApiTransport(Secret(token or self.token), base_url=self.api_url, timeout=timeout)

    def names(self) -> Names:
        return Names(self.transport())

    def retrier(self) -> Retrier:
        return Retrier(QUICK)


class RawServer:
    """Answers every request with bytes of the test's own, whatever they are.

    Args:
        answer: what to answer; a function is given the connection instead, and speaks itself.
        keep: whether a connection is kept for further requests.

    Attributes:
        requests: what came, head and body.
        connections: how many there were.
    """

    def __init__(self, answer: bytes | Callable[[socket.socket], None], *, keep: bool = False):
        self.answer, self.keep = answer, keep
        self.requests: list[bytes] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/api/"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._listener.close()
        self.drop()

    def drop(self) -> None:
        """Close all connections, as a server does with those that are idle."""
        while self._open:
            with contextlib.suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if not self.keep:  # one after the other costs the least
                self._speak(connection)
                continue
            self._open.append(connection)
            threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while request := _request(connection):
                self.requests.append(request)
                if callable(self.answer):
                    self.answer(connection)
                else:
                    connection.sendall(self.answer)
                if not self.keep:
                    return


def _request(connection: socket.socket) -> bytes:
    """Return one whole request, empty when the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", data)
    whole = data.index(b"\r\n\r\n") + 4 + (int(found[1]) if found else 0)
    while len(data) < whole:
        data += connection.recv(65536)
    return data


def answer(
    body: object, *, status: str = "200 OK", headers: Mapping[str, str] | None = None
) -> bytes:
    """Return an HTTP answer; what is neither text nor bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else str(body).encode()
    if not isinstance(body, (bytes, str)):
        raw = json.dumps(body).encode()
    given = {"Content-Type": "application/json", "Content-Length": str(len(raw)), **(headers or {})}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + raw

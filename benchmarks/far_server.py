"""The process of `far`: a sandbox that keeps connections, and a proxy that makes them slow.

Use: python -m benchmarks.far_server CERTIFICATE_AND_KEY.pem ADDRESS_OF_THE_WORKSPACE CHANNELS;
prints the API's address, answers each line on stdin with the calls since the last, ends with it.
"""

import asyncio
import contextlib
import io
import json
import ssl
import sys
import threading
from collections import Counter, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.far import TOKEN, channel_id
from slack_wrapper.sandbox.app import build
from slack_wrapper.sandbox.faults import Faults
from slack_wrapper.sandbox.pacing import Pacing
from slack_wrapper.sandbox.store import Store

ROUND_TRIP = 0.08  # seconds
_PIECE = 1 << 20


class _Delay:
    """Passes on what one end of a connection says, half a round trip later."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._there = asyncio.Event()

    async def run(self, *, late: float) -> None:
        """Pass on until the end; the first piece comes later, for the opening of a connection."""
        passing = asyncio.create_task(self._pass())
        clock = asyncio.get_running_loop().time
        first = clock() + late
        while piece := await self._reader.read(_PIECE):
            self._put(max(first, clock()) + ROUND_TRIP / 2, piece)
        self._put(clock() + ROUND_TRIP / 2, b"")
        await passing

    def _put(self, when: float, piece: bytes) -> None:
        self._pieces.append((when, piece))
        self._there.set()

    async def _pass(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await self._there.wait()
            when, piece = self._pieces.popleft()
            if not self._pieces:
                self._there.clear()
            await asyncio.sleep(max(0.0, when - clock()))
            if not piece:
                break
            self._writer.write(piece)
        with contextlib.suppress(OSError):
            self._writer.write_eof()


async def _between(port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port, limit=4 * _PIECE)
        with contextlib.suppress(OSError):
            await asyncio.gather(
                _Delay(reader, back).run(late=ROUND_TRIP), _Delay(there, writer).run(late=0.0)
            )
        back.close()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=4 * _PIECE)
    print(f"https://localhost:{server.sockets[0].getsockname()[1]}/api/", flush=True)
    async with server:
        await server.serve_forever()


class _Keeping(BaseHTTPRequestHandler):
    """Carries requests to a WSGI application, and keeps the connection, as Slack does.

    The sandbox's own server closes it after each answer.
    """

    protocol_version = "HTTP/1.1"
    app: Any

    def do_POST(self) -> None:
        """Answer one request."""
        length = int(self.headers.get("Content-Length") or 0)
        path, _, query = self.path.partition("?")
        environ = {
            "REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "localhost", "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version, "SCRIPT_NAME": "",
            "CONTENT_LENGTH": str(length), "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "https", "wsgi.errors": sys.stderr,
            "wsgi.input": io.BytesIO(self.rfile.read(length)), "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        for name, value in self.headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        told: list[Any] = []
        body = b"".join(type(self).app(environ, lambda *args: told.append(args)))
        status, headers = told[0][:2]
        self.send_response_only(int(status[:3]))
        for name, value in headers:
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _serve(store: Store, pem: str) -> int:
    """Serve the sandbox's application over TLS in threads; return the port."""

    class Handler(_Keeping):
        app = build(store, Faults(), Pacing())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])


def main(pem: str, team: str, channels: str) -> None:
    """Serve until stdin ends."""
    scopes = ["chat:write", "chat:write.public", "channels:read", "groups:read", "files:write",
              "files:read", "channels:history", "im:history", "groups:history"]  # fmt: skip
    seed = {
        "team": "Bench", "url": team,
        "users": [{"id": "U1", "name": "bot", "is_bot": True}],
        "channels": [{"id": channel_id(n), "name": f"c{n}", "members": ["U1"]}
                     for n in range(int(channels))],
        "tokens": [{"token": TOKEN, "user": "U1", "scopes": scopes}],
    }  # fmt: skip
    store = Store(None, seed, keep_bytes=False)
    port = _serve(store, pem)
    threading.Thread(target=lambda: asyncio.run(_between(port)), daemon=True).start()
    seen = 0
    for _ in sys.stdin:
        calls = [call["method"] for call in store.calls[seen:]]
        seen += len(calls)
        print(json.dumps(Counter(calls)), flush=True)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

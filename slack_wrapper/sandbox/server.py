"""Starting and stopping the sandbox, on loopback only."""

from __future__ import annotations

import logging
import os
import secrets
import ssl
import threading
from typing import Any

from slack_wrapper.errors import MissingExtra
from slack_wrapper.sandbox.faults import Faults
from slack_wrapper.sandbox.pacing import Pacing
from slack_wrapper.sandbox.store import Store

HOST = "127.0.0.1"
_POLL = 0.02  # seconds after which `stop` is noticed


class Sandbox:
    """A Slack-compatible server in a thread of this process.

    Args:
        port: 0 for any that is free.
        folder: where the workspace is kept; None for a folder that goes with the server.
        seed: see `store.DEFAULT_SEED`.
        keep_bytes: False to hash uploads without keeping them.
        rate_limits: whether Slack's rate limits are enforced.
        scale: seconds of Slack's rate limits that pass in one second of ours.
        tls: serve https with this certificate, for tests of clients.
        key: opens the page and the control addresses; None for a new one.

    Raises:
        MissingExtra: Flask is not installed.
        OSError: the port is taken.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        folder: str | os.PathLike[str] | None = None,
        seed: dict[str, Any] | None = None,
        keep_bytes: bool = True,
        rate_limits: bool = False,
        scale: float = 1.0,
        tls: ssl.SSLContext | None = None,
        key: str | None = None,
    ) -> None:
        self.store = Store(folder, seed, keep_bytes=keep_bytes)
        self.faults = Faults()
        self.pacing = Pacing(on=rate_limits, scale=scale)
        tokens = self.store.data["tokens"]
        self.token: str = tokens[0]["token"] if tokens else ""
        self.key = key or secrets.token_urlsafe(16)
        self._scheme = "https" if tls else "http"
        self._server = _make_server(self, port, tls)
        self.port = int(self._server.server_port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), daemon=True
        )

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"{self._scheme}://{HOST}:{self.port}"

    @property
    def page_url(self) -> str:
        """Address of the page, with the key that opens it."""
        return f"{self.url}/?key={self.key}"

    @property
    def api_url(self) -> str:
        """Address of the Web API, for `slack.base_url`."""
        return f"{self.url}/api/"

    def messages(self, channel: str = "librec_channel") -> list[dict[str, Any]]:
        """Return the messages of a channel by name, oldest first."""
        with self.store.lock:
            self.store.deliver_due()
            found = self.store.channel_by_name(channel)
            return list(self.store.messages(found["id"])) if found else []

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Return the calls of a method that were made so far."""
        with self.store.lock:
            return [call for call in self.store.calls if call["method"] == method]

    def start(self) -> Sandbox:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving, let go what hangs, save the workspace."""
        self.faults.clear()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.store.save()
        self.store.close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *exc: Any) -> None:
        self.stop()


def _make_server(sandbox: Sandbox, port: int, tls: ssl.SSLContext | None) -> Any:
    try:
        from werkzeug.serving import WSGIRequestHandler, make_server

        from slack_wrapper.sandbox import doors
        from slack_wrapper.sandbox.app import build
    except ModuleNotFoundError as error:
        raise MissingExtra(f"the sandbox needs {error.name}, which is not installed") from None
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)

    class Handler(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:
            """Say nothing: the page shows what happened."""

        def send_response(self, code: int, message: str | None = None) -> None:
            """Send the status alone: Date and Server are the application's, and Slack's."""
            self.send_response_only(code, message)

    app = build(sandbox.store, sandbox.faults, sandbox.pacing)
    server = make_server(HOST, port, app, threaded=True, request_handler=Handler, ssl_context=tls)
    doors.register(app, sandbox.key, server.server_port)
    server.daemon_threads = True  # type: ignore[attr-defined]
    return server

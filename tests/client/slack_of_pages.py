"""A server apart from the sandbox: pages as somebody writes them, calls written down."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

Answer = Callable[[dict[str, str]], tuple[int, dict[str, Any], dict[str, str]] | dict[str, Any]]


class Pages:
    """What the server answers, method by method, and what it was asked."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers, self.calls, self.url = answers, [], ""
        self.lock = threading.Lock()

    def asked(self, method: str) -> list[dict[str, str]]:
        """Return the arguments of the calls of a method."""
        return [given for name, given in self.calls if name == method]


@contextmanager
def serving(answers: dict[str, Answer]) -> Iterator[Pages]:
    """Serve answers on the loopback interface."""
    pages = Pages(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if "json" in (self.headers.get("Content-Type") or ""):
                given = json.loads(body)
            else:
                given = dict(parse_qsl(body))
            method = self.path.partition("?")[0].rpartition("/")[2]
            with pages.lock:
                pages.calls.append((method, given))
                answer = pages.answers.get(method)
                said = answer(given) if answer else {"ok": False, "error": "unknown_method"}
            status, content, headers = said if isinstance(said, tuple) else (200, said, {})
            data = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    pages.url = f"http://127.0.0.1:{server.server_port}/api/"
    try:
        yield pages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page(items: str, entries: list[dict[str, Any]], cursor: str = "") -> dict[str, Any]:
    """Return a page of a list, as Slack writes it."""
    return {"ok": True, items: entries, "response_metadata": {"next_cursor": cursor}}

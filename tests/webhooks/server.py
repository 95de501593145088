"""A loopback server that takes by incoming webhook what a description says, and nothing else."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema

FOLDER = Path(__file__).parent / "servers"
FLAVORS = sorted(path.stem for path in FOLDER.glob("*.json"))


class WebhookServer:
    """One server with one webhook.

    Args:
        flavor: name of its description.
    """

    def __init__(self, flavor: str) -> None:
        self.about = json.loads((FOLDER / f"{flavor}.json").read_text())
        self.taken: list[dict[str, Any]] = []
        self.calls = 0
        self.answers: list[tuple[int, str, dict[str, str]]] = []  # in the place of the next ones
        self._validator = jsonschema.Draft202012Validator(self.about["payload"])
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}{self.about['path']}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def take(self, path: str, kind: str, body: bytes) -> tuple[int, str, dict[str, str]]:
        self.calls += 1
        if self.answers:
            return self.answers.pop(0)
        if path != self.about["path"]:
            return 404, "no_service", {}
        payload = json.loads(body) if kind.startswith("application/json") else None
        problem = next(self._validator.iter_errors(payload), None)
        answer = self.about["refused" if problem else "accepted"]
        if problem is None:
            self.taken.append(payload)
        said = answer["body"]
        text = said if isinstance(said, str) else json.dumps(said)
        return answer["status"], text, {"Content-Type": answer["type"]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, text, headers = server.take(
                    self.path, self.headers.get("Content-Type", ""), body
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def do_GET(self) -> None:
                self.send_error(405)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler

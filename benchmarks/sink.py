"""A server that takes uploads and keeps nothing, so that the client is what is measured.

Use: python benchmarks/sink.py [CERTIFICATE_AND_KEY.pem]; prints its address, ends with its stdin.
"""

import json
import socket
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = 1 << 20


class Handler(BaseHTTPRequestHandler):
    """Answers the three calls of an upload, as Slack does."""

    protocol_version = "HTTP/1.1"
    scheme = "http"
    flags = getattr(socket, "MSG_TRUNC", 0) if sys.platform == "linux" else 0  # tcp(7): drops them

    def do_POST(self) -> None:
        """Take any body; answer by the path."""
        left, buffer = int(self.headers["Content-Length"]), bytearray(BLOCK)
        left -= len(self.rfile.read(min(left, len(self.rfile.peek(1))) if left else 0))
        while left:
            got = self.connection.recv_into(buffer, min(BLOCK, left), self.flags)
            if not got:
                return
            left -= got
        if not self.path.startswith("/api/"):
            self._answer(b"OK")
            return
        port = self.server.server_address[1]
        answer = {
            "ok": True, "upload_url": f"{self.scheme}://localhost:{port}/upload", "file_id": "F1",
            "user": "bot", "user_id": "U1", "files": [{"id": "F1", "title": "x"}],
        }  # fmt: skip
        self._answer(json.dumps(answer).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until stdin ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Handler.scheme, Handler.flags = "https", 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"{Handler.scheme}://localhost:{server.server_address[1]}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

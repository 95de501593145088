"""What time it is at Slack's is learned from its answers, by whatever call they came."""

import http.server
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from slack_wrapper.client.slack_clock import SlackClock, clock_of
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import SlackError

HOUR = 3600.0
ANSWERS = {
    "/api/auth.test": b'{"ok": true, "user": "bot", "user_id": "U1"}',
    "/api/conversations.info": b'{"ok": false, "error": "channel_not_found"}',
    "/api/users.info": b"<html>a portal</html>",
}


class Ahead(http.server.BaseHTTPRequestHandler):
    """A server whose clock is an hour ahead."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = ANSWERS[self.path]
        self.send_response_only(200)
        self.send_header("Date", formatdate(time.time() + HOUR, usegmt=True))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def ahead() -> Iterator[WebApiTransport]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ahead) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield WebApiTransport(
            Secret("xoxb-1-x"), base_url=f"http://127.0.0.1:{server.server_port}/api/"
        )
        server.shutdown()


def hour_ahead(transport: WebApiTransport) -> bool:
    return abs(clock_of(transport.base_url).ahead - HOUR) < SlackClock.TOLERANCE


def test_the_time_is_learned_from_an_answer(ahead: WebApiTransport) -> None:
    assert not clock_of(ahead.base_url).known
    ahead.call("auth.test", {})
    assert hour_ahead(ahead)
    assert hour_ahead(ahead.quicker(1.0))


def test_the_time_is_learned_from_a_refusal(ahead: WebApiTransport) -> None:
    with pytest.raises(SlackError):
        ahead.call("conversations.info", {"channel": "C1"})
    assert hour_ahead(ahead)


def test_the_time_of_somebody_in_between_is_not_slacks(ahead: WebApiTransport) -> None:
    with pytest.raises(SlackError):
        ahead.call("users.info", {"user": "U1"})
    assert not clock_of(ahead.base_url).known


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_is_none_tells_nothing(date: str) -> None:
    clock = SlackClock()
    clock.heard({"date": date})
    clock.heard({})
    assert not clock.known
    assert abs(clock.now() - time.time()) < 1

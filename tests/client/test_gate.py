"""The gate: nothing is followed, nothing hangs, connections are kept and never lose a post."""

import copy
import io
import multiprocessing
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from slack_wrapper.client import connection, http, opening
from slack_wrapper.client.methods import METHODS
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common.budget import Budget, spending
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import (
    Ambiguity,
    ConfigError,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
)
from tests.client.answers import GOOD, NEEDED, POSTED
from tests.client.servers import RawServer, answer

TOKEN = "xoxb-1-gate"
POST = "chat.postMessage"
DONE = answer({"ok": True, **POSTED})
PARAMS = {"channel": "C1", "text": "text"}


def at(server: RawServer, timeout: float = 10.0) -> WebApiTransport:
    return WebApiTransport(Secret(TOKEN), base_url=server.url, timeout=timeout)


def hook_at(server: RawServer) -> WebhookTransport:
    return WebhookTransport(
        Secret(f"http://127.0.0.1:{server.port}/services/T1/B1/gategategategate")
    )


@pytest.fixture
def elsewhere() -> Iterator[RawServer]:
    with RawServer(DONE) as server:
        yield server


# What an answer must have


@pytest.mark.parametrize("method", METHODS)
def test_a_good_answer_is_taken_as_it_is(method: str) -> None:
    with RawServer(answer({"ok": True, **GOOD[method]})) as server:
        assert at(server).call(method, {}) == {"ok": True, **GOOD[method]}


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, paths in NEEDED.items() for path in paths]
)
def test_an_answer_without_a_needed_part_is_not_slacks(method: str, path: str) -> None:
    data = copy.deepcopy(GOOD[method])
    *way, last = path.split(".")
    part = data
    for step in way:
        part = part[int(step) if step.isdigit() else step]
    del part[last]
    expected = SlackUnavailable if METHODS[method].repeatable else SlackAmbiguous
    with (
        RawServer(answer({"ok": True, **data})) as server,
        pytest.raises(expected, match="lacks what the method promises"),
    ):
        at(server).call(method, {})


@pytest.mark.parametrize("method", ["conversations.list", "users.list"])
def test_one_odd_entry_of_a_listing_hides_no_other(method: str) -> None:
    data = copy.deepcopy(GOOD[method])
    data["channels" if "channels" in data else "members"].insert(0, {"odd": 1})
    with RawServer(answer({"ok": True, **data})) as server:
        assert at(server).call(method, {}) == {"ok": True, **GOOD[method]}


def test_what_is_only_nice_to_have_fails_nothing() -> None:
    said = {"ok": True, **GOOD["auth.test"], "url": 7, "team": None, "expires_in": []}
    with RawServer(answer(said, headers={"Content-Type": "x; charset=klingon"})) as server:
        assert at(server).call("auth.test", {})["user"] == "bot"


@pytest.mark.parametrize("url", ["http://127.0.0.2/up", "ftp://127.0.0.1/x", "https://[", "", 7])
def test_an_upload_address_is_https_or_on_this_machine(url: object) -> None:
    data = {"ok": True, "upload_url": url, "file_id": "F1"}
    with RawServer(answer(data)) as server, pytest.raises(SlackUnavailable):
        at(server).call("files.getUploadURLExternal", {})
    with RawServer(DONE) as server, pytest.raises(SlackUnavailable, match="not an https"):
        at(server).upload(str(url), io.BytesIO(b"x"), 1)
    assert server.requests == []


@pytest.mark.parametrize("url", ["http://slack.com/api/", "https://[", "slack.com", "file:///api/"])
def test_a_base_url_is_https_or_on_this_machine(url: str) -> None:
    with pytest.raises(ConfigError, match="not an https address"):
        WebApiTransport(Secret(TOKEN), base_url=url)


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(elsewhere: RawServer, status: int) -> None:
    away = answer("", status=f"{status} x", headers={"Location": elsewhere.url + POST})
    with RawServer(away) as server:
        with pytest.raises(SlackAmbiguous, match=rf"HTTP {status} to 127\.0\.0\.1"):
            at(server).call(POST, PARAMS)
        with pytest.raises(SlackUnavailable, match=f"HTTP {status}"):
            at(server).call("auth.test", {})
        with pytest.raises(SlackUnavailable, match=f"HTTP {status}"):
            at(server).upload(f"{server.url}up", io.BytesIO(b"x"), 1)
        with pytest.raises(SlackAmbiguous, match=f"HTTP {status}"):
            hook_at(server).call(POST, PARAMS)
        assert len(server.requests) == 4
    assert elsewhere.requests == []


def test_the_address_of_the_redirects_would_take_the_post(elsewhere: RawServer) -> None:
    """The control of the test above."""
    assert at(elsewhere).call(POST, PARAMS)["ts"]
    assert TOKEN.encode() in elsewhere.requests[0]


# Bounds


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.02)


def drip_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X")
        time.sleep(0.02)


def go_on(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def hang(connection: socket.socket) -> None:
    connection.recv(1)  # until the client has had enough


@pytest.mark.timeout(60)
@pytest.mark.parametrize("how", [drip, drip_headers, go_on, hang])
def test_no_server_holds_a_call(how) -> None:
    with RawServer(how, keep=True) as server:
        with pytest.raises(SlackAmbiguous, match="timed out") as caught:
            at(server, timeout=0.5).call(POST, PARAMS)
        assert caught.value.kind is Ambiguity.TIMED_OUT
        with pytest.raises(SlackUnavailable, match="timed out"):
            at(server, timeout=0.5).call("auth.test", {})


@pytest.mark.timeout(60)
def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)

    monkeypatch.setattr(http.Http.post, "__kwdefaults__", {"most": 1 << 20})
    with RawServer(flood) as server, pytest.raises(SlackAmbiguous, match="more than") as caught:
        at(server).call(POST, PARAMS)
    assert caught.value.kind is Ambiguity.FOREIGN


# How a call fails


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize(
    "how", [reset, lambda connection: connection.sendall(DONE[:-9]), lambda _: None]
)
def test_a_call_that_is_cut_off_is_unclear(how) -> None:
    with RawServer(how) as server, pytest.raises(SlackAmbiguous) as caught:
        at(server).call(POST, PARAMS)
    assert caught.value.kind is Ambiguity.CUT_OFF


def refusing_bytes(reply: bytes) -> Iterator[tuple[str, threading.Thread]]:
    """A server that reads the head of a request only, says something, and resets."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listener.accept()
        peer.recv(100)
        peer.sendall(reply)
        time.sleep(0.1)
        reset(peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/", thread
    listener.close()


def test_a_broken_pipe_is_unclear() -> None:
    """Slack may have had all that it needs before it closed."""
    for url, _ in refusing_bytes(b""):
        transport = WebApiTransport(Secret(TOKEN), base_url=url)
        with pytest.raises(SlackAmbiguous) as caught:
            transport.call(POST, {"channel": "C1", "text": "x" * 50_000_000})
        assert caught.value.kind is Ambiguity.CUT_OFF


def test_what_was_not_sent_was_not_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = WebApiTransport(Secret(TOKEN), base_url=f"http://127.0.0.1:{port}/api/")
    with pytest.raises(SlackUnavailable, match="connection refused"):
        transport.call(POST, PARAMS)
    with RawServer(reset) as server:  # in the place of TLS
        secure = WebApiTransport(Secret(TOKEN), base_url=f"https://127.0.0.1:{server.port}/api/")
        with pytest.raises(SlackUnavailable):
            secure.call(POST, PARAMS)


def test_an_upload_that_is_answered_too_early_is_not_taken_for_done() -> None:
    size = 50_000_000
    for url, _ in refusing_bytes(answer("OK")):
        transport = WebApiTransport(Secret(TOKEN), base_url=url)
        with pytest.raises(SlackUnavailable):
            transport.upload(f"{url}up", io.BytesIO(bytes(size)), size)


def test_a_refusal_that_names_the_bot_asks_for_it_once() -> None:
    refused = answer({"ok": False, "error": "not_in_channel"})
    with RawServer(refused) as server:
        with pytest.raises(SlackRefused):
            at(server).call(POST, PARAMS)
        assert len(server.requests) == 2  # the post and auth.test, which is refused as well


def test_a_token_that_no_header_can_carry_is_not_repeated() -> None:
    with RawServer(DONE) as server:
        transport = WebApiTransport(Secret("xoxb-1-line\nbreak"), base_url=server.url)
        with pytest.raises(SlackError) as caught:
            transport.call(POST, PARAMS)
        assert "break" not in str(caught.value)
        assert server.requests == []


# Connections


def test_one_connection_carries_many_calls() -> None:
    with RawServer(DONE, keep=True) as server:
        transport = at(server)
        for _ in range(5):
            transport.call(POST, PARAMS)
        transport.quicker(1.0).call(POST, PARAMS)
        assert (server.connections, len(server.requests)) == (1, 6)


def test_a_connection_that_was_closed_while_idle_loses_no_post() -> None:
    with RawServer(DONE, keep=True) as server:
        transport = at(server)
        for _ in range(3):
            transport.call(POST, PARAMS)
            server.drop()
            time.sleep(0.1)
        assert (server.connections, len(server.requests)) == (3, 3)


@pytest.mark.parametrize("told", [None, "timeout=1, max=100", "timeout=0"])
def test_a_connection_is_not_trusted_for_long(
    monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    headers = {"Keep-Alive": told} if told else {}
    if told is None:
        monkeypatch.setattr(connection, "KEEP_SECONDS", 0.0)
    with RawServer(answer({"ok": True, **POSTED}, headers=headers), keep=True) as server:
        transport = at(server)
        transport.call(POST, PARAMS)
        transport.call(POST, PARAMS)
        assert server.connections == 2


def test_threads_share_what_is_kept() -> None:
    with RawServer(DONE, keep=True) as server:
        transport = at(server)
        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda _: transport.call(POST, PARAMS)["ts"], range(80)))
        assert len(done) == len(server.requests) == 80
        assert server.connections <= 8


def test_a_fork_opens_connections_of_its_own() -> None:
    with RawServer(DONE, keep=True) as server:
        transport = at(server)
        transport.call(POST, PARAMS)
        child = multiprocessing.get_context("fork").Process(
            target=lambda: os._exit(transport.call(POST, PARAMS)["ok"] is not True)
        )
        child.start()
        child.join()
        assert child.exitcode == 0
        transport.call(POST, PARAMS)
        assert (server.connections, len(server.requests)) == (2, 3)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_plain_http_never_goes_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, elsewhere: RawServer, name: str
) -> None:
    """Its loopback is another machine's."""
    monkeypatch.setenv(name, f"http://127.0.0.1:{elsewhere.port}")
    with RawServer(DONE) as server:
        at(server).call(POST, PARAMS)
        assert len(server.requests) == 1
    assert elsewhere.requests == []


@pytest.mark.parametrize("proxy", ["http://[", "socks5://127.0.0.1:9", "127.0.0.1:nan", "http://"])
def test_a_proxy_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    transport = WebApiTransport(Secret(TOKEN), base_url="https://slack.invalid/api/")
    with pytest.raises(SlackUnavailable):
        transport.call("auth.test", {})


# What a run may spend on a Slack that says nothing


def test_once_the_patience_is_spent_nobody_is_asked_any_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hole:  # takes connections, answers none
        url = f"http://127.0.0.1:{hole.getsockname()[1]}/api/"
        transport = WebApiTransport(Secret(TOKEN), base_url=url)
        with spending(Budget(0.2)):
            for _ in range(3):
                with pytest.raises(SlackUnavailable):
                    transport.call("auth.test", {})
        hole.setblocking(False)
        hole.accept()
        with pytest.raises(BlockingIOError):
            hole.accept()


def test_a_post_that_was_sent_is_unclear_when_the_patience_is_spent_and_else_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hole:
        url = f"http://127.0.0.1:{hole.getsockname()[1]}/api/"
        transport = WebApiTransport(Secret(TOKEN), base_url=url)
        with spending(Budget(0.2)):
            with pytest.raises(SlackAmbiguous):
                transport.call(POST, PARAMS)
            with pytest.raises(SlackUnavailable) as unsent:
                transport.call(POST, PARAMS)
    assert unsent.value.code == "unreachable"


def test_answers_cost_nothing() -> None:
    with RawServer(DONE) as server, spending(Budget(0.2)) as _:
        for _ in range(5):
            at(server).call(POST, PARAMS)
        assert len(server.requests) == 5


def test_all_addresses_of_a_host_share_the_time_to_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[float] = []

    class Deaf(socket.socket):
        def connect(self, address: object) -> None:
            given.append(self.gettimeout() or 0.0)
            raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "socket", Deaf)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"192.0.2.{n}", 443)) for n in range(5)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: found)
    with pytest.raises(TimeoutError):
        opening.opened(("slack.test", 443), 5.0)
    assert given[0] <= 1.0
    assert len(given) == 5

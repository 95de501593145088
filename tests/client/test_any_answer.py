"""Whatever bytes answer a call, it ends with a result or with one of our errors, and in time.

The server speaks raw sockets: any bytes as status line, headers and body. Thousands of cases.
"""

import copy
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slack_wrapper.client.error_codes import TRANSIENT
from slack_wrapper.client.methods import METHODS
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import (
    Ambiguity,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
)
from tests.client.answers import GOOD
from tests.client.servers import RawServer

TOKEN = "xoxb-1234-anybytesanswer"
PATH = "services/T0000TEAM/B0000HOOK/anybytesanswer"
CASES = settings(
    max_examples=120,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Hypothesis finds few of these by itself.
_WORDS = st.sampled_from(
    [TOKEN, PATH, "ok", "\x1b[31m", "\ud800", "no_service", "invalid_auth", "internal_error", "ü",
     "ratelimited", "1712345678.000100", "file:///etc/passwd", "http://[", "//", "", "nan"]
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=5,
)
_HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["Content-Type", "Content-Length", "Transfer-Encoding", "Retry-After", "Location",
             "Date", "Connection", "Keep-Alive", "Content-Encoding", "Server", "Set-Cookie",
             "X-OAuth-Scopes", "Upgrade"]
        ).map(str.encode)
        | st.binary(max_size=8),
        st.sampled_from(
            ["0", "-1", "nan", "1e9", "12", "gzip", "chunked", "application/json; charset=klingon",
             "text/html", "close", "keep-alive", "timeout=0", "Wed, 99 Foo 2026 25:61:00 GMT",
             "http://127.0.0.1:9/", "https://[", f"/?token={TOKEN}", "h2c", "99999999999999999999"]
        ).map(str.encode)
        | st.binary(max_size=12),
    ),
    max_size=4,
)  # fmt: skip
_STATUS = (
    st.sampled_from([200, 204, 301, 302, 307, 400, 401, 403, 404, 407, 408, 429, 500, 503, 504])
    .map(lambda status: f"HTTP/1.1 {status} x".encode())
    | st.integers(0, 999).map(lambda status: f"HTTP/1.0 {status}".encode())
    | st.binary(max_size=20)
)  # fmt: skip


@st.composite
def _changed(draw: Callable[..., Any], good: dict[str, Any]) -> dict[str, Any]:
    """A good answer in which one part, at any depth, is another or is missing."""
    made: dict[str, Any] = {"ok": True, **copy.deepcopy(good)}
    at: Any = made
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return made
        key = draw(st.sampled_from(keys))
        if isinstance(at[key], (dict, list)) and draw(st.booleans()):
            at = at[key]
            continue
        if draw(st.booleans()):
            del at[key]
        else:
            at[key] = draw(_JSON)
        return made


def _refused() -> st.SearchStrategy[dict[str, Any]]:
    metadata = st.fixed_dictionaries({"messages": st.lists(_WORDS, max_size=2)}) | _JSON
    return st.fixed_dictionaries(
        {"ok": st.sampled_from([False, False, 0, "false", None]), "error": _WORDS | _JSON},
        optional={"needed": _JSON, "response_metadata": metadata, "errors": _JSON},
    )


@st.composite
def _answers(draw: Callable[..., Any], good: dict[str, Any]) -> bytes:
    """Bytes that may come back."""
    if draw(st.integers(0, 7)) == 0:
        return bytes(draw(st.binary(max_size=200)))
    data = draw(st.one_of(_changed(good), _changed(good), _refused(), _JSON))
    body = json.dumps(data).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 3)) == 0:
        body = draw(st.sampled_from([
            b"ok", b"<html>log in</html>", b"[" * 100_000, b"", b"\xff\xfe{}", body[:-1],
            b"no_service", b"9" * 5000, b"x" * 70_000,
        ]))  # fmt: skip
    status, headers = b"HTTP/1.1 200 OK", []
    if draw(st.booleans()):
        status = draw(_STATUS)
    if draw(st.booleans()):
        headers = [name + b": " + value for name, value in draw(_HEADERS)]
    framing = draw(st.integers(0, 5))
    if framing == 0:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        headers.append(b"Transfer-Encoding: chunked")
    elif framing < 4:
        headers.append(
            b"Content-Length: %d" % (len(body) + draw(st.sampled_from([0, 0, 0, 1, -1])))
        )
    return b"\r\n".join([status, *headers, b"", body])


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.said += self.format(record)


@pytest.fixture
def log() -> Iterator[_Log]:
    handler, level = _Log(), logging.root.level
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.DEBUG)
    yield handler
    logging.root.setLevel(level)
    logging.root.removeHandler(handler)


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer(b"") as server:
        yield server


def check(server: RawServer, log: _Log, error: SlackError | None) -> None:
    """What holds for every outcome."""
    # None at all: the server has just closed the connection of the call before.
    assert len(server.requests) <= 1, "it was repeated, or a redirect was followed"
    server.requests.clear()
    told = str(error) + log.said
    log.said = ""
    for secret in (TOKEN, PATH, PATH.rpartition("/")[2]):
        assert secret not in told
    if error is not None:
        assert error.hint
        assert re.fullmatch(r"[^\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]*", str(error))
    if isinstance(error, SlackAmbiguous):
        assert isinstance(error.kind, Ambiguity)
    if isinstance(error, RateLimited):
        assert 0 <= error.retry_after <= 3600


def outcome(call: Callable[[], object]) -> SlackError | None:
    try:
        call()
    except SlackError as error:  # any other one fails the test
        return error
    return None


def test_each_method_has_an_answer() -> None:
    assert GOOD.keys() == METHODS.keys()


@pytest.mark.parametrize("method", METHODS)
def test_any_answer_to_a_method(server: RawServer, log: _Log, method: str) -> None:
    transport = WebApiTransport(Secret(TOKEN), base_url=server.url, timeout=10)
    transport.bot = "bot"  # whose name is known already, and not asked for

    @CASES
    @given(_answers(GOOD[method]))
    def case(answer: bytes) -> None:
        server.answer = answer
        found: dict[str, Any] = {}
        error = outcome(lambda: found.update(transport.call(method, {"channel": "C1"})))
        transport.bot = "bot"
        check(server, log, error)
        if error is None:
            assert found["ok"] is True
            assert METHODS[method].answer(found) == found
        elif METHODS[method].repeatable:
            assert isinstance(error, SlackRefused | SlackUnavailable)
        elif isinstance(error, SlackUnavailable):  # the request did get there
            assert isinstance(error, RateLimited) or error.code in TRANSIENT
        if isinstance(error, SlackRefused):
            assert b'"ok": false' in answer
            assert f'"error": "{error.code}"'.encode() in answer

    case()


def test_any_answer_to_an_upload(server: RawServer, log: _Log) -> None:
    transport = WebApiTransport(Secret(TOKEN), base_url=server.url, timeout=10)

    @CASES
    @given(_answers({}))
    def case(answer: bytes) -> None:
        server.answer = answer
        error = outcome(lambda: transport.upload(f"{server.url}up", io.BytesIO(b"bytes"), 5))
        assert TOKEN.encode() not in b"".join(server.requests)
        check(server, log, error)
        assert error is None or isinstance(error, SlackUnavailable)

    case()


def test_any_answer_to_a_webhook(server: RawServer, log: _Log) -> None:
    address = f"http://127.0.0.1:{server.port}/{PATH}"
    transport = WebhookTransport(Secret(address), timeout=10)

    @CASES
    @given(_answers({}))
    def case(answer: bytes) -> None:
        server.answer = answer
        params = {"channel": "results", "text": "text"}
        error = outcome(lambda: transport.call("chat.postMessage", params))
        check(server, log, error)
        assert (
            error is None
            or isinstance(error, SlackRefused | RateLimited | SlackAmbiguous)
            or (error.code in TRANSIENT)
        )

    case()

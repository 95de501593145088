"""One call to Slack's Web API or to an upload URL, and what its outcome means.

slack_sdk makes the API calls. Its retry handlers are off: they repeat a post whose connection
dropped, which posts twice. Here every outcome becomes a result or one of our errors, and
`client.retry` alone decides what is tried again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.client
import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slack_wrapper.client.hashing import BLOCK
from slack_wrapper.client.refusals import NEED_BOT, UNKNOWN_BOT, refusal
from slack_wrapper.client.retry import RetryPolicy
from slack_wrapper.client.slack_clock import clock_of
from slack_wrapper.errors import (
    Ambiguity,
    ConfigError,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
)
from slack_wrapper.logs import sdk_logger
from slack_wrapper.redact import Secret

# Calls that change nothing a person sees, or whose repetition is harmless: an unclear outcome of
# theirs is simply tried again.
REPEATABLE = frozenset(
    {
        "auth.test",
        "chat.getPermalink",
        "chat.scheduledMessages.list",
        "chat.update",
        "chat.delete",
        "conversations.history",
        "conversations.info",
        "conversations.join",
        "conversations.list",
        "conversations.open",
        "conversations.replies",
        "files.getUploadURLExternal",
        "files.info",
        "reactions.add",
        "reactions.get",
        "reactions.remove",
        "usergroups.list",
        "usergroups.users.list",
        "users.info",
        "users.list",
        "users.lookupByEmail",
    }
)
# How slack_sdk begins the `error` of an answer that is not Slack's.
_NOT_JSON = "Received a response in a non-JSON format"
UPLOAD = "upload"  # what the errors call the POST of a file's bytes
# Bytes that Slack looks through in a second, at the least, before it answers an upload: large files
# are scanned first.
SCANNED = 2 << 20
_HTTP_TOO_MANY = 429
_HTTP_UNAVAILABLE = 503
_HTTP_SERVER_ERROR = 500


class Transport:
    """Calls to one workspace with one token.

    Args:
        token: the bot token.
        base_url: address of the Web API, ending in `/api/`.
        timeout: seconds to wait for a connection and for each read of an answer.
    """

    lookups = RetryPolicy()  # bounds the repetitions of calls that only ask for something
    team_id = ""  # the workspace that a token of a whole organization looks things up in

    def __init__(self, token: Secret, *, base_url: str, timeout: float = 30.0) -> None:
        check_base_url(base_url)
        self._token = token
        self._tls = ssl.create_default_context()  # honours SSL_CERT_FILE and SSL_CERT_DIR
        self._timeout = timeout
        self.base_url = base_url
        self.bot = UNKNOWN_BOT
        self.links: dict[tuple[str, str | None], str] = {}  # what `messages.permalink` has learned
        # Names what Slack's limits belong to, one app in one workspace; tells nothing of the token.
        whole = hashlib.sha256(f"{base_url}\0{token.reveal()}".encode()).hexdigest()
        self.fingerprint = whole[:16]
        self._web = WebClient(
            token=token.reveal(),
            base_url=base_url,
            timeout=max(1, round(timeout)),
            ssl=self._tls,
            retry_handlers=[],
            logger=sdk_logger(),
        )

    def quicker(self, timeout: float) -> Transport:
        """Return another connection with the same token that waits less long for an answer."""
        other = Transport(self._token, base_url=self.base_url, timeout=timeout)
        other.team_id = self.team_id
        return other

    @property
    def proxy(self) -> str | None:
        """Address of the proxy that calls go through, without its password; None: directly."""
        host = urlsplit(self.base_url).hostname or ""
        if not self._web.proxy or urllib.request.proxy_bypass(host):
            return None
        return self._web.proxy.strip().rpartition("@")[2].rpartition("//")[2].rstrip("/")

    def call(self, method: str, params: Mapping[str, Any], *, about: str = "") -> dict[str, Any]:
        """Call a Web API method.

        Args:
            method: such as `chat.postMessage`.
            params: its arguments; None values are left out.
            about: what the call is about, for errors, such as `channel librec_channel`.

        Raises:
            SlackRefused: a permanent refusal, with the remedy for its code.
            SlackUnavailable: nothing was done; a later try may pass.
            SlackAmbiguous: the call may have been carried out.
        """
        return self.call_with_headers(method, params, about=about)[0]

    def call_with_headers(
        self, method: str, params: Mapping[str, Any], *, about: str = ""
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Do what `call` does, and return the headers of the answer too, names in lower case."""
        given = {key: value for key, value in params.items() if value is not None}
        try:
            if method in _JSON_METHODS:
                answer = self._web.api_call(method, json=given)
            else:
                form = {key: _form(value) for key, value in given.items()}
                answer = self._web.api_call(method, params=form)
        except SlackApiError as error:
            data = error.response.data
            if isinstance(data, dict) and not str(data.get("error")).startswith(_NOT_JSON):
                clock_of(self.base_url).heard(_lower(error.response.headers))
            if isinstance(data, dict) and data.get("error") in NEED_BOT:
                self.learn_bot()
            raise _from_answer(method, error.response, about, self.bot) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _settle(method, network_error(method, about, error)) from None
        assert isinstance(answer.data, dict)
        headers = _lower(answer.headers)
        clock_of(self.base_url).heard(headers)
        return answer.data, headers

    def learn_bot(self) -> None:
        """Ask Slack for the bot's name, so that a hint can name it; without it the hint stays."""
        if self.bot == UNKNOWN_BOT:
            with contextlib.suppress(SlackError):
                self.bot = str(self.call("auth.test", {})["user"])

    def upload(
        self,
        url: str,
        body: IO[bytes],
        size: int,
        *,
        about: str = "",
        timeout: float | None = None,
    ) -> None:
        """POST `size` bytes of `body` to an upload URL, streamed in blocks.

        Args:
            url: what files.getUploadURLExternal told.
            body: gives the bytes.
            size: how many.
            about: what the upload is about, for errors.
            timeout: seconds to wait for the answer after the last byte; None: see `answer_seconds`.

        Raises:
            SlackUnavailable: the bytes did not arrive; get a new URL and try again. An unclear
                outcome is no danger here: an upload that is never completed is never seen.
            SlackRefused: the server does not take the file.
        """
        request = urllib.request.Request(  # noqa: S310 - https or loopback, see check_base_url
            url,
            data=body,
            method="POST",
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(size)},
        )
        check_base_url(url, what="upload address")
        wait = timeout or answer_seconds(size, self._timeout)
        opener = urllib.request.build_opener(_BlockHTTP(), _BlockHTTPS(self._tls))
        try:
            with opener.open(request, timeout=wait) as response:
                response.read()
        except urllib.error.HTTPError as error:
            raise _upload_refused(error, about) from None
        except (OSError, http.client.HTTPException) as error:
            raise _repeatable(network_error(UPLOAD, about, error)) from None


def _lower(headers: Mapping[str, Any]) -> dict[str, str]:
    return {str(key).lower(): str(value) for key, value in (headers or {}).items()}


# chat.* take nested blocks and metadata; the rest of the API is documented with form arguments.
_JSON_METHODS = frozenset({"chat.postMessage", "chat.update", "chat.scheduleMessage"})


def _form(value: object) -> object:
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def answer_seconds(size: int, usual: float = 30.0) -> float:
    """Return how long the answer to an upload may take: what any answer may, and more with size.

    Args:
        size: bytes of the file.
        usual: seconds that any answer may take.
    """
    return usual + size / SCANNED


def check_base_url(url: str, *, what: str = "slack.base_url") -> None:
    """Refuse an address to which the token or a file would travel in the clear.

    Raises:
        ConfigError: the URL is neither https nor on this machine.
    """
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and local)):
        return
    raise ConfigError(
        f"{what} is no https address: {parts.scheme}://{parts.hostname or ''}",
        hint="use https; plain http is accepted on 127.0.0.1 only, as for the sandbox",
    )


def network_error(method: str, about: str, error: Exception) -> SlackError:
    """Turn an exception of urllib, http.client or ssl into one of our errors.

    urllib wraps in URLError what happens while connecting and sending, and lets through what
    happens while it waits for the answer; only the first can be known not to have reached Slack.
    """
    place = f" for {about}" if about else ""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    text = f"no answer from slack to {method}{place}: {_plain(reason)}"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return SlackRefused(
            text,
            code="tls",
            method=method,
            hint="set SSL_CERT_FILE to the certificate authority of your proxy or server",
        )
    if isinstance(error, urllib.error.URLError) and not isinstance(
        reason, (ConnectionResetError, BrokenPipeError)
    ):
        return SlackUnavailable(text, code="unreachable", method=method, hint=_network_hint(reason))
    kind = Ambiguity.TIMED_OUT if isinstance(reason, TimeoutError) else Ambiguity.CUT_OFF
    return SlackAmbiguous(text, kind=kind, code="no_answer", method=method)


def _plain(reason: object) -> str:
    if isinstance(reason, socket.gaierror):
        return "the host name cannot be resolved"
    if isinstance(reason, TimeoutError):
        return "timed out"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    return (str(reason) or type(reason).__name__).strip().lower()


def _network_hint(reason: object) -> str:
    if "tunnel" in str(reason).lower():
        return "check HTTPS_PROXY and NO_PROXY; the proxy refused the connection"
    return "check the network, HTTPS_PROXY and slack.base_url; the step can be run again"


def _from_answer(method: str, response: Any, about: str, bot: str) -> SlackError:
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error") or "")
    status = int(response.status_code)
    place = f" for {about}" if about else ""
    if status == _HTTP_TOO_MANY:
        return RateLimited(
            f"slack limits {method}{place}",
            retry_after=_retry_after(response.headers),
            method=method,
        )
    if code and not code.startswith(_NOT_JSON):
        error = refusal(
            method,
            code,
            about=about,
            answer=data,
            retry_after=_retry_after(response.headers),
            bot=bot,
        )
        return _settle(method, error)
    text = f"slack answered {method}{place} with HTTP {status} and no usable body"
    if status == _HTTP_UNAVAILABLE:
        # RFC 9110, 15.6.4: the server is not able to handle the request; so it did not.
        return SlackUnavailable(text, code="http_503", method=method)
    if 400 <= status < _HTTP_SERVER_ERROR:
        return SlackRefused(
            text,
            code=f"http_{status}",
            method=method,
            hint="check slack.base_url and the proxy: this is no answer of Slack's",
        )
    return _settle(
        method,
        SlackAmbiguous(text, kind=ambiguity(status), code=f"http_{status}", method=method),
    )


def ambiguity(status: int) -> Ambiguity:
    """Return why an answer of this HTTP status that is not Slack's leaves the outcome unclear."""
    # RFC 9110, 15.5.9 and 15.6.5: somebody in between did not wait for the end.
    return Ambiguity.TIMED_OUT if status in (408, 504) else Ambiguity.FOREIGN


def _settle(method: str, error: SlackError) -> SlackError:
    return _repeatable(error) if method in REPEATABLE else error


def _repeatable(error: SlackError) -> SlackError:
    if isinstance(error, SlackAmbiguous):
        return SlackUnavailable(error.message, code=error.code, method=error.method)
    return error


def _upload_refused(error: urllib.error.HTTPError, about: str) -> SlackError:
    text = f"slack answered the upload of {about} with HTTP {error.code}"
    if error.code == _HTTP_TOO_MANY:
        wait = _retry_after(error.headers)
        return RateLimited(f"slack limits the upload of {about}", retry_after=wait, method=UPLOAD)
    if error.code >= _HTTP_SERVER_ERROR:
        return SlackUnavailable(text, code=f"http_{error.code}", method=UPLOAD)
    return SlackRefused(
        text,
        code=f"http_{error.code}",
        method=UPLOAD,
        hint="check the proxy and the file's size (1 GB at most); then run the step again",
    )


def _retry_after(headers: Any) -> float:
    for name, value in dict(headers or {}).items():
        if str(name).lower() == "retry-after":
            try:
                return max(0.0, float(value[0] if isinstance(value, list) else value))
            except ValueError:
                break
    return 1.0


class _BlockHTTP(urllib.request.HTTPHandler):
    """http.client reads a body in blocks of 16 KiB by default; 1 MiB is several times faster."""

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(http.client.HTTPConnection, blocksize=BLOCK), req)


class _BlockHTTPS(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._tls = context

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        connection = functools.partial(
            http.client.HTTPSConnection, blocksize=BLOCK, context=self._tls
        )
        return self.do_open(connection, req)

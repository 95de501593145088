"""Slack's Web API: calls to one workspace with one token."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import platform
from collections.abc import Mapping
from typing import IO, Any, Self, cast
from urllib.parse import urlencode, urljoin

from slack_wrapper.client import methods, outcome
from slack_wrapper.client.connection import Limits
from slack_wrapper.client.error_codes import NEED_BOT, UNKNOWN_BOT
from slack_wrapper.client.http import Answer, Http
from slack_wrapper.client.http_errors import Unanswered, Unsent
from slack_wrapper.client.methods import Method
from slack_wrapper.client.retry import RetryPolicy
from slack_wrapper.client.shapes import is_safe
from slack_wrapper.client.slack_clock import clock_of
from slack_wrapper.client.transport import UPLOAD, check_base_url, shown_proxy
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import RateLimited, SlackError, SlackRefused, SlackUnavailable

TIMEOUT = 30.0
# Bytes that Slack looks through in a second, at the least, before it answers an upload: large files
# are scanned first.
SCANNED = 2 << 20
# What may be sent again at once: bytes that were not completed are seen by nobody.
_UPLOAD = Method(UPLOAD, repeatable=True)
_AGENT = f"snakemake-slack-wrapper Python/{platform.python_version()}"


class WebApiTransport:
    """Calls to one workspace with one token; see `transport.Transport`.

    Args:
        token: the bot token.
        base_url: address of the Web API, ending in `/api/`.
        timeout: seconds for a whole answer; to open a connection see `http`.

    Raises:
        ConfigError: the address is not https.
    """

    lookups = RetryPolicy()
    team_id = ""

    def __init__(self, token: Secret, *, base_url: str, timeout: float = TIMEOUT) -> None:
        check_base_url(base_url)
        self._token = token
        self._timeout = timeout
        self._http = Http()
        self.base_url = base_url
        self.bot = UNKNOWN_BOT
        self.team_url = ""
        self.links: dict[tuple[str, str | None], str] = {}
        # One app in one workspace.
        whole = hashlib.sha256(f"{base_url}\0{token.reveal()}".encode()).hexdigest()
        self.fingerprint = whole[:16]

    def quicker(self, timeout: float) -> Self:
        """Return one with the same token and connections that waits less long for an answer."""
        made = copy.copy(self)
        made._timeout = timeout
        return made

    @property
    def proxy(self) -> str | None:
        """Address of the proxy that calls go through, without its password; None: directly."""
        return shown_proxy(self.base_url)

    def call(self, method: str, params: Mapping[str, Any], *, about: str = "") -> dict[str, Any]:
        """Call a Web API method; see `transport.Transport`."""
        return self.call_with_headers(method, params, about=about)[0]

    def call_with_headers(
        self, method: str, params: Mapping[str, Any], *, about: str = ""
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """Do what `call` does, and return the headers of the answer too, names in lower case."""
        known = methods.known(method)
        answer = self._ask(known, params, about)
        if outcome.is_slacks(outcome.said_by(answer)):
            clock_of(self.base_url).heard(answer.headers)
        try:
            found = outcome.result(known, answer, about=about, bot=self.bot)
        except SlackRefused as refused:
            if refused.code not in NEED_BOT or self.bot != UNKNOWN_BOT or method == "auth.test":
                raise
            self.learn_bot()
            found = outcome.result(known, answer, about=about, bot=self.bot)
        if method == "auth.test":
            self._learn(found)
        return found, answer.headers

    def learn_bot(self) -> None:
        """Ask Slack for the bot's name, so that a hint can name it; without it the hint stays."""
        if self.bot == UNKNOWN_BOT:
            with contextlib.suppress(SlackError):
                self.call("auth.test", {})

    def upload(
        self,
        url: str,
        body: IO[bytes],
        size: int,
        *,
        about: str = "",
        timeout: float | None = None,
    ) -> None:
        """POST a file's bytes; see `transport.Transport`."""
        if not is_safe(url):
            raise SlackUnavailable(
                f"the upload address{outcome.place(about)} is not an https address",
                code="bad_address",
                method=UPLOAD,
                hint="check slack.base_url and the proxy: Slack gives https addresses only",
            )
        # Who looks through a file may do so while it is sent, and take no more meanwhile.
        wait = timeout or answer_seconds(size, self._timeout)
        limits = Limits(answer=wait, send=wait)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
            "User-Agent": _AGENT,
        }
        given = _Counted(body)
        try:
            answer = self._http.post(url, cast(IO[bytes], given), headers, limits)
        except (Unsent, Unanswered) as failure:
            raise outcome.missed(_UPLOAD, failure, about=about) from None
        _check_upload(answer, about, whole=given.read_bytes == size)

    def _ask(self, known: Method, params: Mapping[str, Any], about: str) -> Answer:
        given = {key: value for key, value in params.items() if value is not None}
        kind, body = _encoded(given, as_json=known.json)
        headers = {
            "Authorization": f"Bearer {self._token.reveal()}",
            "Content-Type": f"{kind}; charset=utf-8",
            "User-Agent": _AGENT,
        }
        limits = Limits(answer=self._timeout, send=self._timeout)
        try:
            return self._http.post(urljoin(self.base_url, known.name), body, headers, limits)
        except (Unsent, Unanswered) as failure:
            raise outcome.missed(known, failure, about=about) from None

    def _learn(self, told: Mapping[str, Any]) -> None:
        """Keep what auth.test has told and later calls can do without asking for."""
        self.bot = str(told["user"])
        # With a token of an organization it is the organization's address, not the workspace's.
        if not told.get("is_enterprise_install"):
            self.team_url = str(told.get("url", ""))


def answer_seconds(size: int, timeout: float) -> float:
    """Return how long to wait for the answer after an upload.

    Args:
        size: bytes of the file.
        timeout: seconds that the answer to a small file may take.
    """
    return timeout + size / SCANNED


class _Counted:
    """A file that counts what is read of it."""

    def __init__(self, body: IO[bytes]) -> None:
        self._body = body
        self.read_bytes = 0

    def read(self, size: int) -> bytes:
        block = self._body.read(size)
        self.read_bytes += len(block)
        return block


def _encoded(params: Mapping[str, Any], *, as_json: bool) -> tuple[str, bytes]:
    """Return the kind and the bytes of a request's body."""
    if as_json:
        return "application/json", json.dumps(params).encode()
    form = {key: _form(value) for key, value in params.items()}
    # A text with half a character, such as a file name that is not UTF-8, is still sent.
    return "application/x-www-form-urlencoded", urlencode(form, errors="replace").encode()


def _form(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def _check_upload(answer: Answer, about: str, *, whole: bool) -> None:
    """Make sure that the bytes were taken.

    Whatever else was answered, the address is of no use any more: it may have expired, or been used
    up by bytes that got lost. A new one is asked for, so that every refusal here is transient.
    """
    where = outcome.place(about)
    if answer.status == outcome.TOO_MANY:
        wait = outcome.seconds_to_wait(answer.headers)
        raise RateLimited(f"Slack limits the upload{where}", retry_after=wait, method=UPLOAD)
    if not 200 <= answer.status < 300:
        raise SlackUnavailable(
            f"the upload{where} was answered with {outcome.told_by(answer)}",
            code=f"http_{answer.status}",
            method=UPLOAD,
            hint="check the proxy and the file's size (1 GB at most); then run the step again",
        )
    if not whole:
        raise SlackUnavailable(
            f"the upload{where} was answered before all bytes were sent",
            code="cut_short",
            method=UPLOAD,
        )

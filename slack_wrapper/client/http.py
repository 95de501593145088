"""HTTP to Slack: connections are kept, every wait ends, nothing is followed.

urllib3 keeps the connections and speaks to proxies. On top of it:

- A call has a bound in time as a whole, and of a failure it is known whether anything of the
  request had been sent; see `connection`.
- A connection that was idle for a while is not used again: a server, or a firewall on the way, may
  have given it up without a word, and a post sent on it would be unclear.
- A process that was forked opens connections of its own.
- A redirect is an answer like any other; the token and the message go nowhere else.
"""

from __future__ import annotations

import base64
import math
import os
import ssl
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import IO, Any
from urllib.parse import unquote, urlsplit

import urllib3

from slack_wrapper.client.connection import CALL, Limits, PlainPool, SecurePool, TLSSocket
from slack_wrapper.client.hashing import BLOCK
from slack_wrapper.client.http_errors import Unanswered, Unsent, failure
from slack_wrapper.common.budget import current, heard
from slack_wrapper.common.log_filter import scrub_http_logs
from slack_wrapper.errors import Ambiguity, SlackWrapperError

# Bytes of an answer that are read. A page of 999 channels has about 1 MB.
MAX_ANSWER = 32 << 20
_PIECE = 1 << 16
_KEPT = 16  # idle connections a host, more than a run has threads that post


@dataclass(frozen=True)
class Answer:
    """What came back, whoever sent it.

    Args:
        status: of HTTP.
        headers: with names in lower case; the last of several.
        body: as it came.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """Connections to any number of hosts; to be shared between threads, and kept across a fork."""

    def __init__(self) -> None:
        scrub_http_logs()
        self._pid = os.getpid()
        self._managers: dict[str | None, urllib3.PoolManager] = {}
        self._tls: ssl.SSLContext | None = None

    def post(
        self,
        url: str,
        body: bytes | IO[bytes],
        headers: Mapping[str, str],
        limits: Limits,
        *,
        most: int = MAX_ANSWER,
    ) -> Answer:
        """POST once.

        Args:
            url: https, or http on this machine.
            body: bytes, or what gives them by `read`; then `headers` say how many there are.
            headers: of the request.
            limits: of its parts.
            most: bytes of an answer that are read.

        Raises:
            Unsent: see there.
            Unanswered: see there.
            SlackWrapperError: what reading `body` has met.
        """
        budget = current()
        if budget is None:
            return self._post(url, body, headers, limits, most)
        if not budget.left:
            raise Unsent(TimeoutError("timed out"))
        began = time.monotonic()
        try:
            # A large body may take its time once the connection is there.
            whole = budget.left if isinstance(body, bytes) else math.inf
            connect = min(limits.connect, budget.left)
            return self._post(
                url, body, headers, replace(limits, connect=connect, whole=whole), most
            )
        except (Unsent, Unanswered):
            budget.charge(time.monotonic() - began)
            raise

    def _post(
        self,
        url: str,
        body: bytes | IO[bytes],
        headers: Mapping[str, str],
        limits: Limits,
        most: int,
    ) -> Answer:
        CALL.limits, CALL.sent, CALL.until = limits, False, time.monotonic() + limits.whole
        try:
            response = self._manager(url).urlopen(
                "POST",
                url,
                body=body,
                headers=dict(headers),
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
                timeout=urllib3.Timeout(connect=limits.connect, read=limits.answer),
            )
            answer = _read(response, most)
            heard()
            return answer
        except (SlackWrapperError, Unanswered):
            raise
        except Exception as error:  # noqa: BLE001 - a server must not be able to raise another one
            # No chain: the texts of these errors repeat the address, which may be a secret.
            raise failure(error, sent=CALL.sent) from None

    def _manager(self, url: str) -> urllib3.PoolManager:
        if self._pid != os.getpid():  # the sockets, and perhaps the locks, are the parent's
            self._pid, self._managers = os.getpid(), {}
        proxy = proxy_of(url)
        if proxy not in self._managers:
            if self._tls is None and (proxy or url.lower().startswith("https:")):
                self._tls = _context()
            self._managers[proxy] = _new_manager(proxy, self._tls)
        return self._managers[proxy]


def proxy_of(url: str) -> str | None:
    """Return the proxy for an address, as the environment names it; None: directly.

    Plain http is accepted on this machine only, whose loopback a proxy does not have: the token
    would go to the proxy in the clear.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or _bypassed(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies_environment()
    found = proxies.get("https") or proxies.get("http") or ""
    if not found.strip():
        return None
    return found.strip() if "://" in found else f"http://{found.strip()}"


def _bypassed(host: str) -> bool:
    return bool(urllib.request.proxy_bypass_environment(host))  # type: ignore[attr-defined]


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()  # honours SSL_CERT_FILE and SSL_CERT_DIR
    context.sslsocket_class = TLSSocket
    return context


def _new_manager(proxy: str | None, tls: ssl.SSLContext | None) -> urllib3.PoolManager:
    options: dict[str, Any] = {"maxsize": _KEPT, "blocksize": BLOCK, "ssl_context": tls}
    if proxy is None:
        made = urllib3.PoolManager(**options)
    else:
        parts = urlsplit(proxy)
        headers = {}
        if parts.username is not None:
            who = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            headers["Proxy-Authorization"] = f"Basic {base64.b64encode(who).decode()}"
        address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        made = urllib3.ProxyManager(
            address, proxy_headers=headers, proxy_ssl_context=tls, **options
        )
    made.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return made


def _read(response: urllib3.BaseHTTPResponse, most: int) -> Answer:
    body = bytearray()
    try:
        while piece := response.read(_PIECE):
            body += piece
            if len(body) > most:
                raise Unanswered(Ambiguity.FOREIGN, f"the answer has more than {most} bytes")
        response.release_conn()
    except BaseException:
        response.close()
        raise
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    return Answer(response.status, headers, bytes(body))

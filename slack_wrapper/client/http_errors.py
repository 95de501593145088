"""How a call without an answer failed: whether anything had been sent, and why.

The texts are ours. Those of urllib3 repeat addresses, which may be secret, and what a server sent.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
from collections.abc import Iterator

import urllib3

from slack_wrapper.errors import Ambiguity


class Unsent(Exception):
    """Nothing of the request was sent; `reason` is why."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(plain(reason))
        self.reason = reason


class Unanswered(Exception):
    """The request was sent, or a part of it, and no whole answer came; `kind` is how."""

    def __init__(self, kind: Ambiguity, reason: BaseException | str) -> None:
        super().__init__(reason if isinstance(reason, str) else plain(reason))
        self.kind = kind


def failure(error: Exception, *, sent: bool) -> Unsent | Unanswered:
    """Return what an exception of urllib3, http.client or ssl means.

    Args:
        error: the exception.
        sent: whether anything of the request had been sent.
    """
    if not sent:
        return Unsent(error)
    causes = list(_causes(error))
    if any(isinstance(one, TimeoutError | urllib3.exceptions.TimeoutError) for one in causes):
        return Unanswered(Ambiguity.TIMED_OUT, error)
    if any(isinstance(one, urllib3.exceptions.InvalidChunkLength) for one in causes):
        return Unanswered(Ambiguity.FOREIGN, error)
    if any(isinstance(one, OSError | http.client.IncompleteRead) for one in causes):
        return Unanswered(Ambiguity.CUT_OFF, error)
    return Unanswered(Ambiguity.FOREIGN, error)


def plain(reason: object) -> str:
    """Return why something failed in a few words of ours; never what a server has sent."""
    causes = list(_causes(reason))
    tunnel = next((str(one) for one in causes if "unnel connection failed" in str(one)), None)
    if tunnel:
        status = re.search(r"failed: (\d{3})\b", tunnel)
        return f"tunnel connection failed: {status[1] if status else 'not HTTP'}"
    for one in reversed(causes):  # the first cause is the last of them
        known = _known(one)
        if known:
            return known
    return f"not valid HTTP ({type(causes[-1] if causes else reason).__name__})"


def _known(error: BaseException) -> str | None:
    """Return what an error says, if it is one that tells more than those that it has caused."""
    told = None
    if isinstance(error, socket.gaierror):
        told = "the host name cannot be resolved"
    elif isinstance(error, TimeoutError | urllib3.exceptions.ReadTimeoutError):
        told = "timed out"
    elif isinstance(error, ssl.SSLError):
        told = (error.reason or type(error).__name__).replace("_", " ").lower()
    elif isinstance(error, http.client.RemoteDisconnected):
        told = "the connection was closed without an answer"
    elif isinstance(error, http.client.IncompleteRead):
        told = "the connection was closed in the middle of the answer"
    elif isinstance(error, OSError) and error.errno:
        told = os.strerror(error.errno).lower()
    return told


def is_untrusted(reason: object) -> bool:
    """Whether a certificate could not be verified."""
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(reason))


def _causes(error: object) -> Iterator[BaseException]:
    """Yield an error and those that it was made of, the first one last."""
    found: list[object] = [error]
    seen: set[int] = set()
    while found:
        one = found.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            found += [*one.args, getattr(one, "reason", None), one.__cause__]
            found.append(getattr(one, "original_error", None))

"""Who may look in: the sandbox is on loopback, where web pages and other users reach it too.

A web page of a foreign host can let its name resolve to 127.0.0.1 (DNS rebinding), or send forms
here (CSRF); so the names that a request uses for us are checked. Other users of the machine can
open any port; so the page and the control addresses want a key that is new at each start.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, redirect, request
from werkzeug.wrappers import Response as Answer

HEADER = "X-Sandbox-Key"
_QUERY = "key"
_NAMES = ("127.0.0.1", "localhost", "::1")
# What Slack's clients call, with tokens and addresses of their own.
_OPEN = ("/api/", "/upload/", "/services/", "/triggers/")


def register(app: Flask, key: str, port: int) -> None:
    """Check each request to `app`, and tell browsers what its pages may do.

    Args:
        app: the web application.
        key: opens the page and the control addresses.
        port: of the server; cookies are not told apart by it, so it is in their name.
    """
    cookie = f"slack-sandbox-{port}"

    def enter() -> Response | Answer | None:
        g.nonce = secrets.token_urlsafe(16)
        if not _is_ours(request.headers.get("Host")) or not _from_us():
            return _no("the sandbox answers on 127.0.0.1 and localhost only")
        if request.path.startswith(_OPEN):
            return None
        given = request.args.get(_QUERY)
        if given is not None and request.method == "GET" and _same(given, key):
            if request.path.startswith("/sandbox/"):
                return None
            answer = redirect(request.path, 303)  # keeps the key out of the history
            answer.set_cookie(cookie, key, httponly=True, samesite="Strict")
            return answer
        shown = request.headers.get(HEADER) or request.cookies.get(cookie) or ""
        if _same(shown, key):
            return None
        return _no(f"open the address that the sandbox has printed, or send its key as {HEADER}")

    app.before_request(enter)
    app.after_request(_guard)


def _is_ours(host: str | None) -> bool:
    """Whether a Host header names this machine; a client without one is not a browser."""
    if not host:
        return True
    try:
        return urlsplit(f"//{host}").hostname in _NAMES
    except ValueError:
        return False


def _from_us() -> bool:
    """Whether a browser sends this from one of our own pages, or it is no browser."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        # A link that somebody follows is no danger; a form or a script is.
        return request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    origin = request.headers.get("Origin")
    return origin is None or origin == request.host_url.rstrip("/")


def _same(given: str, key: str) -> bool:
    return secrets.compare_digest(given.encode(), key.encode())


def _no(why: str) -> Response:
    return Response(f"{why}\n", 403, content_type="text/plain; charset=utf-8")


def _guard(answer: Response) -> Response:
    """Let a page run no script but its own, load nothing from elsewhere but pictures, and hide."""
    answer.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'nonce-{g.get('nonce', '')}'; style-src 'unsafe-inline'; "
        "img-src 'self' data: https:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
    )
    answer.headers["X-Frame-Options"] = "DENY"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer

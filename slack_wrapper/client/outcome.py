"""What the outcome of a call means: a result, or one of our errors. Every outcome is one of these.

| came back | repeatable method | any other method |
|---|---|---|
| `{"ok": true, …}` with all that the method promises | result | result |
| `{"ok": false, "error": …}` | by its code, see `refusals` | the same |
| HTTP 429 without one of these | limited | limited |
| anything else, whatever its HTTP status | nothing done | unclear |
| nothing, and nothing had been sent | nothing done | nothing done |
| nothing, or half an answer, after the request | nothing done | unclear |
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from slack_wrapper.client.error_codes import UNKNOWN_BOT, refusal
from slack_wrapper.client.http import Answer
from slack_wrapper.client.http_errors import Unanswered, Unsent, is_untrusted
from slack_wrapper.client.methods import Method
from slack_wrapper.client.shapes import Unfit
from slack_wrapper.client.slack_clock import date_of
from slack_wrapper.common.foreign import printable
from slack_wrapper.common.redact import redact
from slack_wrapper.errors import (
    Ambiguity,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
)

TOO_MANY = 429
# RFC 9110, 15.5.9 and 15.6.5: somebody in between did not wait for the end.
_GIVEN_UP = (408, 504)
# What Slack's codes are made of. Another text, which may repeat a token, is not printed as one.
_CODE = re.compile(r"[a-z][a-z0-9_]{1,79}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
# Seconds that an answer may ask to wait; what asks for more is a mistake.
MOST_WAIT = 3600.0
_NO_WAIT_TOLD = 1.0
_IN_BETWEEN = "something in between has answered: check the proxy and slack.base_url"


def result(
    method: Method, answer: Answer, *, about: str = "", bot: str = UNKNOWN_BOT
) -> dict[str, Any]:
    """Return what Slack has answered.

    Args:
        method: which was called.
        answer: what came back.
        about: what the call was about, for errors.
        bot: the bot's user name, for hints.

    Raises:
        SlackError: it was not carried out, or that is unclear.
    """
    said = said_by(answer)
    if said.get("ok") is True:
        with contextlib.suppress(Unfit):
            return dict(method.answer(said))
    code = said.get("error")
    if answer.status != TOO_MANY and is_slacks(said) and said["ok"] is False:
        wait = seconds_to_wait(answer.headers)
        error = refusal(method.name, str(code), about=about, answer=said, retry_after=wait, bot=bot)
        raise settled(method, error)
    if answer.status == TOO_MANY:
        raise RateLimited(
            f"Slack limits {method.name}{place(about)}",
            retry_after=seconds_to_wait(answer.headers),
            method=method.name,
        )
    raise settled(method, _foreign(method.name, answer, about, lacking=said.get("ok") is True))


def said_by(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer, empty when it has none.

    JSON is UTF-8, whatever the Content-Type says: https://www.rfc-editor.org/rfc/rfc8259#section-8.1
    """
    try:
        found = json.loads(answer.body.decode("utf-8"))
        if isinstance(found, dict) and _SURROGATE.search(answer.body):
            # Half a surrogate pair could be neither printed nor written.
            whole = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
            found = json.loads(whole)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_slacks(said: Mapping[str, Any]) -> bool:
    """Whether an object is of the form that all answers of the Web API have."""
    if said.get("ok") is False:
        code = said.get("error")
        return isinstance(code, str) and bool(_CODE.fullmatch(code))
    return said.get("ok") is True


def missed(method: Method, failure: Unsent | Unanswered, *, about: str = "") -> SlackError:
    """Return the error for a call that has no answer."""
    text = f"no answer from Slack to {method.name}{place(about)}: {failure}"
    if isinstance(failure, Unanswered):
        error = SlackAmbiguous(text, kind=failure.kind, code="no_answer", method=method.name)
        return settled(method, error)
    if is_untrusted(failure.reason):
        return SlackRefused(
            text,
            code="tls",
            method=method.name,
            hint="set SSL_CERT_FILE to the certificate authority of your proxy or server",
        )
    return SlackUnavailable(
        text, code="unreachable", method=method.name, hint=_network_hint(str(failure))
    )


def settled(method: Method, error: SlackError) -> SlackError:
    """Return an error as it is for a method: what may be repeated is never unclear."""
    if method.repeatable and isinstance(error, SlackAmbiguous):
        hint = None if error.hint == SlackAmbiguous.default_hint else error.hint
        return SlackUnavailable(error.message, code=error.code, method=error.method, hint=hint)
    return error


def ambiguity(status: int) -> Ambiguity:
    """Return why an answer of this HTTP status that is not Slack's leaves the outcome unclear."""
    return Ambiguity.TIMED_OUT if status in _GIVEN_UP else Ambiguity.FOREIGN


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Return the seconds that `Retry-After` asks for: at least 0, at most `MOST_WAIT`.

    It may also be a date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3. What is neither
    asks for a second.
    """
    told = headers.get("retry-after", "").strip()
    try:
        wait = float(told)
    except ValueError:
        then = date_of({"date": told})
        if then is None:
            return _NO_WAIT_TOLD
        wait = then - (date_of(headers) or time.time())
    if math.isnan(wait):
        return _NO_WAIT_TOLD
    return min(max(0.0, wait), MOST_WAIT)


def told_by(answer: Answer) -> str:
    """Return who has answered, as far as an answer tells that, in a few harmless words."""
    target = ""
    with contextlib.suppress(ValueError):
        host = urlsplit(answer.headers.get("location", "")).hostname
        target = f" to {_harmless(host)}" if host else ""
    kind = _harmless(answer.headers.get("content-type", "").partition(";")[0])
    server = _harmless(answer.headers.get("server", ""))
    more = ", ".join(filter(None, (kind, f"from {server}" if server else "")))
    return f"HTTP {answer.status}{target}" + (f" ({more})" if more else "")


def place(about: str) -> str:
    """Return what a call was about as a part of a sentence."""
    return f" for {about}" if about else ""


def _foreign(name: str, answer: Answer, about: str, *, lacking: bool) -> SlackAmbiguous:
    what = "lacks what the method promises" if lacking else "is not Slack's"
    return SlackAmbiguous(
        f"the answer to {name}{place(about)} {what}: {told_by(answer)}",
        kind=ambiguity(answer.status),
        code=f"http_{answer.status}",
        method=name,
        hint=_IN_BETWEEN,
    )


def _harmless(text: str) -> str:
    return redact("".join(one for one in printable(text) if " " <= one <= "~")).strip()[:60]


def _network_hint(reason: str) -> str:
    if "tunnel" in reason:
        return "check HTTPS_PROXY and NO_PROXY; the proxy refused the connection"
    return "check the network, HTTPS_PROXY and slack.base_url; the step can be run again"

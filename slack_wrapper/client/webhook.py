"""Incoming webhooks as a transport: one channel, messages only, and no answer but «ok».

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. The address is the
secret: it is in no error, no log and no receipt.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import urlsplit

from slack_wrapper.client.flavors import FLAVORS
from slack_wrapper.client.refusals import UNKNOWN_BOT
from slack_wrapper.client.transport import Transport, ambiguity, check_base_url, network_error
from slack_wrapper.common.text import shorten
from slack_wrapper.errors import (
    Ambiguity,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
)
from slack_wrapper.redact import SCRUBBER, Secret, redact

POST = "chat.postMessage"
METHOD = "webhook"  # what the errors call it
HINT = "encrypt a bot token instead of the webhook's address: see docs/slack-app.md"
_HTTP_TOO_MANY, _HTTP_UNAVAILABLE = 429, 503
_MAX_ANSWER = 1 << 16
_CODE = re.compile(r"[a-z][a-z0-9_.]{2,60}")
# What webhooks answer in plain text.
REMEDIES: Mapping[str, str] = {
    "action_prohibited": "a workspace admin has restricted posting; ask them",
    "channel_is_archived": "unarchive the webhook's channel, or make a webhook for another one",
    "channel_not_found": "the webhook's channel is gone; make a new webhook, and encrypt it",
    "invalid_blocks": "check the message's blocks",
    "invalid_payload": "check the message's blocks",
    "invalid_token": "the webhook was revoked; make a new one, and encrypt it: slack-wrapper rekey",
    "no_active_hooks": "the webhook is switched off; make a new one, and encrypt it",
    "no_service": "the webhook was removed; make a new one, and encrypt it: slack-wrapper rekey",
    "no_team": "the workspace is gone; make a webhook in another one, and encrypt it",
    "no_text": "give the step a message",
    "posting_to_general_channel_denied": "the channel takes posts of admins only; make a webhook "
    "for another one",
    "rollup_error": "slack had trouble of its own; look into the channel, and run the step again",
    "team_disabled": "the workspace is switched off; make a webhook in another one",
    "too_many_attachments": "use fewer attachments",
    "user_not_found": "the person whom the webhook writes to is gone; make a new webhook",
}
_PATHS: Mapping[str, str] = {
    "slack": r"^/services/T\w+/B\w+/\w+$",
    "zulip": r"/api/v1/external/slack_incoming$",
    "rocketchat": r"/hooks/\w+/\w+$",
    "mattermost": r"/hooks/\w+$",
}
# Methods of the Web API → what a step wants by them.
_WANTED = {
    "chat": "change or schedule messages",
    "conversations": "look channels up, or look into them",
    "files": "post files",
    "reactions": "see or make reactions",
    "usergroups": "look groups up",
    "users": "look people up",
}


class WebhookTransport(Transport):
    """Calls to one incoming webhook, in the form of the Web API's one call that it can carry out.

    Args:
        url: its address.
        flavor: the server's kind, a key of `FLAVORS`.
        timeout: seconds to wait for a connection and for each read of an answer.

    Raises:
        ConfigError: the address is not https.
    """

    def __init__(self, url: Secret, *, flavor: str = "slack", timeout: float = 30.0) -> None:
        check_base_url(url.reveal(), what="the webhook's address")
        parts = urlsplit(url.reveal())
        pieces = [one for one in re.split(r"[/&=]", f"{parts.path}/{parts.query}") if len(one) > 15]
        for secret in (parts.path.strip("/"), parts.query, *pieces):  # as good as the whole
            SCRUBBER.register(secret)
        self._url, self._timeout, self._payload = url, timeout, FLAVORS[flavor]
        self._tls = ssl.create_default_context()
        self.flavor, self.host = flavor, parts.hostname or ""
        self.looks_like = _server_of(parts.path)
        self.base_url = f"{parts.scheme}://{self.host}/"
        self.bot = UNKNOWN_BOT
        self.fingerprint = hashlib.sha256(url.reveal().encode()).hexdigest()[:16]

    @property
    def proxy(self) -> str | None:
        """Address of the proxy that calls go through, without its password; None: directly."""
        found = urllib.request.getproxies().get(urlsplit(self.base_url).scheme)
        if not found or urllib.request.proxy_bypass(self.host):
            return None
        return found.strip().rpartition("@")[2].rpartition("//")[2].rstrip("/")

    def quicker(self, timeout: float) -> WebhookTransport:
        """Return one for the same webhook that waits less long for an answer."""
        return WebhookTransport(self._url, flavor=self.flavor, timeout=timeout)

    def call_with_headers(
        self, method: str, params: Mapping[str, Any], *, about: str = ""
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Post a message; nothing else can be done.

        Raises:
            SlackRefused: it is another method, or the webhook does not take the message.
            SlackUnavailable: nothing was posted; a later try may pass.
            SlackAmbiguous: it may have been posted, and nobody can tell.
        """
        if method != POST:
            wanted = _WANTED.get(method.split(".", maxsplit=1)[0], f"call {method}")
            raise SlackRefused(
                f"an incoming webhook cannot {wanted}", code=METHOD, method=method, hint=HINT
            )
        if params.get("thread_ts"):
            raise SlackRefused(
                "an incoming webhook cannot reply in threads", code=METHOD, method=method, hint=HINT
            )
        self._send(json.dumps(self._payload(params)).encode(), about)
        return {"ok": True, "channel": params["channel"], "ts": ""}, {}

    def learn_bot(self) -> None:
        """Do nothing: a webhook does not tell who it is."""

    def upload(
        self,
        url: str,
        body: IO[bytes],
        size: int,
        *,
        about: str = "",
        timeout: float | None = None,
    ) -> None:
        """Refuse to.

        Raises:
            SlackRefused: always.
        """
        raise SlackRefused("an incoming webhook cannot post files", code=METHOD, hint=HINT)

    def _send(self, body: bytes, about: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - https or loopback, see check_base_url
            self._url.reveal(), data=body, method="POST",
            headers={"Content-Type": "application/json; charset=utf-8"},
        )  # fmt: skip
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=self._tls), _NoRedirect()
        )
        try:
            with opener.open(request, timeout=self._timeout) as response:
                answer = response.read(_MAX_ANSWER)
        except urllib.error.HTTPError as error:
            raise _refused(error, about) from None
        except (ValueError, http.client.InvalidURL):  # their texts repeat the address
            raise SlackRefused(
                "the webhook's address is no valid one", code=METHOD, hint="encrypt the right one"
            ) from None
        except (OSError, http.client.HTTPException) as error:
            raise network_error(METHOD, about, error) from None
        _check(answer, about)


def _server_of(path: str) -> str:
    """Return the flavor whose addresses have such a path, empty when none has."""
    for flavor, form in _PATHS.items():
        if re.search(form, path):
            return flavor
    return ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A POST that is redirected would be repeated as a GET, and the message lost."""

    def redirect_request(self, *args: Any, **more: Any) -> None:
        return None


def _check(answer: bytes, about: str) -> None:
    """Make sure that it was the webhook that said yes, and not a portal on the way.

    Raises:
        SlackRefused: it said no, under HTTP 200.
        SlackAmbiguous: what came is no answer of a webhook's.
    """
    text = answer.decode("utf-8", "replace").strip()
    if text == "ok":
        return
    found = _json(text)
    said = next((found[name] for name in ("ok", "success", "result") if name in found), None)
    if said in (True, "success"):
        return
    if said is None:
        raise SlackAmbiguous(
            f"what answered the message{_for(about)} is no webhook",
            kind=Ambiguity.FOREIGN,
            code="no_answer",
            method=METHOD,
            hint="check the proxy, and the webhook's address; look into the channel",
        )
    raise _no(_reason(text), about)


def _refused(error: urllib.error.HTTPError, about: str) -> SlackError:
    if error.code == _HTTP_TOO_MANY:
        wait = _seconds(error.headers.get("Retry-After"))
        return RateLimited(
            f"slack limits the webhook{_for(about)}", retry_after=wait, method=METHOD
        )
    text = f"the webhook answered the message{_for(about)} with HTTP {error.code}"
    if error.code == _HTTP_UNAVAILABLE:
        return SlackUnavailable(text, code="http_503", method=METHOD)
    if error.code >= 500:
        return SlackAmbiguous(
            text, kind=ambiguity(error.code), code=f"http_{error.code}", method=METHOD
        )
    return _no(_reason(error.read(_MAX_ANSWER).decode("utf-8", "replace")), about, error.code)


def _no(reason: str, about: str, status: int = 200) -> SlackRefused:
    """Return the refusal of a message; `reason` is what the server said, or empty."""
    code = reason if _CODE.fullmatch(reason) else f"http_{status}"
    said = shorten(redact(reason), 200, plain=True) or f"HTTP {status}"
    return SlackRefused(
        f"the webhook refused the message{_for(about)}: {said}",
        code=code,
        method=METHOD,
        hint=REMEDIES.get(code, "check the webhook's address, slack.flavor and the message"),
    )


def _reason(text: str) -> str:
    """Return why a server has refused: Slack says it in plain text, the others in JSON."""
    found = _json(text)
    for name in ("error", "message", "msg"):
        if isinstance(found.get(name), str):
            return " ".join(str(found[name]).split())
    text = text.strip()
    return text if _CODE.fullmatch(text) else ""


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(value: str | None) -> float:
    try:
        return max(0.0, float(value or 1.0))
    except ValueError:
        return 1.0


def _for(about: str) -> str:
    return f" for {about}" if about else ""

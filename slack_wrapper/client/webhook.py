"""Incoming webhooks: one channel, messages only, and no answer but «ok».

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. The address is the
secret: it is in no error, no log and no receipt.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping
from typing import IO, Any, Self
from urllib.parse import urlsplit

from slack_wrapper.client import outcome
from slack_wrapper.client.connection import Limits
from slack_wrapper.client.error_codes import TRANSIENT, UNKNOWN_BOT
from slack_wrapper.client.http import Answer, Http
from slack_wrapper.client.http_errors import Unanswered, Unsent
from slack_wrapper.client.methods import Method
from slack_wrapper.client.retry import RetryPolicy
from slack_wrapper.client.transport import check_base_url, shown_proxy
from slack_wrapper.client.webhook_flavors import FLAVORS
from slack_wrapper.common.redact import SCRUBBER, Secret, redact
from slack_wrapper.common.text import shorten
from slack_wrapper.errors import RateLimited, SlackAmbiguous, SlackRefused, SlackUnavailable

POST = "chat.postMessage"
METHOD = "webhook"  # what the errors call it
HINT = "encrypt a bot token instead of the webhook's address: see docs/slack-app.md"
TIMEOUT = 30.0
_MAX_ANSWER = 1 << 16
_WEBHOOK = Method(METHOD)
_IN_BETWEEN = "check the proxy, and the webhook's address; look into the channel"
# Slack's codes for webhooks are words joined by underscores; what proxies say is not.
_CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+){1,9}")
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
    "rollup_error": "Slack had a problem; look into the channel, and run the step again",
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


class WebhookTransport:
    """Calls to one incoming webhook, in the form of the Web API's one call that it can carry out.

    See `transport.Transport`.

    Args:
        url: its address.
        flavor: the server's kind, a key of `FLAVORS`.
        timeout: seconds for a whole answer; to open a connection see `http`.

    Raises:
        ConfigError: the address is not https.
    """

    lookups = RetryPolicy()
    team_id = ""

    def __init__(self, url: Secret, *, flavor: str = "slack", timeout: float = TIMEOUT) -> None:
        check_base_url(url.reveal(), what="the webhook's address")
        parts = urlsplit(url.reveal())
        pieces = [one for one in re.split(r"[/&=]", f"{parts.path}/{parts.query}") if len(one) > 15]
        for secret in (parts.path.strip("/"), parts.query, *pieces):  # as good as the whole
            SCRUBBER.register(secret)
        self._url, self._timeout, self._payload = url, timeout, FLAVORS[flavor]
        self._http = Http()
        self.flavor, self.host = flavor, parts.hostname or ""
        self.looks_like = _server_of(parts.path)
        self.base_url = f"{parts.scheme}://{self.host}/"
        self.bot = UNKNOWN_BOT
        self.team_url = ""
        self.links: dict[tuple[str, str | None], str] = {}
        self.fingerprint = hashlib.sha256(url.reveal().encode()).hexdigest()[:16]

    @property
    def proxy(self) -> str | None:
        """Address of the proxy that calls go through, without its password; None: directly."""
        return shown_proxy(self.base_url)

    def quicker(self, timeout: float) -> Self:
        """Return one for the same webhook that waits less long for an answer."""
        made = copy.copy(self)
        made._timeout = timeout
        return made

    def call(self, method: str, params: Mapping[str, Any], *, about: str = "") -> dict[str, Any]:
        """Post a message; see `call_with_headers`."""
        return self.call_with_headers(method, params, about=about)[0]

    def call_with_headers(
        self, method: str, params: Mapping[str, Any], *, about: str = ""
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """Post a message; nothing else can be done.

        A webhook does not tell the ts of what it has posted. A reply needs the ts of its root from
        elsewhere.

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
        if params.get("thread_ts") and self.flavor != "slack":
            raise SlackRefused(
                f"an incoming webhook of {self.flavor} cannot reply in threads",
                code=METHOD,
                method=method,
                hint=HINT,
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
        headers = {"Content-Type": "application/json; charset=utf-8"}
        limits = Limits(answer=self._timeout, send=self._timeout)
        try:
            answer = self._http.post(self._url.reveal(), body, headers, limits, most=_MAX_ANSWER)
        except (Unsent, Unanswered) as failure:
            raise outcome.missed(_WEBHOOK, failure, about=about) from None
        _check(answer, about)


def _server_of(path: str) -> str:
    """Return the flavor whose addresses have such a path, empty when none has."""
    for flavor, form in _PATHS.items():
        if re.search(form, path):
            return flavor
    return ""


def _check(answer: Answer, about: str) -> None:
    """Make sure that it was the webhook that said yes, and not a portal on the way.

    Raises:
        SlackRefused: it said no.
        SlackUnavailable: it said not now.
        SlackAmbiguous: what came is not an answer of a webhook's, or tells of an error within.
    """
    text = answer.body.decode("utf-8", "replace").strip()
    said = outcome.said_by(answer)
    yes = text == "ok" or said.get("ok") is True or said.get("success") is True
    if 200 <= answer.status < 300 and (yes or said.get("result") == "success"):
        return
    if answer.status == outcome.TOO_MANY:
        raise RateLimited(
            f"the webhook limits messages{outcome.place(about)}",
            retry_after=outcome.seconds_to_wait(answer.headers),
            method=METHOD,
        )
    reason = _reason(text, said)
    if reason in TRANSIENT:
        raise SlackUnavailable(
            f"the webhook does not take the message{outcome.place(about)} now: {reason}",
            code=reason,
            method=METHOD,
        )
    # What Slack says with 500, such as `rollup_error`, does not tell whether it was posted.
    if reason is None or answer.status >= 500:
        raise SlackAmbiguous(
            f"the answer to the message{outcome.place(about)} is not a webhook's: "
            f"{outcome.told_by(answer)}",
            kind=outcome.ambiguity(answer.status),
            code=f"http_{answer.status}",
            method=METHOD,
            hint=REMEDIES.get(text, _IN_BETWEEN),
        )
    raise _no(reason, about, answer.status)


def _no(reason: str, about: str, status: int) -> SlackRefused:
    """Return the refusal of a message; `reason` is what the server said, or empty."""
    code = reason if _CODE.fullmatch(reason) else f"http_{status}"
    said = "".join(one for one in reason if one.isprintable())
    shown = shorten(redact(said), 200, plain=True) or f"HTTP {status}"
    return SlackRefused(
        f"the webhook refused the message{outcome.place(about)}: {shown}",
        code=code,
        method=METHOD,
        hint=REMEDIES.get(code, "check the webhook's address, slack.flavor and the message"),
    )


def _reason(text: str, said: Mapping[str, Any]) -> str | None:
    """Return why a server has refused, None when it has not: it is not a webhook that answers.

    Slack says it in plain text, Rocket.Chat, Zulip and Mattermost in JSON, each in its own way.
    """
    if _CODE.fullmatch(text):
        return text
    no = said.get("ok") is False or said.get("success") is False or said.get("result") == "error"
    if not no and not (isinstance(said.get("status_code"), int) and "message" in said):
        return None
    for name in ("error", "message", "msg"):
        if isinstance(said.get(name), str):
            return " ".join(said[name].split())
    return ""

"""The HTTP side: requests in, Slack's answers and scripted faults out."""

from __future__ import annotations

import functools
import json
import secrets
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import IO, Any

from flask import Flask, Response, g, request

from slack_wrapper.sandbox import control, outcomes, page
from slack_wrapper.sandbox.access import Refused, caller
from slack_wrapper.sandbox.faults import Fault, Faults
from slack_wrapper.sandbox.methods import METHODS, OPEN_METHODS, triggers, uploads, webhooks
from slack_wrapper.sandbox.outcomes import Gone
from slack_wrapper.sandbox.pacing import Pacing
from slack_wrapper.sandbox.store import Store

_NOT_JSON = object()
# Arguments that are JSON inside a form, and the refusal of one that is not.
_NESTED = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments",
    "metadata": "invalid_metadata_format",
}


class Api:
    """Serves one workspace.

    Args:
        store: the workspace.
        broken: faults to come.
        pacing: rate limits, off by default.
    """

    def __init__(self, store: Store, broken: Faults, pacing: Pacing) -> None:
        self.store, self.faults, self.pacing = store, broken, pacing

    def call(self, method: str) -> Response:
        """Answer one Web API call."""
        try:
            args = _arguments()
        except Refused as refused:
            return _json(refused.answer)
        token = _token(args)
        return self._around(method, args, lambda: self._handle(method, token, args))

    def upload(self, identifier: str) -> Response:
        """Take the bytes of a file."""

        def take() -> Response:
            status, text = uploads.receive(self.store, identifier, _body())
            return Response(text, status)

        with self.store.lock:
            name = (self.store.data["files"].get(identifier) or {}).get("name")
        return self._around("upload", {"file": identifier, "filename": name}, take)

    def webhook(self, path: str) -> Response:
        """Take a message by incoming webhook."""

        def take() -> Response:
            status, text = webhooks.receive(self.store, path, request.get_data())
            return Response(text, status)

        return self._around("webhook", {}, take)

    def trigger(self, path: str) -> Response:
        """Start a workflow by the webhook trigger of Workflow Builder."""

        def take() -> Response:
            if wait := self.pacing.wait("trigger", path):
                return _limited(wait)
            status, answer = triggers.receive(self.store, path, request.get_data())
            return Response("", status) if answer is None else _json(answer, status)

        return self._around("trigger", {}, take)

    def _handle(self, method: str, token: str | None, args: dict[str, Any]) -> Response:
        if method in OPEN_METHODS:
            return self._answered_to_anybody(method, args)
        handler = METHODS.get(method)
        if handler is None:
            return _json({"ok": False, "error": "unknown_method", "req_method": method})
        wait = self.pacing.wait(method, str(args.get("channel") or ""))
        if wait:
            return _limited(wait)
        try:
            with self.store.change():
                self.store.deliver_due()
                who = caller(self.store, token, args, request.host_url.rstrip("/"))
                g.scopes = ",".join(sorted(who.scopes))
                for name, refusal in _NESTED.items():
                    if args.get(name) is _NOT_JSON:
                        raise Refused(refusal)
                return _json({"ok": True, **handler(who)})
        except Refused as refused:
            return _json(refused.answer)

    def _answered_to_anybody(self, method: str, args: dict[str, Any]) -> Response:
        """Answer a method that needs no token."""
        try:
            return _json({"ok": True, **OPEN_METHODS[method](args)})
        except Refused as refused:
            return _json(refused.answer)

    def _around(
        self, method: str, args: dict[str, Any], handle: Callable[[], Response]
    ) -> Response:
        fault = self.faults.take(method, args)
        entry = self._log(method, args, fault)

        def carry_out() -> Response:
            answer = handle()
            entry["status"] = answer.status_code
            entry["error"] = _error(answer)
            return answer

        return outcomes.act(fault, args, carry_out, self.store) if fault else carry_out()

    def _log(self, method: str, args: dict[str, Any], fault: Fault | None) -> dict[str, Any]:
        known = {
            key: value for key, value in args.items() if key != "token" and value is not _NOT_JSON
        }
        entry = {
            "method": method,
            "time": time.monotonic(),
            "args": known,
            "fault": fault.kind if fault else None,
            "status": None,
            "error": None,
        }
        with self.store.lock:
            self.store.calls.append(entry)
        return entry


def _json(answer: Any, status: int = 200) -> Response:
    return Response(json.dumps(answer), status, content_type=outcomes.JSON)


def _limited(wait: int) -> Response:
    """Tell the client to wait so many seconds."""
    limited = _json({"ok": False, "error": "ratelimited"}, 429)
    limited.headers["Retry-After"] = str(wait)
    return limited


def _error(answer: Response) -> str | None:
    """Return Slack's error code in an answer, for the log of calls."""
    if not answer.is_json:
        return None
    said = json.loads(answer.get_data())
    return said.get("error") if isinstance(said, dict) else None


def build(store: Store, broken: Faults, pacing: Pacing) -> Flask:
    """Return the web application of one workspace."""
    app = Flask("slack_wrapper.sandbox", static_folder=None)
    api = Api(store, broken, pacing)
    app.add_url_rule("/api/<method>", "api", api.call, methods=["POST", "GET"])
    app.add_url_rule("/upload/v1/<identifier>", "upload", api.upload, methods=["POST"])
    app.add_url_rule("/services/<path:path>", "webhook", api.webhook, methods=["POST"])
    app.add_url_rule("/triggers/<path:path>", "trigger", api.trigger, methods=["POST"])
    app.add_url_rule("/", "index", lambda: page.live(store, None))
    app.add_url_rule("/channel/<name>", "channel", lambda name: page.live(store, name))
    app.add_url_rule("/archives/<channel>/<anchor>", "archive", lambda channel, anchor: page.live(
        store, (store.channel(channel) or {}).get("name", ""), anchor))  # fmt: skip
    app.add_url_rule("/files/<identifier>", "file", lambda identifier: page.file(store, identifier))
    control.register(app, store, broken)
    app.after_request(functools.partial(_slack_headers, store))
    app.register_error_handler(Gone, lambda gone: Response(status=499))
    return app


def _slack_headers(store: Store, answer: Response) -> Response:
    answer.headers["Date"] = formatdate(store.now(), usegmt=True)
    if request.path.startswith("/api/"):
        answer.headers["X-Slack-Req-Id"] = secrets.token_hex(16)
        if "scopes" in g:
            answer.headers["X-OAuth-Scopes"] = g.scopes
    return answer


def _body() -> IO[bytes]:
    """Return the bytes of an upload: the raw body, or the file of a multipart form."""
    if request.mimetype == "multipart/form-data" and request.files:
        return next(iter(request.files.values())).stream
    return request.stream


def _token(args: dict[str, Any]) -> str | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header[7:]
    token = args.get("token")
    return str(token) if token else None


def _json_body() -> dict[str, Any]:
    """Return a JSON body. Slack's refusals: https://docs.slack.dev/apis/web-api"""
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    return body


def _arguments() -> dict[str, Any]:
    """Return the arguments, from query, form or JSON body; nested ones parsed.

    In a JSON body, Slack takes them as text too, as clients send them that were made for forms.
    """
    args: dict[str, Any] = {**request.args, **request.form}
    if request.is_json and request.get_data():
        args |= _json_body()
    for name in _NESTED:
        if isinstance(args.get(name), str) and args[name]:
            try:
                args[name] = json.loads(args[name])
            except ValueError:
                args[name] = _NOT_JSON
    return args

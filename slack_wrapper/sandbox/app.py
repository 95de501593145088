"""The HTTP side: requests in, Slack's answers and scripted faults out."""

from __future__ import annotations

import json
import secrets
import time
from typing import IO, Any

from flask import Flask, Response, g, request

from slack_wrapper.sandbox import (
    chat,
    control,
    conversations,
    faults,
    files,
    page,
    people,
    scheduled,
    webhooks,
)
from slack_wrapper.sandbox.access import Refused, caller
from slack_wrapper.sandbox.faults import AFTER, BEFORE, Fault, Faults
from slack_wrapper.sandbox.pacing import Pacing
from slack_wrapper.sandbox.store import Store

METHODS = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **scheduled.METHODS,
}
_NOT_JSON = object()
# Arguments that are JSON inside a form, and the refusal of one that is not.
_NESTED = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments",
    "metadata": "invalid_metadata_format",
}


class Gone(Exception):
    """The connection has been closed on purpose; there is nobody to answer."""


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
            return self._json(refused.answer, 200)
        token = _token(args)
        answer, status = self._around(method, args, lambda: self._handle(method, token, args))
        return answer if status is None else self._json(answer, status)

    def upload(self, identifier: str) -> Response:
        """Take the bytes of a file."""

        def take() -> tuple[Any, int | None]:
            status, text = files.receive(self.store, identifier, _body())
            return Response(text, status), None

        with self.store.lock:
            name = (self.store.data["files"].get(identifier) or {}).get("name")
        args = {"file": identifier, "filename": name}
        answer: Response = self._around("upload", args, take)[0]
        return answer

    def webhook(self, path: str) -> Response:
        """Take a message by incoming webhook."""

        def take() -> tuple[Any, int | None]:
            status, text = webhooks.receive(self.store, path, request.get_data())
            return Response(text, status), None

        answer: Response = self._around("webhook", {}, take)[0]
        return answer

    def _handle(self, method: str, token: str | None, args: dict[str, Any]) -> tuple[Any, int]:
        handler = METHODS.get(method)
        if handler is None:
            return {"ok": False, "error": "unknown_method", "req_method": method}, 200
        wait = self.pacing.wait(method, str(args.get("channel") or ""))
        if wait:
            return Response(
                '{"ok":false,"error":"ratelimited"}',
                429,
                headers={"Retry-After": str(wait)},
                content_type="application/json",
            ), None  # type: ignore[return-value]
        try:
            with self.store.change():
                self.store.deliver_due()
                who = caller(self.store, token, args, request.host_url.rstrip("/"))
                g.scopes = ",".join(sorted(who.scopes))
                for name, refusal in _NESTED.items():
                    if args.get(name) is _NOT_JSON:
                        raise Refused(refusal)
                return {"ok": True, **handler(who)}, 200
        except Refused as refused:
            return refused.answer, 200

    def _around(self, method: str, args: dict[str, Any], handle: Any) -> tuple[Any, int | None]:
        fault = self.faults.take(method, args)
        entry = self._log(method, args, fault)
        if fault and fault.kind == "drop_body":
            self._drop_body(fault)
        if fault and fault.when == BEFORE and fault.kind != "truncate":
            broken = self._break(fault)
            if broken is not None:
                return broken, None
        answer, status = handle()
        entry["status"] = answer.status_code if isinstance(answer, Response) else status
        entry["error"] = answer.get("error") if isinstance(answer, dict) else None
        if fault and (fault.when == AFTER or fault.kind == "truncate"):
            broken = self._break(fault, answer)
            if broken is not None:
                return broken, None
        return answer, status

    def _drop_body(self, fault: Fault) -> None:
        left = fault.after_bytes
        while left > 0 and (block := request.stream.read(min(left, 1 << 16))):
            left -= len(block)
        fault.reached.set()
        faults.reset(request.environ.get("werkzeug.socket"))
        raise Gone

    def _break(self, fault: Fault, answer: Any = None) -> Response | None:
        faults.delay(fault)
        connection = request.environ.get("werkzeug.socket")
        if fault.kind == "error":
            return self._json({"ok": False, "error": fault.code}, 200)
        if fault.kind == "http":
            return Response(fault.body, fault.status, headers=fault.headers)
        if fault.kind == "truncate":
            text = json.dumps(answer)
            return Response(text[: len(text) // 2], 200, content_type="application/json")
        if fault.kind == "reset":
            faults.reset(connection)
            raise Gone
        if fault.kind in ("close", "hang"):
            faults.close(connection)
            raise Gone
        return None

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

    def _json(self, answer: Any, status: int) -> Response:
        if isinstance(answer, Response):
            return answer
        return Response(json.dumps(answer), status, content_type="application/json; charset=utf-8")


def build(store: Store, broken: Faults, pacing: Pacing) -> Flask:
    """Return the web application of one workspace."""
    app = Flask("slack_wrapper.sandbox", static_folder=None)
    api = Api(store, broken, pacing)
    app.add_url_rule("/api/<method>", "api", api.call, methods=["POST", "GET"])
    app.add_url_rule("/upload/v1/<identifier>", "upload", api.upload, methods=["POST"])
    app.add_url_rule("/services/<path:path>", "webhook", api.webhook, methods=["POST"])
    app.add_url_rule("/", "index", lambda: page.live(store, None))
    app.add_url_rule("/channel/<name>", "channel", lambda name: page.live(store, name))
    app.add_url_rule("/archives/<channel>/<anchor>", "archive", lambda channel, anchor: (
        page.live(store, (store.channel(channel) or {}).get("name"))))  # fmt: skip
    app.add_url_rule("/files/<identifier>", "file", lambda identifier: page.file(store, identifier))
    control.register(app, store, broken)
    app.after_request(_slack_headers)
    app.register_error_handler(Gone, lambda gone: Response(status=499))
    return app


def _slack_headers(answer: Response) -> Response:
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
    """Return the arguments, from query, form or JSON body; nested ones parsed."""
    args: dict[str, Any] = {**request.args, **request.form}
    if request.is_json:
        return {**args, **_json_body()} if request.get_data() else args
    for name in _NESTED:
        if isinstance(args.get(name), str) and args[name]:
            try:
                args[name] = json.loads(args[name])
            except ValueError:
                args[name] = _NOT_JSON
    return args

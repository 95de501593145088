"""The HTTP side: requests in, Slack's answers and scripted faults out."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

from flask import Flask, Response, request

from slack_wrapper.sandbox import chat, conversations, faults, files, page, people, webhooks
from slack_wrapper.sandbox.access import Refused, caller
from slack_wrapper.sandbox.faults import AFTER, BEFORE, Fault, Faults
from slack_wrapper.sandbox.pacing import Pacing
from slack_wrapper.sandbox.store import Store

METHODS = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
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
        args = _arguments()
        token = _token(args)
        answer, status = self._around(method, args, lambda: self._handle(method, token, args))
        return answer if status is None else self._json(answer, status)

    def upload(self, identifier: str) -> Response:
        """Take the bytes of a file."""

        def take() -> tuple[Any, int | None]:
            status, text = files.receive(self.store, identifier, request.stream)
            return Response(text, status), None

        answer: Response = self._around("upload", {"file": identifier}, take)[0]
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
            return {"ok": False, "error": "unknown_method"}, 200
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
                who = caller(self.store, token, args, request.host_url.rstrip("/"))
                return {"ok": True, **handler(who)}, 200
        except Refused as refused:
            return refused.answer, 200

    def _around(self, method: str, args: dict[str, Any], handle: Any) -> tuple[Any, int | None]:
        fault = self.faults.take(method)
        self._log(method, args, fault)
        if fault and fault.when == BEFORE and fault.kind != "truncate":
            broken = self._break(fault)
            if broken is not None:
                return broken, None
        answer, status = handle()
        if fault and (fault.when == AFTER or fault.kind == "truncate"):
            broken = self._break(fault, answer)
            if broken is not None:
                return broken, None
        return answer, status

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

    def _log(self, method: str, args: dict[str, Any], fault: Fault | None) -> None:
        known = {key: value for key, value in args.items() if key != "token"}
        with self.store.lock:
            self.store.calls.append(
                {
                    "method": method,
                    "time": time.monotonic(),
                    "args": known,
                    "fault": fault.kind if fault else None,
                }
            )

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
    app.add_url_rule("/sandbox/state", "state", lambda: _state(store))
    app.add_url_rule("/sandbox/faults", "faults", lambda: _add_fault(broken), methods=["POST"])
    app.register_error_handler(Gone, lambda gone: Response(status=499))
    return app


def _state(store: Store) -> Response:
    with store.lock:
        shown = {key: value for key, value in store.data.items() if key != "tokens"}
        text = json.dumps({**shown, "calls": store.calls})
    return Response(text, content_type="application/json")


def _add_fault(broken: Faults) -> Response:
    broken.add(faults.from_dict(request.get_json()))
    return Response("{}", content_type="application/json")


def _token(args: dict[str, Any]) -> str | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header[7:]
    token = args.get("token")
    return str(token) if token else None


def _arguments() -> dict[str, Any]:
    """Return the arguments, from query, form or JSON body; nested ones parsed."""
    args: dict[str, Any] = {**request.args, **request.form}
    if request.is_json:
        body = request.get_json(silent=True)
        return {**args, **body} if isinstance(body, dict) else args
    for name in ("blocks", "attachments", "metadata", "files"):
        if isinstance(args.get(name), str):
            with contextlib.suppress(ValueError):
                args[name] = json.loads(args[name])
    return args

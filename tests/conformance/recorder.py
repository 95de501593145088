"""What the product sends: each request as it arrives at the sandbox, decoded."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from slack_wrapper.sandbox.server import Sandbox

WEBHOOK = "webhook"
FORM, JSON = "form", "json"
# Called without an entry of slack_wrapper/client/methods.py: the one without a token, the other by
# `check --live` alone.
OUTSIDE = frozenset({"blocks.validate", "files.delete"})
# Arguments that are JSON inside a form.
NESTED = ("attachments", "blocks", "files", "metadata")


@dataclass
class Call:
    """One request.

    Args:
        method: of the Web API, or `webhook`.
        kind: how its arguments came: `form`, where all of them are texts, or `json`.
        args: without the token.
        scene: what made it.
    """

    method: str
    kind: str
    args: dict[str, Any]
    scene: str = field(compare=False, default="")

    @property
    def shape(self) -> str:
        """The call without what differs from time to time: equal calls are checked once."""
        return json.dumps([self.method, self.kind, self.args], sort_keys=True)


class Recorder:
    """Stands before the sandbox's application and writes down what passes.

    Args:
        box: the sandbox, not started yet.
    """

    def __init__(self, box: Sandbox) -> None:
        self.calls: list[Call] = []
        self.scene = ""
        self._application = box._server.app
        box._server.app = self

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith(("/api/", "/services/")):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            self.calls.append(self._read(path, environ, body))
        return self._application(environ, start)

    def _read(self, path: str, environ: dict[str, Any], body: bytes) -> Call:
        method = path.removeprefix("/api/") if path.startswith("/api/") else WEBHOOK
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if environ.get("CONTENT_TYPE", "").startswith("application/json"):
            kind, args = JSON, {**dict(query), **json.loads(body or b"{}")}
        else:
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
            kind, args = FORM, dict([*query, *pairs])
            for name in NESTED:
                if name in args:
                    args[name] = json.loads(args[name])
        args.pop("token", None)
        return Call(method, kind, args, self.scene)

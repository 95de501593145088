"""A Slack of a hundred lines, on http.server: it takes messages and files, and counts them.

It knows nothing of the package's own sandbox, so that a belief about Slack that both sides of the
fault suite share has to hold here too. Answers come late now and then, so that kills fall between
a call and its answer; what has arrived is carried out, whoever has died meanwhile.
"""

import json
import random
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SCOPES = (
    "chat:write,chat:write.public,channels:read,channels:history,channels:join,groups:read,"
    "groups:history,im:history,im:write,files:read,files:write,users:read,reactions:read"
)


class Slack:
    """One workspace.

    Args:
        channels: names.
        seed: of the delays, and of a time in which everything is answered by 503.
    """

    def __init__(self, channels: list[str], seed: int) -> None:
        self.ids = {f"C{number:010d}": name for number, name in enumerate(channels)}
        self.messages: dict[str, list[dict[str, Any]]] = {one: [] for one in self.ids}
        self.files: dict[str, dict[str, Any]] = {}
        self._random, self._lock = random.Random(seed), threading.Lock()
        self._last = 0.0
        self.outage = (0.0, 0.0)  # monotonic begin and end
        handler = type("Handler", (_Handler,), {"slack": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def delay(self) -> float:
        with self._lock:
            return self._random.choice((0.0, 0.0, 0.02, 0.05, 0.3))

    def everything(self) -> list[dict[str, Any]]:
        with self._lock:
            return [message for found in self.messages.values() for message in found]

    def call(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """Carry a call out and return its answer."""
        with self._lock:
            work = getattr(self, "_" + method.replace(".", "_"), None)
            try:
                return {"ok": True, **work(given)} if work else _no("unknown_method")
            except LookupError as missing:
                return _no(str(missing.args[0]))

    def _channel(self, name: str) -> str:
        bare = name.removeprefix("#")
        for one, known in self.ids.items():
            if bare in (one, known):
                return one
        raise LookupError("channel_not_found")

    def _ts(self) -> str:
        self._last = max(time.time(), self._last + 0.000_01)
        return f"{self._last:.6f}"

    def _put(self, channel: str, **message: Any) -> dict[str, Any]:
        made = {"type": "message", "ts": self._ts(), "bot_id": "B1", "user": "U1", "app_id": "A1",
                **{name: value for name, value in message.items() if value}}  # fmt: skip
        self.messages[channel].append(made)
        return made

    def _auth_test(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"url": "https://campaign.slack.com/", "team": "campaign", "team_id": "T1",
                "user": "bot", "user_id": "U1", "bot_id": "B1", "app_id": "A1"}  # fmt: skip

    def _about(self, one: str) -> dict[str, Any]:
        return {"id": one, "name": self.ids[one], "is_channel": True, "is_member": True,
                "is_private": False, "is_archived": False}  # fmt: skip

    def _conversations_list(self, given: dict[str, Any]) -> dict[str, Any]:
        found = [self._about(one) for one in self.ids]
        return {"channels": found, "response_metadata": {"next_cursor": ""}}

    def _conversations_info(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"channel": self._about(self._channel(given["channel"]))}

    def _chat_postMessage(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(given["channel"])
        names = ("text", "blocks", "attachments", "metadata", "thread_ts")
        made = self._put(channel, **{name: _plain(given.get(name)) for name in names})
        return {"channel": channel, "ts": made["ts"], "message": made}

    def _chat_update(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(given["channel"])
        for message in self.messages[channel]:
            if message["ts"] == given["ts"]:
                message["text"] = given.get("text", "")
                message["blocks"] = _plain(given.get("blocks")) or []
                return {"channel": channel, "ts": message["ts"], "text": message["text"]}
        raise LookupError("message_not_found")

    def _chat_getPermalink(self, given: dict[str, Any]) -> dict[str, Any]:
        stamp = given["message_ts"].replace(".", "")
        return {"permalink": f"https://campaign.slack.com/archives/{given['channel']}/p{stamp}"}

    def _found(self, given: dict[str, Any], wanted: Any) -> dict[str, Any]:
        found = [one for one in self.messages[self._channel(given["channel"])] if wanted(one)
                 and float(given.get("oldest") or 0) <= float(one["ts"])]  # fmt: skip
        return {"messages": found[::-1], "has_more": False}

    def _conversations_history(self, given: dict[str, Any]) -> dict[str, Any]:
        return self._found(given, lambda one: "thread_ts" not in one)

    def _conversations_replies(self, given: dict[str, Any]) -> dict[str, Any]:
        root = given["ts"]
        return self._found(given, lambda one: root in (one["ts"], one.get("thread_ts")))

    def _files_getUploadURLExternal(self, given: dict[str, Any]) -> dict[str, Any]:
        name = f"F{len(self.files):010d}"
        self.files[name] = {"id": name, "name": given["filename"], "shares": {}}
        return {"file_id": name, "upload_url": self.url.replace("/api/", f"/upload/{name}")}

    def _files_completeUploadExternal(self, given: dict[str, Any]) -> dict[str, Any]:
        files = [self.files[one["id"]] for one in _plain(given["files"])]
        channel = self._channel(given["channel_id"])
        shown = [{"id": one["id"], "name": one["name"]} for one in files]
        made = self._put(
            channel,
            text=given.get("initial_comment"),
            blocks=_plain(given.get("blocks")),
            thread_ts=given.get("thread_ts"),
            files=shown,
        )
        for one in files:
            one["shares"].setdefault("public", {}).setdefault(channel, []).append(
                {"ts": made["ts"], **({"thread_ts": made["thread_ts"]} if "thread_ts" in made
                                      else {})})  # fmt: skip
        return {"files": [{"id": one["id"], "title": one["name"]} for one in files]}

    def _files_info(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["file"] not in self.files:
            raise LookupError("file_not_found")
        one = self.files[given["file"]]
        return {"file": {**one, "channels": list(one["shares"].get("public", {}))}}


class _Handler(BaseHTTPRequestHandler):
    slack: Slack
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body, address = self.rfile.read(length), urlsplit(self.path)
        if len(body) < length:
            return  # the sender has died on the way
        begin, end = self.slack.outage
        time.sleep(self.slack.delay())
        if begin <= time.monotonic() < end:
            self._answer(503, b"")
        elif address.path.startswith("/upload/"):
            self._answer(200, b"OK")
        else:
            given = dict(parse_qsl(address.query))
            if "json" in self.headers.get("Content-Type", ""):
                given |= json.loads(body)
            else:
                given |= dict(parse_qsl(body.decode()))
            found = self.slack.call(address.path.removeprefix("/api/"), given)
            time.sleep(self.slack.delay())
            self._answer(200, json.dumps(found).encode())

    def _answer(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in (("Content-Type", "application/json"), ("X-OAuth-Scopes", SCOPES),
                                ("Content-Length", str(len(body))),
                                ("Date", formatdate(usegmt=True))):  # fmt: skip
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # who asked has died


def _no(code: str) -> dict[str, Any]:
    return {"ok": False, "error": code}


def _plain(value: Any) -> Any:
    """Return a structure that a form carries as JSON."""
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" and value else value

"""A Slack of sockets and dictionaries, written apart from the sandbox, for what becomes of a post.

It knows one channel. What its calls answer, when they are carried out, and what the history shows
of it is up to the test. Its clock may be hours away from this machine's.
"""

import http.server
import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

CHANNEL = "C0000000001"
BOT, USER = "B0000000001", "U0000000001"
DROP = "drop"  # an answer: the connection is closed without one

Given = dict[str, Any]
Answer = dict[str, Any] | tuple[int, str] | str


@dataclass
class RawSlack:
    """One channel, and the calls that were made.

    Args:
        ahead: seconds by which its clock is ahead of this machine's.
        answers: method → what is done in the place of the ordinary answer; gives None to leave it.
        edits: changes each answer of the history before it is sent.
    """

    ahead: float = 0.0
    answers: dict[str, Callable[[Given], Answer | None]] = field(default_factory=dict)
    edits: list[Callable[[Given, Given], None]] = field(default_factory=list)
    channel: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, Given]] = field(default_factory=list)
    dated: bool = True
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self) -> float:
        return time.time() + self.ahead

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.calls)

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Put a message into the channel, by somebody or by the bot, and return it."""
        with self._lock:
            newest = max((float(one["ts"]) for one in self.channel), default=0.0)
            ts = f"{max(self.now(), newest + 0.000002):.6f}"
            self.channel.append({"type": "message", "ts": ts, "text": text, **more})
            return self.channel[-1]

    def carry_out(self, given: Given) -> dict[str, Any]:
        """Do what chat.postMessage is asked for."""
        kept = {key: given[key] for key in ("metadata", "thread_ts") if given.get(key)}
        return self.say(given["text"], bot_id=BOT, user=USER, **kept)

    def later(self, seconds: float, given: Given) -> None:
        threading.Timer(seconds, self.carry_out, [given]).start()

    def texts(self) -> list[str]:
        with self._lock:
            return [str(one["text"]) for one in self.channel]

    def answer(self, method: str, given: Given) -> Answer:
        with self._lock:
            self.calls.append((method, given))
        special = self.answers.get(method)
        answer = special(given) if special else None
        if answer is None:
            answer = getattr(self, "_" + method.replace(".", "_"))(given)
        if method.startswith("conversations.") and isinstance(answer, dict):
            for edit in self.edits:
                edit(answer, given)
        return answer

    def _chat_postMessage(self, given: Given) -> Answer:
        said = self.carry_out(given)
        return {"ok": True, "channel": CHANNEL, "ts": said["ts"], "message": said}

    def _auth_test(self, given: Given) -> Answer:
        return {"ok": True, "user": "bot", "team": "lab", "user_id": USER, "bot_id": BOT}

    def _chat_getPermalink(self, given: Given) -> Answer:
        return {"ok": True, "permalink": f"https://x.slack.com/archives/{CHANNEL}/p1"}

    def _conversations_info(self, given: Given) -> Answer:
        return {"ok": True, "channel": {"id": CHANNEL, "name": "lab", "is_member": True}}

    def _conversations_history(self, given: Given) -> Answer:
        shown = [one for one in self._between(given) if one.get("thread_ts") in (None, one["ts"])]
        return self._page(list(reversed(shown)), given)

    def _conversations_replies(self, given: Given) -> Answer:
        root = given["ts"]
        replies = [
            one for one in self.channel if one.get("thread_ts") == root and one["ts"] != root
        ]
        newest = {"latest_reply": replies[-1]["ts"]} if replies else {}
        roots = [{**one, **newest} for one in self.channel if one["ts"] == root]
        return self._page(roots + [one for one in self._between(given) if one in replies], given)

    def _between(self, given: Given) -> list[dict[str, Any]]:
        oldest, latest = float(given.get("oldest") or 0), float(given.get("latest") or "inf")
        return [one for one in self.channel if oldest < float(one["ts"]) < latest]

    def _page(self, found: list[dict[str, Any]], given: Given) -> Answer:
        start, size = int(given.get("cursor") or 0), min(15, int(given.get("limit") or 15))
        page, more = found[start : start + size], len(found) > start + size
        shown = json.loads(json.dumps(page))
        cursor = {"next_cursor": str(start + size) if more else ""}
        return {"ok": True, "messages": shown, "has_more": more, "response_metadata": cursor}

    def _files_info(self, given: Given) -> Answer:
        file = self.files.get(given["file"])
        return {"ok": True, "file": file} if file else {"ok": False, "error": "file_not_found"}

    def _files_getUploadURLExternal(self, given: Given) -> Answer:
        name = f"F{len(self.calls):010d}"
        return {"ok": True, "file_id": name, "upload_url": f"{self.url}upload/{name}"}

    def _files_completeUploadExternal(self, given: Given) -> Answer:
        files = json.loads(given["files"])
        if any(one["id"] in self.files for one in files):
            return {"ok": False, "error": "file_not_found"}  # its ticket is used up
        self.complete(files)
        return {"ok": True, "files": files}

    def complete(self, files: list[dict[str, Any]]) -> None:
        """Take uploaded files, which are shared by `share`."""
        for one in files:
            self.files[one["id"]] = {"id": one["id"], "shares": {}, "channels": []}

    def share(self, files: list[dict[str, Any]]) -> None:
        """Let files that were taken appear in the channel."""
        said = self.say("", files=files, bot_id=BOT, user=USER)
        for one in files:
            shares = {"public": {CHANNEL: [{"ts": said["ts"]}]}}
            self.files[one["id"]] = {"id": one["id"], "shares": shares, "channels": [CHANNEL]}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    port: int = 0


@contextmanager
def serving(slack: RawSlack) -> Iterator[RawSlack]:
    """Let a raw Slack answer on a port of this machine."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, _, query = self.path.partition("?")
            if "/upload/" in path:
                return self._send(200, "text/plain", b"OK")
            if "json" in (self.headers.get("Content-Type") or ""):
                given = json.loads(body or b"{}")
            else:
                fields = urllib.parse.parse_qsl(query) + urllib.parse.parse_qsl(body.decode())
                given = dict(fields)
            answer = slack.answer(path.rpartition("/")[2], given)
            if answer == DROP:
                self.close_connection = True
                return None
            if isinstance(answer, tuple):
                return self._send(answer[0], "text/plain", answer[1].encode())
            return self._send(200, "application/json", json.dumps(answer).encode(), answer)

        do_GET = do_POST

        def _send(self, status: int, kind: str, body: bytes, answer: Any = None) -> None:
            self.send_response_only(status)
            if slack.dated:
                self.send_header("Date", formatdate(slack.now(), usegmt=True))
            if isinstance(answer, dict) and "retry_after" in answer:
                self.send_header("Retry-After", str(answer["retry_after"]))
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        slack.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield slack
        finally:
            server.shutdown()

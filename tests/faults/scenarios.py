"""What goes wrong, and at which call: the rows and columns of the table, as data."""

from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.sandbox.faults import Fault
from tests.faults.harness import Lab

POST = "chat.postMessage"
RESERVE = "files.getUploadURLExternal"
BYTES = "upload"
SHARE = "files.completeUploadExternal"
# Longer than the client waits for an answer (30 s).
LONG = 45.0
PAGE = "<html><head><title>Bad gateway</title></head><body>The proxy is sorry.</body></html>"
HTML = {"Content-Type": "text/html"}


@dataclass(frozen=True)
class Trouble:
    """A row of the table.

    Args:
        name: as the table says it.
        script: fields of the `Fault`.
    """

    name: str
    script: dict[str, Any] = field(hash=False)

    @property
    def slug(self) -> str:
        return "".join(char if char.isalnum() else "-" for char in self.name.lower()).strip("-")


def _both(name: str, kind: str, **script: Any) -> list[Trouble]:
    return [
        Trouble(f"{name}, {word}", {"kind": kind, "when": when, **script})
        for when, word in (("before", "not handled"), ("after", "handled"))
    ]


TROUBLES = [
    *_both("reset", "reset"),
    *_both("closed without an answer", "close"),
    *_both("read time-out", "hang", seconds=LONG),
    *_both("HTTP 500", "http", status=500, body="oops"),
    Trouble("HTTP 503", {"kind": "http", "status": 503}),
    *_both("HTTP 502, proxy's page", "http", status=502, body=PAGE, headers=HTML),
    Trouble(
        "HTTP 200, proxy's page", {"kind": "http", "status": 200, "body": PAGE, "headers": HTML}
    ),
    Trouble("half the JSON, handled", {"kind": "truncate", "when": "after"}),
    Trouble(
        "HTTP 429, Retry-After 2", {"kind": "http", "status": 429, "headers": {"Retry-After": "2"}}
    ),
    *_both("internal_error", "error", code="internal_error"),
    *_both("fatal_error", "error", code="fatal_error"),
    Trouble("service_unavailable", {"kind": "error", "code": "service_unavailable"}),
    Trouble("request_timeout", {"kind": "error", "code": "request_timeout"}),
]
STORMS = [
    Trouble(f"429 storm of 60 s, Retry-After {wait}", {
        "kind": "http", "status": 429, "headers": {"Retry-After": str(wait)}, "lasts": 60.0})
    for wait in (1, 20)
]  # fmt: skip
BROKEN_UPLOAD = Trouble("reset amid the bytes", {"kind": "drop_body", "after_bytes": 3})


@dataclass(frozen=True)
class Point:
    """The call of a step that meets the trouble; a column of the table.

    Args:
        kind: of the step.
        method: the call.
        file: for calls that concern one file, its number.
    """

    kind: str
    method: str
    file: int | None = None

    @property
    def name(self) -> str:
        calls = {
            POST: "post",
            "chat.getPermalink": "link",
            RESERVE: "reserve",
            BYTES: "bytes",
            SHARE: "share",
        }
        return f"{self.kind}: {calls[self.method]}{'' if self.file in (None, 1) else ' of 2nd'}"

    @property
    def slug(self) -> str:
        return self.name.replace(": ", "-").replace(" ", "-")

    def fault(self, lab: Lab, case: str, trouble: Trouble, **more: Any) -> Fault:
        """Return the fault that only this step of this case meets."""
        if self.file is None:
            match = {"channel_id" if self.method == SHARE else "channel": lab.channel(case)}
        else:
            match = {"filename": f"{case}.{self.file}.txt"}
        return Fault(self.method, match=match, **{**trouble.script, **more})


POINTS = [
    Point("message", POST),
    Point("file", RESERVE, 1),
    Point("file", BYTES, 1),
    Point("file", SHARE),
    Point("files", BYTES, 2),
    Point("files", SHARE),
]

# Troubles that stay until they are cleared, at every call.
OUTAGES = [trouble for trouble in TROUBLES if "fatal" not in trouble.name and "request" not in
           trouble.name and "time-out, handled" not in trouble.name]  # fmt: skip
# Troubles of the posting calls only: the channel can be read meanwhile.
PARTIAL = [trouble for trouble in TROUBLES if trouble.name in (
    "reset, not handled", "reset, handled", "HTTP 500, handled", "half the JSON, handled",
    "internal_error, handled")]  # fmt: skip

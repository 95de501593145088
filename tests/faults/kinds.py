"""Kinds of trouble for every way to post: rows of the table that need no Snakemake, as data."""

from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.sandbox.faults import FaultKind

POST = "chat.postMessage"
SHARE = "files.completeUploadExternal"
UPDATE = "chat.update"
READ = "conversations.[hr]*"  # history and replies
FOREVER = 10**6
EVERYONE = (
    "message", "file", "files", "update", "approval", "coalesce", "digest", "logger", "hooks",
    "flush",
)  # fmt: skip
NOT_UPDATE = tuple(one for one in EVERYONE if one != "update")


# Seconds; with the tests' patience, what times out is looked for about three times as long.
LATE = 1.2


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Args:
        name: as the table says it.
        faults: fields of the faults; the method of one that has none is the posting call of the
            actor, `TRAP` in an address is where nothing may arrive.
        actors: the columns.
        late: seconds after which the last effect is there.
        ahead: seconds that Slack's clock is ahead.
        more: what else is done to the workspace, see `cells`.
    """

    name: str
    faults: tuple[dict[str, Any], ...] = ()
    actors: tuple[str, ...] = EVERYONE
    late: float = 0.0
    ahead: float = 0.0
    more: dict[str, Any] = field(default_factory=dict, hash=False)


def _both(name: str, kind: FaultKind, **fields: Any) -> list[Row]:
    return [
        Row(f"{name}, {word}", ({"kind": kind, "when": when, **fields},))
        for when, word in (("before", "not handled"), ("after", "handled"))
    ]


def _one(name: str, kind: FaultKind, **fields: Any) -> Row:
    return Row(name, ({"kind": kind, **fields},))


ANSWERS = [
    *(row for status in (200, 400, 403, 404, 407, 408, 504)
      for row in _both(f"HTTP {status}, not Slack's text", FaultKind.HTTP, status=status,
                       body="not me", headers={"Content-Type": "text/plain"})),
    *(row for status in (200, 403) for row in _both(f"HTTP {status}, a login page",
                                                    FaultKind.PAGE, status=status)),
    *_both("408 stream timeout", FaultKind.STREAM_TIMEOUT),
    *(_one(f"redirect {status} elsewhere", FaultKind.REDIRECT, status=status, to="TRAP")
      for status in (301, 302, 303, 307, 308)),
    *(row for text, value in (('"ok"', "ok"), ("1", 1), ("[]", []), ("null", None))
      for row in _both(f"the answer {text}", FaultKind.SHAPE, answer=value)),
    *_both('{"ok": true} alone', FaultKind.BARE),
    _one("no ts, no channel, no files in the answer", FaultKind.MISSING,
         fields=["ts", "channel", "files", "message"]),
    _one("an unknown charset", FaultKind.CHARSET),
    _one("bytes that are not HTTP", FaultKind.GARBAGE, body="SSH-2.0-proxy\r\n"),
    _one("a slow drip", FaultKind.DRIP, seconds=0.001),
    *(_one(f"429, Retry-After {wait}", FaultKind.RETRY_AFTER, wait=wait, times=2)
      for wait in ("0", "-5", "nan", "soon", None)),
    Row("429, Retry-After 1e9", ({"kind": FaultKind.RETRY_AFTER, "wait": "1e9"},),
        tuple(one for one in EVERYONE if one != "approval"), more={"passes": True}),
]  # fmt: skip
LATER = [
    Row("408 now, handled later", ({"kind": FaultKind.LATE, "status": 408, "seconds": LATE},),
        late=LATE),
    Row("504 now, handled later", ({"kind": FaultKind.LATE, "status": 504, "seconds": LATE},),
        late=LATE),
    Row("no answer, handled after the time-out", ({"kind": FaultKind.LATE, "seconds": 2.2},),
        late=2.2, more={"timeout": 1.0}),
    Row("504, seen in the channel later", ({"kind": FaultKind.SHOWN_LATE, "status": 504,
        "seconds": LATE},), NOT_UPDATE, late=LATE),
    Row("ok, seen in the channel later", ({"kind": FaultKind.SHOWN_LATE, "seconds": LATE},),
        NOT_UPDATE, late=LATE),
]  # fmt: skip
HISTORIES = [
    Row(f"reset, {word}; {what}", (
        {"kind": FaultKind.RESET, "when": when},
        {"method": READ, "times": FOREVER, **script}), NOT_UPDATE, more={"crowd": 20})
    for when, word in (("before", "not handled"), ("after", "handled"))
    for what, script in (
        ("a history of 3 a page", {"kind": FaultKind.SHORT_PAGE, "size": 3}),
        ("a history without metadata", {"kind": FaultKind.NO_METADATA}),
        ("has_more without a cursor", {"kind": FaultKind.NO_CURSOR, "size": 3}),
        ("15 a page, one call a second", {"kind": FaultKind.FEW_A_MINUTE, "seconds": 1.0}),
    )
]  # fmt: skip
CLOCKS = [
    Row(f"reset, {word}; Slack's clock {hours:+d} h", ({"kind": FaultKind.RESET, "when": when},),
        NOT_UPDATE, ahead=3600.0 * hours)
    for when, word in (("before", "not handled"), ("after", "handled")) for hours in (-1, 1)
]  # fmt: skip
DOORS = [
    *(Row(f"an edit is refused: {code}",
          ({"method": UPDATE, "kind": FaultKind.ERROR, "code": code, "times": FOREVER},),
          ("coalesce", "logger"))
      for code in ("edit_window_closed", "cant_update_message")),
    *(Row(f"the run's thread refuses: {code}", (), ("message", "file", "files", "approval",
          "coalesce", "digest", "hooks", "flush"), more={"thread": code})
      for code in ("thread_not_found", "restricted_action_thread_locked",
                   "cannot_reply_to_message", "restricted_action_non_threadable_channel")),
]  # fmt: skip
NAMES = [
    Row("the channel was renamed, its name is another's", (), NOT_UPDATE, more={"renamed": True}),
    Row("an organization's token", (), NOT_UPDATE, more={"org": True}),
]
# Calls beside the posting one: what they say decides nothing.
BESIDE = [
    Row(f"{method}: {what}", ({"method": method, "times": 2, **script},), ("message", "file",
        "approval", "coalesce", "hooks", "logger", "flush"))
    for method in ("chat.getPermalink", "conversations.info", "conversations.list", "auth.test",
                   "files.info", "files.getUploadURLExternal", "upload", "reactions.*")
    for what, script in (
        ("a login page", {"kind": FaultKind.PAGE, "status": 403}),
        ("1", {"kind": FaultKind.SHAPE, "answer": 1}),
        ('{"ok": true} alone', {"kind": FaultKind.BARE}),
        ("a redirect", {"kind": FaultKind.REDIRECT, "to": "TRAP"}),
    )
]  # fmt: skip
# Tables and charts: another form is posted at once, and once, whatever else goes wrong on the way.
DRAWN = ("drawn", "drawn_flush", "drawn_hooks")
NATIVE = [
    # The hooks' first message has neither, and is refused as it stands.
    Row(f"refused: {what}; {trouble}", script, DRAWN[:2] if "word" in trouble else DRAWN,
        more={"refused": refused})
    for what, refused, calls in (
        ("nothing", (), 1),
        ("data tables", ("data_table",), 2),
        ("charts", ("data_visualization",), 2),
        ("tables and charts", ("data_table", "table", "data_visualization"), 3),
    )
    for trouble, script in (
        ("no trouble", ()),
        ("invalid_blocks, without a word", ({"kind": FaultKind.ERROR, "code": "invalid_blocks"},)),
        *((f"reset, {word}, at call {call + 1}",
           ({"kind": FaultKind.RESET, "when": when, "skip": call},))
          for when, word in (("before", "not handled"), ("after", "handled"))
          for call in range(calls)),
        ("408 stream timeout at the last call",
         ({"kind": FaultKind.STREAM_TIMEOUT, "skip": calls - 1},)),
        ("an outage at the last call", ({"kind": FaultKind.ERROR, "code": "service_unavailable",
         "skip": calls - 1, "times": 9},)),
    )
]  # fmt: skip
# The end of a run: its note, which the channel sees, and the change of its message.
_NOTE = {"method": POST, "match": {"reply_broadcast": [True, "true", "1"]}}
ENDS = [
    *(Row(f"the end's note: {word}, {when}", ({**_NOTE, "kind": kind, "when": when, **more},),
          ("hooks", "logger"))
      for word, kind, more in (
          ("reset", FaultKind.RESET, {}), ("HTTP 500", FaultKind.HTTP, {"status": 500}),
          ("internal_error", FaultKind.ERROR, {"code": "internal_error"}),
          ("408", FaultKind.STREAM_TIMEOUT, {}))
      for when in ("before", "after")),
    Row("the end's note: handled late", ({**_NOTE, "kind": FaultKind.LATE, "status": 504,
        "seconds": LATE},), ("hooks", "logger"), late=LATE),
    Row("the end's note: Slack is away", ({**_NOTE, "kind": FaultKind.ERROR, "times": 3,
        "code": "service_unavailable"},), ("hooks", "logger")),
    *(Row(f"the run's message is changed: {word}, {when}", ({"method": UPDATE, "kind": kind,
          "when": when, "times": 2, **more},), ("hooks", "logger"))
      for word, kind, more in (
          ("reset", FaultKind.RESET, {}), ("HTTP 500", FaultKind.HTTP, {"status": 500}),
          ("408", FaultKind.STREAM_TIMEOUT, {}))
      for when in ("before", "after")),
    Row("the run's message is gone", ({"method": UPDATE, "kind": FaultKind.ERROR,
        "code": "message_not_found", "times": FOREVER},), ("hooks", "logger")),
]  # fmt: skip
ROWS = [*ENDS, *NATIVE, *ANSWERS, *LATER, *HISTORIES, *CLOCKS, *DOORS, *NAMES, *BESIDE]

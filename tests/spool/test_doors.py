"""Whatever stands in a state file: our own errors, and the posts of others go on."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slack_wrapper.common import decoding
from slack_wrapper.errors import SlackWrapperError, StateUnreadable
from slack_wrapper.live import orphan_marks
from slack_wrapper.model.request import Request
from slack_wrapper.spool import digest_log
from slack_wrapper.spool import entry as entries
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import Ledger
from slack_wrapper.spool.outbox import Outbox
from slack_wrapper.spool.progress import Progress

NAME = "01795642212704932653-8a4e5695-58ac88fc9026f3cd8a1b-7297c9d1.json"
FROZEN = Path(__file__).parent / "frozen" / "be09f02" / "slack"
SETTINGS = settings(
    max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(),
    st.sampled_from(["\0", "\ud800", "../..", "now", "2h", "key:", "9" * 400 + "w"]),
)  # fmt: skip
values = st.recursive(
    scalars, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(), one, max_size=3)
)


def originals() -> list[tuple[str, Any]]:
    return [(path.parent.name, json.loads(path.read_text()))
            for path in sorted(FROZEN.glob("*/*.json"))]  # fmt: skip


@st.composite
def altered(draw: st.DrawFn) -> tuple[str, Any]:
    """A state file of a release, with another value in one place, or one left out or added."""
    folder, data = draw(st.sampled_from(originals()))
    node = data
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        if isinstance(node[key], (dict, list)) and node[key] and draw(st.booleans()):
            node = node[key]
            continue
        if draw(st.booleans()):
            node[key] = draw(values)
        elif isinstance(node, dict) and draw(st.booleans()):
            node[draw(st.text())] = draw(values)
        else:
            del node[key]
        return folder, data


def put(folder: str, data: bytes) -> None:
    path = Path(".snakemake/slack") / folder
    path.mkdir(parents=True)
    name = NAME if folder in ("outbox", "held", "timed") else "0cbb439e15e185940c67.json"
    (path / name).write_bytes(data)
    if folder == "digests":
        (path / name).with_suffix(".jsonl").write_text('\n{"step": "a", "text": "b"}\nnull\n5\n{}')


def look(folder: str) -> None:
    """Do what a run, a flush and the command do first with what is there."""
    outbox, ledger = Outbox(), Ledger()
    outbox.tell = lambda text: None
    readable = outbox.entries()
    damaged = [*outbox.unreadable(), *ledger.unreadable(), *orphan_marks.unreadable()]
    damaged += digest_log.unreadable(Path(".snakemake/slack/digests"))
    for error in damaged:
        assert isinstance(error, StateUnreadable)
        assert error.hint
    for entry in [*readable, *ledger.interrupted(), *ledger.kept()]:
        Request.from_dict(entry.request)
        json.dumps(entry.to_dict())
        assert entry.channel
        assert entry.destination
        entry.write(Path("again"))
        assert entries.read(Path("again") / f"{entry.id}.json").request == dict(entry.request)
    found = list(digest_log.read_all(Path(".snakemake/slack/digests")))
    with orphan_marks.orphans() as marks:
        whole = len(readable) + len(ledger.interrupted()) + len(ledger.kept()) + len(found)
        assert whole + len(marks) + len(damaged) == 1, "neither read nor told"
    assert bool(outbox.names()) >= outbox.waits()
    assert outbox.waiting.count() + outbox.timed.count() == len(
        [entry for entry in readable if not outbox.is_held(entry)]
    )


def within(folder: str, data: bytes) -> None:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        try:
            put(folder, data)
            look(folder)
        finally:
            os.chdir(before)


@SETTINGS
@given(altered())
def test_an_altered_file_is_read_or_told(case: tuple[str, Any]) -> None:
    folder, data = case
    within(folder, json.dumps(data).encode())


@SETTINGS
@given(st.sampled_from(["outbox", "held", "sending", "delivered", "digests", "live"]),
       values.map(json.dumps).map(str.encode) | st.binary())  # fmt: skip
def test_anything_is_told(folder: str, data: bytes) -> None:
    within(folder, data)


@SETTINGS
@given(st.dictionaries(st.sampled_from([*vars(Request("message", ("a",)))]), values))
def test_a_request_is_read_or_refused(data: dict[str, Any]) -> None:
    try:
        assert isinstance(Request.from_dict({"option": "message", "channels": ["a"], **data}),
                          Request)  # fmt: skip
    except SlackWrapperError as error:
        assert error.hint


def test_what_was_written_is_read_as_it_was() -> None:
    request = Request(
        "message", ("lab",), "hello", blocks=({"type": "divider"},), fields={"a": "b"}
    )
    assert Request.from_dict(json.loads(json.dumps(request.to_dict()))) == request
    progress = Progress(uploaded=[{"id": "F1"}], unclear=True, parts=2, started=5)
    assert Progress.from_dict(json.loads(json.dumps(progress.to_dict()))) == progress
    assert Progress.from_dict({**progress.to_dict(), "newer": 1}) == progress


def test_names_that_are_not_utf_8_are_written_and_read(tmp_path: Path) -> None:
    name = os.fsdecode(b"plot-\xff.png")
    request = Request("file", ("lab",), files=(name,), receipt="a.json").to_dict()
    entry = Entry("post", request, Progress())
    entry.write(tmp_path)
    assert entries.read(tmp_path / "post.json").request["files"] == [name]


def test_a_number_is_within_its_range() -> None:
    for text in (b"1e999", b"NaN", b"-Infinity"):
        try:
            data = decoding.from_json(b'{"key": "a", "started": ' + text + b"}")
            decoding.record(Progress, data)
        except ValueError:
            continue
        raise AssertionError(text)

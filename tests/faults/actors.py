"""The ways to post, each in this process: what a step, a hook, the logger or a flush does.

An actor posts once under the trouble and tells what its receipt says; what it has put into the
channel is counted by `count`.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from slack_wrapper.client.messages import Posted
from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.updates import Living, update
from slack_wrapper.errors import SlackError
from slack_wrapper.live.channel import Line
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.notify import Event, Notify
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.updater import Updater, Watched
from slack_wrapper.message.parameters import build
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.model.receipt import PENDING
from slack_wrapper.sandbox.faults import Fault, FaultKind
from slack_wrapper.sandbox.methods import reactions
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sending.reachability import look_out
from slack_wrapper.session.current import SharedSession
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from slack_wrapper.snakemake_adapter.metadata import FolderRecords
from tests.support.records import WholeRun

DRAWN = {"message": "only once", "table": "t.tsv",
         "chart": {"type": "bar", "x": "model", "y": "ndcg"}}  # fmt: skip
CHANNEL, NAME = "C0000LIBREC", "librec_channel"
QUICK = RetryPolicy(attempts=4, total=20.0, base=0.02, cap=0.1, max_wait=4.0)
SECTION = {"channel": NAME, "max_wait": 4}


class Cell:
    """One study, one workspace, one way to post.

    Args:
        box: the workspace.
        timeout: seconds that a call waits for its answer.
    """

    def __init__(self, box: Sandbox, timeout: float | None = None) -> None:
        self.box, self.timeout = box, timeout
        self.root = ""  # ts of the run's root message, if there is one
        self.statuses: list[str] = []

    def session(self, records: FolderRecords | None = None) -> LocalSession:
        """Open a session as a new process does."""
        opened = open_local(SECTION, records=records)
        opened.poster.policy = replace(opened.poster.policy, **_bounds())
        if self.timeout:
            known = opened.workspace(None)
            wire = known.transport.quicker(self.timeout)
            wire.lookups = opened.poster.policy
            opened._workspaces[None] = replace(known, transport=wire, names=Names(wire))
        if self.root:
            opened.begin_thread({"status": "delivered", "channel": CHANNEL, "channel_name": NAME,
                                 "ts": self.root})  # fmt: skip
        return opened

    def texts(self) -> list[str]:
        """What people read in the channel, threads included."""
        return [_text(one) for one in self.box.messages()]

    def step(self, opened: LocalSession, **params: object) -> None:
        """Post as a step does, and write its receipt."""
        path = Path("slack") / f"step{len(self.statuses)}.json"
        receipt = opened.post(build({"channel": NAME, **params}, receipt=str(path)))
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(receipt))
        self.statuses.append(str(receipt["status"]))


def _bounds() -> dict[str, float]:
    return {"attempts": QUICK.attempts, "base": QUICK.base, "cap": QUICK.cap}


def _text(message: dict) -> str:
    told = json.dumps([message.get("blocks"), message.get("attachments")], ensure_ascii=False)
    names = ",".join(one["name"] for one in message.get("files", []))
    return f"{message['text']} {told} files={names}"


def message(cell: Cell) -> None:
    cell.step(cell.session(), message="only once")


def drawn(cell: Cell) -> None:
    """A step with a table and a chart."""
    cell.step(cell.session(), **DRAWN)


def file(cell: Cell) -> None:
    cell.step(cell.session(), file="a.txt", comment="only once")


def files(cell: Cell) -> None:
    cell.step(cell.session(), file=["a.txt", "b.txt"], comment="only once")


def digest(cell: Cell) -> None:
    cell.step(cell.session(), option="digest", message="only once", file=["a.txt", "b.txt"])


def coalesce(cell: Cell) -> None:
    """Three steps that share a message; the run then ends."""
    opened = cell.session(WholeRun())
    opened.digests.resume()
    for number in range(3):
        cell.step(opened, message=f"line {number}", coalesce={"title": "all", "window": 1})
    opened.digests.close()


def hooks(cell: Cell) -> None:
    """Start and end of a run that goes well, as the hooks tell them; its note is broadcast."""
    success = Event(min_duration=0.0, message="only once")
    _show(cell, LiveSettings(NAME, notify=Notify(success=success), follows=False), fails=False)


def drawn_hooks(cell: Cell) -> None:
    """A message that begins a thread, and a reply with a table and a chart."""
    _run(cell, DRAWN)


def _run(cell: Cell, end: dict) -> None:
    run = SharedSession()
    run.offer(config=SECTION)
    run._session = cell.session()
    for number, said in enumerate(({"message": "started"}, end)):
        params = {**said, "thread": "run", "on_failure": "queue", "channel": NAME}
        request = build(params, defaults=SECTION)
        look_out(run.session(), None)
        receipt = run.session().post(request) if number else run.begin_thread(request)
        cell.statuses.append(str(receipt["status"]))


def flush(cell: Cell) -> None:
    """A step whose post waits in the outbox when the trouble comes."""
    _flush(cell, {"message": "only once"})


def drawn_flush(cell: Cell) -> None:
    """The same, with a table and a chart."""
    _flush(cell, DRAWN)


def _flush(cell: Cell, said: dict) -> None:
    waiting = list(cell.box.faults._faults)
    refused = Fault("*", FaultKind.ERROR, code="service_unavailable", times=10**6)
    cell.box.faults._faults[:] = [refused]
    cell.step(cell.session(), **said)
    assert cell.statuses == ["queued"], cell.statuses
    cell.box.faults._faults[:] = waiting
    for _, outcome in cell.session().flush():
        if isinstance(outcome, SlackError):
            cell.statuses.append("queued")


def approval(cell: Cell) -> None:
    """A question, asked again until somebody has answered it."""
    opened, seen = cell.session(), 0
    request = build({"option": "approval", "message": "only once", "channel": NAME},
                    receipt="slack/ask.json", rule="ask")  # fmt: skip
    end = time.monotonic() + 25
    while (receipt := opened.post(request))["status"] == PENDING and time.monotonic() < end:
        time.sleep(min(0.1, float(receipt["wait"])))
        asked = [one for one in cell.box.messages() if "only once" in _text(one)]
        seen += bool(asked)
        if seen == 3:  # by then its step has come again
            with cell.box.store.change():
                reactions.react(asked[0], "white_check_mark", "U00000ADA")
    cell.statuses.append(str(receipt["status"]))


def edit(cell: Cell) -> None:
    """A message that is there is changed, by as many tries as it takes."""
    wire = cell.session().workspace(None).transport
    there = Living(Posted(CHANNEL, cell.root), "key")
    for _ in range(6):
        try:
            update(wire, there, "only once", Retrier(QUICK), about="the channel")
        except SlackError:
            continue
        cell.statuses.append("delivered")
        return
    cell.statuses.append("queued")


def logger(cell: Cell) -> None:
    """A run of a workflow with a failure in it, as `--logger slack` shows it."""
    _show(cell, LiveSettings(NAME, notify=Notify(failure=Event())), fails=True)


def _show(cell: Cell, settings: LiveSettings, *, fails: bool) -> None:
    story = Story(allowed=lambda rule: 1)
    shown = Updater(story, lambda: Facts("study", "ada", "node1", "~/study"),
                    Line(cell.session(), settings), settings, Watched())  # fmt: skip
    story.planned({"work": 3})
    shown.start()
    time.sleep(0.6)
    story.progress(1, 3)
    time.sleep(0.4)
    story.started(1, FailedJob("work", {"n": "1"}), time.time())
    if fails:
        story.failed(1, FailedJob("work"), time.time())
    else:
        story.finished(1, time.time())
        story.progress(3, 3)
    time.sleep(0.3)
    shown.close(15)
    cell.statuses.append("delivered")


ACTORS: dict[str, Callable[[Cell], None]] = {
    "message": message, "file": file, "files": files, "update": edit, "approval": approval,
    "coalesce": coalesce, "digest": digest, "logger": logger, "hooks": hooks, "flush": flush,
    "drawn": drawn, "drawn_flush": drawn_flush, "drawn_hooks": drawn_hooks,
}  # fmt: skip


def count(actor: str, cell: Cell) -> int:
    """How often the channel has what it must have once: 0 if something is lost."""
    texts = cell.texts()
    if actor == "coalesce":
        lines = [texts_with(texts, f"• line {number}") for number in range(3)]
        return max(lines) if max(lines) > 1 else min(lines)
    if actor == "logger":  # what notifies: neither the run's own message nor its changes
        told = [one for one in cell.box.messages() if "*study* failed" in one["text"]]
        return sum(
            one.get("subtype") == "thread_broadcast"
            or not (one.get("thread_ts") or one.get("edited"))
            for one in told
        )
    if actor in ("file", "files"):
        names = "a.txt" if actor == "file" else "a.txt,b.txt"
        return texts_with(texts, f"files={names}")
    if actor == "digest":
        files = texts_with(texts, "files=a.txt,b.txt")
        said = texts_with(texts, "only once")
        return max(files, said) if max(files, said) > 1 else min(files, said)
    if actor.startswith("drawn"):
        said = [text for text in texts if "only once" in text]
        return len(said) if all("knn" in text and "0.5" in text for text in said) else 0
    return texts_with(texts, "only once")


def texts_with(texts: list[str], words: str) -> int:
    """How many messages say so, each as often as it says it."""
    return sum(text.count(words) and 1 for text in texts)

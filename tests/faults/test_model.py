"""Random posts, faults, crashes, flushes and new runs: the channel is what the model says.

The server is real and so are its sockets; a run is a session of this process. What Snakemake does
around a step is done here as it does it: its mark, its record, the deletion of outputs.
MODEL_EXAMPLES=1000 looks at so many random histories instead of some that are always the same.
"""

import base64
import json
import os
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from slack_wrapper.client import rate_limit
from slack_wrapper.client.retry import RetryPolicy
from slack_wrapper.common import patience
from slack_wrapper.message.parameters import build
from slack_wrapper.model.request import Request
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from slack_wrapper.spool.receipt_file import ReceiptFile
from tests.faults.crashes import Death, Killed

CHANNEL = "C0000LIBREC"
EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "0"))
QUICK = RetryPolicy(attempts=2, total=5.0, base=0.001, cap=0.002, max_wait=0.01)
LONG = "\n\n".join("word " * 700 for _ in range(3))  # three messages
TROUBLES = [
    {"kind": "reset", "when": "before"},
    {"kind": "reset", "when": "after"},
    {"kind": "close", "when": "after"},
    {"kind": "http", "status": 503},
    {"kind": "http", "status": 500, "when": "after"},
    {"kind": "truncate", "when": "after"},
    {"kind": "error", "code": "internal_error", "when": "before"},
    {"kind": "error", "code": "fatal_error", "when": "after"},
    {"kind": "error", "code": "service_unavailable"},
]
METHODS = ["*", "chat.postMessage", "files.*", "upload", "files.completeUploadExternal",
           "conversations.*", "files.info"]  # fmt: skip
KINDS = ["message", "long", "file", "files", "reply"]
STEPS = [f"{kind}{number}" for kind in KINDS for number in range(2)]


class Study(RuleBasedStateMachine):
    """A study, its runs, and what must be in its channel."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.home = Path.cwd()
        folder = self.open.enter_context(tempfile.TemporaryDirectory())
        os.chdir(folder)
        for patch in (
            mock.patch.dict(os.environ, {patience.VARIABLE: "0.001"}),
            mock.patch.object(rate_limit, "INTERVAL", 0.0),
            mock.patch.object(rate_limit, "JITTER", 0.0),
            mock.patch("os.fsync"),  # no power fails here
        ):
            self.open.enter_context(patch)
        self.box = self.open.enter_context(Sandbox())
        self.box.store.share_delay = 0.0
        token = {"SLACK_WRAPPER_BASE_URL": self.box.api_url, "SLACK_BOT_TOKEN": self.box.token}
        self.open.enter_context(mock.patch.dict(os.environ, token))
        self.death = Death()
        self.open.enter_context(self.death.watching())
        self.meant: Counter[str] = Counter()  # text or file → how often it must be there
        self.version: Counter[str] = Counter()  # step → how often its text was changed
        self.unfinished: set[str] = set()
        self.finished: set[str] = set()
        self.session = self.new_session()
        for name in ("a", "b"):
            Path(name).write_text(name)

    def new_session(self) -> LocalSession:
        session = open_local({"channel": CHANNEL, "thread": "none"})
        session.poster.policy = QUICK
        return session

    def teardown(self) -> None:
        try:
            self.nothing_is_lost()
        finally:
            os.chdir(self.home)
            self.open.close()

    # What is meant

    def request(self, step: str) -> Request:
        kind, said = step[:-1], self.said(step)
        params: dict = {"channel": CHANNEL, "thread": "none", "on_failure": "queue"}
        if kind in ("file", "files"):
            names = self.files(step)
            for name in names:
                if not Path(name).exists():
                    Path(name).write_text(name)
            params["file"] = names
        else:
            params["message"] = said
        if kind == "reply":
            params["thread"] = "slack/message0.json"
        return build(params, receipt=f"slack/{step}.json", rule=step)

    def said(self, step: str) -> str:
        return f"{step} {self.version[step]} {LONG if step.startswith('long') else ''}".strip()

    def files(self, step: str) -> list[str]:
        return [f"{step}.{self.version[step]}.{n}" for n in range(1 + step.startswith("files"))]

    def things(self, step: str) -> list[str]:
        """What of a step is seen in the channel, each as `seen` counts it."""
        if step.startswith("file"):
            return self.files(step)
        return [self.said(step)[:12]]

    def seen(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for message in self.box.messages():
            if message.get("files"):
                found.update(file["name"] for file in message["files"])
            else:
                found[message["text"][:12]] += 1
        return found

    # What Snakemake does

    def post(
        self, step: str, dies_at: int = 0, *, with_snakemake: bool = False, changed: bool = False
    ) -> None:
        """Run a step as Snakemake does; if it dies, its run goes on or dies with it."""
        receipt = Path(f"slack/{step}.json")
        waits = step in self.finished and status_of(receipt) == "queued" and not changed
        if step not in self.unfinished and not waits:
            self.meant.update(self.things(step))
        receipt.unlink(missing_ok=True)
        mark = record_of("incomplete", str(receipt))
        mark.write_text("{}")
        self.finished.discard(step)
        try:
            with self.death.at(dies_at):
                request = self.request(step)
                with ReceiptFile(request.receipt, request) as place:
                    answer = self.session.post(request)
                    self.session.confirm(request, answer, place.write(answer))
        except Killed:
            self.unfinished.add(step)
            if with_snakemake:
                self.session = self.new_session()
                self.session.poster.history.ends.catch_up()
                return
            ended = receipt.stat().st_mtime_ns if receipt.exists() else time.time_ns()
            receipt.unlink(missing_ok=True)  # the run goes on and cleans up after the step
        else:
            self.unfinished.discard(step)
            self.finished.add(step)
            ended = receipt.stat().st_mtime_ns + 10**7
            os.utime(receipt, ns=(ended, ended))
        record_of("metadata", str(receipt)).write_text(json.dumps({"endtime": ended / 1e9}))
        mark.unlink()

    @initialize()
    def a_root(self) -> None:
        self.post("message0")

    @rule(step=st.sampled_from(STEPS), change=st.booleans())
    def a_step(self, step: str, change: bool) -> None:
        """Run a step, forced or with another text; an unfinished one is taken up as it was."""
        if self.can_run(step):
            self.a_new_run_for(step)
            change &= step not in self.unfinished
            self.version[step] += change
            self.post(step, changed=change)

    @rule(step=st.sampled_from(STEPS), dies_at=st.integers(1, 40), with_snakemake=st.booleans())
    def a_step_dies(self, step: str, dies_at: int, with_snakemake: bool) -> None:
        if self.can_run(step):
            self.a_new_run_for(step)
            self.post(step, dies_at, with_snakemake=with_snakemake)

    def a_new_run_for(self, step: str) -> None:
        """No run has a job twice, unless it fails and is tried again."""
        if step in self.finished:
            self.a_new_run(ends_well=True)

    def can_run(self, step: str) -> bool:
        """A reply needs its root's receipt, and Snakemake runs what is unfinished first."""
        return not step.startswith("reply") or "message0" in self.finished

    @rule(
        method=st.sampled_from(METHODS),
        trouble=st.sampled_from(TROUBLES),
        times=st.integers(1, 4),
        skip=st.integers(0, 2),
    )
    def trouble(self, method: str, trouble: dict, times: int, skip: int) -> None:
        self.box.faults.add(Fault(method, times=times, skip=skip, **trouble))

    @rule(method=st.sampled_from(METHODS), trouble=st.sampled_from(TROUBLES))
    def an_outage(self, method: str, trouble: dict) -> None:
        self.box.faults.add(Fault(method, times=10**6, **trouble))

    @rule()
    def all_is_well(self) -> None:
        self.box.faults.clear()

    @rule()
    def a_minute_passes(self) -> None:
        self.session.poster.reach._silent.clear()
        self.session.poster.waiting._stuck.clear()

    @rule()
    def a_flush(self) -> None:
        self.session.flush()

    @rule(dies_at=st.integers(1, 60))
    def a_flush_dies(self, dies_at: int) -> None:
        other = self.new_session()  # `slack-wrapper flush`, beside the run
        try:
            with self.death.at(dies_at):
                other.flush()
        except Killed:
            return

    @rule(ends_well=st.booleans())
    def a_new_run(self, ends_well: bool) -> None:
        if ends_well:
            self.session.flush()
            self.session.poster.history.ends.acknowledge(
                {f"slack/{step}.json" for step in self.finished}
            )
        self.session = self.new_session()
        self.session.poster.history.ends.catch_up()

    # What must hold

    @invariant()
    def nothing_is_doubled(self) -> None:
        assert not self.seen() - self.allowed(), "there is more than was meant"

    def allowed(self) -> Counter[str]:
        further = {part[:12] for part in LONG.split("\n\n")}
        return self.meant + Counter({text: self.seen()[text] for text in further})

    @rule()
    def nothing_is_lost(self) -> None:
        """Mend all, run what is unfinished, deliver what waits: then all is there."""
        self.box.faults.clear()
        self.a_minute_passes()
        for step in sorted(self.unfinished, key=STEPS.index):
            self.post(step)
        for _ in range(2):  # a reply may wait for a root that is held
            self.session.flush(patient=True)
        assert self.session.poster.outbox.entries() == []
        assert self.session.poster.ledger.interrupted() == []
        assert self.seen() & self.meant == self.meant
        texts = [message["text"] for message in self.box.messages()]
        longs = sum(text[:5].startswith("long") for text in texts)
        assert sum(text.startswith("word") for text in texts) == 2 * longs
        for step in self.finished:
            assert status_of(Path(f"slack/{step}.json")) == "delivered"


def status_of(receipt: Path) -> str:
    return str(json.loads(receipt.read_text())["status"]) if receipt.exists() else "-"


def record_of(kind: str, output: str) -> Path:
    """Return where Snakemake keeps a mark or record of an output."""
    folder = Path(".snakemake") / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder / base64.urlsafe_b64encode(output.encode()).decode()


Study.TestCase.settings = settings(
    max_examples=EXAMPLES or 40,
    stateful_step_count=30,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate] + ([] if EXAMPLES else [Phase.shrink]),
    suppress_health_check=list(HealthCheck),
)
TestModel = Study.TestCase

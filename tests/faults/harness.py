"""A user's working directory and their Slack: real Snakemake, real sockets, scripted trouble."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from slack_wrapper.locate import thin_client
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import DEFAULT_SEED
from slack_wrapper.vault.keyfile import store
from tests.conftest import KEPT, PASSWORD

SNAKEFILE = """
configfile: "config.json"
import slack_wrapper
include: slack_wrapper.rules("slack.smk")
wildcard_constraints:
    case="[a-z0-9-]+"
use rule slack_message as message with:
    output: "slack/message/{case}.json"
    params: message="message {case}", channel="{case}"
use rule slack_message as reply with:
    input: root="slack/message/{case}.json"
    output: "slack/reply/{case}.json"
    params: message="reply {case}", channel="{case}", thread="slack/message/{case}.json"
use rule slack_file as file with:
    input: file="data/{case}.1.txt"
    output: "slack/file/{case}.json"
    params: channel="{case}"
use rule slack_file as files with:
    input: file=["data/{case}.1.txt", "data/{case}.2.txt"]
    output: "slack/files/{case}.json"
    params: channel="{case}"
"""
KINDS = ("message", "reply", "file", "files")
# The longest of any one command; a suite that waits longer has found a hang.
PATIENCE = 600
# Factor of the product's own patience with Slack: a reset is looked into for a third of a second.
SHORTENED = "0.02"


@dataclass
class Outcome:
    """What became of one post under one fault; a cell of the table.

    Args:
        fault: row of the table.
        kind: column of the table.
        status: of the receipt after the first run; "-" if there is none.
        exit: of the first run.
        posts: messages seen by the server after the first run.
        final: messages seen after the recovery.
        recovery: exit codes of the commands of the recovery.
        expected: statuses that are right after the first run.
        exits: exit codes that are right for the first run.
        shared: whether other posts of the same run decide on its exit code too; then one test for
            all of them looks at it.
        disorder: whether messages that follow one another are in another order.
        waiting: receipts that do not say `delivered` in the end, of those that must.
        told: what the commands printed; shown when the case fails.
    """

    fault: str
    kind: str
    status: str
    exit: int
    posts: int
    final: int
    recovery: tuple[int, ...] = ()
    expected: tuple[str, ...] = ("delivered", "queued")
    exits: tuple[int, ...] = (0,)
    shared: bool = False
    disorder: bool = False
    waiting: int = 0
    told: str = field(default="", repr=False)

    @property
    def wrong(self) -> list[str]:
        """What is not valid."""
        found = []
        if self.status not in self.expected:
            found.append(f"receipt {self.status}")
        if self.exit not in self.exits and not self.shared:
            found.append(f"exit {self.exit}")
        if self.final == 0:
            found.append("lost")
        if max(self.posts, self.final) > 1:
            found.append("doubled")
        if self.disorder:
            found.append("order broken")
        if self.waiting:
            found.append(f"{self.waiting} receipts not renewed")
        if any(self.recovery):
            found.append(f"recovery {self.recovery}")
        return found

    def cell(self) -> str:
        after = f" →{self.final}" if self.recovery else ""
        return f"{self.posts} {self.status} {self.exit}{after}{' ✗' if self.wrong else ''}"


class Lab:
    """One study and one sandbox.

    Args:
        folder: a new folder for both.
        cases: one channel each, by name.
        section: more of the `slack:` section.
        options: of the sandbox.
    """

    def __init__(self, folder: Path, cases: Iterable[str], *, section: dict | None = None,
                 **options: object) -> None:  # fmt: skip
        self.cases = list(cases)
        self.folder = folder
        channels = [{"id": channel_id(number), "name": name, "members": ["U00000BOT"]}
                    for number, name in enumerate(self.cases)]  # fmt: skip
        self.box = Sandbox(seed={**DEFAULT_SEED, "channels": channels, "webhooks": []}, **options)
        self.box.start()
        self.targets: list[str] = []
        self.section = {"encrypted_key": "keys/slack-api.enc", "channel": "none-of-them",
                        "thread": "none", "on_failure": "queue", **(section or {})}  # fmt: skip
        for name in ("keys", "data", "home"):
            (folder / name).mkdir(parents=True)
        store.encrypt_to(folder / self.section["encrypted_key"], self.box.token, PASSWORD,
                         profile="test-only")  # fmt: skip
        (folder / "Snakefile").write_text(SNAKEFILE)
        (folder / "config.json").write_text(json.dumps({"slack": self.section}))
        for case in self.cases:
            for number in (1, 2):
                (folder / "data" / f"{case}.{number}.txt").write_text(f"{number} of {case}\n")

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *exc: object) -> None:
        self.box.stop()

    def channel(self, case: str) -> list[str]:
        """Name and ID of a case's channel, for `Fault.match`."""
        return [case, channel_id(self.cases.index(case))]

    def want(self, *steps: tuple[str, str]) -> None:
        """Make these steps, each (kind, case), the targets of the runs to come."""
        self.targets = [f"slack/{kind}/{case}.json" for kind, case in steps]

    def env(self, url: str | None = None) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "SLACK_WRAPPER_PASSWORD": PASSWORD,
            "SLACK_WRAPPER_BASE_URL": url or self.box.api_url,
            "SLACK_WRAPPER_PATIENCE": SHORTENED,
        }

    def start(self, *arguments: str, url: str | None = None) -> "subprocess.Popen[str]":
        """Start a command in the study; `told` collects what it prints."""
        with (self.folder / "told.txt").open("a") as told:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=self.folder, env=self.env(url),
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, text=True,
                start_new_session=True,
            )  # fmt: skip

    def snakemake(self, *arguments: str, cores: int = 16, url: str | None = None) -> int:
        """Run the workflow and return the exit code."""
        return self.begin(*arguments, cores=cores, url=url).wait(PATIENCE)

    def begin(
        self, *arguments: str, cores: int = 16, url: str | None = None
    ) -> "subprocess.Popen[str]":
        """Start the workflow; a failing step does not keep the others from running."""
        given = ("--cores", str(cores), "-k", *arguments, "--", *self.targets)
        return self.start("snakemake", *given, url=url)

    def command(self, *arguments: str, url: str | None = None) -> int:
        """Run `slack-wrapper` and return the exit code."""
        return self.start("slack_wrapper.cli.main", *arguments, url=url).wait(PATIENCE)

    def told(self) -> str:
        return (self.folder / "told.txt").read_text()

    def status(self, kind: str, case: str) -> str:
        """Status of a step's receipt, "-" if there is none."""
        with contextlib.suppress(OSError, ValueError):
            text = (self.folder / "slack" / kind / f"{case}.json").read_text()
            return str(json.loads(text)["status"])
        return "-"

    def posts(self, kind: str, case: str) -> int:
        """How many messages of a step are in its channel."""
        return sum(_kind_of(message, case) == kind for message in self.box.messages(case))

    def strays(self, case: str) -> list[dict]:
        """Messages in a case's channel that no step of it means."""
        found = self.box.messages(case)
        return [message for message in found if _kind_of(message, case) not in KINDS]


def channel_id(number: int) -> str:
    return f"C{number:08d}"


def _kind_of(message: dict, case: str) -> str:
    names = [file["name"] for file in message.get("files", [])]
    if not names:
        kind, _, rest = message["text"].partition(" ")
        return kind if rest == case else "?"
    whole = [f"{case}.{number}.txt" for number in (1, 2)]
    return {1: "file", 2: "files"}.get(len(names), "?") if names == whole[: len(names)] else "?"


def step_process(main: int, case: str) -> psutil.Process:
    """Return the process of a case's step: the thin client whose receipt has the case's name."""
    for process in psutil.Process(main).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            command = process.cmdline()
            if command[3:4] == [thin_client()] and command[-1].endswith(f"/{case}.json"):
                return process
    raise LookupError(f"no step of {case} is running")


def wait_for(what: str, condition: object, seconds: float = 60.0) -> None:
    """Wait until `condition()` holds."""
    for _ in _ticks(seconds):
        if condition():  # type: ignore[operator]
            return
    raise TimeoutError(f"{what} did not happen within {seconds} s")


def _ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.05)

"""A study whose steps ask, and the people who answer: real Snakemake, a sandbox, real kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from slack_wrapper.sandbox.methods import reactions
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD

# Shorter than any person would want it, so that a suite need not wait as a person does.
IMPATIENT = """
from slack_wrapper.approvals import open_questions
open_questions.SHORTEST, open_questions.SPACING = 0.2, 0.02
open_questions.TROUBLE = open_questions.MOST_TROUBLE = 0.3
"""
HEAD = """
configfile: "config.json"
import slack_wrapper
include: slack_wrapper.rules("slack.smk")
"""
ADA, GRACE, BOT = "U00000ADA", "U0000GRACE", "U00000BOT"
PATIENCE = 60.0  # seconds, far above what anything here takes


class Desk:
    """One study and the channel `librec_channel` that it asks in."""

    def __init__(self, study: Path, sandbox: Sandbox) -> None:
        self.study, self.box = study, sandbox
        self.runs: list[subprocess.Popen[bytes]] = []
        (study / "sitecustomize.py").write_text(IMPATIENT)
        (study / "config.json").write_text(json.dumps({
            "slack": {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}
        }))  # fmt: skip
        (study / "plot.png").write_bytes(b"\x89PNG" + bytes(500))

    def write(self, snakefile: str, *, head: str = HEAD) -> None:
        (self.study / "Snakefile").write_text(head + snakefile)

    def begin(self, *arguments: str, cores: int = 2) -> "subprocess.Popen[bytes]":
        env = {**os.environ, "SLACK_WRAPPER_PASSWORD": PASSWORD, "PYTHONPATH": str(self.study)}
        with (self.study / "told.txt").open("ab") as told:
            run = subprocess.Popen(
                [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments],
                cwd=self.study, env=env, stdin=subprocess.DEVNULL, stdout=told, stderr=told,
                start_new_session=True,
            )  # fmt: skip
        self.runs.append(run)
        return run

    def end(self) -> None:
        """End what a failed test has left running."""
        for run in self.runs:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
                run.wait(10)

    @property
    def told(self) -> str:
        return (self.study / "told.txt").read_text()

    def questions(self) -> list[dict]:
        return [one for one in self.box.messages() if "thread_ts" not in one]

    def replies(self) -> list[str]:
        return [one["text"] for one in self.box.messages() if "thread_ts" in one]

    def asked(self) -> dict:
        """Wait until a question is there, with the reactions to click on, and return it."""
        self.wait(lambda: any(len(one.get("reactions", [])) > 1 for one in self.questions()))
        return self.questions()[-1]

    def react(self, message: dict, name: str, user: str) -> None:
        with self.box.store.change():
            reactions.react(message, name, user)

    def look_again(self, times: int = 2) -> None:
        """Wait until the question has been looked at some more times."""
        before = len(self.looks())
        self.wait(lambda: len(self.looks()) >= before + times)

    def looks(self) -> list[dict]:
        return [call for call in self.box.calls("reactions.get") if call["status"] == 200]

    def wait(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"it did not happen; the run said:\n{self.told}")
            time.sleep(0.05)

    def receipt(self, name: str = "ask") -> dict:
        found: dict = json.loads((self.study / "slack" / f"{name}.json").read_text())
        return found

    def kill_all(self, run: "subprocess.Popen[bytes]") -> None:
        """Kill Snakemake and its steps with -9, as when the machine goes down."""
        os.killpg(run.pid, signal.SIGKILL)
        run.wait(10)

    def kill(self, run: "subprocess.Popen[bytes]") -> None:
        """Kill Snakemake with -9, and wait until its step has noticed."""
        steps = psutil.Process(run.pid).children(recursive=True)
        run.kill()
        run.wait(10)
        _, alive = psutil.wait_procs(steps, timeout=PATIENCE)
        assert not alive, "a step outlives its run"


def wait_for_end(run: "subprocess.Popen[bytes]") -> int:
    return run.wait(PATIENCE)

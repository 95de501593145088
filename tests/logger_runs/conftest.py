"""Real Snakemake runs with `--logger slack`, at the sandbox."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD

SECONDS = 150  # for which a run may go on, on a busy machine
FLAGS = (
    "--logger-slack-channel", "librec_channel",
    "--logger-slack-encrypted-key", "keys/slack-api.enc",
)  # fmt: skip


class Process:
    """A Snakemake process.

    Args:
        arguments: of the command.
        folder: to run it in.
        env: more of its environment.
        terminal: the file descriptor of a terminal that is to be its own.
    """

    def __init__(
        self,
        arguments: list[str],
        folder: Path,
        env: Mapping[str, str],
        terminal: int | None = None,
    ) -> None:
        self._errors = (folder.parent / f"stderr-{time.monotonic_ns()}").open("w+")
        if terminal is not None:  # setsid makes it the terminal of its session
            arguments = ["setsid", "--ctty", "--wait", *arguments]
        self.child = subprocess.Popen(
            arguments,
            cwd=folder,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=self._errors if terminal is None else terminal,
            stderr=self._errors if terminal is None else terminal,
            start_new_session=terminal is None,
        )
        self.returncode: int | None = None

    def wait(self) -> int:
        """Return the exit code."""
        self.returncode = self.child.wait(SECONDS)
        return self.returncode

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send a signal, to its children too if wished."""
        if group:
            os.killpg(self.child.pid, number)
        else:
            self.child.send_signal(number)

    @property
    def stderr(self) -> str:
        """What it has printed so far."""
        self._errors.flush()
        return Path(self._errors.name).read_text()

    def end(self) -> None:
        """Leave nothing behind."""
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
        self._errors.close()


Start = Callable[..., Process]


@pytest.fixture
def start(study: Path) -> Iterator[Start]:
    """Start `snakemake --logger slack` in the study folder, on a Snakefile."""
    processes = []

    def call(
        snakefile: str,
        *arguments: str,
        logger: tuple[str, ...] = ("slack",),
        flags: tuple[str, ...] = FLAGS,
        env: Mapping[str, str] | None = None,
        cores: int = 2,
        terminal: int | None = None,
        nohup: bool = False,
    ) -> Process:
        (study / "Snakefile").write_text(snakefile)
        command = [
            sys.executable, "-m", "snakemake", "--cores", str(cores), "--logger", *logger,
            *flags, *arguments,
        ]  # fmt: skip
        # Turns are kept by address in TMPDIR: those of an earlier test's port do not count.
        own = {"SLACK_WRAPPER_PASSWORD": PASSWORD, "TMPDIR": str(study.parent)}
        given = {**own, **(env or {})}
        command = ["nohup", *command] if nohup else command
        processes.append(Process(command, study, given, terminal))
        return processes[-1]

    yield call
    for process in processes:
        process.end()


def until(condition: Callable[[], Any], what: Process | None = None) -> Any:
    """Wait until a condition holds, and return what it gave."""
    end = time.monotonic() + SECONDS
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"it did not come about\n{what.stderr if what else ''}"
        time.sleep(0.05)


def root(sandbox: Sandbox) -> dict[str, Any]:
    """Return the message of the run: the only one outside a thread."""
    (found,) = [one for one in sandbox.messages() if not one.get("thread_ts")]
    return found


def thread(sandbox: Sandbox) -> list[str]:
    """Return the texts of the thread."""
    return [one["text"] for one in sandbox.messages() if one.get("thread_ts")]


def cards(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the messages of the thread that have blocks, or are shown in the channel too."""
    found = [one for one in sandbox.messages() if one.get("thread_ts")]
    return [one for one in found if one.get("blocks") or one.get("subtype")]


def whole(sandbox: Sandbox) -> str:
    """Return everything that the message of the run shows."""
    message = root(sandbox)
    return message["text"] + str(message.get("attachments"))


def marked_as_killed(sandbox: Sandbox) -> None:
    """Assert that a killed run is marked, beside one that has succeeded, and nothing is left."""
    old, new = sandbox.messages()
    assert "*study* was interrupted: it was killed" in old["text"]
    assert [one["name"] for one in old["reactions"]] == ["warning"]
    assert "succeeded" in new["text"]
    assert list(Path(".snakemake/slack/live").iterdir()) == []


def reaction(sandbox: Sandbox) -> str:
    """Return the one reaction of the message of the run."""
    (found,) = root(sandbox).get("reactions", [])
    return str(found["name"])

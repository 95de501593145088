"""What the suite shares."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.approval_runs.desk import Desk


@pytest.fixture
def desk(study: Path, sandbox: Sandbox) -> Iterator[Desk]:
    made = Desk(study, sandbox)
    yield made
    made.end()

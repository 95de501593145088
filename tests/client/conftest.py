"""The server that the client suite runs against."""

import os
from collections.abc import Iterator

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.client.servers import Server


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A sandbox whose faults and messages the test sees."""
    with Sandbox() as box:
        yield box


@pytest.fixture
def server() -> Iterator[Server]:
    """The sandbox, or with $SLACK_TEST_API_URL a server that somebody else has started."""
    url = os.environ.get("SLACK_TEST_API_URL")
    if url:
        yield Server(url, "xoxb-good", "pipeline")
        return
    with Sandbox() as box:
        yield Server(box.api_url, box.token, "librec_channel")

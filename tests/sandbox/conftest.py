"""The sandbox over real sockets, through slack_sdk's own client."""

from collections.abc import Callable, Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import ALL_SCOPES

MEMBER, PUBLIC, PRIVATE, ARCHIVED = "C0000LIBREC", "C000GENERAL", "G0000SECRET", "C0000OLDLAB"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def web(box: Sandbox) -> WebClient:
    return client(box)


def client(box: Sandbox, token: str | None = None) -> WebClient:
    given = box.token if token is None else token
    return WebClient(given, base_url=box.api_url, timeout=5, retry_handlers=[])


def without(box: Sandbox, *scopes: str) -> WebClient:
    """A client whose token lacks some scopes."""
    left = [scope for scope in ALL_SCOPES if scope not in scopes]
    with box.store.change() as data:
        data["tokens"].append({"token": "xoxb-less", "user": "U00000BOT", "scopes": left})
    return client(box, "xoxb-less")


def refusal(call: Callable[..., object], **arguments: object) -> dict:
    """The answer with `ok: false` that a call meets."""
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return dict(caught.value.response.data)

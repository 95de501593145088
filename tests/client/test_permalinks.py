"""Links to messages: Slack is asked once a channel and thread; the others are as it would say."""

import pytest

from slack_wrapper.client import messages
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.client.servers import QUICK

CHANNEL = "C0000LIBREC"
METHOD = "chat.getPermalink"


@pytest.fixture
def transport(box: Sandbox) -> WebApiTransport:
    return WebApiTransport(Secret(box.token), base_url=box.api_url, timeout=1.0)


def post(transport: WebApiTransport, thread: str | None = None) -> Posted:
    message = Message(CHANNEL, "text", key="k" * 32, thread_ts=thread)
    return messages.post(
        transport, message, Retrier(QUICK), about="channel", locate=lambda name: name
    )


def asked(box: Sandbox, posted: Posted) -> str:
    """Return what Slack itself says."""
    whom = WebApiTransport(Secret(box.token), base_url=box.api_url)
    return str(whom.call(METHOD, {"channel": posted.channel, "message_ts": posted.ts})["permalink"])


def test_slack_is_asked_once_a_channel_and_thread(box: Sandbox, transport: WebApiTransport) -> None:
    roots = [post(transport) for _ in range(3)]
    replies = [(post(transport, root.ts), root.ts) for root in roots[:2] for _ in range(3)]
    links = [messages.permalink(transport, root) for root in roots]
    links += [messages.permalink(transport, reply, thread) for reply, thread in replies]
    assert len(box.calls(METHOD)) == 1 + 2
    assert links == [asked(box, one) for one in (*roots, *(reply for reply, _ in replies))]
    assert len(set(links)) == 9


def test_a_root_that_has_replies_is_no_pattern(box: Sandbox, transport: WebApiTransport) -> None:
    roots = [post(transport) for _ in range(2)]
    with box.store.change():  # as Slack marks a root, once somebody has replied
        box.store.message(CHANNEL, roots[0].ts)["thread_ts"] = roots[0].ts
    links = [messages.permalink(transport, root) for root in roots]
    assert links == [asked(box, root) for root in roots]


def test_nothing_is_learned_from_a_failure(box: Sandbox, transport: WebApiTransport) -> None:
    posted = post(transport)
    box.faults.add(Fault(METHOD, "http", status=500))
    assert messages.permalink(transport, posted) is None
    assert messages.permalink(transport, posted) == asked(box, posted)

"""Links to messages: as Slack would say them, without asking it where they are known."""

import pytest

from slack_wrapper.client import messages, permalinks
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import DEFAULT_SEED
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
    links = [permalinks.permalink(transport, root) for root in roots]
    links += [permalinks.permalink(transport, reply, thread) for reply, thread in replies]
    assert len(box.calls(METHOD)) == 1 + 2
    assert links == [asked(box, one) for one in (*roots, *(reply for reply, _ in replies))]
    assert len(set(links)) == 9


def test_a_root_that_has_replies_is_no_pattern(box: Sandbox, transport: WebApiTransport) -> None:
    roots = [post(transport) for _ in range(2)]
    with box.store.change():  # as Slack marks a root, once somebody has replied
        box.store.message(CHANNEL, roots[0].ts)["thread_ts"] = roots[0].ts
    links = [permalinks.permalink(transport, root) for root in roots]
    assert links == [asked(box, root) for root in roots]


def test_nothing_is_learned_from_a_failure(box: Sandbox, transport: WebApiTransport) -> None:
    posted = post(transport)
    box.faults.add(Fault(METHOD, "http", status=500))
    assert permalinks.permalink(transport, posted) is None
    assert permalinks.permalink(transport, posted) == asked(box, posted)


def of_slack(url: str) -> Sandbox:
    return Sandbox(seed={**DEFAULT_SEED, "url": url})


@pytest.mark.parametrize(
    "url",
    [
        "https://lab.slack.com/",
        "https://acme-2.enterprise.slack.com/",
        "https://lab.slack-gov.com/",
    ],
)
def test_at_slack_they_are_made_from_the_workspaces_address(url: str) -> None:
    with of_slack(url) as box:
        transport = WebApiTransport(Secret(box.token), base_url=box.api_url)
        transport.call("auth.test", {})
        roots = [post(transport) for _ in range(2)]
        replies = [(post(transport, root.ts), root.ts) for root in roots]
        links = [permalinks.permalink(transport, root) for root in roots]
        links += [permalinks.permalink(transport, reply, thread) for reply, thread in replies]
        assert box.calls(METHOD) == []
        assert links == [asked(box, one) for one in (*roots, *(reply for reply, _ in replies))]
        assert all(link and link.startswith(url) for link in links)
        with box.store.change():  # Slack names the thread in a link to its root, once it has one
            box.store.message(CHANNEL, roots[0].ts)["thread_ts"] = roots[0].ts
        told = asked(box, roots[0])
        assert told.partition("?")[0] == permalinks.permalink(transport, roots[0])
        assert f"thread_ts={roots[0].ts}" in told


@pytest.mark.parametrize(
    "url",
    [
        "https://slack.com.example.org/",
        "https://example.org/slack.com/",
        "https://lab.slack.com:8443/",
        "https://user@lab.slack.com/",
        "https://lab.slack.com/elsewhere/",
        "http://lab.slack.com/",
        "https://notslack.com/",
        "https://chat.example.org/",
    ],
)
def test_elsewhere_the_server_is_asked(url: str) -> None:
    with of_slack(url) as box:
        transport = WebApiTransport(Secret(box.token), base_url=box.api_url)
        transport.team_url = url
        posted = post(transport)
        assert permalinks.permalink(transport, posted) == asked(box, posted)
        assert len(box.calls(METHOD)) == 2  # the other one is this test's


def test_before_the_address_is_known_slack_is_asked(box: Sandbox) -> None:
    with of_slack("https://lab.slack.com/") as box:
        transport = WebApiTransport(Secret(box.token), base_url=box.api_url)
        assert permalinks.permalink(transport, post(transport))
        assert len(box.calls(METHOD)) == 1


def test_a_token_of_an_organization_asks(box: Sandbox) -> None:
    """Its address is the organization's, and not the workspace's that the channel is in."""
    with of_slack("https://acme.enterprise.slack.com/") as box:
        with box.store.change() as data:
            data["tokens"][0]["org"] = True
        transport = WebApiTransport(Secret(box.token), base_url=box.api_url)
        transport.call("auth.test", {})
        assert permalinks.permalink(transport, post(transport))
        assert len(box.calls(METHOD)) == 1

"""A reply that the channel sees too: one message, and none less than the reply."""

from slack_wrapper.client import messages
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox

CHANNEL = "C0000LIBREC"
QUICK = RetryPolicy(attempts=3, total=20.0, base=0.01, cap=0.05)


def post(box: Sandbox, text: str, **more) -> Posted:
    wire = WebApiTransport(Secret(box.token), base_url=box.api_url)
    message = Message(CHANNEL, text, key=text.replace(" ", ""), **more)
    return messages.post(wire, message, Retrier(QUICK), about="channel lab", locate=str)


def history(box: Sandbox) -> list[str]:
    wire = WebApiTransport(Secret(box.token), base_url=box.api_url)
    return [
        one["text"] for one in wire.call("conversations.history", {"channel": CHANNEL})["messages"]
    ]


def test_a_broadcast_is_a_reply_that_the_channel_shows(box: Sandbox) -> None:
    root = post(box, "root")
    post(box, "in the thread", thread_ts=root.ts)
    post(box, "for all", thread_ts=root.ts, broadcast=True)
    assert history(box) == ["for all", "root"]
    assert box.messages()[-1]["subtype"] == "thread_broadcast"


def test_without_a_thread_there_is_nothing_to_broadcast(box: Sandbox) -> None:
    post(box, "root", broadcast=True)
    assert "reply_broadcast" not in box.calls("chat.postMessage")[0]["args"]


def test_a_broadcast_that_is_refused_is_a_reply(box: Sandbox) -> None:
    root = post(box, "root")
    box.faults.add(Fault("chat.postMessage", "error", code="cant_broadcast_message"))
    post(box, "for all", thread_ts=root.ts, broadcast=True)
    assert [one["text"] for one in box.messages()] == ["root", "for all"]
    assert "subtype" not in box.messages()[-1]


def test_a_broadcast_whose_answer_is_lost_is_there_once(box: Sandbox) -> None:
    root = post(box, "root")
    box.faults.add(Fault("chat.postMessage", "reset", when="after"))
    post(box, "for all", thread_ts=root.ts, broadcast=True)
    assert history(box) == ["for all", "root"]

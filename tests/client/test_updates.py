"""Updates and reactions against the sandbox: repeatable, nothing cut, nothing twice."""

import pytest

from slack_wrapper.client import messages, updates
from slack_wrapper.client.messages import Message
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.updates import Living
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import SlackRefused, SlackUnavailable
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.client.servers import QUICK

CHANNEL = "C0000LIBREC"
KEY = "k" * 32
BAR = [{"color": "#2eb67d", "text": "bar"}]
SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "seen"}}]


def transport(box: Sandbox) -> WebApiTransport:
    return WebApiTransport(Secret(box.token), base_url=box.api_url, timeout=1.0)


def post(box: Sandbox, text: str = "begun", **more) -> Living:
    message = Message(CHANNEL, text, key=KEY, **more)
    posted = messages.post(transport(box), message, Retrier(QUICK), about="channel x", locate=str)
    return Living(posted, KEY)


def update(box: Sandbox, living: Living, text: str, **more) -> None:
    updates.update(transport(box), living, text, Retrier(QUICK), about="channel x", **more)


def texts(box: Sandbox) -> list[str]:
    return [message["text"] for message in box.messages()]


def paragraphs(count: int, word: str = "paragraph") -> str:
    return "\n\n".join(f"{word} {number} " + "x" * 900 for number in range(count))


def test_an_update_changes_the_message_in_place(box: Sandbox) -> None:
    living = post(box)
    update(box, living, "half done")
    update(box, living, "done", blocks=SECTION)
    assert texts(box) == ["done"]
    assert box.messages()[0]["blocks"] == SECTION


def test_what_an_update_does_not_name_goes(box: Sandbox) -> None:
    living = post(box, blocks=SECTION, attachments=BAR)
    update(box, living, "plain")
    assert not {"blocks", "attachments"} & set(box.messages()[0])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "fault",
    ["reset", "close", "truncate", "fatal_error", "internal_error", "service_unavailable"],
)
def test_an_unclear_update_is_made_again(box: Sandbox, fault: str, when: str) -> None:
    living = post(box)
    kind = "error" if "_" in fault else fault
    box.faults.add(Fault("chat.update", kind, when=when, code=fault))
    update(box, living, "done")
    assert texts(box) == ["done"]


def test_an_update_waits_as_long_as_slack_asks(box: Sandbox) -> None:
    living = post(box)
    box.faults.add(Fault("chat.update", "http", status=429, headers={"Retry-After": "0"}, times=9))
    update(box, living, "done")
    assert texts(box) == ["done"]


def test_an_update_gives_up_in_the_end(box: Sandbox) -> None:
    living = post(box)
    box.faults.add(Fault("chat.update", "http", status=503, times=9))
    with pytest.raises(SlackUnavailable):
        update(box, living, "done")


@pytest.mark.parametrize("size", [4000, 4001, 9000, 41_000])
def test_a_long_text_is_neither_cut_nor_refused(box: Sandbox, size: int) -> None:
    living = post(box)
    text = "x" * size
    update(box, living, text)
    assert "".join(texts(box)) == text
    assert all(len(part) <= 4000 for part in texts(box))
    assert {message.get("thread_ts") for message in box.messages()[1:]} <= {living.posted.ts}


def test_the_replies_of_a_long_text_are_updated_themselves(box: Sandbox) -> None:
    living = post(box)
    update(box, living, paragraphs(9))
    update(box, living, paragraphs(12, "changed"))
    assert all(text.startswith("changed") for text in texts(box))
    assert "\n\n".join(texts(box)) == paragraphs(12, "changed")
    assert len(living.replies) == len(box.messages()) - 1


def test_replies_that_are_no_longer_needed_go(box: Sandbox) -> None:
    living = post(box)
    update(box, living, paragraphs(9))
    box.faults.add(Fault("chat.delete", "reset", when="after"))
    update(box, living, "short")
    assert texts(box) == ["short"]
    assert living.replies == []


def test_half_an_update_is_made_whole_by_the_next(box: Sandbox) -> None:
    living = post(box)
    down = "service_unavailable"
    box.faults.add(Fault("chat.postMessage", "error", code=down, skip=1, times=9))
    with pytest.raises(SlackUnavailable):
        update(box, living, paragraphs(12))
    box.faults.clear()
    update(box, living, paragraphs(12))
    assert "\n\n".join(texts(box)) == paragraphs(12)


def test_a_further_part_whose_answer_is_lost_is_there_once(box: Sandbox) -> None:
    living = post(box)
    box.faults.add(Fault("chat.postMessage", "reset", when="after"))
    update(box, living, paragraphs(9))
    assert "\n\n".join(texts(box)) == paragraphs(9)


def test_a_long_text_of_a_reply_stays_in_its_thread(box: Sandbox) -> None:
    root = post(box, "root")
    reply = post(box, "reply", thread_ts=root.posted.ts)
    reply.thread_ts = root.posted.ts
    update(box, reply, paragraphs(9))
    assert {message["thread_ts"] for message in box.messages()[1:]} == {root.posted.ts}


@pytest.mark.parametrize("fault", [{}, {"kind": "reset", "when": "after"}])
def test_a_further_part_that_cannot_be_edited_is_said_anew(box: Sandbox, fault: dict) -> None:
    living = post(box)
    update(box, living, paragraphs(9))
    with box.store.change():
        box.store.messages(CHANNEL).pop(1)
    if fault:
        box.faults.add(Fault("chat.postMessage", **fault))
    for word in ("changed", "again"):
        update(box, living, paragraphs(9, word))
        assert all(text.startswith(word) for text in texts(box))
    assert len(texts(box)) == 3


def test_a_further_part_that_the_thread_refuses_is_in_the_channel(box: Sandbox) -> None:
    living = post(box)
    with box.store.change():
        box.messages()[0]["locked"] = True
    update(box, living, paragraphs(9))
    update(box, living, paragraphs(9, "changed"))
    assert "\n\n".join(texts(box)) == paragraphs(9, "changed")
    assert not any("thread_ts" in message for message in box.messages())


def test_a_further_part_that_may_not_be_deleted_stays(box: Sandbox) -> None:
    living = post(box)
    update(box, living, paragraphs(9))
    box.faults.add(Fault("chat.delete", "error", code="cant_delete_message", times=9))
    update(box, living, "short")
    assert texts(box)[0] == "short"
    assert living.replies == []


def test_a_deleted_message_is_told(box: Sandbox) -> None:
    living = post(box)
    updates.delete(transport(box), living.posted, Retrier(QUICK), about="channel x")
    with pytest.raises(SlackRefused) as caught:
        update(box, living, "done")
    assert caught.value.code == "message_not_found"
    assert "channel x" in caught.value.message


def reactions(box: Sandbox) -> list[str]:
    return [one["name"] for one in box.messages()[0].get("reactions", [])]


@pytest.mark.parametrize("name", ["eyes", ":eyes:"])
def test_a_reaction_is_there_once_and_goes_once(box: Sandbox, name: str) -> None:
    living, wire = post(box), transport(box)
    for _ in range(2):
        updates.react(wire, living.posted, name, Retrier(QUICK), about="channel x")
        assert reactions(box) == ["eyes"]
    for _ in range(2):
        updates.unreact(wire, living.posted, name, Retrier(QUICK), about="channel x")
        assert reactions(box) == []


@pytest.mark.parametrize("method", ["reactions.add", "reactions.remove"])
def test_an_unclear_reaction_is_made_again(box: Sandbox, method: str) -> None:
    living, wire = post(box), transport(box)
    box.faults.add(Fault(method, "reset", when="after"))
    updates.react(wire, living.posted, "eyes", Retrier(QUICK), about="channel x")
    assert reactions(box) == ["eyes"]
    updates.unreact(wire, living.posted, "eyes", Retrier(QUICK), about="channel x")
    assert reactions(box) == []


def test_a_reaction_without_the_scope_is_refused(box: Sandbox) -> None:
    living = post(box)
    with box.store.change() as data:
        data["tokens"][0]["scopes"] = ["chat:write"]
    with pytest.raises(SlackRefused) as caught:
        updates.react(transport(box), living.posted, "eyes", Retrier(QUICK), about="channel x")
    assert "reactions:write" in str(caught.value)

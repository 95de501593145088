"""chat.*: limits, threads, metadata, updates, schedules."""

import time

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER, refusal
from tests.support.sandbox_blocks import section


def test_nothing_to_say(web: WebClient) -> None:
    assert refusal(web.chat_postMessage, channel=MEMBER, text="")["error"] == "no_text"


def test_long_text_is_cut_and_a_long_update_refused(box: Sandbox, web: WebClient) -> None:
    posted = web.chat_postMessage(channel=MEMBER, text="x" * 40_001)
    assert len(box.messages()[0]["text"]) == 40_000
    assert posted["response_metadata"]["warnings"] == ["message_truncated"]
    assert "warning" not in web.chat_postMessage(channel=MEMBER, text="x" * 40_000).data
    at = {"channel": MEMBER, "ts": posted["ts"]}
    assert refusal(web.chat_update, **at, text="x" * 4_001)["error"] == "msg_too_long"
    assert web.chat_update(**at, text="x" * 4_000)["ok"]


FITS = [
    [{"type": "divider"}] * 50,
    [section("x" * 3_000)],
    [{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}],
    [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 500}] * 10}],
    [{"type": "markdown", "text": "x" * 12_000}],
]
TOO_LONG = [
    ([{"type": "divider"}] * 51, "50 items"),
    ([{"type": "divider"}, section("x" * 3_001)], "/blocks/1/text/text"),
    ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "/blocks/0/text"),
    ([{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}], "/blocks/0/fields"),
    (
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2_001}]}],
        "/blocks/0/fields/0",
    ),
    ([{"type": "markdown", "text": "x" * 6_001}] * 2, "markdown"),
    ([{"type": "section"}], "/blocks/0"),
    ([{"type": "sektion"}], "/blocks/0/type"),
]


@pytest.mark.parametrize("blocks", FITS)
def test_blocks_that_fit(web: WebClient, blocks: list) -> None:
    assert web.chat_postMessage(channel=MEMBER, text="x", blocks=blocks)["ok"]


@pytest.mark.parametrize(("blocks", "place"), TOO_LONG)
def test_blocks_over_a_limit(web: WebClient, blocks: list, place: str) -> None:
    answer = refusal(web.chat_postMessage, channel=MEMBER, text="x", blocks=blocks)
    assert answer["error"] == "invalid_blocks"
    assert place in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("blocks", "{not json", "invalid_blocks_format"),
        ("blocks", '{"type": "divider"}', "invalid_blocks_format"),
        ("attachments", '"x"', "invalid_attachments"),
        ("attachments", [{"text": "x"}] * 101, "too_many_attachments"),
        ("metadata", {"event_type": "x"}, "invalid_metadata_format"),
    ],
)
def test_what_is_not_in_slacks_form(web: WebClient, field: str, value: object, error: str) -> None:
    arguments = {"channel": MEMBER, "text": "x", field: value}
    how = {"data": arguments} if isinstance(value, str) else {"json": arguments}
    answer = refusal(lambda: web.api_call("chat.postMessage", **how))
    assert answer["error"] == error


def test_metadata_only_when_asked_for(web: WebClient) -> None:
    metadata = {"event_type": "step", "event_payload": {"key": "k1"}}
    ts = web.chat_postMessage(channel=MEMBER, text="x", metadata=metadata)["ts"]
    for call, at in ((web.conversations_history, {}), (web.conversations_replies, {"ts": ts})):
        plain = call(channel=MEMBER, **at)["messages"][0]
        assert "metadata" not in plain
        told = call(channel=MEMBER, include_all_metadata=True, **at)["messages"][0]
        assert told["metadata"] == metadata


def test_threads(web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    for text in ("one", "two"):
        web.chat_postMessage(channel=MEMBER, text=text, thread_ts=root)
    replies = web.conversations_replies(channel=MEMBER, ts=root)["messages"]
    assert [one["text"] for one in replies] == ["root", "one", "two"]
    assert [one["text"] for one in web.conversations_history(channel=MEMBER)["messages"]] == [
        "root"
    ]
    gone = refusal(web.conversations_replies, channel=MEMBER, ts="1.0")
    assert gone["error"] == "thread_not_found"


def test_history_newest_first_in_pages_and_in_time(web: WebClient) -> None:
    stamps = [web.chat_postMessage(channel=MEMBER, text=str(n))["ts"] for n in range(5)]
    assert stamps == sorted(set(stamps))
    pages = web.conversations_history(channel=MEMBER, limit=2)
    assert [[one["text"] for one in page["messages"]] for page in pages] == [
        ["4", "3"], ["2", "1"], ["0"],
    ]  # fmt: skip
    between = {"oldest": stamps[1], "latest": stamps[3]}
    found = web.conversations_history(channel=MEMBER, **between)["messages"]
    assert [one["text"] for one in found] == ["2"]
    found = web.conversations_history(channel=MEMBER, **between, inclusive=True)["messages"]
    assert [one["text"] for one in found] == ["3", "2", "1"]


def test_update_and_delete_ones_own(box: Sandbox, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    web.chat_update(channel=MEMBER, ts=ts, text="y")
    assert box.messages()[0]["text"] == "y"
    assert box.messages()[0]["edited"]["user"] == "U00000BOT"
    link = web.chat_getPermalink(channel=MEMBER, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{MEMBER}/p{ts.replace('.', '')}")
    with box.store.change():
        box.store.message(MEMBER, ts)["user"] = "U00000ADA"
    at = {"channel": MEMBER, "ts": ts}
    assert refusal(web.chat_update, **at, text="z")["error"] == "cant_update_message"
    assert refusal(web.chat_delete, **at)["error"] == "cant_delete_message"


def test_scheduled_messages(box: Sandbox, web: WebClient) -> None:
    soon = int(time.time()) + 100
    past = refusal(web.chat_scheduleMessage, channel=MEMBER, text="x", post_at=soon - 200)
    assert past["error"] == "time_in_past"
    far = refusal(web.chat_scheduleMessage, channel=MEMBER, text="x", post_at=soon + 10**8)
    assert far["error"] == "time_too_far"
    kept, dropped = (
        web.chat_scheduleMessage(channel=MEMBER, text=text, post_at=soon)["scheduled_message_id"]
        for text in ("kept", "dropped")
    )
    web.chat_deleteScheduledMessage(channel=MEMBER, scheduled_message_id=dropped)
    waiting = web.chat_scheduledMessages_list()["scheduled_messages"]
    assert [(one["id"], one["text"]) for one in waiting] == [(kept, "kept")]
    assert box.messages() == []
    with box.store.change() as data:
        data["scheduled"][0]["post_at"] = int(time.time()) - 1
    web.auth_test()
    assert [one["text"] for one in box.messages()] == ["kept"]
    assert web.chat_scheduledMessages_list()["scheduled_messages"] == []

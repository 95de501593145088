"""Rules of Slack's for threads, broadcasts, Markdown, edits, and files in several channels."""

import json
import urllib.request

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import ARCHIVED, MEMBER, PRIVATE, PUBLIC, refusal
from tests.support.sandbox_blocks import section
from tests.support.sandbox_files import ready, shares
from tests.support.sandbox_hooks import hook

RICH = [{"type": "rich_text", "elements": [
    {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}]  # fmt: skip


def send_json(box: Sandbox, **body: object) -> dict:
    """Send a JSON body as it is; slack_sdk would make text of its blocks."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {box.token}"}
    data = json.dumps({"channel": MEMBER, "text": "x", **body}).encode()
    request = urllib.request.Request(f"{box.api_url}chat.postMessage", data, headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


@pytest.mark.parametrize("as_text", [False, True])
def test_blocks_in_a_json_body(box: Sandbox, as_text: bool) -> None:
    blocks = [section("hello")]
    given = {"blocks": blocks, "attachments": [{"text": "a"}]}
    given = {name: json.dumps(one) for name, one in given.items()} if as_text else given
    message = send_json(box, **given)["message"]
    assert (message["blocks"], message["attachments"]) == (blocks, [{"text": "a"}])


def test_blocks_as_text_that_is_not_json(box: Sandbox) -> None:
    assert send_json(box, blocks="[{")["error"] == "invalid_blocks_format"
    assert send_json(box, metadata="{")["error"] == "invalid_metadata_format"


def test_a_reply_to_a_reply_goes_to_the_root(box: Sandbox, web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    reply = web.chat_postMessage(channel=MEMBER, text="reply", thread_ts=root)["ts"]
    below = web.chat_postMessage(channel=MEMBER, text="below", thread_ts=reply)["message"]
    assert below["thread_ts"] == root
    files = [{"id": ready(web)}]
    web.files_completeUploadExternal(files=files, channel_id=MEMBER, thread_ts=reply)
    hook(box, json.dumps({"text": "by webhook", "thread_ts": reply}).encode())
    assert {one.get("thread_ts") for one in box.messages()[1:]} == {root}
    # A reply's own thread is the reply alone.
    (alone,) = web.conversations_replies(channel=MEMBER, ts=reply)["messages"]
    assert (alone["ts"], alone["thread_ts"]) == (reply, root)


def test_a_webhooks_thread_must_be_there(box: Sandbox) -> None:
    assert hook(box, b'{"text": "x", "thread_ts": "1.000000"}') == (400, "thread_not_found")


@pytest.mark.parametrize("given", [True, "true", 1, "1"])
def test_a_broadcast_is_in_channel_and_thread(web: WebClient, given: object) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    reply = {"channel": MEMBER, "thread_ts": root, "text": "done", "reply_broadcast": given}
    web.chat_postMessage(**reply)
    newest, oldest = web.conversations_history(channel=MEMBER)["messages"]
    assert (newest["subtype"], newest["root"]["text"]) == ("thread_broadcast", "root")
    assert (oldest["reply_count"], oldest["latest_reply"]) == (1, newest["ts"])
    assert len(web.conversations_replies(channel=MEMBER, ts=root)["messages"]) == 2


@pytest.mark.parametrize("given", [False, "false", 0, "0"])
def test_no_broadcast(web: WebClient, given: object) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    reply = {"channel": MEMBER, "thread_ts": root, "text": "done", "reply_broadcast": given}
    assert "subtype" not in web.chat_postMessage(**reply)["message"]
    assert len(web.conversations_history(channel=MEMBER)["messages"]) == 1


def test_an_old_reply_is_broadcast_by_an_update(web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    reply = web.chat_postMessage(channel=MEMBER, text="old", thread_ts=root)["ts"]
    show = {"channel": MEMBER, "reply_broadcast": True}
    error = refusal(web.chat_update, **show, ts=root, text="root")["error"]
    assert error == "cant_broadcast_message"
    error = refusal(web.chat_update, **show, ts=reply, text="new")["error"]
    assert error == "no_dual_broadcast_content_update"
    assert web.chat_update(**show, ts=reply, text="old")["message"]["subtype"] == "thread_broadcast"
    assert len(web.conversations_history(channel=MEMBER)["messages"]) == 2


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral", "chat.update"])
@pytest.mark.parametrize("beside", [{"text": "x"}, {"blocks": [section("x")]}])
def test_markdown_text_stands_alone(web: WebClient, method: str, beside: dict) -> None:
    at = {"channel": MEMBER, "ts": web.chat_postMessage(channel=MEMBER, text="x")["ts"]}
    given = {**at, "user": "U00000ADA", "markdown_text": "**x**"}
    assert web.api_call(method, json=given)["ok"]
    answer = refusal(lambda: web.api_call(method, json={**given, **beside}))
    assert answer["error"] == "markdown_text_conflict"


def test_markdown_text_is_shown_and_has_a_limit(box: Sandbox, web: WebClient) -> None:
    web.api_call("chat.postMessage", json={"channel": MEMBER, "markdown_text": "x" * 12_000})
    assert box.messages()[0]["blocks"] == [{"type": "markdown", "text": "x" * 12_000}]
    long = {"channel": MEMBER, "markdown_text": "x" * 12_001}
    answer = refusal(lambda: web.api_call("chat.postMessage", json=long))
    assert answer["error"] == "msg_too_long"


def test_rich_text_is_not_replaced_by_other_blocks(web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x", blocks=RICH)["ts"]
    at = {"channel": MEMBER, "ts": ts, "text": "x"}
    assert refusal(web.chat_update, **at, blocks=[section("x")])["error"] == "block_mismatch"
    assert web.chat_update(**at, blocks=RICH)["ok"]


def test_metadata_is_kept_by_an_update_and_removed_by_an_empty_one(web: WebClient) -> None:
    meta = {"event_type": "a", "event_payload": {"b": 1}}
    ts = web.chat_postMessage(channel=MEMBER, text="x", metadata=meta)["ts"]
    for given, left in (({}, meta), ({"metadata": {}}, None)):
        body = {"channel": MEMBER, "ts": ts, "text": "y", **given}
        assert web.api_call("chat.update", json=body)["message"].get("metadata") == left


def test_an_ephemeral_message_is_in_no_history(box: Sandbox, web: WebClient) -> None:
    for_ada = {"channel": MEMBER, "user": "U00000ADA", "text": "x"}
    assert web.chat_postEphemeral(**for_ada)["message_ts"]
    assert box.messages() == []
    error = refusal(web.chat_postEphemeral, **{**for_ada, "user": "U0000GRACE"})["error"]
    assert error == "user_not_in_channel"
    with_blocks = {**for_ada, "attachments": [{"blocks": [section("x")]}]}
    assert refusal(web.chat_postEphemeral, **with_blocks)["error"] == "invalid_attachments"


def joined(web: WebClient) -> str:
    web.conversations_join(channel=PUBLIC)
    return f"{MEMBER},{PUBLIC}"


def test_files_in_several_channels(box: Sandbox, web: WebClient) -> None:
    box.store.share_delay = 0
    identifier = ready(web)
    given = {"files": [{"id": identifier}], "channels": joined(web), "initial_comment": "look"}
    web.api_call("files.completeUploadExternal", json=given)
    assert [one["text"] for one in box.messages()] == ["look"]
    assert [one["text"] for one in box.messages("general")] == ["look"]
    assert set(shares(web, identifier)["public"]) == {MEMBER, PUBLIC}


def test_the_sdks_own_upload_in_several_channels(box: Sandbox, web: WebClient) -> None:
    channels = joined(web).split(",")
    web.files_upload_v2(content="abc", filename="a.txt", channels=channels)
    assert len(box.messages()) == len(box.messages("general")) == 1


def test_a_file_for_a_person(box: Sandbox, web: WebClient) -> None:
    given = {"files": [{"id": ready(web)}], "channels": "U00000ADA"}
    assert web.api_call("files.completeUploadExternal", json=given)["ok"]
    direct = next(one for one in box.store.data["channels"] if one.get("is_im"))
    assert len(box.store.messages(direct["id"])) == 1
    as_channel = {"files": [{"id": ready(web)}], "channel_id": "U00000ADA"}
    error = refusal(web.files_completeUploadExternal, **as_channel)["error"]
    assert error == "channel_not_found"


@pytest.mark.parametrize(
    ("channels", "error"),
    [
        (f"{MEMBER},{PUBLIC}", "not_in_channel"),
        (f"{MEMBER},{PRIVATE}", "channel_not_found"),
        (f"{MEMBER},{ARCHIVED}", "is_archived"),
        (",".join(f"C{n}" for n in range(101)), "channels_limit_exceeded"),
    ],
)
def test_all_channels_or_none(box: Sandbox, web: WebClient, channels: str, error: str) -> None:
    given = {"files": [{"id": ready(web)}], "channels": channels}
    answer = refusal(lambda: web.api_call("files.completeUploadExternal", json=given))
    assert (answer["error"], box.messages()) == (error, [])
    given["channels"] = MEMBER
    assert web.api_call("files.completeUploadExternal", json=given)["ok"]


def test_a_thread_is_in_one_channel(web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    given = {"files": [{"id": ready(web)}], "channels": joined(web), "thread_ts": root}
    answer = refusal(lambda: web.api_call("files.completeUploadExternal", json=given))
    assert answer["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "alt_text": "x"},
        {"type": "image", "alt_text": "x", "slack_file": {"id": "F9"}},
        {"type": "context", "elements": []},
        {"type": "actions", "elements": []},
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "divider", "block_id": "x" * 256},
    ],
)
@pytest.mark.parametrize("way", ["post", "update", "schedule", "webhook", "upload"])
def test_refused_blocks_whatever_way_they_come(
    box: Sandbox, web: WebClient, block: dict, way: str
) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    given = {"channel": MEMBER, "text": "x", "blocks": [block]}
    later = int(box.store.now()) + 600
    if way == "webhook":
        assert hook(box, json.dumps(given).encode()) == (400, "invalid_blocks")
        return
    answer = {
        "post": lambda: refusal(web.chat_postMessage, **given),
        "update": lambda: refusal(web.chat_update, **given, ts=ts),
        "schedule": lambda: refusal(web.chat_scheduleMessage, **given, post_at=later),
        "upload": lambda: refusal(web.files_completeUploadExternal, files=[{"id": ready(web)}],
                                  channel_id=MEMBER, blocks=json.dumps([block])),
    }[way]()  # fmt: skip
    assert answer["error"] == "invalid_blocks"

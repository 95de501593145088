"""Tokens, scopes, membership: as strict as Slack."""

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import ARCHIVED, MEMBER, PRIVATE, PUBLIC, client, refusal, without


def test_who_am_i(web: WebClient) -> None:
    answer = web.auth_test()
    assert (answer["user"], answer["user_id"]) == ("smkbot", "U00000BOT")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert "chat:write" in headers["x-oauth-scopes"].split(",")
    assert headers["x-slack-req-id"]


def test_no_token_wrong_token_revoked_token(box: Sandbox, web: WebClient) -> None:
    assert refusal(client(box, "").auth_test)["error"] == "not_authed"
    assert refusal(client(box, "xoxb-wrong").auth_test)["error"] == "invalid_auth"
    with box.store.change() as data:
        data["tokens"][0]["revoked"] = True
    assert refusal(web.auth_test)["error"] == "token_revoked"


def test_the_token_may_come_as_form_field(box: Sandbox) -> None:
    bare = client(box, "")
    assert bare.api_call("auth.test", data={"token": box.token})["ok"]


def test_unknown_method(web: WebClient) -> None:
    assert refusal(lambda: web.api_call("chat.shout"))["error"] == "unknown_method"


SCOPES = [
    ("chat:write", "chat.postMessage", {"channel": MEMBER, "text": "x"}),
    ("chat:write.customize", "chat.postMessage", {"channel": MEMBER, "text": "x", "username": "y"}),
    ("chat:write", "chat.update", {"channel": MEMBER, "ts": "1.0", "text": "x"}),
    ("channels:read", "conversations.list", {}),
    ("groups:read", "conversations.list", {"types": "private_channel"}),
    ("channels:read", "conversations.info", {"channel": MEMBER}),
    ("channels:read", "conversations.members", {"channel": MEMBER}),
    ("channels:history", "conversations.history", {"channel": MEMBER}),
    ("channels:join", "conversations.join", {"channel": PUBLIC}),
    ("im:write", "conversations.open", {"users": "U00000ADA"}),
    ("files:write", "files.getUploadURLExternal", {"filename": "a", "length": 1}),
    ("files:write", "files.completeUploadExternal", {"files": "[]"}),
    ("files:read", "files.info", {"file": "F1"}),
    ("reactions:write", "reactions.add", {"channel": MEMBER, "timestamp": "1.0", "name": "x"}),
    ("reactions:read", "reactions.get", {"channel": MEMBER, "timestamp": "1.0"}),
    ("users:read", "users.info", {"user": "U00000ADA"}),
    ("users:read", "users.list", {}),
    ("users:read.email", "users.lookupByEmail", {"email": "ada@example.org"}),
    ("usergroups:read", "usergroups.list", {}),
]


@pytest.mark.parametrize(("scope", "method", "arguments"), SCOPES)
def test_missing_scope(box: Sandbox, scope: str, method: str, arguments: dict) -> None:
    answer = refusal(lambda: without(box, scope).api_call(method, data=arguments))
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert scope not in answer["provided"].split(",")


@pytest.mark.parametrize("channel", [MEMBER, "librec_channel", "#librec_channel", PUBLIC])
def test_post_by_id_and_public_name(web: WebClient, channel: str) -> None:
    assert web.chat_postMessage(channel=channel, text="x")["channel"] in (MEMBER, PUBLIC)


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        (PRIVATE, "channel_not_found"),
        ("secret-lab", "channel_not_found"),
        ("nowhere", "channel_not_found"),
        (ARCHIVED, "is_archived"),
    ],
)
def test_refused_channels(web: WebClient, channel: str, error: str) -> None:
    assert refusal(web.chat_postMessage, channel=channel, text="x")["error"] == error


def test_public_without_joining_needs_its_scope(box: Sandbox) -> None:
    less = without(box, "chat:write.public")
    assert refusal(less.chat_postMessage, channel=PUBLIC, text="x")["error"] == "not_in_channel"
    less.conversations_join(channel=PUBLIC)
    assert less.chat_postMessage(channel=PUBLIC, text="x")["ok"]


def test_private_channel_after_an_invitation(box: Sandbox, web: WebClient) -> None:
    with box.store.change():
        box.store.channel(PRIVATE)["members"].append("U00000BOT")
    assert web.chat_postMessage(channel=PRIVATE, text="x")["channel"] == PRIVATE


def test_ids_only_but_for_posting(web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    name = "librec_channel"
    for call, arguments in (
        (web.chat_update, {"ts": ts, "text": "y"}),
        (web.chat_delete, {"ts": ts}),
        (web.conversations_history, {}),
        (web.conversations_replies, {"ts": ts}),
        (web.reactions_add, {"timestamp": ts, "name": "eyes"}),
        (web.conversations_info, {}),
    ):
        assert refusal(call, channel=name, **arguments)["error"] == "channel_not_found"


def test_history_needs_membership(web: WebClient) -> None:
    assert refusal(web.conversations_history, channel=PUBLIC)["error"] == "not_in_channel"

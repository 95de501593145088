"""What people and admins do to a workspace while a run is under way."""

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER, refusal
from tests.support.sandbox_control import control
from tests.support.sandbox_outcomes import complete, share


def test_a_channel_is_renamed_and_its_name_taken_over(box: Sandbox, web: WebClient) -> None:
    control(box, "channels", {"name": "librec_channel", "rename": "old-study"})
    other = control(box, "channels", {"name": "librec_channel", "members": ["U00000BOT"]})["id"]
    assert web.conversations_info(channel=MEMBER)["channel"]["name"] == "old-study"
    assert web.chat_postMessage(channel="librec_channel", text="x")["channel"] == other


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"deleted": True}, "thread_not_found"),
        ({"locked": True}, "restricted_action_thread_locked"),
        ({"no_replies": True}, "cannot_reply_to_message"),
    ],
)
def test_a_thread_that_refuses_replies(
    box: Sandbox, web: WebClient, change: dict, code: str
) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    control(box, "changes", {"channel": MEMBER, "ts": ts, **change})
    reply = {"channel": MEMBER, "text": "x", "thread_ts": ts}
    assert refusal(web.chat_postMessage, **reply)["error"] == code
    given = {"files": [{"id": share(web, box)}], "channel_id": MEMBER, "thread_ts": ts}
    assert refusal(web.files_completeUploadExternal, **given)["error"] == code


def test_a_channel_without_threads(box: Sandbox, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    control(box, "channels", {"name": "librec_channel", "no_threads": True})
    reply = {"channel": MEMBER, "text": "x", "thread_ts": ts}
    error = refusal(web.chat_postMessage, **reply)["error"]
    assert error == "restricted_action_non_threadable_channel"
    assert complete(box, share(web, box))["ok"]


def test_the_edit_window(box: Sandbox, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="old")["ts"]
    control(box, "workspace", {"edit_window": -1})
    change = {"channel": MEMBER, "ts": ts, "text": "new"}
    assert refusal(web.chat_update, **change)["error"] == "edit_window_closed"
    control(box, "workspace", {"edit_window": None})
    assert web.chat_update(**change)["ok"]


def test_an_organizations_token(box: Sandbox, web: WebClient) -> None:
    control(box, "tokens", {"token": box.token, "org": True})
    assert web.auth_test()["is_enterprise_install"]
    for method in (web.conversations_list, web.users_list, web.usergroups_list):
        assert refusal(method)["error"] == "missing_argument"
        assert method(team_id="T0000TEAM")["ok"]
    by_name = {"channel": "librec_channel", "text": "x"}
    assert refusal(web.chat_postMessage, **by_name)["error"] == "team_not_found"
    assert web.chat_postMessage(channel=MEMBER, text="x")["ok"]
    mail = {"email": "ada@example.org"}
    assert refusal(web.users_lookupByEmail, **mail)["error"] == "enterprise_is_restricted"

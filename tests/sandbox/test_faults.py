"""Scripted trouble, rate limits, the log of calls, control over HTTP."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER, PUBLIC, client, refusal
from tests.support.sandbox_control import control, post, texts


@pytest.mark.parametrize(("when", "posted"), [("before", []), ("after", ["x"])])
@pytest.mark.parametrize(
    ("kind", "error"),
    [("reset", ConnectionResetError), ("close", http.client.RemoteDisconnected)],
)
def test_connections_that_break(
    box: Sandbox, kind: str, error: type, when: str, posted: list
) -> None:
    box.faults.add(Fault("chat.postMessage", kind, when=when))
    with pytest.raises(ConnectionError) as caught:
        post(box)
    assert type(caught.value) is error
    assert texts(box) == posted
    assert post(box)[0] == 200


def test_an_error_of_slacks(box: Sandbox, web: WebClient) -> None:
    box.faults.add(Fault("chat.*", "error", code="fatal_error", times=2, skip=1))
    assert web.chat_postMessage(channel=MEMBER, text="passes")["ok"]
    for _ in range(2):
        assert refusal(web.chat_postMessage, channel=MEMBER, text="x")["error"] == "fatal_error"
    assert web.chat_postMessage(channel=MEMBER, text="passes again")["ok"]


def test_an_http_answer_with_headers(box: Sandbox, web: WebClient) -> None:
    headers = {"Retry-After": "7"}
    box.faults.add(
        Fault("chat.postMessage", "http", status=429, headers=headers, body='{"ok":false}')
    )
    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel=MEMBER, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"


def test_half_an_answer(box: Sandbox) -> None:
    box.faults.add(Fault("chat.postMessage", "truncate"))
    with pytest.raises(ValueError):
        json.loads(post(box)[1])
    assert texts(box) == ["x"]


def test_only_calls_that_match(box: Sandbox, web: WebClient) -> None:
    box.faults.add(Fault("chat.postMessage", "error", code="x", match={"channel": PUBLIC}))
    assert web.chat_postMessage(channel=MEMBER, text="x")["ok"]
    assert refusal(web.chat_postMessage, channel=PUBLIC, text="x")["error"] == "x"


def test_one_of_several_values(box: Sandbox, web: WebClient) -> None:
    either = {"channel": [MEMBER, "librec_channel"]}
    box.faults.add(Fault("chat.postMessage", "error", code="x", times=2, match=either))
    assert web.chat_postMessage(channel=PUBLIC, text="x")["ok"]
    for channel in either["channel"]:
        assert refusal(web.chat_postMessage, channel=channel, text="x")["error"] == "x"
    assert web.chat_postMessage(channel=MEMBER, text="x")["ok"]


def test_an_outage_lasts_from_its_first_call_on(box: Sandbox, web: WebClient) -> None:
    box.faults.add(Fault("chat.postMessage", "error", code="x", lasts=0.3))
    time.sleep(0.3)
    for _ in range(3):
        assert refusal(web.chat_postMessage, channel=MEMBER, text="x")["error"] == "x"
    time.sleep(0.31)
    assert web.chat_postMessage(channel=MEMBER, text="x")["ok"]


def test_an_upload_is_known_by_its_file_name(box: Sandbox, web: WebClient) -> None:
    box.faults.add(Fault("upload", "http", status=503, match={"filename": "b.txt"}))
    statuses = []
    for name in ("a.txt", "b.txt"):
        place = web.files_getUploadURLExternal(filename=name, length=1)["upload_url"]
        connection = http.client.HTTPConnection("127.0.0.1", box.port, timeout=5)
        connection.request("POST", urllib.parse.urlsplit(place).path, b"x")
        statuses.append(connection.getresponse().status)
        connection.close()
    assert statuses == [200, 503]


def test_slow_answers_and_hanging(box: Sandbox) -> None:
    box.faults.add(Fault("chat.postMessage", "slow", seconds=0.2))
    began = time.monotonic()
    assert post(box)[0] == 200
    assert time.monotonic() - began >= 0.2
    box.faults.add(Fault("chat.postMessage", "hang", seconds=0.2))
    with pytest.raises(ConnectionError):
        post(box)
    assert texts(box) == ["x"]


def test_a_pause_lasts_until_released(box: Sandbox) -> None:
    fault = box.faults.add(Fault("chat.postMessage", "pause", when="after"))
    answers: list[int] = []
    caller = threading.Thread(target=lambda: answers.append(post(box)[0]))
    caller.start()
    assert fault.reached.wait(5)
    assert (texts(box), answers) == (["x"], [])
    fault.release()
    caller.join(5)
    assert answers == [200]


def test_no_such_fault() -> None:
    with pytest.raises(ValueError, match="no such fault: explode"):
        Fault("chat.postMessage", "explode")


def test_rate_limits_a_channel_and_a_method() -> None:
    with Sandbox(rate_limits=True, scale=20.0) as box:
        web = client(box)
        for _ in range(5):
            web.chat_postMessage(channel=MEMBER, text="x")
        with pytest.raises(SlackApiError) as caught:
            for _ in range(20):
                web.chat_postMessage(channel=MEMBER, text="x")
        assert caught.value.response.status_code == 429
        assert caught.value.response["error"] == "ratelimited"
        assert int(caught.value.response.headers["Retry-After"]) >= 1
        assert web.chat_postMessage(channel=PUBLIC, text="another channel")["ok"]
        time.sleep(0.1)  # two of Slack's seconds
        assert web.chat_postMessage(channel=MEMBER, text="x")["ok"]


def test_the_log_of_calls_holds_no_token(box: Sandbox, web: WebClient) -> None:
    web.api_call("auth.test", data={"token": box.token})
    refusal(web.chat_postMessage, channel="nowhere", text="x")
    first, second = box.store.calls
    assert (first["method"], first["status"], first["error"]) == ("auth.test", 200, None)
    assert second["error"] == "channel_not_found"
    assert second["args"]["channel"] == "nowhere"
    with urllib.request.urlopen(f"{box.url}/sandbox/state?key={box.key}", timeout=5) as answer:
        state = answer.read().decode()
    assert box.token not in state
    assert "B0000HOOK" not in state
    assert [call["method"] for call in json.loads(state)["calls"]] == [
        "auth.test",
        "chat.postMessage",
    ]


def test_scripted_people(box: Sandbox, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="approve?")["ts"]
    lin = control(box, "users", {"name": "lin", "email": "lin@example.org"})["id"]
    at = {"channel": MEMBER, "ts": ts}
    control(box, "reactions", {**at, "user": lin, "name": "white_check_mark"})
    reactions = web.reactions_get(channel=MEMBER, timestamp=ts)["message"]["reactions"]
    assert reactions[0]["users"] == [lin]
    answer = {"channel": MEMBER, "thread_ts": ts, "user": lin, "text": "yes"}
    control(box, "messages", answer)
    assert web.conversations_replies(channel=MEMBER, ts=ts)["messages"][1]["text"] == "yes"
    invited = {"name": "secret-lab", "members": ["U0000GRACE", "U00000BOT"]}
    control(box, "channels", invited)
    assert web.chat_postMessage(channel="G0000SECRET", text="x")["ok"]
    control(box, "tokens", {"token": box.token, "revoked": True})
    assert refusal(web.auth_test)["error"] == "token_revoked"


def test_control_that_makes_no_sense(box: Sandbox) -> None:
    for what, given in (("faults", {"kind": "x"}), ("users", {}), ("reactions", [])):
        with pytest.raises(urllib.error.HTTPError) as caught:
            control(box, what, given)
        assert caught.value.code == 400


def test_faults_over_http(box: Sandbox, web: WebClient) -> None:
    control(box, "faults", {"method": "auth.test", "kind": "error", "code": "team_access_denied"})
    assert refusal(web.auth_test)["error"] == "team_access_denied"
    assert web.auth_test()["ok"]

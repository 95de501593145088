"""Answers that Slack does not give itself, or gives later, or not whole: each kind on demand."""

import http.client
import json
import threading
import time
from email.utils import parsedate_to_datetime

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.faults import Fault, FaultKind, When
from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER
from tests.support.sandbox_control import post, texts
from tests.support.sandbox_outcomes import POST, call, complete, share


@pytest.mark.parametrize(("when", "posted"), [(When.BEFORE, []), (When.AFTER, ["x"])])
@pytest.mark.parametrize(
    ("fields", "status", "body"),
    [
        ({"kind": FaultKind.HTTP, "status": 404, "body": "no"}, 404, b"no"),
        ({"kind": FaultKind.HTTP, "status": 200, "body": ""}, 200, b""),
        ({"kind": FaultKind.SHAPE, "answer": "ok"}, 200, b'"ok"'),
        ({"kind": FaultKind.SHAPE, "answer": 1}, 200, b"1"),
        ({"kind": FaultKind.SHAPE, "answer": []}, 200, b"[]"),
        ({"kind": FaultKind.BARE}, 200, b'{"ok": true}'),
    ],
)
def test_an_answer_in_place_of_slacks(
    box: Sandbox, fields: dict, status: int, body: bytes, when: When, posted: list
) -> None:
    box.faults.add(Fault(POST, when=when, **fields))
    assert post(box) == (status, body)
    assert texts(box) == posted


def test_a_page_instead(box: Sandbox) -> None:
    box.faults.add(Fault(POST, FaultKind.PAGE, status=403))
    status, headers, body = call(box)
    assert (status, headers["content-type"], body[:9]) == (403, "text/html", b"<!DOCTYPE")


def test_the_edge_gives_up_on_a_call_that_is_carried_out(box: Sandbox) -> None:
    box.faults.add(Fault(POST, FaultKind.STREAM_TIMEOUT))
    status, headers, body = call(box)
    assert (status, headers["server"], body) == (408, "envoy", b"stream timeout")
    assert texts(box) == ["x"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect(box: Sandbox, status: int) -> None:
    to = "https://elsewhere.example/api/"
    box.faults.add(Fault(POST, FaultKind.REDIRECT, status=status, to=to))
    answered, headers, _ = call(box)
    assert (answered, headers["location"], texts(box)) == (status, to, [])


@pytest.mark.parametrize("wait", ["0", "-5", "nan", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", None])
def test_any_retry_after(box: Sandbox, wait: str | None) -> None:
    box.faults.add(Fault(POST, FaultKind.RETRY_AFTER, wait=wait))
    status, headers, _ = call(box)
    assert (status, headers.get("retry-after"), texts(box)) == (429, wait, [])


def test_fields_that_are_missing(box: Sandbox) -> None:
    box.faults.add(Fault(POST, FaultKind.MISSING, fields=["ts", "message.text"]))
    answer = json.loads(call(box)[2])
    assert "ts" not in answer
    assert answer["message"]["user"] and "text" not in answer["message"]
    box.faults.add(Fault("conversations.list", FaultKind.MISSING, fields=["channels.name"]))
    channels = json.loads(call(box, "conversations.list")[2])["channels"]
    assert channels
    assert all(one["id"] and "name" not in one for one in channels)


def test_an_unknown_charset(box: Sandbox) -> None:
    box.faults.add(Fault(POST, FaultKind.CHARSET, charset="klingon"))
    assert call(box)[1]["content-type"] == "application/json; charset=klingon"
    assert texts(box) == ["x"]


def test_bytes_that_are_not_http(box: Sandbox) -> None:
    box.faults.add(Fault(POST, FaultKind.GARBAGE, body="\x00\xff SMTP ready\r\n"))
    with pytest.raises(http.client.HTTPException):
        post(box)
    assert texts(box) == []


def test_a_slow_drip(box: Sandbox) -> None:
    box.faults.add(Fault("auth.test", FaultKind.DRIP, seconds=0.002))
    status, headers, body = call(box, "auth.test")
    assert (status, len(body)) == (200, int(headers["content-length"]))
    assert json.loads(body)["ok"]


def _unanswered(box: Sandbox) -> None:
    with pytest.raises(ConnectionError):
        post(box)


@pytest.mark.parametrize("status", [0, 408, 504])
def test_a_call_that_is_carried_out_later(box: Sandbox, status: int) -> None:
    fault = box.faults.add(Fault(POST, FaultKind.LATE, status=status))
    if status:
        assert post(box) == (status, b"stream timeout")
    else:
        caller = threading.Thread(target=_unanswered, args=[box])
        caller.start()
        assert fault.reached.wait(5)
    assert texts(box) == []
    fault.release()
    _wait(lambda: texts(box) == ["x"])
    if not status:
        caller.join(5)


def test_a_share_that_shows_later(box: Sandbox, web: WebClient) -> None:
    identifier = share(web, box)
    box.faults.add(
        Fault("files.completeUploadExternal", FaultKind.SHOWN_LATE, seconds=0.3, status=504)
    )
    given = {"files": [{"id": identifier}], "channel_id": MEMBER}
    assert call(box, "files.completeUploadExternal", **given)[0] == 504
    assert complete(box, identifier)["error"] == "file_not_found"  # its ticket is used up
    assert web.files_info(file=identifier)["file"]["shares"] == {}
    assert web.conversations_history(channel=MEMBER)["messages"] == []
    assert len(box.messages()) == 1
    _wait(lambda: web.files_info(file=identifier)["file"]["shares"] != {})
    assert len(web.conversations_history(channel=MEMBER)["messages"]) == 1


def test_a_share_that_never_shows(box: Sandbox, web: WebClient) -> None:
    identifier = share(web, box)
    box.store.share_delay = 0.0
    box.faults.add(Fault("files.completeUploadExternal", FaultKind.NEVER_SHOWN))
    assert complete(box, identifier)["ok"]
    assert web.files_info(file=identifier)["file"]["shares"] == {}
    assert box.messages() == []


def _metadata(web: WebClient, count: int) -> None:
    payload = {"event_type": "t", "event_payload": {"key": "k"}}
    for number in range(count):
        web.chat_postMessage(channel=MEMBER, text=str(number), metadata=payload)


def _history(box: Sandbox, **more: object) -> dict:
    given = {"channel": MEMBER, "include_all_metadata": True, **more}
    return json.loads(call(box, "conversations.history", **given)[2])


def test_histories_that_show_less(box: Sandbox, web: WebClient) -> None:
    _metadata(web, 4)
    box.faults.add(Fault("conversations.history", FaultKind.SHORT_PAGE, size=3))
    page = _history(box, limit=200)
    assert (len(page["messages"]), page["has_more"]) == (3, True)
    rest = _history(box, cursor=page["response_metadata"]["next_cursor"])
    assert [one["text"] for one in rest["messages"]] == ["0"]
    box.faults.add(Fault("conversations.history", FaultKind.NO_CURSOR, size=3))
    page = _history(box, limit=200)
    assert (len(page["messages"]), page["has_more"]) == (3, True)
    assert "response_metadata" not in page
    box.faults.add(Fault("conversations.history", FaultKind.NO_METADATA))
    assert not any("metadata" in one for one in _history(box)["messages"])
    assert all("metadata" in one for one in _history(box)["messages"])


def test_a_history_once_a_minute(box: Sandbox, web: WebClient) -> None:
    _metadata(web, 3)
    box.faults.add(
        Fault("conversations.history", FaultKind.FEW_A_MINUTE, times=9, size=2, seconds=0.2)
    )
    assert len(_history(box, limit=200)["messages"]) == 2
    status, headers, _ = call(box, "conversations.history", channel=MEMBER)
    assert (status, headers["retry-after"]) == (429, "1")
    _wait(lambda: _history(box).get("ok"))


def test_an_empty_page_with_more_to_come(box: Sandbox, web: WebClient) -> None:
    box.faults.add(Fault("conversations.list", FaultKind.EMPTY_PAGE))
    page = web.conversations_list()
    assert page["channels"] == []
    cursor = page["response_metadata"]["next_cursor"]
    assert web.conversations_list(cursor=cursor)["channels"]


def test_slacks_clock_is_another(box: Sandbox, web: WebClient) -> None:
    box.store.ahead = -3600.0
    posted = web.chat_postMessage(channel=MEMBER, text="x")
    told = parsedate_to_datetime(posted.headers["Date"]).timestamp()
    assert abs(float(posted["ts"]) - told) < 60
    assert 3540 < time.time() - told < 3660


def _wait(condition: object) -> None:
    end = time.monotonic() + 5
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen within 5 s"
        time.sleep(0.02)

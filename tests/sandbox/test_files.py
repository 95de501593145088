"""The three steps of an upload."""

import hashlib
import http.client
import time
import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER, PUBLIC, refusal
from tests.support.sandbox_files import ready, reserve, send, shares


@pytest.mark.parametrize(
    ("length", "error"),
    [
        (0, "missing_argument"),
        ("", "invalid_arguments"),
        ("many", "invalid_arguments"),
        ((1 << 30) + 1, "file_upload_size_restricted"),
    ],
)
def test_lengths_that_are_refused(web: WebClient, length: object, error: str) -> None:
    arguments = {"filename": "a", "length": length}
    answer = refusal(lambda: web.api_call("files.getUploadURLExternal", data=arguments))
    assert answer["error"] == error


def test_several_files_in_one_message_of_a_thread(box: Sandbox, web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    files = [{"id": ready(web, "a.txt"), "title": "A"}, {"id": ready(web, "b.txt")}]
    done = web.files_completeUploadExternal(
        files=files, channel_id=MEMBER, thread_ts=root, initial_comment="both"
    )
    assert [(one["title"], one["shares"]) for one in done["files"]] == [("A", {}), ("b.txt", {})]
    message = box.messages()[1]
    assert (message["text"], message["thread_ts"]) == ("both", root)
    assert [one["id"] for one in message["files"]] == [one["id"] for one in files]
    kept = box.store.data["files"][files[0]["id"]]
    assert kept["sha256"] == hashlib.sha256(b"abc").hexdigest()


def test_the_upload_of_earlier_years_is_retired(web: WebClient) -> None:
    answer = refusal(lambda: web.api_call("files.upload", data={"content": "x"}))
    assert answer["error"] == "method_deprecated"


def test_sharing_takes_a_while(box: Sandbox, web: WebClient) -> None:
    box.store.share_delay = 0.3
    identifier = ready(web)
    web.files_completeUploadExternal(files=[{"id": identifier}], channel_id=MEMBER)
    assert shares(web, identifier) == {}
    time.sleep(0.35)
    assert shares(web, identifier)["public"][MEMBER][0]["ts"] == box.messages()[0]["ts"]


@pytest.mark.parametrize("body", [b"ab", b"abcd"])
def test_the_bytes_must_be_as_many_as_announced(web: WebClient, body: bytes) -> None:
    url, identifier = reserve(web)
    assert send(url, body) == 400
    answer = refusal(web.files_completeUploadExternal, files=[{"id": identifier}])
    assert answer["error"] == "file_not_found"


def test_each_step_once(box: Sandbox, web: WebClient) -> None:
    url, identifier = reserve(web)
    assert (send(url), send(url)) == (200, 404)
    files = [{"id": identifier}]
    assert web.files_completeUploadExternal(files=files, channel_id=MEMBER)["ok"]
    again = refusal(web.files_completeUploadExternal, files=files, channel_id=MEMBER)
    assert again["error"] == "file_not_found"
    assert len(box.messages()) == 1


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("librec_channel", "channel_not_found"),
        (PUBLIC, "not_in_channel"),  # chat:write.public does not cover files
    ],
)
def test_where_files_cannot_go(web: WebClient, channel: str, error: str) -> None:
    files = [{"id": ready(web)}]
    answer = refusal(web.files_completeUploadExternal, files=files, channel_id=channel)
    assert answer["error"] == error
    assert web.files_completeUploadExternal(files=files, channel_id=MEMBER)["ok"]


def test_multipart_bodies(box: Sandbox, web: WebClient) -> None:
    url, identifier = reserve(web)
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nabc\r\n--x--\r\n'
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    with urllib.request.urlopen(urllib.request.Request(url, body, form), timeout=5) as answer:
        assert answer.status == 200
    assert box.store.data["files"][identifier]["state"] == "uploaded"


def test_an_upload_broken_off_can_be_sent_again(box: Sandbox, web: WebClient) -> None:
    url, _ = reserve(web, 1_000_000)
    connection = http.client.HTTPConnection("127.0.0.1", box.port, timeout=5)
    connection.putrequest("POST", url.removeprefix(box.url))
    connection.putheader("Content-Length", "1000000")
    connection.endheaders(b"x" * 1000)
    connection.close()
    for _ in range(100):
        if (status := send(url, b"x" * 1_000_000)) == 200:
            break
        time.sleep(0.02)
    assert status == 200


def test_a_reset_in_the_middle_of_the_bytes(box: Sandbox, web: WebClient) -> None:
    url, _ = reserve(web, 1_000_000)
    box.faults.add(Fault("upload", "drop_body", after_bytes=1000))
    with pytest.raises(OSError):
        send(url, b"x" * 1_000_000)
    assert send(url, b"x" * 1_000_000) == 200


def test_delete(box: Sandbox, web: WebClient) -> None:
    identifier = ready(web)
    web.files_completeUploadExternal(files=[{"id": identifier}], channel_id=MEMBER)
    web.files_delete(file=identifier)
    assert refusal(web.files_info, file=identifier)["error"] == "file_not_found"
    assert box.messages()[0]["files"] == []
    assert not (box.store.folder / "files" / identifier).exists()


def test_bytes_need_not_be_kept() -> None:
    with Sandbox(keep_bytes=False) as box:
        web = WebClient(box.token, base_url=box.api_url)
        identifier = ready(web)
        assert box.store.data["files"][identifier]["sha256"] == hashlib.sha256(b"abc").hexdigest()
        assert list((box.store.folder / "files").iterdir()) == []

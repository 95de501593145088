"""What is not of Slack's form is refused as Slack does, and never breaks the page."""

import json
import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER


def _send(box: Sandbox, method: str, body: bytes) -> dict:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {box.token}"}
    request = urllib.request.Request(box.api_url + method, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.loads(answer.read())


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"type": "section", "fields": ["x"]}, "/blocks/0/fields/0"),
        ({"type": "section", "fields": 5}, "/blocks/0/fields"),
        ({"type": "section", "text": "x"}, "/blocks/0/text"),
        ({"type": "section", "text": {"type": "mrkdwn", "text": 5}}, "/blocks/0/text"),
        ({"type": "markdown", "text": 5}, "/blocks/0/text"),
        ({"type": "markdown"}, "/blocks/0"),
        ({"type": "header"}, "/blocks/0"),
        ({"type": "actions", "elements": ["x"]}, "/blocks/0/elements/0"),
        ({"type": "context", "elements": 5}, "/blocks/0/elements"),
        ({"type": "rich_text", "elements": [{"elements": ["x"]}]}, "/blocks/0/elements/0/type"),
        (
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": ["x"]}]},
            "/blocks/0/elements/0/elements/0",
        ),
        ({"type": "hologram"}, "/blocks/0/type"),
        ({"type": "alert", "text": {"type": "mrkdwn", "text": "x"}}, "/blocks/0/type"),
        ({"type": "image", "alt_text": "a"}, "/blocks/0"),
        ({"type": "image", "alt_text": "a", "image_url": "plot.png"}, "/blocks/0/image_url"),
        ({"type": "image", "alt_text": "a", "slack_file": {"id": "F0"}}, "/blocks/0/slack_file"),
        ({"type": "actions", "elements": []}, "/blocks/0"),
        ({"type": "context", "elements": []}, "/blocks/0"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/blocks/0/text"),
        ({"type": "divider", "block_id": "x" * 256}, "/blocks/0/block_id"),
    ],
)
def test_blocks_of_a_wrong_form(box: Sandbox, block: dict, place: str) -> None:
    body = {"channel": MEMBER, "text": "a", "blocks": [block]}
    answer = _send(box, "chat.postMessage", json.dumps(body).encode())
    assert answer["error"] == "invalid_blocks"
    assert f"[json-pointer:{place}]" in answer["response_metadata"]["messages"][0]
    assert box.messages() == []


def test_a_style_of_a_wrong_form_leaves_the_page_whole(box: Sandbox, web: WebClient) -> None:
    text = {"type": "text", "text": "styled", "style": "bold"}
    section = {"type": "rich_text_section", "elements": [text]}
    web.chat_postMessage(
        channel=MEMBER, text="a", blocks=[{"type": "rich_text", "elements": [section]}]
    )
    request = urllib.request.Request(box.url, headers={"X-Sandbox-Key": box.key})
    with urllib.request.urlopen(request, timeout=5) as page:
        assert b"styled" in page.read()


@pytest.mark.parametrize(
    ("method", "body", "error"),
    [
        ("chat.postMessage", b"{no", "invalid_json"),
        ("chat.postMessage", b"[1]", "json_not_object"),
        ("files.completeUploadExternal", b'{"files": [{"id": ["x"]}]}', "file_not_found"),
        ("files.getUploadURLExternal", b'{"filename": "a", "length": "\xc2\xb2"}',
         "invalid_arguments"),
        ("conversations.list", b'{"limit": "\xc2\xb2"}', "invalid_limit"),
        ("chat.postMessage",
         b'{"channel": "C0000LIBREC", "text": "a", "attachments": [{"fields": ["x"]}]}',
         "invalid_attachments"),
    ],
)  # fmt: skip
def test_arguments_of_a_wrong_form(box: Sandbox, method: str, body: bytes, error: str) -> None:
    assert _send(box, method, body)["error"] == error


def test_the_page_of_no_channel(box: Sandbox) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        request = urllib.request.Request(
            f"{box.url}/channel/nope", headers={"X-Sandbox-Key": box.key}
        )
        urllib.request.urlopen(request, timeout=5)

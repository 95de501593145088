"""Incoming webhooks answer in plain text."""

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.support.sandbox_hooks import hook


def test_json_and_form(box: Sandbox) -> None:
    assert hook(box, b'{"text": "json"}') == (200, "ok")
    form = urllib.parse.urlencode({"payload": json.dumps({"text": "form & more"})})
    assert hook(box, form.encode()) == (200, "ok")
    assert [one["text"] for one in box.messages()] == ["json", "form & more"]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"nonsense", (400, "invalid_payload")),
        (b"[1]", (400, "invalid_payload")),
        (b"{}", (400, "no_text")),
        (b'{"blocks": [{"type": "sektion"}]}', (400, "invalid_blocks")),
    ],
)
def test_refused(box: Sandbox, body: bytes, answer: tuple[int, str]) -> None:
    assert hook(box, body) == answer
    assert box.messages() == []


def test_unknown_and_archived(box: Sandbox) -> None:
    assert hook(box, b'{"text": "x"}', "T1/B1/other") == (404, "no_service")
    with box.store.change() as data:
        data["channels"][0]["is_archived"] = True
    assert hook(box, b'{"text": "x"}') == (410, "channel_is_archived")


def test_a_reply_in_a_thread(box: Sandbox) -> None:
    hook(box, b'{"text": "root"}')
    ts = box.messages()[0]["ts"]
    assert hook(box, json.dumps({"text": "reply", "thread_ts": ts}).encode()) == (200, "ok")
    assert box.messages()[1]["thread_ts"] == ts

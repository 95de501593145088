"""Clients that others wrote, each doing what programs do with it, against our sandbox."""

import json
from pathlib import Path
from typing import Any

from slack_wrapper.sandbox.server import Sandbox
from tests.clients.conftest import Client

NAMES = {"librec_channel", "general", "second"}


def texts(box: Sandbox, channel: str = "librec_channel") -> list[str]:
    return [str(message["text"]) for message in box.messages(channel)]


def files(box: Sandbox, channel: str = "librec_channel") -> list[list[str]]:
    """Return the names of the files of each message that has some."""
    messages = box.messages(channel)
    return [[file["name"] for file in one["files"]] for one in messages if one.get("files")]


def thread(box: Sandbox, ts: str) -> list[dict[str, Any]]:
    return [one for one in box.messages() if one.get("thread_ts") == ts and one["ts"] != ts]


def test_slack_sdk(python: Client, box: Sandbox) -> None:
    said = python("sdk.py")
    assert said["user"] == "smkbot"
    assert said["person"] == "U00000ADA"
    assert set(said["names"]) >= NAMES
    assert said["refused"][0] == "channel_not_found"
    assert said["refused"][1] == "method_deprecated"
    assert said["refused"][2:] == ["invalid_auth", "invalid_blocks"]
    assert said["hooked"] == "ok"
    assert said["listed"] == 1
    assert said["direct"].startswith("D")
    assert said["replies"][:2] == ["by slack_sdk, changed", "a reply"]
    assert said["reaction"][0]["name"] == "tada"
    assert said["permalink"].startswith("http")
    assert {"by slack_sdk, changed", "a reply", "two files"} <= set(texts(box))
    assert [file for one in thread(box, said["ts"]) for file in one.get("files", [])]
    assert {("one.txt",), ("a.txt", "b.txt"), ("both.txt",)} <= {tuple(one) for one in files(box)}
    assert files(box, "second") == [["both.txt"]], "channels= shares in each channel"


def test_slack_sdk_async(python: Client, box: Sandbox) -> None:
    said = python("sdk_async.py")
    assert (said["replies"], said["seen"]) == (5, 6)
    assert ["bytes.bin"] in files(box)
    assert ["c.txt", "d.txt"] in files(box)
    assert files(box, "second") == [["c.txt", "d.txt"]]


def test_slackclient(python: Client, box: Sandbox) -> None:
    said = python("old_slackclient.py")
    assert said["user"] == "smkbot"
    assert said["refused"] == "method_deprecated"
    assert texts(box) == ["by slackclient", "its reply"]
    assert len(thread(box, said["ts"])) == 1


def test_apprise(python: Client, box: Sandbox) -> None:
    said = python("by_apprise.py")
    assert said == {"bot": True, "blocks": True, "file": True, "person": True, "webhook": True,
                    "nowhere": False}  # fmt: skip
    assert files(box) == [["plot.txt"]]
    shown = str(box.messages())
    assert shown.count("by *apprise*") >= 3
    assert "NDCG" in shown


def test_web_api(node: Client, box: Sandbox) -> None:
    said = node("web_api.js")
    assert said["user"] == "smkbot"
    assert set(said["names"]) >= NAMES
    assert said["refused"] == ["channel_not_found", "invalid_blocks", "invalid_auth"]
    assert said["replies"][:2] == ["by web-api, changed", "a reply"]
    assert (said["one"], said["several"]) == ([1], [2])
    assert "chat:write" in said["scopes"]
    assert ["one.txt"] in files(box)
    assert ["a.txt", "b.txt"] in files(box)
    assert [file for one in thread(box, said["ts"]) for file in one.get("files", [])]


def test_webhook(node: Client, python: Client, box: Sandbox) -> None:
    root = python("old_slackclient.py")["ts"]
    said = node("webhook.js", THREAD=root)
    assert said["said"] == ["ok", "ok"]
    assert said["thread"] == "ok"
    assert "400" in said["refused"]
    assert "404" in said["gone"]
    assert "its reply" in [one["text"] for one in thread(box, root)]
    assert {"by webhook", "with blocks"} <= set(texts(box))


def test_what_slacks_github_action_calls(node: Client, box: Sandbox, tmp_path: Path) -> None:
    def act(method: str, payload: dict[str, Any]) -> dict[str, Any]:
        file = tmp_path / "payload.json"
        file.write_text(json.dumps(payload))
        return node("github_action.js", method, str(file))

    block = {"type": "section", "text": {"type": "mrkdwn", "text": "GitHub says: *done*"}}
    status = {"title": "Status", "short": True, "value": "In Progress"}
    start = {"channel": "C0000LIBREC", "text": "deployment started",
             "attachments": [{"color": "dbab09", "fields": [status]}]}  # fmt: skip
    root = act("chat.postMessage", start)
    reply = {
        "channel": root["channel"],
        "thread_ts": root["ts"],
        "text": "a step",
        "blocks": [block],
    }
    assert act("chat.postMessage", reply)["ok"]
    finished = {"channel": root["channel"], "ts": root["ts"], "text": "deployment finished"}
    assert act("chat.update", finished)["ok"]
    assert act("incoming-webhook", {"text": "by its webhook", "blocks": [block]})["text"] == "ok"
    assert texts(box) == ["deployment finished", "a step", "by its webhook"]
    assert len(thread(box, root["ts"])) == 1

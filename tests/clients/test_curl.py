"""curl, as the scripts of nextstrain use it: tokens in a header, arguments as a form of texts."""

import json
import subprocess
from pathlib import Path
from typing import Any

from slack_wrapper.sandbox.server import Sandbox


def curl(box: Sandbox, url: str, *parts: str, whole: bool = False, **form: str) -> Any:
    """Post a form by curl and return the answer."""
    texts = [word for name, text in form.items() for word in ("--form-string", f"{name}={text}")]
    done = subprocess.run(
        ["curl", url if whole else box.api_url + url,
         *([] if whole else ["--header", f"Authorization: Bearer {box.token}"]), *texts, *parts,
         "--fail", "--silent", "--show-error", "--http1.1", "--noproxy", "*"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout if whole else json.loads(done.stdout)


def test_a_message_and_a_reply_with_empty_arguments(box: Sandbox) -> None:
    # Their script always gives thread_ts and reply_broadcast: empty and 0 where there is no thread.
    root = curl(box, "chat.postMessage", channel="C0000LIBREC", text="New records: 5 > 3 & more",
                thread_ts="", reply_broadcast="0")  # fmt: skip
    assert root["ok"], root
    reply = curl(box, "chat.postMessage", channel="C0000LIBREC", text="in its thread",
                 thread_ts=root["ts"], reply_broadcast="1")  # fmt: skip
    assert reply["ok"], reply
    first, second = box.messages()
    assert not first.get("thread_ts")
    assert second["thread_ts"] == first["ts"]


def test_a_file_in_three_calls(box: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "changes.txt"
    file.write_text("strain\tregion\n")
    place = curl(box, "files.getUploadURLExternal", filename="additional-info-changes.txt",
                 length=str(file.stat().st_size))  # fmt: skip
    assert place["ok"], place
    curl(box, place["upload_url"], "--form", f"file=@{file}", whole=True,
         filename="additional-info-changes.txt")  # fmt: skip
    done = curl(box, "files.completeUploadExternal", "-X", "POST", channel_id="C0000LIBREC",
                thread_ts="", files=json.dumps([{"id": place["file_id"]}]))  # fmt: skip
    assert done["ok"], done
    (message,) = box.messages()
    assert [one["name"] for one in message["files"]] == ["additional-info-changes.txt"]
    assert not message.get("thread_ts")


def test_a_webhook(box: Sandbox) -> None:
    hook = f"{box.url}/services/{box.store.data['webhooks'][0]['path']}"
    payload = json.dumps({"text": "by curl"})
    for parts in (
        ("--header", "Content-Type: application/json", "--data", payload),
        ("--data-urlencode", f"payload={payload}"),
    ):
        assert curl(box, hook, *parts, whole=True) == "ok"
    assert [one["text"] for one in box.messages()] == ["by curl", "by curl"]


def test_a_refusal_is_told_with_status_200(box: Sandbox) -> None:
    said = curl(box, "chat.postMessage", channel="nowhere", text="x", thread_ts="")
    assert (said["ok"], said["error"]) == (False, "channel_not_found")

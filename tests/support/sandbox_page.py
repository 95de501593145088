"""The sandbox's page, as a browser gets it."""

import urllib.error
import urllib.request

from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER
from tests.support.sandbox_files import reserve, send


def get(box: Sandbox, path: str) -> tuple[str, dict]:
    request = urllib.request.Request(box.url + path, headers={"X-Sandbox-Key": box.key})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read().decode(errors="replace"), dict(answer.headers)


def share(web: WebClient, name: str, body: bytes, title: str) -> str:
    url, identifier = reserve(web, len(body), name)
    assert send(url, body) == 200
    files = [{"id": identifier, "title": title}]
    web.files_completeUploadExternal(files=files, channel_id=MEMBER)
    return identifier

"""Sharing files in the sandbox, call by call."""

import http.client
import json
import urllib.parse

from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER

POST = "chat.postMessage"


def call(box: Sandbox, method: str = POST, **args: object) -> tuple[int, dict[str, str], bytes]:
    """Call over a bare connection: status, headers in lower case, body."""
    connection = http.client.HTTPConnection("127.0.0.1", box.port, timeout=5)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {box.token}"}
    given = args or {"channel": MEMBER, "text": "x"}
    try:
        connection.request("POST", f"/api/{method}", json.dumps(given), headers)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def share(web: WebClient, box: Sandbox, name: str = "a.txt") -> str:
    """Upload a file of one byte up to its completion; return its ID."""
    place = web.files_getUploadURLExternal(filename=name, length=1)
    connection = http.client.HTTPConnection("127.0.0.1", box.port, timeout=5)
    connection.request("POST", urllib.parse.urlsplit(place["upload_url"]).path, b"x")
    assert connection.getresponse().status == 200
    connection.close()
    return str(place["file_id"])


def complete(box: Sandbox, identifier: str) -> dict:
    given = {"files": [{"id": identifier}], "channel_id": MEMBER}
    return json.loads(call(box, "files.completeUploadExternal", **given)[2])

"""Steering the sandbox, and what it shows then."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER


def post(box: Sandbox, text: str = "x") -> tuple[int, bytes]:
    """Post over a bare connection, to see what a client's library would hide."""
    connection = http.client.HTTPConnection("127.0.0.1", box.port, timeout=5)
    body = json.dumps({"channel": MEMBER, "text": text})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {box.token}"}
    try:
        connection.request("POST", "/api/chat.postMessage", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def control(box: Sandbox, what: str, given: object) -> dict:
    request = urllib.request.Request(
        f"{box.url}/sandbox/{what}",
        json.dumps(given).encode(),
        {"Content-Type": "application/json", "X-Sandbox-Key": box.key},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def texts(box: Sandbox) -> list[str]:
    return [message["text"] for message in box.messages()]

"""Posting by the sandbox's webhook."""

import urllib.error
import urllib.parse
import urllib.request

from slack_wrapper.sandbox.server import Sandbox

GOOD = "T0000TEAM/B0000HOOK/sandbox"


def hook(box: Sandbox, body: bytes, path: str = GOOD) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{box.url}/services/{path}", body, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()

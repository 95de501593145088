"""The message of a run, as the channel has it."""

from slack_wrapper.sandbox.server import Sandbox


def root(sandbox: Sandbox) -> dict:
    return sandbox.messages()[0]


def broadcast(sandbox: Sandbox) -> list[str]:
    return [one["text"] for one in sandbox.messages() if one.get("subtype") == "thread_broadcast"]


def reactions(sandbox: Sandbox) -> list[str]:
    return [one["name"] for one in root(sandbox).get("reactions", [])]

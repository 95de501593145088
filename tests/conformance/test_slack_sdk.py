"""slack_sdk's signatures and models take what is sent, and refuse what is planted."""

from typing import Any

import pytest

from tests.conformance import python_sdk
from tests.conformance.recorder import JSON, Call
from tests.conformance.typescript import blocks_in


def test_its_methods_have_our_arguments(captured: list[Call], exceptions: dict[str, Any]) -> None:
    listed = {(one["method"], one["argument"]) for one in exceptions["slack_sdk"]["arguments"]}
    found = set(python_sdk.unknown_arguments(captured))
    assert found - listed == set(), "mend what sends it, or list it in exceptions.yaml"
    assert listed - found == set(), "slack_sdk knows it now: take it out of exceptions.yaml"


def test_its_models_take_our_blocks(captured: list[Call], exceptions: dict[str, Any]) -> None:
    listed = {one["type"] for one in exceptions["slack_sdk"]["blocks"]}
    refused: dict[str, str] = {}
    for call in captured:
        for block in blocks_in(call.args):
            if why := python_sdk.refuses(block):
                refused[block["type"]] = f"{call.method} (scene {call.scene}): {why}"
    told = {kind: why for kind, why in refused.items() if kind not in listed}
    assert not told, "mend what sends it, or list it in exceptions.yaml"
    assert listed == set(refused), "slack_sdk knows it now: take it out of exceptions.yaml"


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "150"),
        ({"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "colour": "red"}, "colour"),
        ({"type": "sectoin"}, "no model"),
        ({"type": "section"}, "text or fields"),
    ],
)
def test_a_planted_error_is_caught(block: dict[str, Any], why: str) -> None:
    assert why in python_sdk.refuses(block)
    assert not python_sdk.refuses({"type": "section", "text": {"type": "mrkdwn", "text": "x"}})


def test_a_planted_argument_is_caught() -> None:
    calls = [Call("chat.postMessage", JSON, {"channel": "C1", "txet": "x"}),
             Call("chat.postMassage", JSON, {})]  # fmt: skip
    found = list(python_sdk.unknown_arguments(calls))
    assert found == [("chat.postMessage", "txet"), ("chat.postMassage", "*")]

"""Webhook triggers of Workflow Builder."""

import json
import urllib.error
import urllib.request

import pytest

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import DEFAULT_SEED, check_seed
from tests.support.sandbox_page import get

GOOD = "T0000TEAM/1234567890/sandbox"
FULL = {"message": "done", "run": "42"}


def start(box: Sandbox, given: object, path: str = GOOD) -> tuple[int, bytes, str | None]:
    body = given if isinstance(given, bytes) else json.dumps(given).encode()
    try:
        with urllib.request.urlopen(f"{box.url}/triggers/{path}", body, timeout=5) as answer:
            return answer.status, answer.read(), None
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers.get("Retry-After")


def test_a_workflow_starts(box: Sandbox) -> None:
    assert start(box, {"message": "a < b & *c*", "run": "42"}) == (200, b"", None)
    (run,) = box.store.data["workflow_runs"]
    assert (run["name"], run["variables"]["run"]) == ("Results are there", "42")
    shown, _ = get(box, "/channel/librec_channel")
    assert "Results are there" in shown
    assert "a &lt; b &amp;" in shown


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({**FULL, "run": 42}, "invalid required field: 'run'"),
        ({**FULL, "run": {"id": "42"}}, "invalid required field: 'run'"),
        ({**FULL, "run": None}, "invalid required field: 'run'"),
        ({"message": "done"}, "missing required field: 'run'"),
        ({**FULL, "other": "x"}, "invalid additional property: other"),
        (b"nonsense", "not a JSON object"),
        ([FULL], "not a JSON object"),
    ],
)
def test_refused_variables(box: Sandbox, given: object, told: str) -> None:
    status, body, _ = start(box, given)
    answer = json.loads(body)
    assert (status, answer["ok"], answer["error"]) == (400, False, "invalid_webhook_format")
    assert told in answer["response_metadata"]["messages"][0]
    assert "workflow_runs" not in box.store.data
    assert box.messages() == []


def test_an_address_that_is_gone(box: Sandbox) -> None:
    status, body, _ = start(box, FULL, "T1/1/other")
    assert (status, json.loads(body)["ok"]) == (404, False)


def test_ten_a_minute() -> None:
    with Sandbox(rate_limits=True) as box:
        assert [start(box, FULL)[0] for _ in range(10)] == [200] * 10
        status, _, wait = start(box, FULL)
        assert status == 429
        assert 1 <= int(wait or 0) <= 60
        assert len(box.store.data["workflow_runs"]) == 10


def test_a_fault_on_demand(box: Sandbox) -> None:
    box.faults.add(Fault("trigger", "http", status=503))
    assert start(box, FULL)[0] == 503
    assert start(box, FULL)[0] == 200
    assert [call["status"] for call in box.calls("trigger")] == [None, 200]


def test_the_address_is_a_secret(box: Sandbox) -> None:
    start(box, FULL)
    shown, _ = get(box, "/sandbox/state")
    assert GOOD not in shown


def test_a_seed_says_which_variables_there_are() -> None:
    check_seed(DEFAULT_SEED)
    with pytest.raises(ValueError, match=r"triggers\[0\] has no variables"):
        check_seed({**DEFAULT_SEED, "triggers": [{"path": "a", "name": "b"}]})

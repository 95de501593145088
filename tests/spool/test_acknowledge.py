"""The end of a run: what it cost per post does not depend on how many there are."""

import json
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sending import receipts
from slack_wrapper.session.local import LocalSession
from slack_wrapper.snakemake_adapter.metadata import FolderRecords
from slack_wrapper.spool import entry as entries
from tests.spool.conftest import STATE, request, step


def test_steps_that_have_ended_well_are_forgotten_without_reading_anything(
    session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    run = session()
    for number in range(5):
        step(run, f"s{number}", message=f"s{number}", channel=["librec_channel", "general"])
    assert len(list((STATE / "delivered").glob("*.json"))) == 10
    ended = {f"slack/s{number}.json" for number in range(4)}
    failed = mock.Mock(side_effect=AssertionError("read"))
    with pytest.MonkeyPatch.context() as patched:
        real = entries.read
        patched.setattr(
            entries, "read", lambda path: real(path) if "s4" in texts(path) else failed()
        )
        patched.setattr(receipts, "renew", failed)
        patched.setattr(FolderRecords, "incomplete", lambda *asked: True)
        run.poster.history.ends.acknowledge(ended)
    left = {json.loads(path.read_text())["request"]["receipt"]
            for path in (STATE / "delivered").glob("*.json")}  # fmt: skip
    assert left == {"slack/s4.json"}


def texts(path: Path) -> str:
    return path.read_text() if path.exists() else "s4"


def test_a_receipt_that_said_queued_is_renewed(
    session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    from slack_wrapper.sandbox.faults import Fault

    run = session()
    sandbox.faults.add(Fault("*", "error", code="service_unavailable", times=10_000))
    step(run, "late", message="late")
    sandbox.faults.clear()
    again = session()
    again.flush()
    receipt = Path("slack/late.json")
    data = json.loads(receipt.read_text())
    receipt.write_text(json.dumps({**data, "status": "queued"}))
    again.poster._before("x", request("late", message="late"), ())
    run.poster.history.ends.acknowledge({"slack/late.json"})
    assert json.loads(receipt.read_text())["status"] == "delivered"
    assert list((STATE / "delivered").glob("*")) == []

"""A receipt that is renewed while a step writes another one in its place."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from slack_wrapper.common import atomic_files
from slack_wrapper.sending import receipts
from slack_wrapper.spool import receipt_lock
from slack_wrapper.spool.receipt_file import ReceiptFile

QUEUED = {"status": "queued", "key": "k1", "text": "old"}
DELIVERED = {"status": "delivered", "key": "k1", "text": "old"}
NEWER = {"status": "delivered", "key": "k2", "text": "new"}
STEP = f"""
from slack_wrapper.spool.receipt_file import ReceiptFile
with ReceiptFile("receipt.json") as file:
    print("ready", flush=True)
    input()
    file.write({NEWER!r})
print("written", flush=True)
"""


@pytest.fixture(autouse=True)
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt that says `queued`, and the folder of the ledger."""
    monkeypatch.chdir(tmp_path)
    Path(receipt_lock.PLACE).parent.mkdir(parents=True)
    with ReceiptFile("receipt.json") as file:
        file.write(QUEUED)


def content() -> dict:
    return json.loads(Path("receipt.json").read_text())


def test_it_is_renewed_and_keeps_its_time() -> None:
    before = Path("receipt.json").stat().st_mtime_ns
    receipts.renew("receipt.json", DELIVERED)
    assert content() == DELIVERED
    assert Path("receipt.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("step", ["writes", "begins"])
def test_what_a_step_does_meanwhile_stays(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of the old receipt and the place of the new one."""
    real, newer = atomic_files.Reservation.fill, ReceiptFile("receipt.json")

    def fill(self: atomic_files.Reservation, data: bytes, **more: Any) -> int:
        monkeypatch.setattr(atomic_files.Reservation, "fill", real)
        Path("receipt.json").unlink()  # Snakemake removes the old output first
        if step == "writes":
            newer.write(NEWER)
        return real(self, data, **more)

    monkeypatch.setattr(atomic_files.Reservation, "fill", fill)
    with newer:
        receipts.renew("receipt.json", DELIVERED)
    if step == "begins":
        assert not Path("receipt.json").exists()
    else:
        assert content() == NEWER
    assert list(Path().glob(".*.tmp")) == []


def test_a_step_waits_until_the_renewed_one_is_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at what is there and the change: a step in another process has to wait."""
    real = Path.replace
    step = subprocess.Popen(
        [sys.executable, "-c", STEP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert step.stdin
    assert step.stdout
    assert step.stdout.readline() == "ready\n"

    def replace(self: Path, target: Path) -> Path:
        step.stdin.write("\n")
        step.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            step.wait(0.5)  # it cannot end while we hold the lock
        return real(self, target)

    with monkeypatch.context() as patches:
        patches.setattr(Path, "replace", replace)
        receipts.renew("receipt.json", DELIVERED)
    assert step.communicate(timeout=60)[0] == "written\n"
    assert step.returncode == 0
    assert content() == NEWER


@pytest.mark.timeout(20)
def test_a_receipt_that_is_a_fifo_or_nested_without_end_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text("[" * 100_000)
    os.mkfifo(tmp_path / "pipe.json")
    for name in ("deep.json", "pipe.json"):
        receipts.renew(str(tmp_path / name), {"key": "k", "status": "delivered"})
        assert not receipts.holds(str(tmp_path / name), "k")

"""Atomic files: whole or not at all, at the same cost in a folder of any size."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from slack_wrapper.common import atomic_files
from slack_wrapper.spool.receipt_file import ReceiptFile


def test_what_a_killed_step_left_is_removed_without_listing_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    killed = "import os; from slack_wrapper.spool.receipt_file import ReceiptFile; " \
        "ReceiptFile('slack/a.json'); os.kill(os.getpid(), 9)"  # fmt: skip
    subprocess.run([sys.executable, "-c", killed], check=False)
    (left,) = Path("slack").iterdir()  # the control: it does leave something
    assert left.name.endswith(".tmp")

    def listed(*args: object, **more: object) -> None:
        pytest.fail("the folder is listed")

    with monkeypatch.context() as patched:
        for name in ("listdir", "scandir"):
            patched.setattr(os, name, listed)
        with ReceiptFile("slack/a.json") as place:
            place.write({"status": "delivered"})
    assert [path.name for path in Path("slack").iterdir()] == ["a.json"]


def test_two_that_write_the_same_receipt_leave_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = atomic_files.Reservation("a.json", 10, alone=True)
    second = atomic_files.Reservation("a.json", 10, alone=True)
    with pytest.raises(FileExistsError):
        first.fill(b"first")
    second.fill(b"second")
    assert Path("a.json").read_bytes() == b"second"
    assert list(Path().glob("*.*")) == [Path("a.json")]


def test_the_umask_is_not_swapped_in_a_process_with_threads(tmp_path: Path) -> None:
    seen: list[tuple[int, ...]] = []
    real = os.umask
    before = real(0o027)
    try:
        atomic_files._umask.cache_clear()

        def watch(*args: int) -> int:
            seen.append(args)
            return real(*args)

        os.umask = watch  # type: ignore[assignment]
        for number in range(20):
            atomic_files.write(tmp_path / f"{number}", b"")
    finally:
        os.umask = real
        real(before)
        atomic_files._umask.cache_clear()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if path.is_file()} == {0o640}
    assert seen == [] if Path("/proc/self/status").exists() else len(seen) <= 2

"""Turns: who gives up waiting leaves them to others."""

import fcntl
import os
import re
import time
from pathlib import Path

import pytest

from slack_wrapper.client import rate_limit
from slack_wrapper.client.rate_limit import BURST, Pacer
from slack_wrapper.errors import SlackUnavailable


def test_a_turn_that_comes_too_late_is_not_taken_from_others(tmp_path: Path) -> None:
    pacer = Pacer(10.0, tmp_path / "turns")
    pacer.hold("workspace", 1000.0)
    for _ in range(BURST + 20):
        with pytest.raises(SlackUnavailable) as caught:
            pacer.wait("workspace", "C1")
        assert caught.value.code == "crowded"
    away = re.search(r"is (\d+) s away", caught.value.message)
    assert away
    assert int(away[1]) <= 1001


def test_a_burst_needs_no_turn(tmp_path: Path) -> None:
    pacer = Pacer(10.0, tmp_path / "turns")
    for channel in ("C1", "C2"):
        for _ in range(BURST):
            pacer.wait("workspace", channel)


def test_files_whose_turns_are_over_are_swept(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    before = Pacer(10.0, folder)
    before.wait("workspace", "C1")
    before.hold("elsewhere", 1000.0)
    held = {path for path in folder.iterdir() if float(path.read_text() or 0) > time.time() + 100}
    for path in set(folder.iterdir()) - held:
        path.write_text(f"{time.time() - 1:020.6f}\n")
    left = folder / ("f" * 24)
    left.write_text("")
    Pacer(10.0, folder).wait("another", "C9")
    assert not left.exists()
    assert len(held) == 1
    assert held < set(folder.iterdir())
    assert len(list(folder.iterdir())) == 3  # the hold, and what "another" has made


def test_a_turn_is_not_taken_in_a_file_that_was_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep comes between the opening of the file and its lock."""
    pacer = Pacer(10.0, tmp_path / "turns")
    pacer.wait("workspace", "C1")
    real, swept = fcntl.flock, []

    def flock(file: int, how: int) -> None:
        if not swept:
            swept.extend((tmp_path / "turns").iterdir())
            for path in swept:
                path.unlink()
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    pacer.hold("workspace", 1000.0)
    assert swept
    monkeypatch.undo()
    with pytest.raises(SlackUnavailable):
        pacer.wait("workspace", "C1")


def test_a_file_that_is_locked_is_not_swept(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    folder.mkdir(mode=0o700)
    name = "0" * 24
    with (folder / name).open("w") as taken:
        fcntl.flock(taken, fcntl.LOCK_EX)
        Pacer(10.0, folder).wait("workspace", "C1")
        assert (folder / name).exists()
    Pacer(10.0, folder).wait("workspace", "C1")
    assert not (folder / name).exists()


def test_turns_from_before_the_clock_was_set_back_count_for_nothing(tmp_path: Path) -> None:
    pacer = Pacer(10.0, tmp_path / "turns")
    pacer.hold("workspace", 600.0)
    ahead = time.time() + 590
    for path in (tmp_path / "turns").iterdir():
        os.utime(path, (ahead, ahead))
    pacer.wait("workspace", "C1")


def test_four_messages_go_at_once_and_then_one_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()
    now, slept = [began], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(rate_limit.time, "time", lambda: now[0])
    monkeypatch.setattr(rate_limit.time, "sleep", sleep)
    monkeypatch.setattr(rate_limit.random, "uniform", lambda low, high: 0.0)
    pacer = Pacer(100.0, tmp_path / "turns")
    gone = []
    for _ in range(8):
        pacer.wait("workspace", "C1")
        gone.append(round(now[0] - began))
    assert gone == [0, 0, 0, 0, 1, 2, 3, 4]

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


class Clock:
    """A clock that only sleep moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, jitter: float = 0.0) -> None:
        self.began = self.now = time.time()
        self.slept: list[float] = []
        self.jitter: list[tuple[float, float]] = []
        monkeypatch.setattr(rate_limit.time, "time", lambda: self.now)
        monkeypatch.setattr(rate_limit.time, "sleep", self.sleep)

        def uniform(low: float, high: float) -> float:
            self.jitter.append((low, high))
            return jitter

        monkeypatch.setattr(rate_limit.random, "uniform", uniform)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def passed(self) -> float:
        return round(self.now - self.began, 3)


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
    clock, pacer = Clock(monkeypatch), Pacer(100.0, tmp_path / "turns")
    gone = []
    for _ in range(8):
        pacer.wait("workspace", "C1")
        gone.append(round(clock.passed))
    assert gone == [0, 0, 0, 0, 1, 2, 3, 4]


def test_a_hold_ends_later_by_the_jitter_and_holds_every_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, pacer = Clock(monkeypatch, jitter=0.2), Pacer(100.0, tmp_path / "turns")
    pacer.hold("workspace", 5.0)
    assert clock.jitter == [(0, rate_limit.JITTER)]
    pacer.wait("workspace", "C1")
    assert clock.passed == pytest.approx(5.2, abs=0.01)
    pacer.wait("workspace", "C2")
    assert clock.passed == pytest.approx(5.2, abs=0.01)


def test_a_shorter_hold_does_not_end_a_longer_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, pacer = Clock(monkeypatch), Pacer(100.0, tmp_path / "turns")
    pacer.hold("workspace", 9.0)
    pacer.hold("workspace", 2.0)
    pacer.wait("workspace", "C1")
    assert clock.passed == pytest.approx(9.0, abs=0.01)


def test_a_hold_that_comes_while_one_waits_holds_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, pacer = Clock(monkeypatch), Pacer(100.0, tmp_path / "turns")
    pacer.hold("workspace", 2.0)
    sleep = clock.sleep

    def told_meanwhile(seconds: float) -> None:
        if not clock.slept:
            pacer.hold("workspace", 7.0)
        sleep(seconds)

    monkeypatch.setattr(rate_limit.time, "sleep", told_meanwhile)
    pacer.wait("workspace", "C1")
    assert clock.passed == pytest.approx(7.0, abs=0.01)


def test_after_a_hold_the_burst_is_free_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, pacer = Clock(monkeypatch), Pacer(100.0, tmp_path / "turns")
    pacer.hold("workspace", 10.0)
    gone = []
    for _ in range(6):
        pacer.wait("workspace", "C1")
        gone.append(round(clock.passed))
    assert gone == [10, 10, 10, 10, 11, 12]


def test_channels_and_workspaces_have_turns_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same channel of another workspace, the same workspace's other channel."""
    clock, pacer = Clock(monkeypatch), Pacer(100.0, tmp_path / "turns")
    for workspace, channel in (("one", "C1"), ("one", "C2"), ("two", "C1")):
        for _ in range(BURST):
            pacer.wait(workspace, channel)
    assert clock.passed == 0.0
    pacer.wait("two", "C1")
    assert clock.passed == 1.0


def test_the_error_says_how_far_away_the_turn_is_and_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch)
    pacer = Pacer(3.0, tmp_path / "turns")
    pacer.hold("workspace", 12.0)
    with pytest.raises(SlackUnavailable) as caught:
        pacer.wait("workspace", "C1")
    assert caught.value.message == "the turn of a message to channel C1 is 12 s away"
    assert (caught.value.code, caught.value.method) == ("crowded", "chat.postMessage")
    assert caught.value.hint == "post less often, or raise slack.max_wait"


def test_a_turn_at_the_very_end_of_the_wait_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, pacer = Clock(monkeypatch), Pacer(2.0, tmp_path / "turns")
    for _ in range(BURST + 2):
        pacer.wait("workspace", "C1")
    assert clock.passed == 2.0


def test_without_a_folder_the_turns_count_in_this_process_and_that_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "turns"
    blocked.write_text("a file is in its place")
    clock, told, mine = Clock(monkeypatch), [], str(tmp_path)  # a process keeps its turns
    pacer = Pacer(100.0, blocked, warn=told.append)
    for _ in range(BURST + 1):
        pacer.wait(mine, "C1")
    assert clock.passed == 1.0
    (line,) = told
    assert line.startswith(f"the folder of turns cannot be used ({blocked}: ")
    assert line.endswith(
        "messages are spaced within this run only; your other runs are not counted"
    )
    other = Pacer(100.0, blocked, warn=told.append)
    other.wait(mine, "C1")  # shares them: it is the same process
    assert clock.passed == 2.0

"""The folder of turns is in a place where other users write too; nothing of theirs is trusted."""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from slack_wrapper.client.rate_limit import BURST, Pacer
from slack_wrapper.common import turns
from slack_wrapper.errors import SlackUnavailable

STRANGER = 65534
OVER = f"{time.time() - 100:020.6f}\n"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")


def pace(folder: Path) -> list[str]:
    """Post once, within a bound, and return the warnings."""
    said: list[str] = []
    pacer = Pacer(5.0, folder, warn=said.append)
    ended: Future[None] = Future()

    def work() -> None:
        try:
            ended.set_result(pacer.wait("workspace", "C1"))
        except BaseException as error:
            ended.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    ended.result(20)
    return said


def own_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700)


def linked(folder: Path) -> None:
    elsewhere = folder.with_name("documents")
    elsewhere.mkdir(mode=0o700)
    (elsewhere / ("a" * 24)).write_text(OVER)
    folder.symlink_to(elsewhere)


def open_by(bit: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o700 | bit)

    return make


def a_file(folder: Path) -> None:
    folder.write_text("")


def a_fifo(folder: Path) -> None:
    os.mkfifo(folder)


BITS = [open_by(1 << place) for place in range(6)]


@pytest.mark.parametrize("made", [linked, *BITS, a_file, a_fifo])
def test_a_folder_that_is_not_ours_alone_is_not_used(
    made: Callable[[Path], None], tmp_path: Path
) -> None:
    folder = tmp_path / "turns"
    made(folder)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    assert len(pace(folder)) == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_control_our_own_folder_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    own_folder(folder)
    (folder / ("a" * 24)).write_text(OVER)
    assert pace(folder) == []
    assert not (folder / ("a" * 24)).exists()  # over, and ours
    assert list(folder.iterdir())


@needs_root
def test_a_folder_of_another_user_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    own_folder(folder)
    os.chown(folder, STRANGER, STRANGER)
    assert len(pace(folder)) == 1
    assert not list(folder.iterdir())


@needs_root
def test_a_file_of_another_user_does_not_count(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    assert pace(folder) == []
    for file in folder.iterdir():
        file.write_text(f"{time.time() + 3000:020.6f}\n")
    with pytest.raises(SlackUnavailable):  # the control: ours counts
        Pacer(5.0, folder).wait("workspace", "C1")
    for file in folder.iterdir():
        os.chown(file, STRANGER, STRANGER)
    pace(folder)


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Path]:
    """A folder of turns with the files that a post uses."""
    folder = tmp_path / "turns"
    assert pace(folder) == []
    yield folder


def test_a_fifo_or_a_link_in_it_does_not_stop_a_post(used: Path, tmp_path: Path) -> None:
    mine = tmp_path / "results.txt"
    mine.write_text("valuable")
    first, *rest = sorted(used.iterdir())
    first.unlink()
    os.mkfifo(first)
    for file in rest:
        file.unlink()
        file.symlink_to(mine)
    pace(used)
    assert mine.read_text() == "valuable"


def test_a_lock_that_is_never_given_back_does_not_stop_a_post(
    used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_LOCK_SECONDS", 0.1)
    with (used / sorted(used.iterdir())[0].name).open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        pace(used)


def test_what_was_not_written_by_us_is_not_swept(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    own_folder(folder)
    (folder / "notes.txt").write_text(OVER)
    (folder / ("b" * 24)).write_text("1.0 and more")
    pace(folder)
    assert {"notes.txt", "b" * 24} <= {path.name for path in folder.iterdir()}


def test_without_a_folder_turns_still_count_in_this_process(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    folder.write_text("")
    pacer = Pacer(0.1, folder)
    for _ in range(BURST):
        pacer.wait("alone", "C1")
    with pytest.raises(SlackUnavailable):
        Pacer(0.1, folder).wait("alone", "C1")

"""The mark of a run in its folder: a dead run's is found, a living one's is left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from slack_wrapper.live.orphan_marks import Mark, MarkFile, forget, orphans

WRITE = """
import os, sys
from slack_wrapper.live.orphan_marks import Mark, MarkFile
file = MarkFile(Mark("study", None, "C0000LIBREC", "k", 1.0), sys.argv[1])
file.mark.ts = "1.2"
file.save()
print("written", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "slack"


def new(folder: Path) -> MarkFile:
    file = MarkFile(Mark("study", None, "C0000LIBREC", "k", 1.0), folder)
    file.save()
    return file


def found(folder: Path) -> list[Mark]:
    with orphans(folder) as marks:
        return [mark for mark, _ in marks]


def test_the_mark_of_a_living_run_is_left_alone(folder: Path) -> None:
    file = new(folder)
    assert found(folder) == []
    file.remove()
    assert list((folder / "live").iterdir()) == []


def test_a_mark_that_is_left_is_found_whole(folder: Path) -> None:
    file = new(folder)
    file.mark.final, file.mark.emoji = {"text": "over"}, "x"
    file.save()
    file.release()
    assert found(folder) == [file.mark]


def test_a_killed_runs_mark_is_found_and_forgotten(folder: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout and child.stdout.readline() == "written\n"
    assert found(folder) == []
    child.kill()
    child.wait()
    with orphans(folder) as marks:
        ((mark, path),) = marks
        assert (mark.ts, mark.channel) == ("1.2", "C0000LIBREC")
        with orphans(folder) as others:
            assert others == []
        forget(path)
    assert found(folder) == []


def test_a_damaged_mark_is_left_alone(folder: Path) -> None:
    (folder / "live").mkdir(parents=True)
    (folder / "live" / "1.json").write_text("{")
    assert found(folder) == []


def test_a_folder_that_takes_no_file_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "slack").write_text("a file")
    new(tmp_path / "slack").remove()


def test_a_mark_is_private(folder: Path) -> None:
    new(folder)
    (path,) = (folder / "live").glob("*.json")
    assert path.stat().st_mode & 0o077 == 0

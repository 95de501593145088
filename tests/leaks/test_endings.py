"""Endings that leave no time to tidy up, or no run at all: kill -9, and a wrong password."""

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from slack_wrapper.sandbox.faults import Fault
from tests.leaks.conftest import New
from tests.leaks.study import LOUD, MOST, Study
from tests.leaks.ways import ways


@pytest.mark.parametrize("way", ways())
def test_kill_leaves_no_secret(new_study: New, way: Any) -> None:
    """Snakemake is killed while a script job and a step are at work; their files stay behind."""
    study = new_study(way)
    posting = study.sandbox.faults.add(
        Fault("chat.postMessage", "pause", match={"text": "declared"})
    )
    killer = threading.Thread(target=_kill_when_both_are_at_work, args=(study, posting))
    killer.start()
    killed = study.run("results/blocked.txt", "slack/declared.json")
    killer.join()
    left = {path.name.split(".", 1)[1] for path in _scripts(study)}
    assert left == {"curious.py"}, killed.output
    assert study.leaks(killed) == []


@pytest.mark.parametrize("way", ways())
def test_a_wrong_password_is_not_repeated(new_study: New, way: Any) -> None:
    study = new_study(way, wrong=True)
    done = study.run("slack/hello.json", *LOUD)
    assert done.code == 1
    assert b"does not open the key file" in done.output
    assert not (study.folder / "results").exists(), "a job was run"
    assert study.leaks(done) == []


def _scripts(study: Study) -> list[Path]:
    return list((study.folder / ".snakemake" / "scripts").glob("tmp*"))


def _kill_when_both_are_at_work(study: Study, posting: Fault) -> None:
    """Kill the main Snakemake with no warning, then the jobs that it leaves behind."""
    note = study.folder / "results" / "blocked.pid"
    until = time.monotonic() + MOST / 2
    while not (posting.reached.is_set() and note.exists() and note.read_text()):
        assert time.monotonic() < until, "the two jobs never came to work"
        time.sleep(0.02)
    above = psutil.Process(int(note.read_text())).parents()
    main = next(process for process in above if "snakemake" in process.cmdline())
    jobs = main.children(recursive=True)
    main.kill()
    for job in jobs:
        with contextlib.suppress(psutil.NoSuchProcess):
            job.kill()
    posting.release()

"""A study for each test, its sandbox serving, its processes gone afterwards."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.leaks.study import Study

New = Callable[..., Study]


@pytest.fixture
def new_study(tmp_path: Path) -> Iterator[New]:
    """Makes a study for a way of giving the password."""
    made: list[Study] = []

    def make(way: Any, *, wrong: bool = False) -> Study:
        made.append(Study(tmp_path, way, wrong=wrong))
        made[-1].sandbox.start()
        return made[-1]

    yield make
    for study in made:
        study.sandbox.stop()
        shutil.rmtree(study.temporary, ignore_errors=True)

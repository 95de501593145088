"""docs/architecture.md shows the layers as they are, and its walks lead past what is there."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

_PAGE = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
_WALKS = re.compile(r"^### (.+?)\n(.+?)(?=^##)", re.M | re.S)
_STATION = re.compile(r"`(?P<path>[\w/]+\.py)`: `(?P<name>\w+)`")


def walks() -> dict[str, list[str]]:
    """Return walk → its stations, each a paragraph of the list."""
    return {
        title: re.findall(r"^\d+\. .+?(?=^\d+\. |^$)", text, re.M | re.S)
        for title, text in _WALKS.findall(_PAGE)
    }


def functions(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def test_there_are_four_walks_of_at_most_ten_stations() -> None:
    found = walks()
    assert len(found) == 4
    assert all(3 <= len(stations) <= 10 for stations in found.values()), found


@pytest.mark.parametrize("title", walks())
def test_each_station_is_a_file_and_a_function(title: str) -> None:
    for station in walks()[title]:
        named = _STATION.findall(station)
        assert named, station
        for path, name in named:
            assert name in functions(REPOSITORY / path), f"{path} has no function {name}"


def test_the_picture_of_the_layers_is_current() -> None:
    script = str(REPOSITORY / "docs" / "pictures" / "layers.py")
    done = subprocess.run([sys.executable, script, "--check"], check=False)
    assert done.returncode == 0, "run: python docs/pictures/layers.py"

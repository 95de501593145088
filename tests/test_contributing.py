"""CONTRIBUTING.md names places that are there."""

import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

_ROW = re.compile(r"^\| (?P<task>.+?) \| (?P<place>.+) \|$", re.M)
_PLACE = re.compile(r"`(?P<path>[\w./]+\.(?:py|json|smk|md))`(?:: (?P<names>`\w+`(?:, `\w+`)*))?")


def places() -> list[tuple[str, str]]:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = [
        (place["path"], name)
        for row in _ROW.finditer(text)
        for place in _PLACE.finditer(row["place"])
        for name in re.findall(r"\w+", place["names"] or "") or [""]
    ]
    assert len(found) >= 20
    return found


@pytest.mark.parametrize(("path", "name"), places())
def test_the_place_is_there(path: str, name: str) -> None:
    text = Path(REPOSITORY / path).read_text(encoding="utf-8")
    assert re.search(rf"^\s*(?:def |class |\")?{re.escape(name)}\b", text, re.M)

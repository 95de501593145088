"""Each step of the gallery is run as `make gallery` does, but without pictures."""

import importlib.util
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import REPOSITORY

_SPEC = importlib.util.spec_from_file_location("gallery", REPOSITORY / "docs/pictures/gallery.py")
assert _SPEC and _SPEC.loader
gallery = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(gallery)


@pytest.mark.parametrize(
    ("name", "code"), [pytest.param(*one, id=one[0]) for one in gallery.steps()]
)
def test_the_step_runs_and_has_its_picture(
    name: str, code: dict[str, str], tmp_path: Path, sandbox: Sandbox
) -> None:
    gallery.study(tmp_path, code)
    gallery.run(sandbox, tmp_path, name)
    assert sandbox.messages()
    assert (gallery.FOLDER / f"{name}.png").is_file()

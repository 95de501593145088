"""Programs that we start are not shown the password."""

from pathlib import Path

import pytest

from slack_wrapper.common import host
from slack_wrapper.live import environment as live
from slack_wrapper.message import run_facts


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `git` that writes down its environment, and the password in ours."""
    git, seen = tmp_path / "bin" / "git", tmp_path / "seen"
    git.parent.mkdir()
    git.write_text(f"#!/bin/sh\nenv >> {seen}\necho abc1234\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{git.parent}:/usr/bin:/bin")
    monkeypatch.setenv(host.PASSWORD_VARIABLE, "opensesame")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    return seen


def test_git_is_not_shown_the_password(seen: Path) -> None:
    assert run_facts.commit() == "abc1234"
    assert live.gather().commit == "abc1234 (abc1234)"
    assert seen.read_text().count("GIT_DIR=/elsewhere") == 3
    assert "opensesame" not in seen.read_text()


def test_git_is_asked_about_the_folder_that_is_meant(seen: Path, tmp_path: Path) -> None:
    assert host.git("rev-parse", folder=tmp_path) == "abc1234"
    assert "GIT_DIR" not in seen.read_text()
    assert "opensesame" not in seen.read_text()

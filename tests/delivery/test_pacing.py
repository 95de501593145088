"""Turns: who gives up waiting leaves them to others."""

import re
from pathlib import Path

import pytest

from slack_wrapper.delivery.pacing import BURST, Pacer
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

"""Runs that are shown, without the patience that real ones have."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slack_wrapper.live import cadence, card, pauses, thread, updater
from slack_wrapper.session.local import LocalSession
from tests.live.shown import Shown


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Turns are kept by address: a port that an earlier test had hammered would have none to give.
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("SLACK_WRAPPER_PATIENCE", "0.02")
    monkeypatch.setattr(updater, "LOOK", 0.05)
    monkeypatch.setattr(cadence, "PACE", ((float("inf"), 0.0),))
    monkeypatch.setattr(pauses, "LONGEST", 5.0)
    monkeypatch.setattr(pauses, "FIRST_REFUSED", 5.0)
    monkeypatch.setattr(pauses, "LONGEST_REFUSED", 5.0)
    monkeypatch.setattr(thread, "SETTLED", 0.0)
    monkeypatch.setattr(card, "RENEW", 0.0)
    monkeypatch.setattr("slack_wrapper.live.channel.EVERY", 0.0)


@pytest.fixture
def show(session: LocalSession) -> Iterator[Callable[..., Shown]]:
    made: list[Shown] = []

    def one(**more) -> Shown:
        made.append(Shown(session, **more))
        return made[-1]

    yield one
    for shown in made:
        shown.updater.close(10)

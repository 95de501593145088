"""The one switch that shortens what we wait for of our own choosing."""

import pytest

from slack_wrapper.common import patience


@pytest.mark.parametrize(("given", "factor"), [("0.5", 0.5), ("1", 1.0), ("0.001", 0.001)])
def test_the_switch_shortens_waits(
    monkeypatch: pytest.MonkeyPatch, given: str, factor: float
) -> None:
    monkeypatch.setenv(patience.VARIABLE, given)
    assert patience.scaled(60.0) == 60.0 * factor


@pytest.mark.parametrize("given", ["", "0", "-1", "2", "nan", "inf", "little"])
def test_it_never_lengthens_them_nor_takes_them_away(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(patience.VARIABLE, given)
    assert patience.scaled(60.0) == 60.0


def test_without_it_nothing_is_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(patience.VARIABLE, raising=False)
    assert patience.scaled(60.0) == 60.0

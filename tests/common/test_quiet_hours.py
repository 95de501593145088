"""Quiet hours over midnight and over the days on which the clocks change; moments and durations."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_wrapper.common import durations, quiet_hours
from slack_wrapper.errors import ConfigError, RequestError

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, *, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("hours", "now", "over"),
    [
        ("22:00-07:00", "2026-01-15T21:59:59", None),
        ("22:00-07:00", "2026-01-15T22:00", "2026-01-16T07:00"),
        ("22:00-07:00", "2026-01-15T23:30", "2026-01-16T07:00"),
        ("22:00-07:00", "2026-01-16T00:00", "2026-01-16T07:00"),
        ("22:00-07:00", "2026-01-16T06:59:59", "2026-01-16T07:00"),
        ("22:00-07:00", "2026-01-16T07:00", None),
        ("12:00-13:30", "2026-01-15T12:10", "2026-01-15T13:30"),
        ("12:00-13:30", "2026-01-15T13:30", None),
        ("9:00 – 00:00", "2026-01-15T23:59", "2026-01-16T00:00"),
        # The clocks go forward on 2026-03-29, 02:00 → 03:00: the night has an hour less.
        ("22:00-07:00", "2026-03-28T22:00", "2026-03-29T07:00"),
        ("22:00-02:30", "2026-03-29T01:59", "2026-03-29T03:30"),
        ("02:30-04:00", "2026-03-29T03:29", None),
        ("02:30-04:00", "2026-03-29T03:30", "2026-03-29T04:00"),
        # The clocks go back on 2026-10-25, 03:00 → 02:00: the night has an hour more.
        ("22:00-07:00", "2026-10-24T22:00", "2026-10-25T07:00"),
    ],
)
def test_until(hours: str, now: str, over: str | None) -> None:
    found = quiet_hours.parse(f"{hours} Europe/Berlin").until(at(now))
    assert found == (None if over is None else at(over))


def test_an_hour_that_comes_twice_is_quiet_both_times() -> None:
    hours = quiet_hours.parse("22:00-02:30 Europe/Berlin")
    end = at("2026-10-25T02:30", fold=1)
    assert hours.until(at("2026-10-25T02:20")) == end
    assert hours.until(at("2026-10-25T02:40")) == end  # the first 02:40
    assert hours.until(at("2026-10-25T02:40", fold=1)) is None


@given(
    st.integers(0, 1439), st.integers(0, 1439), st.integers(1_700_000_000, 1_900_000_000),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati",
                     "Pacific/Pago_Pago", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)  # fmt: skip
def test_the_end_is_ahead_and_not_quiet_itself(first: int, last: int, now: int, zone: str) -> None:
    if first == last:
        return
    text = "{:02}:{:02}-{:02}:{:02}".format(*divmod(first, 60), *divmod(last, 60))
    hours = quiet_hours.parse(f"{text} {zone}")
    over = hours.until(now)
    if over is not None:
        assert now < over <= now + 25 * 3600
        assert hours.until(over) is None
    wall = datetime.fromtimestamp(now, ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    near_a_change = len({datetime.fromtimestamp(now + shift, wall.tzinfo).utcoffset()
                         for shift in range(-86400, 86401, 7200)}) > 1  # fmt: skip
    if not near_a_change:
        inside = first <= minute < last if first < last else not last <= minute < first
        assert (over is not None) == inside


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_without_a_zone_it_is_the_machines(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        mine, named = quiet_hours.parse("22:00-07:00"), quiet_hours.parse(f"22:00-07:00 {zone}")
        for hour in range(0, 100):
            moment = 1_784_000_000 + hour * 3600.0
            assert mine.until(moment) == named.until(moment)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("22-7", "not valid"),
        ("25:00-07:00", "not valid"),
        ("22:00-22:00", "same time"),
        ("22:00-07:00 Mars/Olympus", "time zone of the quiet hours is not known"),
        ("22:00-07:00 ../etc/passwd", "time zone"),
        ("22:00-07:00 Europe", "time zone"),
    ],
)
def test_what_is_refused(text: str, line: str) -> None:
    with pytest.raises(ConfigError, match=line) as caught:
        quiet_hours.parse(text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("value", "expected"),
    [("90s", 90), ("15m", 900), ("2h", 7200), ("1d12h", 129_600), ("1 h 30 m", 5400), (5, 5),
     ("1w", 604_800), ("0.5h", 1800), ("12", 12)],
)  # fmt: skip
def test_durations(value: object, expected: float) -> None:
    assert durations.seconds(value, "time_limit") == expected


@pytest.mark.parametrize("value", ["soon", "", "0s", -3, True, "2 hours", None, float("inf"), "h"])
def test_no_durations(value: object) -> None:
    with pytest.raises(RequestError, match="time_limit is not a duration"):
        durations.seconds(value, "time_limit")


def test_moments() -> None:
    now = 1_784_000_000.0
    assert durations.moment("2h", "post_at", now) == now + 7200
    assert durations.moment("2026-03-29T07:30+02:00", "post_at", now) == at("2026-03-29T07:30")
    assert durations.moment("2026-03-29T05:30:00Z", "post_at", now) == at("2026-03-29T07:30")
    naive = datetime(2026, 3, 29, 7, 30)
    assert durations.moment("2026-03-29 07:30", "post_at", now) == naive.timestamp()
    assert durations.moment(naive, "post_at", now) == naive.timestamp()
    with pytest.raises(RequestError, match="post_at is neither") as caught:
        durations.moment("tomorrow", "post_at", now)
    assert "2h" in caught.value.hint

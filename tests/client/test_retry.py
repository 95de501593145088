"""What is tried again, and when, by a clock of the test's own: no test here waits."""

import random

import pytest

from slack_wrapper.client import retry
from slack_wrapper.client.outcome import seconds_to_wait
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.common import slots
from slack_wrapper.errors import RateLimited, SlackAmbiguous, SlackUnavailable


class Clock:
    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setenv("SLACK_WRAPPER_PATIENCE", "1")  # no time passes here
    monkeypatch.setattr(retry, "time", made)
    monkeypatch.setattr(slots, "time", made)
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    return made


def script(*outcomes: object, forever: bool = False):
    """A call that raises, or returns, one after the other."""
    left = list(outcomes)

    def call() -> object:
        outcome = left[0] if forever else left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return call


def limited(seconds: float) -> RateLimited:
    return RateLimited("limited", retry_after=seconds)


def test_the_wait_doubles_up_to_its_cap(clock: Clock) -> None:
    policy = RetryPolicy(attempts=7, total=1000.0, base=1.0, cap=6.0)
    with pytest.raises(SlackUnavailable):
        Retrier(policy).run(script(SlackUnavailable("down"), forever=True))
    assert clock.slept == [1, 2, 4, 6, 6, 6]


def test_a_wait_has_jitter_between_half_of_it_and_all(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float]] = []
    monkeypatch.setattr(random, "uniform", lambda *bounds: asked.append(bounds) or bounds[0])
    policy = RetryPolicy(attempts=3, base=1.0)
    with pytest.raises(SlackUnavailable):
        Retrier(policy).run(script(SlackUnavailable("down"), forever=True))
    assert asked == [(0.5, 1.0)] * 3
    assert clock.slept == [0.5, 1.0]


def test_no_wait_begins_that_would_end_after_the_total(clock: Clock) -> None:
    policy = RetryPolicy(attempts=50, total=10.0, base=4.0, cap=4.0)
    with pytest.raises(SlackUnavailable):
        Retrier(policy).run(script(SlackUnavailable("down"), forever=True))
    assert clock.slept == [4, 4]


def test_attempts_are_counted(clock: Clock) -> None:
    retrier = Retrier(RetryPolicy(attempts=5))
    calls = script(limited(1.0), SlackUnavailable("down"), SlackUnavailable("down"), "done")
    assert retrier.run(calls) == "done"
    assert retrier.attempts == 4


def test_only_what_people_see_waits_for_its_turn(clock: Clock) -> None:
    turns: list[str] = []
    retrier = Retrier(pace=lambda: turns.append("turn"))
    retrier.run(script("done"))
    assert turns == []
    retrier.run(script(SlackUnavailable("down"), "done"), visible=True)
    assert turns == ["turn", "turn"]


def test_a_limit_of_the_call_goes_before_the_retriers(clock: Clock) -> None:
    told: list[str] = []
    retrier = Retrier(limited=lambda seconds: told.append("all"))
    retrier.run(script(limited(1.0), "done"), limited=lambda seconds: told.append(f"one {seconds}"))
    assert told == ["one 1.0"]


def test_what_was_carried_out_after_all_is_the_result(clock: Clock) -> None:
    found = Retrier().run(script(SlackAmbiguous("lost"), "twice"), settle=lambda: "found")
    assert found == "found"
    assert clock.slept == []


def test_looking_for_it_takes_nothing_of_the_total(clock: Clock) -> None:
    def look() -> None:
        clock.now += 60.0

    policy = RetryPolicy(attempts=3, total=10.0, base=1.0)
    calls = script(SlackAmbiguous("lost"), SlackAmbiguous("lost"), "done")
    assert Retrier(policy).run(calls, settle=look) == "done"


def test_without_a_way_to_settle_it_an_unclear_outcome_is_raised_at_once(clock: Clock) -> None:
    with pytest.raises(SlackAmbiguous):
        Retrier().run(script(SlackAmbiguous("lost"), "twice"))
    assert clock.slept == []


def test_waits_that_slack_asks_for_count_for_nothing_but_max_wait(clock: Clock) -> None:
    policy = RetryPolicy(attempts=2, total=5.0, base=1.0, max_wait=100.0)
    calls = script(limited(30.0), limited(30.0), SlackUnavailable("down"), "done")
    assert Retrier(policy).run(calls) == "done"


def test_a_server_that_asks_for_no_time_is_asked_ever_more_slowly(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds: list[tuple[float, float]] = []
    monkeypatch.setattr(random, "uniform", lambda *given: bounds.append(given) or given[1])
    clock.now = 1000.0  # since the machine was started: only what passes counts
    calls = script(*[limited(0.0)] * 4, limited(9.0), "done")
    assert Retrier(RetryPolicy(base=1.0, cap=6.0, max_wait=30.0)).run(calls) == "done"
    assert clock.slept == [1.25, 2.25, 4.25, 6.25, 9.25]
    assert set(bounds) == {(0, 0.25)}


@pytest.mark.parametrize("asked", [0.0, 0.001, 1.0])
def test_no_server_is_asked_for_longer_than_max_wait(clock: Clock, asked: float) -> None:
    policy = RetryPolicy(base=0.5, max_wait=5.0)
    with pytest.raises(RateLimited):
        Retrier(policy).run(script(limited(asked), forever=True))
    assert clock.now <= 5.0
    assert len(clock.slept) <= 5


def test_others_are_told_of_a_limit(clock: Clock) -> None:
    told: list[float] = []
    assert Retrier(limited=told.append).run(script(limited(7.0), "done")) == "done"
    assert told == [7.0]
    assert clock.slept[0] >= 7.0


def test_what_surely_was_not_done_is_not_unclear_in_the_end(clock: Clock) -> None:
    lost = SlackAmbiguous("lost", code="timeout", method="chat.postMessage")
    with pytest.raises(SlackUnavailable, match="lost; it was not carried out") as caught:
        Retrier().run(script(lost, forever=True), settle=lambda: None)
    assert (caught.value.code, caught.value.method) == ("timeout", "chat.postMessage")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("3", 3.0), ("0", 0.0), ("-5", 0.0), ("nan", 1.0), ("1e9", 3600.0), ("inf", 3600.0),
        ("soon", 1.0), ("Wed, 25 Nov 2026 12:00:09 GMT", 9.0), (None, 1.0),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_retry_after_is_bounded(told: str | None, seconds: float) -> None:
    headers = {"date": "Wed, 25 Nov 2026 12:00:00 GMT"}
    if told is not None:
        headers["retry-after"] = told
    assert seconds_to_wait(headers) == seconds

"""What waiting in vain may cost, by a clock that nobody waits for."""

import pytest

from slack_wrapper.common import budget
from slack_wrapper.common.budget import Budget, affords, current, spending


def test_a_part_is_paid_from_the_whole() -> None:
    whole = Budget(4.5)
    part = whole.part(2.5)
    part.charge(2.0)
    assert (part.left, whole.left) == (0.5, 2.5)
    whole.charge(2.25)
    assert part.left == 0.25


def test_what_is_spent_is_never_less_than_nothing() -> None:
    whole = Budget(1.0)
    whole.charge(3.0)
    assert whole.left == 0.0


def test_without_a_budget_every_pause_may_be_made() -> None:
    assert current() is None
    assert affords(1000.0)


def test_a_pause_is_paid_for_once() -> None:
    with spending(Budget(1.0)):
        assert affords(0.75)
        assert not affords(0.75)
    assert affords(0.75)


class Waited:
    """What another thread does: done after so many looks, each of which takes 50 ms."""

    def __init__(self, looks: float, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.looks, self.answered = 0.0, looks, False
        monkeypatch.setattr(budget.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(budget, "_heard", [float("-inf")])

    def __call__(self, seconds: float) -> bool:
        self.now += seconds
        if self.answered:
            budget.heard()
        self.looks -= 1
        return self.looks <= 0


@pytest.mark.parametrize(
    ("looks", "longest", "answered", "is_done", "spent"),
    [
        (40, 9.0, False, True, 2.0),  # silence is paid for, also where it ends
        (40, 9.0, True, True, 0.0),
        (400, 3.0, False, False, 3.0),
        (400, 9.0, False, False, 4.0),
        (400, 9.0, True, False, 0.0),
    ],
)
def test_waiting_for_a_thread_costs_what_was_silent_of_it(
    looks: int,
    longest: float,
    answered: bool,
    is_done: bool,
    spent: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited, whole = Waited(looks, monkeypatch), Budget(4.0)
    waited.answered = answered
    assert budget.while_heard(waited, longest, whole) is is_done
    assert 4.0 - whole.left == pytest.approx(spent, abs=0.06)

"""What waiting in vain may cost, by a clock that nobody waits for."""

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

"""How long a run will still take, from the pace of its own rules."""

from __future__ import annotations

from slack_wrapper.live.snapshot import Snapshot


def remaining(run: Snapshot) -> float | None:
    """Return an estimate of the seconds that a run still takes; None before any job is done.

    The work that is left is that of each rule's jobs at the mean of those of them that are done,
    or at the mean of all where none is; what jobs that run have spent already is taken off. It is
    divided by the number of jobs that have run side by side so far.
    """
    done = sum(tally.done for tally in run.rules.values())
    spent = sum(tally.seconds for tally in run.rules.values())
    if not done or run.elapsed <= 0:
        return None
    mean, left, known = spent / done, 0.0, 0
    for rule, tally in run.rules.items():
        jobs = max(tally.planned - tally.done - tally.failed, run.running.get(rule, 0))
        each = tally.seconds / tally.done if tally.done else mean
        spent_now = min(run.busy.get(rule, 0.0), each * run.running.get(rule, 0))
        left += max(0.0, jobs * each - spent_now)
        known += jobs
    # Jobs that checkpoints have added since, of rules that nobody knows yet.
    left += max(0, run.total - run.done - run.failed - known) * mean
    side_by_side = (spent + sum(run.busy.values())) / run.elapsed
    return left / max(1.0, side_by_side)

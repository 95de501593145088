"""A run told by its records: numbers that are right, and nothing told twice."""

import pytest

from slack_wrapper.live import run_state as stories
from slack_wrapper.live.eta import remaining
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.snapshot import Ending
from slack_wrapper.model.failed_job import FailedJob


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def story(clock: Clock) -> Story:
    return Story(clock=clock)


def job(rule: str = "work", **wildcards: str) -> FailedJob:
    return FailedJob(rule, wildcards)


def test_a_run_that_goes_well(story: Story, clock: Clock) -> None:
    story.planned({"work": 2, "all": 1})
    for jobid in (1, 2, 0):
        story.started(jobid, job("work" if jobid else "all"), clock.now)
        clock.now += 10
        story.finished(jobid, clock.now)
    story.progress(3, 3)
    story.over()
    run = story.snapshot()
    assert (run.ending, run.done, run.total, run.failed) == (Ending.SUCCEEDED, 3, 3, 0)
    assert (run.rules["work"].done, run.rules["work"].seconds) == (2, 20.0)
    assert run.elapsed == 30
    assert not run.running


def test_the_total_grows_with_a_checkpoint(story: Story) -> None:
    story.planned({"split": 1, "all": 1})
    assert story.snapshot().total == 2
    story.progress(1, 9)
    assert story.snapshot().total == 9


def test_a_failure_is_final_when_no_attempt_is_left(clock: Clock) -> None:
    story = Story(allowed=lambda rule: 2, clock=clock)
    for attempt in (1, 2):
        story.started(1, job(sample="a"), clock.now)
        story.failed(1, job(), clock.now)
        assert story.snapshot().failed == attempt - 1
    story.over()
    first, last = story.untold(settled_for=1)
    assert (first.final, first.job.attempt, first.job.attempts) == (False, 1, 2)
    assert (last.final, last.job.attempt, last.job.attempts) == (True, 2, 2)
    assert last.job.wildcards == {"sample": "a"}
    assert story.untold(settled_for=1) == []
    assert story.snapshot().attempts == 1
    assert story.snapshot().rules["work"].failed == 1


def test_a_failure_is_no_final_one_when_snakemake_tries_again(story: Story, clock: Clock) -> None:
    story.started(1, job(), clock.now)
    story.failed(1, job(), clock.now)
    assert story.untold(settled_for=1) == []
    story.again(1)
    assert story.snapshot().failed == 0
    clock.now += 2
    assert [failure.final for failure in story.untold(settled_for=1)] == [False]
    story.started(1, job(), clock.now)
    story.finished(1, clock.now)
    story.progress(1, 1)
    story.over()
    assert story.snapshot().ending is Ending.SUCCEEDED


def test_a_failure_that_nobody_tries_again_is_final(story: Story, clock: Clock) -> None:
    story.started(1, job(), clock.now)
    story.failed(1, job(), clock.now)
    clock.now += 20
    assert [failure.final for failure in story.untold(settled_for=1)] == [True]


def test_an_error_told_twice_counts_once(story: Story, clock: Clock) -> None:
    story.started(1, job(), clock.now)
    story.failed(1, job(), clock.now)
    story.failed(1, job(), clock.now)
    story.given_up({1: job()})
    story.over()
    assert len(story.untold(settled_for=1)) == 1
    assert story.snapshot().failed == 1


def test_a_job_may_fail_without_a_record_of_its_own(story: Story, clock: Clock) -> None:
    story.started(1, job(sample="a"), clock.now)
    story.given_up({1: job()})
    story.failed(1, job(), clock.now)
    story.over()
    (failure,) = story.untold(settled_for=1)
    assert failure.job.wildcards == {"sample": "a"}
    assert story.snapshot().ending is Ending.FAILED


def test_what_dies_while_a_run_is_stopped_has_not_failed(story: Story, clock: Clock) -> None:
    story.started(1, job(), clock.now)
    story.failed(1, job(), clock.now)
    story.interrupted()
    story.over()
    assert story.untold(settled_for=1) == []
    assert story.snapshot().ending is Ending.INTERRUPTED


def test_a_failure_long_before_the_stop_is_told(story: Story, clock: Clock) -> None:
    story.started(1, job(), clock.now)
    story.failed(1, job(), clock.now)
    clock.now += 60
    story.interrupted()
    story.over()
    assert len(story.untold(settled_for=1)) == 1


def test_a_run_that_just_ends_was_interrupted(story: Story) -> None:
    story.planned({"work": 3})
    story.progress(1, 3)
    story.over()
    assert story.snapshot().ending is Ending.INTERRUPTED


def test_a_run_that_ends_by_an_error_failed(story: Story) -> None:
    story.broke("WorkflowError")
    story.broke("OSError")
    story.over()
    assert (story.snapshot().ending, story.snapshot().reason) == (Ending.FAILED, "WorkflowError")


def shell(clock: Clock, story: Story, *, fails: bool) -> None:
    """One attempt of a job: its error comes before its record."""
    made = FailedJob("work", command="[ -e tried ]")
    story.started(1, made, clock.now)
    clock.now += 1
    if fails:
        story.broke("RuleException", "Command '[ -e tried ]' returned non-zero exit status 3.")
        story.failed(1, made, clock.now)
    else:
        story.finished(1, clock.now)
        story.progress(1, 1)


def test_a_run_whose_job_ends_well_at_its_second_try_has_succeeded(clock: Clock) -> None:
    story = Story(allowed=lambda rule: 2, clock=clock)
    story.planned({"work": 1})
    shell(clock, story, fails=True)
    shell(clock, story, fails=False)
    story.over()
    assert (story.snapshot().ending, story.snapshot().reason) == (Ending.SUCCEEDED, "")
    (attempt,) = story.untold(settled_for=0)
    assert (attempt.final, attempt.job.exit_code) == (False, 3)


def test_an_error_of_no_known_job_before_the_last_job_is_done_was_made_good(
    story: Story, clock: Clock
) -> None:
    story.planned({"work": 1})
    story.broke("RuleException", "no command in it")
    story.broke("RuleException", "nor in this one")
    shell(clock, story, fails=False)
    story.over()
    assert story.snapshot().ending is Ending.SUCCEEDED


def test_an_error_after_the_last_job_has_ended_the_run(story: Story, clock: Clock) -> None:
    story.planned({"work": 1})
    shell(clock, story, fails=False)
    clock.now += 1
    story.broke("ValueError", "ValueError:\nonsuccess")
    story.over()
    run = story.snapshot()
    assert (run.ending, run.reason, run.error) == (
        Ending.FAILED, "ValueError", "ValueError:\nonsuccess"
    )  # fmt: skip


def test_memory_is_bounded(story: Story, clock: Clock) -> None:
    for jobid in range(5000):
        story.started(jobid, job(sample=str(jobid)), clock.now)
        clock.now += 1
        if jobid % 2:
            story.finished(jobid, clock.now)
        else:
            story.failed(jobid, job(), clock.now)
    run = story.snapshot()
    assert run.failed == 2500
    assert run.lost == 2500 - stories.MAX_UNTOLD
    assert len(run.slowest) == stories.SLOWEST
    assert not run.running


def test_under_quiet_jobs_finish_without_a_record(story: Story, clock: Clock) -> None:
    story.started(1, job(), clock.now)
    story.started(2, job(), clock.now)
    clock.now += 5
    story.forget_finished({2}, clock.now)
    assert story.snapshot().rules["work"].done == 1
    assert story.snapshot().running == {"work": 1}


def test_the_estimate_follows_the_rules_own_pace(story: Story, clock: Clock) -> None:
    story.planned({"quick": 10, "slow": 10})
    assert remaining(story.snapshot()) is None
    story.started(1, job("quick"), clock.now)
    clock.now += 1
    story.finished(1, clock.now)
    story.started(2, job("slow"), clock.now)
    clock.now += 100
    story.finished(2, clock.now)
    story.progress(2, 20)
    assert remaining(story.snapshot()) == pytest.approx(9 * 1 + 9 * 100)


def test_the_estimate_counts_what_runs_side_by_side(story: Story, clock: Clock) -> None:
    story.planned({"work": 8})
    for jobid in range(4):
        story.started(jobid, job(), clock.now)
    clock.now += 10
    for jobid in range(4):
        story.finished(jobid, clock.now)
    story.progress(4, 8)
    assert remaining(story.snapshot()) == pytest.approx(10)


def test_the_estimate_knows_of_jobs_that_a_checkpoint_added(story: Story, clock: Clock) -> None:
    story.planned({"split": 1})
    story.started(1, job("split"), clock.now)
    clock.now += 10
    story.finished(1, clock.now)
    story.progress(1, 11)
    assert remaining(story.snapshot()) == pytest.approx(100)

"""$SLACK_WRAPPER_PASSWORD reaches no job, not even one of a run in which Slack has no part."""

import pytest

from tests.leaks.conftest import New
from tests.leaks.ways import environment


@pytest.mark.parametrize("target", ["results/compute.txt", "slack/hello.json"])
def test_a_job_before_the_first_step_does_not_see_it(new_study: New, target: str) -> None:
    study = new_study(environment)
    done = study.run(target, "--no-hooks")
    assert done.code == 0, done.output
    assert "PATH=" in (study.folder / "logs" / "compute.log").read_text()
    assert study.leaks(done) == []

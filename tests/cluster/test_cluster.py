"""Compute jobs on a cluster; the Slack steps, the token, the password and the socket stay here."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cluster.conftest import MOST, Cluster
from tests.leaks import secrets
from tests.leaks.ways import WARNING, command, environment, old_option

New = Callable[[Any], Cluster]
pytestmark = pytest.mark.timeout(MOST + 60)
STEPS = ["slack/hello.json", "slack/plot.json"]


def receipt(cluster: Cluster, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((cluster.study.folder / path).read_text())
    return found


def results(cluster: Cluster, name: str) -> str:
    return (cluster.study.folder / "results" / name).read_text(errors="replace")


def test_steps_stay_on_the_submit_host_and_no_secret_leaves_it(new_cluster: New) -> None:
    cluster = new_cluster(environment)
    done = cluster.run(*STEPS, "results/near.txt")
    assert done.code == 0, done.output.decode(errors="replace")
    assert [receipt(cluster, step)["status"] for step in STEPS] == ["delivered", "delivered"]
    texts = [message["text"] for message in cluster.study.sandbox.messages()]
    assert "hello" in texts
    assert any("*study* succeeded" in text for text in texts), "the hooks said nothing of the end"
    assert cluster.jobs() == 2, "compute and scripted are the cluster's, and nothing else"

    assert cluster.study.leaks(done) == []
    here, *answers = results(cluster, "near.txt").split()
    assert here.endswith("/socket")
    assert "SessionProtocolError" in answers, "the control: a job on this host is answered"
    there, *answers = results(cluster, "compute.txt").split()
    assert there == "elsewhere"
    assert answers, "no socket was found, so nothing was tried"
    assert "SessionProtocolError" not in answers
    assert "SLACK_WRAPPER_SESSION=elsewhere" in results(cluster, "compute.txt.env")
    if cluster.name == "slurm":
        _assert_all_of_slurm_was_seen(cluster)
    else:
        scripts = [path.read_text() for path in cluster.submitted.iterdir()]
        assert any("compute" in text for text in scripts)


def _assert_all_of_slurm_was_seen(cluster: Cluster) -> None:
    """Show that the search had something to find: what Slurm keeps of a job was there."""
    folder = cluster.study.folder / "results"
    assert "JobId=" in results(cluster, "compute.txt.job")
    assert "snakemake" in results(cluster, "compute.txt.script")
    kept = [path for path in (folder / "compute.txt.spool").rglob("*") if path.is_file()]
    environments = [path for path in kept if path.name == "environment"]
    assert any(b"PATH=" in path.read_bytes() for path in environments)


@pytest.mark.parametrize("teller", [[], ["--logger", "slack"]], ids=["hooks", "logger"])
def test_a_password_of_config_goes_to_no_job_and_a_failure_is_told(
    new_cluster: New, teller: list[str]
) -> None:
    cluster = new_cluster(old_option)
    targets = ["results/child.txt", "results/never.txt", "slack/lonely.json"]
    done = cluster.run(*targets, "--keep-going", *teller)
    assert done.code == 1
    assert WARNING.encode() in done.output
    assert receipt(cluster, "slack/lonely.json")["status"] == "delivered"
    assert "slack_password" not in results(cluster, "child.txt")
    assert cluster.study.leaks(done) == []
    said = json.dumps(cluster.study.sandbox.messages())
    assert "all is lost" in said, "the failure was not told with its log"
    assert secrets.find(said.encode(), cluster.study.password, cluster.study.token) == []


def test_a_step_that_is_sent_away_posts_with_a_password_there(new_cluster: New) -> None:
    cluster = new_cluster(command)
    cluster.configure()
    done = cluster.run("--snakefile", "away.smk")
    assert done.code == 0, done.output.decode(errors="replace")
    assert cluster.jobs() == 1
    assert receipt(cluster, "slack/away.json")["status"] == "delivered"
    assert [message["text"] for message in cluster.study.sandbox.messages()] == ["from the cluster"]
    assert cluster.study.leaks(done) == []


def test_a_step_that_is_sent_away_without_one_says_what_to_do(new_cluster: New) -> None:
    cluster = new_cluster(environment)
    cluster.configure()
    done = cluster.run("slack/lonely.json", "--no-hooks")  # nobody keeps it here
    assert done.code == 1
    assert cluster.jobs() == 1
    log = (cluster.study.folder / "logs" / "lonely.log").read_text()
    assert "cannot reach the session of its run there, and has no key of its own" in log
    assert "hint: run Slack steps on the submit host" in log
    assert cluster.study.sandbox.messages() == []
    assert cluster.study.leaks(done) == []

"""No run leaves or shows its password or token, in whichever way the password is given."""

import json
import subprocess
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from slack_wrapper.locate import thin_client
from tests.leaks import secrets
from tests.leaks.conftest import New
from tests.leaks.sampler import Sampler
from tests.leaks.study import LOUD, Done, Study
from tests.leaks.ways import ON_COMMAND_LINE, WARNING, ways
from tests.support.messages import said

JOBS = ["results/curious.txt", "results/child.txt", "slack/declared.json"]
STEPS = ["slack/hello.json", "slack/plot.json"]
GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]


@pytest.mark.parametrize("way", ways())
def test_a_run_shows_and_leaves_no_secret(new_study: New, way: Any) -> None:
    """First Slack is down and the steps are queued; then it is back, and one job fails."""
    study = new_study(way)
    down = study.run(*STEPS, down=True)
    assert down.code == 0, down.output
    assert [_receipt(study, step)["status"] for step in STEPS] == ["queued", "queued"]
    assert len(list((study.folder / ".snakemake/slack/outbox").glob("*.json"))) >= 2
    assert study.leaks(down) == []

    failing = study.run(*JOBS, "results/never.txt", "--keep-going", *LOUD)
    assert failing.code == 1
    assert b"Error in rule fails" in failing.output
    assert _receipt(study, "slack/declared.json")["status"] == "delivered"
    assert study.leaks(failing) == []
    _assert_jobs_were_seen(study, down.sampler, failing.sampler)
    _assert_warned(way, down, failing)

    messages = study.sandbox.messages()
    assert {"hello", "declared"} <= {message["text"] for message in messages}
    shown = "".join(said(message) for message in messages)
    assert "SLACK_WRAPPER_SESSION=" in shown, "no log of the failure"
    for page in ("", "/channel/librec_channel"):
        key = {"X-Sandbox-Key": study.sandbox.key}
        request = urllib.request.Request(study.sandbox.url + page, headers=key)
        with urllib.request.urlopen(request) as answer:
            assert secrets.find(answer.read(), study.password, study.token) == []
    asked = study.safe / "asked"
    assert not asked.exists() or not secrets.find(
        asked.read_bytes(), study.password, study.token
    ), "the password command was shown a secret"

    report = study.run("slack/declared.json", "--report", "report.html")
    assert (study.folder / "report.html").stat().st_size > 10_000, report.output
    assert study.leaks(report) == []
    _assert_archive_holds_none(study)


def _receipt(study: Study, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((study.folder / path).read_text())
    return found


def _assert_jobs_were_seen(study: Study, down: Sampler, failing: Sampler) -> None:
    """Show that the sampler was fast enough to see every kind of job."""
    results = study.folder / "results"
    assert b"sleep" in b"".join(down.argv_of(int((results / "compute.txt").read_text())))
    for name in ("curious.txt", "child.txt"):
        pid = int((results / name).read_text(errors="replace").split()[0])
        assert failing.argv_of(pid), name
    assert len(_steps(down)) >= 2
    assert len(_steps(failing)) >= 1


def _steps(sampler: Sampler) -> set[int]:
    return {
        one.pid for one in sampler.seen if one.argv.split(b"\0")[3:4] == [thin_client().encode()]
    }


def _assert_warned(way: Any, *runs: Done) -> None:
    for done in runs:
        lines = done.output.decode(errors="replace").splitlines()
        warned = [line for line in lines if line.startswith(WARNING)]
        assert len(warned) == (way in ON_COMMAND_LINE)


def _assert_archive_holds_none(study: Study) -> None:
    """Have Snakemake pack the study, under git as it demands; steps would need conda."""
    for command in (
        ["init", "-q"],
        ["add", "Snakefile", "scripts", "keys"],
        ["commit", "-qm", "A"],
    ):
        subprocess.run([*GIT, *command], cwd=study.folder, check=True)
    done = study.run("results/curious.txt", "results/child.txt", "--archive", "archive.tar")
    assert done.code == 0, done.output
    path = study.folder / "archive.tar"
    with tarfile.open(path) as archive:
        names = archive.getnames()
        for member in archive.getmembers():
            file = archive.extractfile(member)
            if file is not None and member.name != "config.json":
                assert secrets.find(file.read(), study.password, study.token) == [], member.name
    assert {"Snakefile", "scripts/curious.py", "keys/slack-api.enc"} <= set(names)
    assert secrets.find("\n".join(names).encode(), study.password, study.token) == []
    path.rename(Path(study.place) / "archive.tar")
    assert study.leaks(done) == []

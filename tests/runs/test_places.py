"""Runs whose posts go to people, and to a channel that changes its name on the way."""

from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.support.steps import CONFIG, INCLUDE, receipt, write

WORK = """
rule work:
    output: "work.txt"
    shell: "echo 42 > {output}"
use rule slack_message as hello with:
    input: "work.txt"
    output: "slack/hello.json"
    params: message="done"
use rule slack_file as plot with:
    input: file="work.txt"
    output: "slack/plot.json"
"""


@pytest.mark.parametrize("form", ["U00000ADA", "<@U00000ADA>"])
def test_a_person_by_user_id(study: Path, sandbox: Sandbox, snakemake: Run, form: str) -> None:
    write(study, INCLUDE + WORK, {**CONFIG, "channel": form})
    done = snakemake("slack/hello.json", "slack/plot.json")
    assert done.returncode == 0, done.stderr
    assert "✓ channel U00000ADA" in done.stderr
    assert receipt(study, "hello")["channel"] == receipt(study, "plot")["channel"]
    assert receipt(study, "plot")["channel"].startswith("D")


def test_the_next_run_finds_who_has_the_name_now(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + WORK, {**CONFIG, "channel": "#librec_channel"})
    assert snakemake("slack/plot.json").returncode == 0
    sandbox.store.data["channels"][0]["name"] = "old-study"
    made = {"id": "C0000TAKEN", "name": "librec_channel", "members": ["U00000BOT"]}
    sandbox.store.data["channels"].append(made)
    for name in ("plot", "hello"):
        done = snakemake(f"slack/{name}.json", "--forcerun", name)
        assert done.returncode == 0, done.stderr
        assert receipt(study, name)["channel"] == "C0000TAKEN"

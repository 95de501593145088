"""Inputs of a storage plugin: posted under their real names, and kept when Slack is down."""

from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, Run
from tests.support.librec_studies import files_of
from tests.support.steps import CONFIG, INCLUDE, receipt, write

STORAGE = """
storage there: provider="fs"
use rule slack_file as post_plot with:
    input: file=storage.there("{place}/results of 2026/viz-bar-NormalizedDCG.jpg")
    output: "slack/post_plot.json"
    params: message="NDCG"
use rule slack_file as post_made with:
    input: file=storage.there("{place}/made.tsv")
    output: "slack/post_made.json"
rule make:
    output: storage.there("{place}/made.tsv")
    shell: "echo made > {{output}}"
"""
PLOT = b"\xff\xd8\xff" + bytes(2000)


@pytest.fixture
def stored(study: Path, tmp_path: Path) -> Path:
    place = tmp_path / "storage"
    (place / "results of 2026").mkdir(parents=True)
    (place / "results of 2026" / "viz-bar-NormalizedDCG.jpg").write_bytes(PLOT)
    write(study, INCLUDE + STORAGE.format(place=place), CONFIG)
    return study


def test_they_are_posted_under_their_real_names(
    stored: Path, snakemake: Run, sandbox: Sandbox
) -> None:
    done = snakemake("slack/post_plot.json", "slack/post_made.json")
    assert done.returncode == 0, done.stderr
    files = {file["name"]: file for file in files_of(sandbox, *sandbox.messages())}
    assert set(files) == {"viz-bar-NormalizedDCG.jpg", "made.tsv"}
    assert files["viz-bar-NormalizedDCG.jpg"]["title"] == "NDCG"
    assert files["viz-bar-NormalizedDCG.jpg"]["size"] == len(PLOT)
    (told,) = receipt(stored, "post_plot")["files"]
    assert told["name"] == "viz-bar-NormalizedDCG.jpg"


def test_what_waits_is_kept_though_its_local_copy_goes(
    stored: Path, snakemake: Run, command: Run, sandbox: Sandbox
) -> None:
    down = {
        "SLACK_WRAPPER_PASSWORD": PASSWORD,
        "SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/",
    }
    done = snakemake("slack/post_plot.json", "slack/post_made.json", env=down)
    assert done.returncode == 0, done.stderr
    assert receipt(stored, "post_plot")["status"] == "queued"
    left = list((stored / ".snakemake" / "storage").rglob("*.jpg"))
    assert left == [], "Snakemake has kept its local copies, so this shows nothing"
    flushed = command("flush", env={"SLACK_WRAPPER_PASSWORD": PASSWORD})
    assert flushed.returncode == 0, flushed.stderr
    names = [file["name"] for file in files_of(sandbox, *sandbox.messages())]
    assert sorted(names) == ["made.tsv", "viz-bar-NormalizedDCG.jpg"]

"""Steps with tables and charts in real Snakemake runs."""

import json
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.support.steps import CONFIG, INCLUDE, fails, receipt, write

SCIENCE = """
rule science:
    output: "scores.tsv"
    run:
        open(output[0], "w").write("model\\tndcg\\nknn\\t0.5\\nforest\\t0.75\\n")
"""
CHART = 'chart={"type": "bar", "x": "model", "y": "ndcg", "title": "NDCG"}'


def kinds(message: dict) -> list[str]:
    return [block["type"] for block in message.get("blocks", [])]


def run(study: Path, snakemake: Run, steps: str, *targets: str, **config: object) -> None:
    write(study, INCLUDE + SCIENCE + steps, {**CONFIG, **config})
    done = snakemake(*(targets or ("slack/said.json",)))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("refused", [[], ["data_table", "table", "data_visualization"]])
def test_a_table_and_a_chart_that_a_job_makes(
    study: Path, sandbox: Sandbox, snakemake: Run, refused: list[str]
) -> None:
    with sandbox.store.change() as data:
        data["refused_blocks"] = refused
    step = f"""
use rule slack_message as said with:
    input: table="scores.tsv"
    output: "slack/said.json"
    params: message="results", {CHART}
use rule slack_message as drawn with:
    input: chart="scores.tsv"
    output: "slack/drawn.json"
    params: message="a chart", {CHART}
"""
    run(study, snakemake, step, "slack/said.json", "slack/drawn.json")
    found = sorted(sandbox.messages(), key=lambda one: one["text"], reverse=True)
    if refused:
        assert [kinds(one) for one in found] == [[], []]
        assert all("knn      0.5" in one["text"] for one in found)
    else:
        assert [kinds(one) for one in found] == [
            ["section", "data_table", "data_visualization"],
            ["section", "data_visualization"],
        ]
    assert receipt(study, "said")["form"] == ("text" if refused else "native")
    assert len(sandbox.messages()) == 2


def test_declared_posts_have_them(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    chart = {"type": "pie", "x": "model", "y": "ndcg", "file": "scores.tsv"}
    posts = {
        "table": {"message": "t", "table": "scores.tsv"},
        "chart": {"message": "c", "chart": chart},
        "text": {"message": "x", "table": "scores.tsv", "layout": "text"},
    }
    run(study, snakemake, "", "slack_posts", posts=posts)
    found = {one["text"][0]: kinds(one) for one in sandbox.messages()}
    assert found == {
        "t": ["section", "data_table"],
        "c": ["section", "data_visualization"],
        "x": [],
    }


def test_a_changed_chart_posts_again(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    step = """
use rule slack_message as said with:
    input: chart="scores.tsv"
    output: "slack/said.json"
    params: chart={"type": "TYPE", "x": "model", "y": "ndcg"}
"""
    for kind in ("bar", "line", "line"):
        run(study, snakemake, step.replace("TYPE", kind))
    assert [one["blocks"][0]["chart"]["type"] for one in sandbox.messages()] == ["bar", "line"]


@pytest.mark.parametrize(
    ("chart", "line", "hint", "early"),
    [
        (
            '{"type": "bar", "x": "model", "y": "auc"}',
            "scores.tsv has no column auc",
            "ndcg",
            False,
        ),
        ('{"type": "pie", "x": "ndcg", "y": "model"}', "row 1: model is knn", "finite", False),
        ('{"type": "donut", "x": "model", "y": "ndcg"}', "chart.type is donut", "bar", True),
        ('{"x": "model"}', "chart.type is None", "bar", True),
    ],
)
def test_what_is_wrong(
    study: Path, sandbox: Sandbox, snakemake: Run, chart: str, line: str, hint: str, early: bool
) -> None:
    step = f"""
use rule slack_message as hello with:
    input: chart="scores.tsv"
    output: "slack/hello.json"
    params: chart={chart}
"""
    write(study, INCLUDE + SCIENCE + step, CONFIG)
    done = snakemake("slack/hello.json")
    fails(done, study, line, hint)
    assert sandbox.messages() == []
    assert (study / "scores.tsv").exists() != early  # what can be known is, before the first job


def test_the_config_is_checked(study: Path, snakemake: Run) -> None:
    posts = {"a": {"table": "scores.tsv", "chart": {"type": "bar", "x": "a", "y": "b", "z": 1}}}
    write(study, INCLUDE + SCIENCE, {**CONFIG, "posts": posts})
    done = snakemake("slack_posts")
    assert done.returncode == 1
    assert "slack.posts.a.chart" in done.stdout + done.stderr
    assert json.dumps(posts)

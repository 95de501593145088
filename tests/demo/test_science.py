"""The experiment of the demo workflow: its numbers, its texts, and one run by Snakemake."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "workflow" / "scripts"
CUTOFF = 20


@pytest.fixture(autouse=True)
def _scripts_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))


@pytest.fixture
def table(tmp_path):
    from dataset import write_table
    from evaluate import read_table

    write_table(tmp_path / "dataset.tsv", grades=5)
    return read_table(tmp_path / "dataset.tsv")


def test_grades_are_equally_large_and_follow_progression(table):
    features, progression, grades = table
    assert features.shape == (442, 10)
    counts = np.bincount(grades.astype(int))
    assert len(counts) == 5
    assert counts.max() - counts.min() <= 3
    assert progression[grades == 4].min() >= progression[grades == 3].max()


def test_ndcg_of_known_orders():
    from evaluate import ndcg

    grades = np.array([2.0, 1.0, 0.0])
    assert ndcg(grades, np.array([3.0, 2.0, 1.0]), 3) == pytest.approx(1)
    # Gains 3, 1, 0 and discounts 1, log2(3), 2: by hand, not by the library.
    best, worst = 3 + 1 / np.log2(3), 1 / np.log2(3) + 3 / 2
    assert ndcg(grades, np.array([1.0, 2.0, 3.0]), 3) == pytest.approx(worst / best)


def test_constant_prediction_scores_as_the_average_random_order():
    from evaluate import ndcg

    grades, random = np.repeat([0.0, 1.0, 2.0], 10), np.random.default_rng(0)
    shuffled = [ndcg(grades, random.random(30), 10) for _ in range(2000)]
    assert ndcg(grades, np.zeros(30), 10) == pytest.approx(np.mean(shuffled), abs=0.02)


@pytest.mark.parametrize("model", ["knn", "ridge", "forest", "boosting"])
def test_every_model_beats_the_mean_and_repeats_itself(table, model):
    from evaluate import cross_validate

    floor = cross_validate(table, "mean", 1, 3, CUTOFF)
    scores = cross_validate(table, model, 1, 3, CUTOFF)
    assert min(scores) > max(floor)
    assert scores == cross_validate(table, model, 1, 3, CUTOFF)
    assert scores != cross_validate(table, model, 2, 3, CUTOFF)


def _scores(first, second):
    places = [(1, 1), (1, 2), (2, 1), (2, 2)]
    return {
        "second": dict(zip(places, second, strict=True)),
        "first": dict(zip(places, first, strict=True)),
    }


def test_summary_orders_models_and_takes_the_lead_fold_by_fold():
    from summarize import summary

    result = summary(_scores([0.5, 0.7, 0.9, 0.7], [0.4, 0.6, 0.8, 0.8]), CUTOFF)
    assert [entry["model"] for entry in result["models"]] == ["first", "second"]
    assert result["metric"] == "NDCG@20"
    assert result["folds"] == 4
    assert result["lead"]["won"] == 3
    assert result["lead"]["mean"] == pytest.approx(0.05)
    # Differences .1 .1 .1 -.1 have the deviation .1; 2 folds: .1 × √(1/4 + 1/1).
    assert result["lead"]["error"] == pytest.approx(0.1 * np.sqrt(1.25))


@pytest.mark.parametrize(
    ("second", "words"),
    [([0.1, 0.2, 0.1, 0.2], "a clear lead"), ([0.4, 0.9, 0.5, 0.6], "a lead within the noise")],
)
def test_report_says_how_sure_the_lead_is(second, words):
    from report import text
    from summarize import summary

    written = text(summary(_scores([0.8, 0.7, 0.8, 0.7], second), CUTOFF))
    assert written.startswith("**first** ranks best: NDCG@20 0.750, ")
    assert words in written
    assert f"second    {np.mean(second):.3f} ± " in written


def _snakemake(folder, *arguments):
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "workflow" / "Snakefile"]
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [*map(str, command), "--cores", "2", *arguments],
        cwd=folder,
        env={**environment, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


@pytest.fixture
def study(tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


def _edit(study, old, new):
    config = study / "config" / "config.yaml"
    written = config.read_text(encoding="utf-8")
    assert old in written
    config.write_text(written.replace(old, new), encoding="utf-8")


def test_snakemake_runs_the_experiment_without_slack(study):
    _edit(study, "models: [mean, knn, ridge, forest, boosting]", "models: [mean, ridge]")
    _edit(study, "seeds: [1, 2, 3]", "seeds: [1]")
    done = _snakemake(study, "science")
    assert done.returncode == 0, done.stderr
    result = json.loads((study / "results" / "summary.json").read_text(encoding="utf-8"))
    assert [entry["model"] for entry in result["models"]] == ["ridge", "mean"]
    assert (study / "results" / "ndcg.png").read_bytes().startswith(b"\x89PNG\r\n")
    assert "a clear lead" in (study / "results" / "summary.md").read_text(encoding="utf-8")
    assert not (study / "results" / "slack").exists()


def test_config_shows_every_key_of_the_slack_section():
    schema = json.loads((ROOT / "slack_wrapper/schema/slack.schema.json").read_text("utf-8"))
    section = (ROOT / "config/config.yaml").read_text("utf-8").partition("\nslack:\n")[2]
    shown = set(re.findall(r"^  (?:# )?([a-z_]+):(?= |$)", section, flags=re.MULTILINE))
    assert set(schema["properties"]) <= shown


def test_a_misspelt_key_of_the_experiment_is_refused(study):
    _edit(study, "  cutoff: 20", "  cutof: 20")
    done = _snakemake(study, "--dry-run", "science")
    assert done.returncode == 1
    told = done.stdout + done.stderr
    assert "'cutof' was unexpected" in told
    assert "Traceback" not in told

"""Puts the scores of all models together, best first."""
# mypy: disable-error-code="name-defined"

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from contextlib import redirect_stderr
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any

# One test fold, the same for every model: (seed, fold).
Fold = tuple[int, int]
Scores = dict[str, dict[Fold, float]]


def read_scores(paths: Iterable[Path]) -> Scores:
    """Return model → (seed, fold) → NDCG from the tables of `evaluate`."""
    scores: Scores = defaultdict(dict)
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                scores[row["model"]][int(row["seed"]), int(row["fold"])] = float(row["ndcg"])
    return dict(scores)


def standard_error(differences: list[float], folds: int) -> float:
    """Return the standard error of the mean of `differences` over repeated cross-validations.

    Training sets overlap, so the naive error is too small; corrected after Nadeau and Bengio 2003,
    "Inference for the generalization error": test and training set are as 1 to `folds` - 1.
    """
    return stdev(differences) * sqrt(1 / len(differences) + 1 / (folds - 1))


def lead(first: dict[Fold, float], second: dict[Fold, float]) -> dict[str, float]:
    """Return what `first` has over `second`: mean, its standard error, and the folds it won.

    The difference is taken fold by fold, because both were tested on the same folds.
    """
    gaps = [first[fold] - second[fold] for fold in first]
    error = standard_error(gaps, max(number for _, number in first))
    return {"mean": mean(gaps), "error": error, "won": sum(gap > 0 for gap in gaps)}


def summary(scores: Scores, cutoff: int) -> dict[str, Any]:
    """Return the models by falling mean, and the lead of the first over the second."""
    order = sorted(scores, key=lambda name: (-mean(scores[name].values()), name))
    values = {name: list(scores[name].values()) for name in order}
    return {
        "metric": f"NDCG@{cutoff}",
        "folds": len(values[order[0]]),
        "models": [
            {"model": name, "mean": mean(values[name]), "sd": stdev(values[name])} for name in order
        ],
        "lead": lead(scores[order[0]], scores[order[1]]),
    }


def write_table(path: Path, result: dict[str, Any]) -> None:
    """Write one line a model: name, mean and standard deviation over the folds."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["model", "mean", "sd", "folds"])
        for entry in result["models"]:
            row = [entry["model"], f"{entry['mean']:.4f}", f"{entry['sd']:.4f}", result["folds"]]
            writer.writerow(row)


def main(job) -> None:  # type: ignore[no-untyped-def]
    """Run the job that Snakemake describes."""
    scores = read_scores(Path(path) for path in job.input.scores)
    result = summary(scores, job.params.cutoff)
    write_table(Path(job.output.table), result)
    Path(job.output.data).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with Path(snakemake.log[0]).open("w") as log, redirect_stderr(log):
        main(snakemake)

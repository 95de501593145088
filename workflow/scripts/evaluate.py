"""Cross-validates one model: how well does it rank the patients of each test fold?"""
# mypy: disable-error-code="name-defined"

import csv
import sys
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
from models import MODELS
from numpy.typing import NDArray
from sklearn.metrics import ndcg_score
from sklearn.model_selection import KFold

Array = NDArray[np.float64]


def read_table(path: Path) -> tuple[Array, Array, Array]:
    """Return features (patients × 10), progression (patients,) and grade (patients,)."""
    table = np.loadtxt(path, delimiter="\t", skiprows=1)
    return table[:, :-2], table[:, -2], table[:, -1]


def ndcg(grades: Array, predicted: Array, cutoff: int) -> float:
    """Return NDCG@cutoff, 0 to 1, of the order by `predicted`, with gain 2^grade - 1.

    Ties are averaged over their orders, so that a constant prediction scores as a random order.
    Gain and discount: Burges et al. 2005, "Learning to rank using gradient descent".
    """
    gain = np.exp2(grades) - 1
    return float(ndcg_score(gain[np.newaxis], predicted[np.newaxis], k=cutoff))


def cross_validate(
    table: tuple[Array, Array, Array], model: str, seed: int, folds: int, cutoff: int
) -> list[float]:
    """Return the NDCG of `model` on each test fold; models with equal seeds meet equal folds."""
    features, progression, grades = table
    scores = []
    for train, test in KFold(folds, shuffle=True, random_state=seed).split(features):
        fitted = MODELS[model](seed).fit(features[train], progression[train])
        scores.append(ndcg(grades[test], fitted.predict(features[test]), cutoff))
    return scores


def write_scores(path: Path, model: str, seed: int, scores: list[float]) -> None:
    """Write one line a fold: model, seed, fold (from 1), NDCG."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["model", "seed", "fold", "ndcg"])
        for fold, score in enumerate(scores, start=1):
            writer.writerow([model, seed, fold, f"{score:.6f}"])


def main(job) -> None:  # type: ignore[no-untyped-def]
    """Run the job that Snakemake describes."""
    model, seed = job.wildcards.model, int(job.wildcards.seed)
    table = read_table(Path(job.input.table))
    scores = cross_validate(table, model, seed, job.params.folds, job.params.cutoff)
    print("NDCG by fold:", *(f"{score:.4f}" for score in scores), file=sys.stderr)
    write_scores(Path(job.output.scores), model, seed, scores)


if __name__ == "__main__":
    with Path(snakemake.log[0]).open("w") as log, redirect_stderr(log):
        main(snakemake)

"""Writes the diabetes data set as a table with a grade of relevance for every patient."""
# mypy: disable-error-code="name-defined"

import csv
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes


def grade(progression: NDArray[np.float64], grades: int) -> NDArray[np.int64]:
    """Cut `progression` into `grades` equally large groups, 0 the lowest.

    Args:
        progression: disease progression, one value a patient, shape (patients,).
        grades: number of groups, at least 2.
    """
    borders = np.quantile(progression, np.linspace(0, 1, grades + 1)[1:-1])
    return np.searchsorted(borders, progression, side="right").astype(np.int64)


def write_table(path: Path, grades: int) -> None:
    """Write the measurements in their own units, then `progression` and `grade`, as TSV."""
    data = load_diabetes(scaled=False)
    rows = zip(data.data, data.target, grade(data.target, grades), strict=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow([*data.feature_names, "progression", "grade"])
        for features, progression, relevance in rows:
            writer.writerow([*(f"{value:g}" for value in features), f"{progression:g}", relevance])


if __name__ == "__main__":
    with Path(snakemake.log[0]).open("w") as log, redirect_stderr(log):
        write_table(Path(snakemake.output.table), snakemake.params.grades)

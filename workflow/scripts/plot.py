"""Draws the bar chart of NDCG per model."""
# mypy: disable-error-code="name-defined"

import json
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # no display in a workflow

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

BEST, OTHER, FLOOR, INK = "#1264a3", "#9dbfd9", "#c9c9c9", "#333333"


def colours(models: list[str]) -> list[str]:
    """Return one colour a model: the best first, the floor (`mean`) in grey."""
    others = [FLOOR if name == "mean" else OTHER for name in models[1:]]
    return [BEST, *others]


def draw(axes: Axes, result: dict[str, Any]) -> None:
    """Draw the bars of `result`, with error bars of one standard deviation and their values."""
    models = result["models"]
    names = [entry["model"] for entry in models]
    means = [entry["mean"] for entry in models]
    spread = [entry["sd"] for entry in models]
    style = {"ecolor": INK, "elinewidth": 1.2}
    axes.bar(names, means, yerr=spread, color=colours(names), width=0.68, capsize=4, error_kw=style)
    for place, value in enumerate(means):
        # At the foot of the bar: at its top the error bar would run through the digits.
        colour = "white" if place == 0 else INK
        axes.text(place, 0.03, f"{value:.3f}", ha="center", color=colour, weight="bold")
    axes.set_ylim(0, 1)
    axes.set_ylabel(f"Normalized DCG ({result['metric']})")
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.grid(True, color="#e6e6e6")
    axes.set_axisbelow(True)


def save(path: Path, result: dict[str, Any]) -> None:
    """Write the chart of `result` as PNG, 1200 × 750 pixels."""
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    draw(axes, result)
    axes.set_title("Ranking diabetes patients by progression", loc="left", weight="bold")
    note = f"mean over {result['folds']} test folds; error bars: one standard deviation"
    axes.set_xlabel(note, color="#666666", fontsize=9, labelpad=10)
    figure.savefig(path, dpi=150)
    plt.close(figure)


if __name__ == "__main__":
    with Path(snakemake.log[0]).open("w") as log, redirect_stderr(log):
        save(
            Path(snakemake.output.image),
            json.loads(Path(snakemake.input.data).read_text(encoding="utf-8")),
        )

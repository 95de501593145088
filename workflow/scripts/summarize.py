"""Gather the models' NDCG into a table and say in a few words which one won."""

import csv
import json
import statistics
from pathlib import Path


def row(path: str) -> dict:
    """Return mean and standard deviation over the folds of one model."""
    found = json.loads(Path(path).read_text())
    return {
        "model": found["model"],
        "mean": statistics.mean(found["ndcg"]),
        "sd": statistics.stdev(found["ndcg"]),
    }


def message(rows: list[dict], cutoff: int) -> str:
    """Return the text for Slack."""
    best, baseline = rows[0], next((one for one in rows if one["model"] == "baseline"), rows[-1])
    gain = (best["mean"] / baseline["mean"] - 1) * 100
    lines = [f"{one['model']:<10} {one['mean']:.3f} ± {one['sd']:.3f}" for one in rows]
    return "\n".join(
        [
            f":trophy: *{best['model']}* wins: NDCG@{cutoff} {best['mean']:.3f}, "
            f"{gain:+.0f} % against {baseline['model']}",
            "```",
            *lines,
            "```",
            "",
        ]
    )


rows = sorted((row(path) for path in snakemake.input), key=lambda one: -one["mean"])
with Path(snakemake.output.table).open("w", newline="") as file:
    writer = csv.DictWriter(file, ["model", "mean", "sd"], delimiter="\t")
    writer.writeheader()
    writer.writerows(rows)
Path(snakemake.output.message).write_text(message(rows, snakemake.params.cutoff))
Path(snakemake.log[0]).write_text(f"{len(rows)} models\n")

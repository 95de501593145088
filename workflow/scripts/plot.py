"""Draw the models' NDCG as bars, best first, with the spread over the folds."""

import csv
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

with Path(snakemake.input[0]).open() as file:
    rows = list(csv.DictReader(file, delimiter="\t"))
names = [one["model"] for one in rows]
means = [float(one["mean"]) for one in rows]
spreads = [float(one["sd"]) for one in rows]

figure, axes = plt.subplots(figsize=(8, 4.5), dpi=120)
colors = ["#1164a3" if number == 0 else "#9db8cc" for number in range(len(rows))]
bars = axes.bar(names, means, yerr=spreads, capsize=4, color=colors, ecolor="#555555")
axes.bar_label(bars, fmt="%.3f", padding=4, label_type="center", color="white", weight="bold")
axes.set_ylabel(f"NDCG@{snakemake.params.cutoff}")
axes.set_ylim(0, 1)
axes.set_title("NormalizedDCG by model")
axes.spines[["top", "right"]].set_visible(False)
figure.tight_layout()
figure.savefig(snakemake.output[0])
Path(snakemake.log[0]).write_text(f"{len(rows)} bars\n")

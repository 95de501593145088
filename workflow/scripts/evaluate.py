"""Rank the patients of scikit-learn's diabetes data by one model, fold by fold, by NDCG.

The relevance of a patient is the disease's progression after one year; a good ranking has those
whom it will hit hardest on top.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import ndcg_score
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsRegressor


def models(seed: int) -> dict:
    """Return the models by the names of the config."""
    return {
        "baseline": DummyRegressor(),
        "knn": KNeighborsRegressor(n_neighbors=15),
        "ridge": Ridge(alpha=0.1),
        "forest": RandomForestRegressor(n_estimators=200, random_state=seed),
        "boosting": GradientBoostingRegressor(n_estimators=80, max_depth=2, random_state=seed),
    }


def scores(name: str, folds: int, cutoff: int, seed: int) -> list[float]:
    """Return NDCG at `cutoff` of each fold, 0 to 1."""
    features, relevance = load_diabetes(return_X_y=True)
    found = []
    for train, test in KFold(folds, shuffle=True, random_state=seed).split(features):
        model = models(seed)[name].fit(features[train], relevance[train])
        ranking = model.predict(features[test])
        found.append(float(ndcg_score([relevance[test]], [np.asarray(ranking)], k=cutoff)))
    return found


with Path(snakemake.log[0]).open("w") as log:
    found = scores(
        snakemake.wildcards.model,
        snakemake.params.folds,
        snakemake.params.cutoff,
        snakemake.params.seed,
    )
    print("NDCG by fold:", *(f"{score:.4f}" for score in found), file=log)
Path(snakemake.output[0]).write_text(
    json.dumps({"model": snakemake.wildcards.model, "ndcg": found}) + "\n"
)

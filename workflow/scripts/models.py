"""The models of the experiment, by name: each is built with a seed and predicts progression."""

from collections.abc import Callable

from sklearn.base import RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MODELS: dict[str, Callable[[int], RegressorMixin]] = {
    "mean": lambda seed: DummyRegressor(),
    # Distances and penalties need one scale; it is learned from the training folds only.
    "knn": lambda seed: make_pipeline(StandardScaler(), KNeighborsRegressor(n_neighbors=15)),
    "ridge": lambda seed: make_pipeline(StandardScaler(), Ridge(alpha=1.0)),
    "forest": lambda seed: RandomForestRegressor(
        n_estimators=200, min_samples_leaf=3, random_state=seed
    ),
    "boosting": lambda seed: GradientBoostingRegressor(
        n_estimators=100, learning_rate=0.05, max_depth=3, subsample=0.7, random_state=seed
    ),
}

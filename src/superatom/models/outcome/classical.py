"""Learners of scikit-learn: logistic regression, support vectors, forest, Gaussian process; and two that know nothing.

Missing values are filled with the median of the training rows and flagged by a mask column; both are learnt inside the
fold. Nothing of these is ever stored but the training table: refitting gives the same model.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from superatom.models.extras import need
from superatom.models.outcome.descriptors import FloatArray
from superatom.models.outcome.inputs import BoolArray, Inputs

N_TREES = 100
# where no hyperparameters are searched; those of the networks are in `neural.Hyperparameters`
DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "majority": {}, "stated": {}, "logistic": {"c": 0.3}, "svm": {"c": 1.0, "gamma": 0.03},
    "forest": {"leaf": 2, "feature_share": 0.4}, "gp": {},
}  # fmt: skip
CLASSICAL = tuple(DEFAULTS)


@dataclass(frozen=True, slots=True)
class FittedPipeline:
    """A fitted scikit-learn pipeline; `pipeline` is what SHAP and partial dependence look into."""

    pipeline: Any
    is_tree: bool

    def probability(self, items: Inputs) -> FloatArray:
        """Return the probability of success, shape (n,), before calibration."""
        x = items.x if self.is_tree else items.scaled()
        if hasattr(self.pipeline, "predict_proba"):
            return np.asarray(self.pipeline.predict_proba(x)[:, 1], dtype=float)
        return np.asarray(1 / (1 + np.exp(-2 * self.pipeline.decision_function(x))), dtype=float)


@dataclass(frozen=True, slots=True)
class Constant:
    """One answer for everything: the majority, or all that rows of one outcome can teach."""

    answer: float

    def probability(self, items: Inputs) -> FloatArray:
        """Return the answer for every row, shape (n,)."""
        return np.full(len(items), self.answer)


@dataclass(frozen=True, slots=True)
class Stated:
    """A logistic regression on what is stated, whatever its value: how far the habits of reporting go."""

    fitted: FittedPipeline | Constant | Stated

    def probability(self, items: Inputs) -> FloatArray:
        """Return the probability of success, shape (n,), before calibration."""
        return self.fitted.probability(_stated(items))


@dataclass(frozen=True, slots=True)
class Classical:
    """One of `CLASSICAL` with its hyperparameters."""

    name: str
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)

    def fit(self, items: Inputs, y: BoolArray, seed: int) -> FittedPipeline | Constant | Stated:
        """Return the pipeline fitted to rows `items` with outcomes `y`."""
        if self.name == "majority" or len(np.unique(y)) < 2 or not _varies(items):
            return Constant(float(2 * y.sum() > len(y)))
        if self.name == "stated":
            return Stated(Classical("logistic").fit(_stated(items), y, seed))
        need("sklearn")
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.feature_selection import VarianceThreshold
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from threadpoolctl import threadpool_limits

        is_tree = self.name == "forest"
        estimator = _MAKERS[self.name](seed, **{**DEFAULTS[self.name], **self.hyperparameters})
        fill = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        if is_tree:
            steps: list[Any] = [fill, estimator]
        else:
            steps = [fill, VarianceThreshold(), StandardScaler(), estimator]
        pipeline = make_pipeline(*steps)
        # tables are small, and on a busy machine threads wait for each other
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore", ConvergenceWarning)  # a kernel at its bound is an answer, not a fault
            return FittedPipeline(pipeline.fit(items.x if is_tree else items.scaled(), y), is_tree)


def _varies(items: Inputs) -> bool:
    """Whether any column differs between rows, in value or in being stated."""
    columns = np.where(np.isfinite(items.x), items.x, np.inf)
    return bool((columns != columns[:1]).any())


def _stated(items: Inputs) -> Inputs:
    return Inputs(np.isfinite(items.x).astype(float), np.zeros_like(items.is_log), items.molecules)


def _logistic(seed: int, *, c: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=c, class_weight="balanced", max_iter=5000, random_state=seed)


def _svm(seed: int, *, c: float, gamma: float) -> Any:
    from sklearn.svm import SVC

    return SVC(C=c, gamma=gamma, class_weight="balanced", random_state=seed)


def _forest(seed: int, *, leaf: int, feature_share: float) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(
        N_TREES, min_samples_leaf=leaf, max_features=feature_share, class_weight="balanced", random_state=seed
    )


def _gaussian_process(seed: int) -> Any:
    from sklearn.gaussian_process import GaussianProcessClassifier
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(3.0, (0.1, 100.0), nu=2.5)
    return GaussianProcessClassifier(kernel, random_state=seed, max_iter_predict=100)


_MAKERS: Mapping[str, Callable[..., Any]] = {
    "logistic": _logistic,
    "svm": _svm,
    "forest": _forest,
    "gp": _gaussian_process,
}

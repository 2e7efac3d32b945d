"""Nested cross-validation: hyperparameters by Bayesian search on inner folds only, answers for rows never seen.

The search is Optuna's Gaussian process (T. Akiba et al., KDD 2019, doi:10.1145/3292500.3330701), starting from the
default, for MCC; the Brier score decides between those of like MCC.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superatom.models.extras import need
from superatom.models.outcome.descriptors import Descriptor, FloatArray
from superatom.models.outcome.examples import Example
from superatom.models.outcome.inputs import BoolArray, Inputs, IntArray, Scheme, folds, groups, inputs, others, outcomes
from superatom.models.outcome.kinds import defaults, learner, ranges
from superatom.models.outcome.metrics import Interval, intervals, scores

N_STARTUP = 4  # drawn at random before the Gaussian process guides the search


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Held-out probabilities of one kind on one split.

    Attributes
    ----------
    n_groups
        How many groups were there to hold out.
    probability
        Shape (n_repeats, n), before calibration: every row is held out once per repetition.
    chosen
        Hyperparameters of every outer fold of every repetition.
    metrics
        Accuracy, F1 and MCC with 95 % intervals over groups.
    """

    kind: str
    scheme: str
    n_groups: int
    probability: FloatArray
    chosen: tuple[tuple[tuple[str, float], ...], ...]
    metrics: dict[str, Interval]


def validate(
    examples: Sequence[Example], columns: Sequence[Descriptor], kind: str, scheme: Scheme = "series", *,
    n_repeats: int = 3, n_folds: int = 5, n_trials: int = 0, seed: int = 0,
) -> Validation:  # fmt: skip
    """Return the held-out figures of a kind.

    Parameters
    ----------
    scheme
        ``random``, or whole groups held out: ``series``, ``ligand``.
    n_trials
        Hyperparameters tried in each outer fold, on its inner folds; 0 keeps the defaults.

    Raises
    ------
    SplitError
        For a split that cannot be made from these examples.
    """
    items, y, group = inputs(examples, columns), outcomes(examples), groups(examples, columns, scheme)
    runs = [
        repetition(items, y, group, kind, n_folds=n_folds, n_trials=n_trials, seed=seed + r) for r in range(n_repeats)
    ]
    probability = np.array([p for p, _ in runs])
    chosen = tuple(c for _, folds_of_run in runs for c in folds_of_run)
    return Validation(kind, scheme, int(group.max()) + 1, probability, chosen, intervals(y, probability >= 0.5, group))


def repetition(
    items: Inputs, y: BoolArray, group: IntArray, kind: str, *, n_folds: int, n_trials: int, seed: int
) -> tuple[FloatArray, list[tuple[tuple[str, float], ...]]]:
    """Return held-out answers of shape (n,) and the hyperparameters of each fold, for one way to cut the folds."""
    raw, chosen = np.empty(len(y)), []
    for held_out in folds(y, group, n_folds, seed):
        rows = others(len(y), held_out)
        best = tune(items.rows(rows), y[rows], group[rows], kind, n_trials=n_trials, seed=seed)
        raw[held_out] = learner(kind, best).fit(items.rows(rows), y[rows], seed).probability(items.rows(held_out))
        chosen.append(tuple(sorted(best.items())))
    return raw, chosen


def tune(
    items: Inputs, y: BoolArray, group: IntArray, kind: str, *, n_trials: int, n_folds: int = 3, seed: int = 0
) -> dict[str, float]:
    """Return the best hyperparameters by cross-validation inside these rows; groups stay together."""
    searched = ranges(kind)
    if not searched or not n_trials or min(y.sum(), (~y).sum()) < 2:
        return defaults(kind)
    if len(np.unique(group)) < 2:
        group = np.arange(len(y))
    need("optuna")
    import optuna

    parts = folds(y, group, n_folds, seed)

    def objective(trial: optuna.Trial) -> float:
        found: dict[str, float] = {
            name: trial.suggest_int(name, int(r.low), int(r.high), log=r.is_log)
            if r.is_whole
            else trial.suggest_float(name, r.low, r.high, log=r.is_log)
            for name, r in searched.items()
        }
        raw = np.empty(len(y))
        for held_out in parts:
            rows = others(len(y), held_out)
            fitted = learner(kind, found).fit(items.rows(rows), y[rows], seed)
            raw[held_out] = fitted.probability(items.rows(held_out))
        return float(scores(y, raw >= 0.5)["mcc"]) - 0.1 * float(((raw - y) ** 2).mean())

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.GPSampler(seed=seed, n_startup_trials=N_STARTUP, deterministic_objective=False)
            study = optuna.create_study(direction="maximize", sampler=sampler)
            study.enqueue_trial(defaults(kind))
            study.optimize(objective, n_trials=n_trials)
    finally:
        optuna.logging.set_verbosity(verbosity)
    return dict(study.best_params)

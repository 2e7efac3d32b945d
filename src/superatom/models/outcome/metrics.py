"""Accuracy, F1 and Matthews' correlation coefficient, with bootstrap intervals over groups.

MCC: B. W. Matthews, Biochim. Biophys. Acta 1975, 405, 442, doi:10.1016/0005-2795(75)90109-9. It is 0 for a guess and
for any constant answer, whatever the share of successes. F1 is that of the successes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from superatom.models.outcome.descriptors import FloatArray
from superatom.models.outcome.inputs import BoolArray, IntArray

METRICS = ("accuracy", "f1", "mcc")


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


def scores(truth: BoolArray, predicted: BoolArray) -> dict[str, float]:
    """Return the metrics of one set of answers.

    >>> scores(np.array([True, True, False, False]), np.array([True, False, False, False]))["mcc"].round(3)
    np.float64(0.577)
    """
    values = _scores(np.ones((1, len(truth))), truth, predicted[None])
    return {name: np.float64(v[0, 0]) for name, v in values.items()}


def intervals(
    truth: BoolArray, predicted: BoolArray, group: IntArray, *, n_draws: int = 2000, seed: int = 0
) -> dict[str, Interval]:
    """Return the metrics, averaged over repeats, with intervals from drawing whole groups with replacement.

    Parameters
    ----------
    truth
        Shape (n,).
    predicted
        Shape (n_repeats, n): the held-out answers of each repetition of the validation.
    group
        Shape (n,): rows that are not independent share a number.
    """
    drawn = np.random.default_rng(seed)
    numbers = np.unique(group, return_inverse=True)[1]
    n_groups = int(numbers.max()) + 1
    counts = drawn.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n_draws)
    draws = _scores(counts[:, numbers].astype(float), truth, predicted)
    whole = _scores(np.ones((1, len(truth))), truth, predicted)
    found = {}
    for name in METRICS:
        low, high = np.quantile(draws[name].mean(axis=1), [0.025, 0.975])
        found[name] = Interval(float(whole[name].mean()), float(low), float(high))
    return found


def calibration_error(truth: BoolArray, probability: FloatArray, n_bins: int = 5) -> float:
    """Return the expected calibration error: |share of successes - mean probability|, averaged over equal-count bins.

    >>> calibration_error(np.array([True, False]), np.array([1.0, 0.0]), 2)
    0.0
    """
    order = np.argsort(probability, kind="stable")
    bins = [b for b in np.array_split(order, n_bins) if len(b)]
    return float(sum(len(b) * abs(truth[b].mean() - probability[b].mean()) for b in bins) / len(truth))


def _scores(weights: FloatArray, truth: BoolArray, predicted: BoolArray) -> Mapping[str, FloatArray]:
    """Return each metric, shape (n_draws, n_repeats), for weights of shape (n_draws, n)."""
    tp = weights @ (truth & predicted).T
    fp = weights @ (~truth & predicted).T
    fn = weights @ (truth & ~predicted).T
    tn = weights @ (~truth & ~predicted).T
    root = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "accuracy": (tp + tn) / (tp + fp + fn + tn),
            "f1": np.where(2 * tp + fp + fn > 0, 2 * tp / (2 * tp + fp + fn), 0.0),
            "mcc": np.where(root > 0, (tp * tn - fp * fn) / root, 0.0),
        }

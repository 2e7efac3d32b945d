"""Raw answers of a learner into probabilities, by a logistic line through answers for rows it never saw.

J. Platt, Probabilistic outputs for support vector machines, 1999: p = σ(a·logit(raw) + b).

There is one rule for yes or no, in a validation, on a card, in a search and in the tree of `explain`: success is what
the learner itself calls one, a raw answer of at least a half. Most learners weigh both outcomes alike, so that is about
where a recipe does better than the average one; where a quarter of the examples worked, as with the molybdate crystals,
hardly any recipe reaches a probability of a half. In probabilities the rule begins at `threshold`, which card and tree
state.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superatom.models.outcome.descriptors import FloatArray
from superatom.models.outcome.inputs import BoolArray, IntArray, others


def line(raw: FloatArray, y: BoolArray, share: float) -> tuple[float, float]:
    """Return slope and intercept; a model that orders examples worse than a coin gives the share of successes.

    >>> line(np.array([0.2, 0.8]), np.array([True, False]), 0.5)
    (0.0, 0.0)
    """
    from sklearn.linear_model import LogisticRegression

    slope = 0.0
    if 0 < y.sum() < len(y):
        fitted = LogisticRegression(C=1.0).fit(_logit(raw)[:, None], y)
        slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        return 0.0, float(_logit(np.array([share]))[0])
    return slope, intercept


def calibrated(raw: FloatArray, slope: float, intercept: float) -> FloatArray:
    """Return p = σ(slope·logit(raw) + intercept)."""
    return np.asarray(1 / (1 + np.exp(-(slope * _logit(raw) + intercept))))


def threshold(slope: float, intercept: float) -> float:
    """Return the probability from which on a recipe is called a success: that of a raw answer of a half.

    >>> threshold(2.0, 0.0)
    0.5
    """
    return float(calibrated(np.array([0.5]), slope, intercept)[0])


def calibrated_unseen(raw: FloatArray, y: BoolArray, parts: Sequence[IntArray]) -> FloatArray:
    """Return held-out answers calibrated by the other folds each, so that no row takes part in its own calibration."""
    done = np.empty(len(y))
    for held_out in parts:
        rows = others(len(y), held_out)
        done[held_out] = calibrated(raw[held_out], *line(raw[rows], y[rows], float(y.mean())))
    return done


def _logit(p: FloatArray) -> FloatArray:
    clipped = np.clip(p, 0.01, 0.99)
    return np.asarray(np.log(clipped / (1 - clipped)))

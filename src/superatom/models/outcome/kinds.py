"""The kinds of outcome model by name, with the ranges their hyperparameters are searched in.

``svm``, ``dense`` and ``siamese``, each also with ``graph+``, are the six of Table 2 of Li et al. 2019
(doi:10.1002/aisy.201900029); the Gaussian process, the forest and the logistic regression are the honest baselines, and
``stated`` tells what the mere presence of numbers gives away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from superatom.errors import UnknownNameError, did_you_mean
from superatom.models.outcome.classical import CLASSICAL, DEFAULTS, Classical
from superatom.models.outcome.descriptors import FloatArray
from superatom.models.outcome.inputs import BoolArray, Inputs
from superatom.models.outcome.neural import Head, Hyperparameters, Neural


class Fitted(Protocol):
    """What a learner returns."""

    def probability(self, items: Inputs) -> FloatArray:
        """Return the probability of success, shape (n,), before calibration."""


class Learner(Protocol):
    """Something that can be fitted; the same rows and seed give the same model."""

    def fit(self, items: Inputs, y: BoolArray, seed: int) -> Fitted:
        """Return the model fitted to rows `items` with outcomes `y`."""


@dataclass(frozen=True, slots=True)
class Range:
    """The range of one hyperparameter, whole numbers where both ends are whole."""

    low: float
    high: float
    is_log: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are legal."""
        return isinstance(self.low, int) and isinstance(self.high, int)


_NETWORK: Mapping[str, Range] = {
    "width": Range(4, 32, is_log=True),
    "dropout": Range(0.0, 0.5),
    "learning_rate": Range(0.002, 0.05, is_log=True),
    "weight_decay": Range(1e-4, 1.0, is_log=True),
}
_GRAPH = {"depth": Range(1, 3), "length": Range(4, 20)}
_RANGES: Mapping[str, Mapping[str, Range]] = {
    "majority": {},
    "stated": {},  # sees which values are stated, not the values
    "logistic": {"c": Range(0.003, 30.0, is_log=True)},
    "svm": {"c": Range(0.05, 100.0, is_log=True), "gamma": Range(0.002, 2.0, is_log=True)},
    "forest": {"leaf": Range(1, 12, is_log=True), "feature_share": Range(0.1, 1.0)},
    "gp": {},  # its marginal likelihood is its search
    "dense": _NETWORK,
    "siamese": _NETWORK,
    "graph+svm": {**_NETWORK, **_GRAPH},
    "graph+dense": {**_NETWORK, **_GRAPH},
    "graph+siamese": {**_NETWORK, **_GRAPH},
}
KINDS = tuple(_RANGES)
_HEADS: Mapping[str, Head] = {
    "dense": "dense", "siamese": "siamese", "graph+svm": "hinge", "graph+dense": "dense", "graph+siamese": "siamese",
}  # fmt: skip


def learner(kind: str, hyperparameters: Mapping[str, Any] | None = None) -> Learner:
    """Return the learner of a kind; raises `UnknownNameError` for an unknown kind or hyperparameter.

    >>> learner("svm", {"c": 2.0})
    Classical(name='svm', hyperparameters={'c': 2.0})
    """
    known = ranges(kind)
    if unknown := [name for name in hyperparameters or () if name not in known]:
        raise UnknownNameError(f"{kind} has no hyperparameter {unknown[0]!r}; legal: {', '.join(known) or 'none'}")
    given = (hyperparameters or {}).items()
    chosen = {name: int(value) if known[name].is_whole else value for name, value in given}
    if kind in CLASSICAL:
        return Classical(kind, chosen)
    return Neural(_HEADS[kind], kind.startswith("graph+"), chosen)


def ranges(kind: str) -> Mapping[str, Range]:
    """Return the hyperparameters of a kind; raises `UnknownNameError` with the closest kinds."""
    if kind not in _RANGES:
        raise UnknownNameError(
            f"unknown outcome model {kind!r}; legal: {', '.join(KINDS)}.{did_you_mean(kind, [*KINDS])}"
        )
    return _RANGES[kind]


def uses_graphs(kind: str) -> bool:
    """Whether the kind sees molecules as graphs."""
    return kind.startswith("graph+")


def defaults(kind: str) -> dict[str, float]:
    """Return the hyperparameters used where none are searched: those of the paper for P and D.

    >>> defaults("graph+siamese")["length"]
    10
    """
    if kind in CLASSICAL:
        return dict(DEFAULTS[kind])
    return {name: getattr(Hyperparameters(), name) for name in ranges(kind)}

"""Whether a proposed synthesis is like anything a model was trained on.

A proposal is in the domain when no setting lies outside the range of the training rows or is left open although all of
them state it, no chemical is unknown, no pH is set without water, and its mean distance to the nearest training rows,
in scaled columns, is not beyond that of 95 % of the training rows (the distance to a model of I. Sushko et al.,
J. Chem. Inf. Model. 2010, 50, 2094, doi:10.1021/ci100253r).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superatom.models.outcome.descriptors import (
    Descriptor,
    FloatArray,
    chemicals,
    lacks_water,
    setting,
    unknown_chemicals,
)
from superatom.models.outcome.examples import Example
from superatom.models.outcome.inputs import BoolArray, Inputs, Scaling
from superatom.models.outcome.unset import always_stated, unset

N_NEIGHBOURS = 3
QUANTILE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """The training rows as points, their ranges, and the distance that counts as far.

    Attributes
    ----------
    always
        Settings and chemicals that every training row states.
    roles
        What training rows name: ``ligand``, ``solvent``, ``reductant``.
    """

    columns: tuple[Descriptor, ...]
    ids: tuple[str, ...]
    always: tuple[str, ...]
    roles: tuple[str, ...]
    scaling: Scaling
    points: FloatArray
    low: FloatArray
    high: FloatArray
    reach: float

    @classmethod
    def of(cls, examples: Sequence[Example], columns: Sequence[Descriptor], items: Inputs) -> Domain:
        """Learn the domain of training rows."""
        scaling = Scaling.of(items.scaled())
        points = scaling.apply(items.scaled())
        known = np.isfinite(items.x)
        low = np.where(known, items.x, np.inf).min(axis=0)
        high = np.where(known, items.x, -np.inf).max(axis=0)
        own = _distances(points, points)
        np.fill_diagonal(own, np.inf)
        reach = float(np.quantile(_mean_of_nearest(own), QUANTILE)) if len(points) > 1 else 0.0
        roles = tuple(dict.fromkeys(role for e in examples for role, names in chemicals(e).items() if names))
        ids = tuple(e.id for e in examples)
        return cls(tuple(columns), ids, always_stated(examples), roles, scaling, points, low, high, reach)

    def distances(self, items: Inputs) -> FloatArray:
        """Return the mean distance of each row to its nearest training rows, shape (n,), in spreads."""
        return _mean_of_nearest(_distances(self.scaling.apply(items.scaled()), self.points))

    def contains(self, examples: Sequence[Example], items: Inputs) -> BoolArray:
        """Return for each row whether it is in the domain, shape (n,)."""
        outside = ((items.x < self.low) | (items.x > self.high)).any(axis=1)
        far = self.distances(items) > self.reach
        return np.asarray(~outside & ~far & ~np.array([bool(self._of_words(e)) for e in examples], dtype=bool))

    def remarks(self, example: Example, items: Inputs) -> tuple[str, ...]:
        """Return in words why a row is outside the domain, if it is."""
        found = [
            f"{c.words} {v:g}{' ' + c.unit if c.unit else ''} is outside {low:g} to {high:g} of the training data"
            for c, v, low, high in zip(self.columns, items.x[0], self.low, self.high, strict=True)
            if np.isfinite(v) and not low <= v <= high
        ]
        found += self._of_words(example)
        if self.distances(items)[0] > self.reach:
            found.append("no training example is near this combination")
        return tuple(found)

    def nearest(self, items: Inputs) -> list[str]:
        """Return the id of the nearest training row of each row."""
        return [self.ids[i] for i in _distances(self.scaling.apply(items.scaled()), self.points).argmin(axis=1)]

    def _of_words(self, example: Example) -> list[str]:
        """Return what can be said against a proposal without its numbers."""
        names = {c.name for c in self.columns}
        found = [f"{name} is a setting this model does not know" for name in example.settings if name not in names]
        found += [f"{name} is in no table, so its properties are missing" for name in unknown_chemicals([example])]
        found += [
            f"{', '.join(stated)}: no training example names a {role}"
            for role, stated in chemicals(example).items() if stated and role not in self.roles
        ]  # fmt: skip
        if "ph" in example.settings and lacks_water(example):
            found.append(f"a pH is set, and there is no water in {' and '.join(example.solvents)}")
        found += [
            f"{setting(name).words} is not set, and every training example states it: averaged over theirs"
            for name in unset(example, self.always)
        ]
        return found


def _distances(one: FloatArray, other: FloatArray) -> FloatArray:
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(one, other))


def _mean_of_nearest(distances: FloatArray) -> FloatArray:
    n = min(N_NEIGHBOURS, distances.shape[1] - 1) or 1
    nearest = np.partition(distances, n - 1, axis=1)[:, :n]
    return np.asarray(np.where(np.isfinite(nearest), nearest, 0.0).mean(axis=1))

"""The first batch: spread over the space, denser where cited values lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from superatom.conditions.recommenders.history import History
from superatom.conditions.recommenders.pool import at_least_one, enough, pool_of, without
from superatom.conditions.space import Parameter, Space
from superatom.conditions.space.parameters import Array
from superatom.conditions.space.sampling import Warp, draw, sample, spread
from superatom.errors import RecommenderError

_GRID = 512
_CHOICE = 16  # settings drawn for each one chosen away from the records
_WEIGHT_AT_MOST = 0.8  # what is left over keeps looking where nobody has


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where cited values of one parameter lie.

    Attributes
    ----------
    parameter
        Its name in the space.
    low, high
        The range of the values, in the unit of the parameter; equal for one value.
    options
        For a choice: option to how much speaks for it (any positive numbers).
    weight
        Share of the first settings that follow the evidence, 0 to 0.8; the rest is spread over the whole range.
    source
        The records behind it, in words.
    """

    parameter: str
    low: float | None = None
    high: float | None = None
    options: Mapping[str, float] = field(default_factory=dict)
    weight: float = 0.5
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= _WEIGHT_AT_MOST:
            raise RecommenderError(
                f"evidence on {self.parameter} has weight {self.weight:g}; legal: 0 to {_WEIGHT_AT_MOST}"
            )
        if (self.low is None) != (self.high is None) or (self.low is None) == (not self.options):
            raise RecommenderError(f"evidence on {self.parameter} needs a range (low and high) or options")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise RecommenderError(f"evidence on {self.parameter} runs from {self.low:g} to {self.high:g}")
        if any(share <= 0 for share in self.options.values()):
            raise RecommenderError(f"evidence on {self.parameter} needs positive numbers for its options")


def first_points(space: Space, history: History, n: int, seed: int, evidence: Sequence[Evidence] = ()) -> Array:
    """Return `n` first settings as points, shape (n, n_parameters), away from what was tried.

    A Latin hypercube, warped so that equal shares of it fall to equal shares of the evidence; the records count as part
    of it. Raises `RecommenderError` for n < 1, for evidence on what is no parameter of the space, and where fewer than
    `n` settings are left.
    """
    at_least_one(n)
    warps = warps_of(space, evidence)
    if not len(history.points) and n <= space.n_candidates:
        return sample(space, n, seed, warps=warps)
    rng = np.random.default_rng(seed)
    m = _CHOICE * n + len(history.points)
    drawn = sample(space, m, seed, warps=warps) if space.table else draw(space, m, rng, warps=warps)
    pool = without(np.unique(drawn, axis=0), history.points)
    pool = pool if len(pool) >= n else enough(pool_of(space, history.points, rng), n)
    return np.asarray(pool[spread(space, pool, n, rng, taken=history.points)])


def warps_of(space: Space, evidence: Sequence[Evidence]) -> dict[str, Warp]:
    """Return for each parameter with evidence the function that makes a uniform draw follow it."""
    by_name = {parameter.name: parameter for parameter in space.parameters}
    if unknown := [item.parameter for item in evidence if item.parameter not in by_name]:
        raise RecommenderError(f"evidence on {', '.join(unknown)}, but the space has {', '.join(by_name)}")
    return {
        name: _warp(by_name[name], items) for name in by_name if (items := [e for e in evidence if e.parameter == name])
    }


def _warp(parameter: Parameter, items: Sequence[Evidence]) -> Warp:
    """Return the inverse of the cumulative density: uniform plus a triangle-edged plateau over each cited range."""
    if parameter.is_numeric:
        edges = np.linspace(0.0, 1.0, _GRID + 1)
        middles = (edges[1:] + edges[:-1]) / 2
        density = np.ones(_GRID)
        for item in items:
            low, high = parameter.to_unit(np.array([item.low, item.high], dtype=float))
            reach = max(0.05, (high - low) / 4)  # a single cited value speaks for its neighbourhood
            outside = np.maximum(np.maximum(low - middles, middles - high), 0.0)
            density = _mixed(density, np.maximum(1.0 - outside / reach, 0.0), item.weight)
    else:
        edges = np.linspace(0.0, 1.0, len(parameter.options) + 1)
        density = np.ones(len(parameter.options))
        for item in items:
            if unknown := [option for option in item.options if option not in parameter.options]:
                raise RecommenderError(f"evidence on {parameter.name} names {', '.join(unknown)}, not an option of it")
            density = _mixed(density, np.array([item.options.get(o, 0.0) for o in parameter.options]), item.weight)
    cumulative = np.concatenate([[0.0], np.cumsum(density) / density.sum()])
    return lambda shares: np.asarray(np.minimum(np.interp(shares, cumulative, edges), 1.0 - 1e-12))


def _mixed(density: Array, cited: Array, weight: float) -> Array:
    """Return a density with `weight` on what is cited; a range outside the bounds changes nothing."""
    if cited.sum() <= 0:
        return density
    return np.asarray((1 - weight) * density / density.mean() + weight * cited / cited.mean())

"""The candidates a recommender looks at: all of a small space, a draw of a large one, neighbours of the best."""

from __future__ import annotations

import numpy as np

from superatom.conditions.space import Space
from superatom.conditions.space.parameters import Array
from superatom.conditions.space.sampling import draw, repair
from superatom.errors import RecommenderError

LISTED = 20_000  # candidates up to which a space is looked at in full
DRAWN = 4_096
_STEPS = (0.2, 0.05, 0.01)  # of the range; the last ones only matter where settings are fine


def pool_of(space: Space, tried: Array, rng: np.random.Generator) -> Array:
    """Return candidates not among the points `tried`, shape (n, n_parameters).

    A table and a space of up to `LISTED` candidates are returned in full, any other as a draw of `DRAWN`.
    """
    is_listed = bool(space.table) or space.n_candidates <= LISTED
    points = space.candidates() if is_listed else draw(space, DRAWN, rng)
    return without(points, tried)


def at_least_one(n: int) -> None:
    """Refuse a batch without suggestions; raises `RecommenderError` for n < 1."""
    if n < 1:
        raise RecommenderError(f"a batch needs at least one suggestion, not {n}")


def enough(pool: Array, n: int) -> Array:
    """Return the candidates `pool`; raises `RecommenderError` for n < 1, and where fewer than `n` are left."""
    at_least_one(n)
    if len(pool) < n:
        raise RecommenderError(f"{len(pool)} settings of the space are left to try, fewer than the {n} asked for")
    return pool


def neighbours(space: Space, best: Array, n: int, rng: np.random.Generator) -> Array:
    """Return up to `n` legal points near each point of `best` (k, n_parameters); none for a table.

    Each moves about two parameters: numbers by a normal step of one of three sizes, choices to another option.
    """
    if space.table:
        return np.empty((0, best.shape[1]))
    d = best.shape[1]
    points = np.repeat(best, n, axis=0)
    moved = rng.random(points.shape) < min(1.0, 2.0 / d)
    moved[np.arange(len(points)), rng.integers(d, size=len(points))] = True
    sizes = np.array(_STEPS)[rng.integers(len(_STEPS), size=len(points))]
    for i, parameter in enumerate(space.parameters):
        rows = np.flatnonzero(moved[:, i])
        if parameter.is_numeric:
            step = np.maximum(sizes[rows], _one_step(parameter.step, parameter.high - parameter.low))
            shares = np.clip(parameter.to_unit(points[rows, i]) + step * rng.standard_normal(len(rows)), 0.0, 1.0)
            points[rows, i] = parameter.at_share(shares)
        else:
            points[rows, i] = rng.integers(len(parameter.options), size=len(rows))
    points = repair(space, points)
    return np.unique(points[space.is_legal(points)], axis=0)


def without(points: Array, tried: Array) -> Array:
    """Return the points that are not, within rounding, among those tried."""
    if not len(tried) or not len(points):
        return points
    seen = {row.tobytes() for row in _key(tried)}
    return points[[row.tobytes() not in seen for row in _key(points)]]


def _key(points: Array) -> Array:
    return np.round(points, 9) + 0.0  # no negative zero


def _one_step(step: float | None, width: float) -> float:
    return 0.0 if step is None or width <= 0 else step / width

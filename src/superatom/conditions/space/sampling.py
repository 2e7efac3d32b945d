"""Draws from a space, spread out and legal: Latin hypercube, repair onto constraints, farthest-first choice.

Latin hypercube: M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 1979, 21, 239, doi:10.2307/1268522.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from superatom.conditions.space.encoding import Encoding
from superatom.conditions.space.parameters import Array
from superatom.conditions.space.space import Space
from superatom.errors import SpaceError

Warp = Callable[[Array], Array]  # shares in [0, 1] to shares in [0, 1]: where a parameter is drawn more densely
_ROUNDS = 12  # of drawing, each twice as large, before a space counts as empty
_OVERSAMPLED = 16
_PASSES = 60  # of the projection onto the constraints


def sample(space: Space, n: int, seed: int, *, warps: Mapping[str, Warp] | None = None) -> Array:
    """Return `n` legal points spread over the space, shape (n, n_parameters); the same for the same `seed`.

    Without constraints a Latin hypercube: each parameter's range is cut into `n` strata, each used once. With
    constraints or a table the points are chosen farthest-first among many legal ones. Candidates repeat only where the
    space has fewer than `n`. `warps` make parameters denser somewhere. Raises `SpaceError` where nothing legal is
    found.

    >>> from superatom.conditions.space import Parameter
    >>> space = Space((Parameter.continuous("a", 0, 1), Parameter.continuous("b", 0, 1)))
    >>> np.sort(np.floor(sample(space, 4, seed=1) * 4), axis=0).T.astype(int).tolist()
    [[0, 1, 2, 3], [0, 1, 2, 3]]
    """
    rng = np.random.default_rng(seed)
    if space.table:
        return _of_table(space, n, rng, warps or {})
    if not space.constraints:
        points = _hypercube(space, n, rng, warps or {})
        if len(np.unique(points, axis=0)) == n or space.n_candidates < n:
            return points
    pool = draw(space, _OVERSAMPLED * n, rng, warps=warps)
    chosen = spread(Encoding(space)(pool), min(n, len(pool)), rng)
    return np.resize(pool[chosen], (n, pool.shape[1]))


def draw(space: Space, n: int, rng: np.random.Generator, *, warps: Mapping[str, Warp] | None = None) -> Array:
    """Return up to `n` different legal points, shape (<= n, n_parameters), without a table."""
    found = np.empty((0, len(space.parameters)))
    for attempt in range(_ROUNDS):
        points = repair(space, _hypercube(space, n * 2 ** min(attempt, 5), rng, warps or {}))
        found = _unique(np.vstack([found, points[space.is_legal(points)]]))
        if len(found) >= min(n, space.n_candidates):
            return found[:n]
        if attempt > 1 and len(found) and n > 1 and space.n_candidates < 4 * n:
            break
    if not len(found):
        raise SpaceError(f"no setting was found that meets {'; '.join(map(str, space.constraints))}")
    return found[:n]


def repair(space: Space, points: Array) -> Array:
    """Return points moved to where the constraints hold, as near as steps allow; not all become legal.

    Each violated row is met by the smallest move on the scale of the ranges, in turn and repeatedly (Kaczmarz); then
    settings are rounded, and what rounding took from an equality is given to its parameters one after another.
    """
    if not space.constraints:
        return points
    points = points.copy()
    at = {name: i for i, name in enumerate(space.names)}
    ranges = np.array([p.high - p.low for p in space.parameters])
    rows = []
    for constraint in space.constraints:
        for terms, bound in constraint.rows():
            a = np.zeros(len(ranges))
            a[[at[name] for name in terms]] = list(terms.values())
            rows.append((a, bound))
    lows = np.array([p.low if p.is_numeric else 0 for p in space.parameters])
    highs = np.array([p.high if p.is_numeric else len(p.options) for p in space.parameters])
    for _ in range(_PASSES):
        for a, bound in rows:
            norm = float((a * ranges) @ (a * ranges))
            excess = np.maximum(points @ a - bound, 0.0)
            if norm > 0 and excess.any():
                points = np.clip(points - np.outer(excess / norm, a * ranges**2), lows, highs)
    points = _rounded(space, points)
    for constraint in space.constraints:
        if constraint.is_equality:
            points = _settle(space, points, constraint.rows()[0], at)
    return points


def spread(features: Array, n: int, rng: np.random.Generator, *, taken: Array | None = None) -> list[int]:
    """Return the positions of `n` rows of `features` (n_rows, n_features) chosen farthest-first.

    Farthest from those chosen before and from the rows `taken`; without `taken` the first is drawn.

    >>> line = np.array([[0.0], [0.4], [0.5], [1.0]])
    >>> spread(line, 2, np.random.default_rng(0), taken=np.array([[0.1]]))
    [3, 2]
    """
    if taken is None or not len(taken):
        chosen = [int(rng.integers(len(features)))]
        taken = features[chosen]
    else:
        chosen = []
    nearest = np.min([((features - row) ** 2).sum(axis=1) for row in taken], axis=0)
    while len(chosen) < n:
        farthest = int(np.argmax(nearest))
        chosen.append(farthest)
        nearest = np.minimum(nearest, ((features - features[farthest]) ** 2).sum(axis=1))
        nearest[chosen] = -1.0
    return chosen


def _of_table(space: Space, n: int, rng: np.random.Generator, warps: Mapping[str, Warp]) -> Array:
    """Return rows of the table near to the points of a hypercube, each used once."""
    pool = _unique(space.candidates())
    encode = Encoding(space)
    features = encode(pool)
    chosen: list[int] = []
    wanted = encode(_hypercube(space, n, rng, warps))
    for point in wanted[: len(pool)]:
        distances = ((features - point) ** 2).sum(axis=1)
        distances[chosen] = np.inf
        chosen.append(int(np.argmin(distances)))
    return np.resize(pool[chosen], (n, pool.shape[1]))


def _hypercube(space: Space, n: int, rng: np.random.Generator, warps: Mapping[str, Warp]) -> Array:
    from scipy.stats import qmc

    shares = qmc.LatinHypercube(len(space.parameters), rng=rng).random(n)
    columns = []
    for i, parameter in enumerate(space.parameters):
        warp = warps.get(parameter.name)
        columns.append(parameter.from_unit(shares[:, i] if warp is None else warp(shares[:, i])))
    return np.column_stack(columns)


def _rounded(space: Space, points: Array) -> Array:
    return np.column_stack([p.rounded(points[:, i]) for i, p in enumerate(space.parameters)])


def _settle(space: Space, points: Array, row: tuple[dict[str, float], float], at: Mapping[str, int]) -> Array:
    """Return points in which each parameter of an equality in turn takes up what is left of it."""
    terms, bound = row
    for _ in range(2):
        for name, coefficient in terms.items():
            i = at[name]
            total = sum(c * points[:, at[other]] for other, c in terms.items())
            moved = space.parameters[i].rounded(points[:, i] + (bound - total) / coefficient)
            points[:, i] = moved
    return points


def _unique(points: Array) -> Array:
    _, first = np.unique(points, axis=0, return_index=True)
    return points[np.sort(first)]

"""Draws from a space, spread out and legal: Latin hypercube, repair onto constraints, even choice among what is legal.

Latin hypercube: M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 1979, 21, 239, doi:10.2307/1268522.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from superatom.conditions.space.encoding import Encoding
from superatom.conditions.space.parameters import Array
from superatom.conditions.space.space import Space
from superatom.errors import SpaceError

Warp = Callable[[Array], Array]  # shares in [0, 1] to shares in [0, 1]: where a parameter is drawn more densely
_ROUNDS = 12  # of drawing, each twice as large, before a space counts as empty
_DRAWN_ANEW = 5  # of these rounds
_OVERSAMPLED = 16
_PASSES = 60  # of the projection onto the constraints
_TURNS = 2  # in which each chosen setting is chosen again
_APART = 0.2  # how much distance counts, in uses of a stratum


def sample(space: Space, n: int, seed: int, *, warps: Mapping[str, Warp] | None = None) -> Array:
    """Return `n` legal points spread over the space, shape (n, n_parameters); the same for the same `seed`.

    Without constraints a Latin hypercube: each parameter's range is cut into `n` strata, each used once. With
    constraints the same among many legal ones (`spread`), of a table the rows nearest to a hypercube. Candidates repeat
    only where the space has fewer than `n`. `warps` make parameters denser somewhere. Raises `SpaceError` where nothing
    legal is found.

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
    chosen = spread(space, pool, min(n, len(pool)), rng)
    return np.resize(pool[chosen], (n, pool.shape[1]))


def draw(space: Space, n: int, rng: np.random.Generator, *, warps: Mapping[str, Warp] | None = None) -> Array:
    """Return up to `n` different legal points, shape (<= n, n_parameters), without a table.

    Points that break an inequality are first drawn anew and moved only where too few are legal: moved ones all lie on
    the border.
    """
    found = np.empty((0, len(space.parameters)))
    for attempt in range(_ROUNDS):
        points = _hypercube(space, n * 2 ** min(attempt, 5), rng, warps or {})
        points = repair(space, points, is_inequality_kept=attempt >= _DRAWN_ANEW)
        found = _unique(np.vstack([found, points[space.is_legal(points)]]))
        if len(found) >= min(n, space.n_candidates):
            return found[:n]
        if attempt > 1 and len(found) and n > 1 and space.n_candidates < 4 * n:
            break
    if not len(found):
        raise SpaceError(f"no setting was found that meets {'; '.join(map(str, space.constraints))}")
    return found[:n]


def repair(space: Space, points: Array, *, is_inequality_kept: bool = True) -> Array:
    """Return points moved to where the constraints hold, or the equalities alone, as near as steps allow.

    Not all become legal. Each violated row is met by the smallest move on the scale of the ranges, in turn and
    repeatedly (Kaczmarz); then settings are rounded, and what rounding took from an equality is given to its parameters
    one after another.
    """
    if not space.constraints:
        return points
    points = points.copy()
    at = {name: i for i, name in enumerate(space.names)}
    ranges = np.array([p.high - p.low for p in space.parameters])
    rows = []
    for constraint in space.constraints:
        for terms, bound in constraint.rows() if is_inequality_kept or constraint.is_equality else ():
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


def spread(space: Space, pool: Array, n: int, rng: np.random.Generator, *, taken: Array | None = None) -> list[int]:
    """Return the positions of `n` rows of `pool` (n_rows, n_parameters) that use all of each parameter evenly.

    A Latin hypercube among what is legal: the values of each parameter in the pool are cut into strata of equal shares,
    as many as there are settings, those `taken` included, and the settings with the least used strata are chosen one
    after another, then each again once the others are known (conditioned Latin hypercube: B. Minasny, A. B. McBratney,
    Comput. Geosci. 2006, 32, 1378, doi:10.1016/j.cageo.2005.12.009). Among equals the one farthest from the others is
    taken. Choosing farthest-first alone would put all settings into corners.

    >>> from superatom.conditions.space import Parameter
    >>> line = Space((Parameter.continuous("x", 0, 1),))
    >>> pool = np.linspace(0, 1, 101)[:, None]
    >>> chosen = pool[spread(line, pool, 2, np.random.default_rng(0), taken=np.array([[0.1]])), 0]
    >>> bool(0.34 <= chosen.min() <= 0.66 <= chosen.max())
    True
    """
    taken = np.empty((0, pool.shape[1])) if taken is None else taken
    encode, total = Encoding(space), n + len(taken)
    features = encode(pool)
    strata = [_strata(pool[:, i], taken[:, i], total) for i in range(pool.shape[1])]
    away = np.full((total, len(pool)), np.inf)  # squared distances to those taken, then to those chosen
    for k, row in enumerate(encode(taken)):
        away[n + k] = ((features - row) ** 2).sum(axis=1)
    chosen: list[int] = []
    for turn in range(n * (1 + _TURNS)):
        at = turn % n
        others = [row for k, row in enumerate(chosen) if k != at]
        away[at] = np.inf
        nearest = away.min(axis=0)
        value = _APART * nearest / nearest.max() if total > 1 and np.isfinite(nearest[0]) else rng.random(len(pool))
        for of_pool, of_taken, share in strata:
            use = np.bincount(np.append(of_taken, of_pool[others]), minlength=len(share)) / (total * share)
            value = value - use[of_pool]
        value[others] = -np.inf
        best = int(np.argmax(value))
        away[at] = ((features - features[best]) ** 2).sum(axis=1)
        chosen[at : at + 1] = [best]
    return chosen


def _strata(values: Array, taken: Array, n: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Return the stratum of each value and of each one taken, and the share of the values in each stratum.

    Up to `n` strata of equal shares, or one per value where there are fewer; what lies outside counts to the nearest.
    """
    levels = np.unique(values)
    if len(levels) > n:
        levels = np.unique(np.quantile(values, (np.arange(n) + 0.5) / n))
    edges = (levels[1:] + levels[:-1]) / 2
    of_values, of_taken = np.searchsorted(edges, values), np.searchsorted(edges, taken)
    return of_values, of_taken, np.maximum(np.bincount(of_values, minlength=len(levels)), 1) / len(values)


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

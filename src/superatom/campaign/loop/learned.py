"""What the model of a campaign has learned so far, for advice and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from superatom.campaign.loop.state import Standing
from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders.bayesian import fit_models
from superatom.conditions.recommenders.history import History, read_history
from superatom.conditions.space import Space
from superatom.conditions.space.encoding import Encoding
from superatom.conditions.space.parameters import Array
from superatom.models.extras import need

if TYPE_CHECKING:
    from superatom.conditions.recommenders.acquisition import Models

_FEWEST = 3
_LEVELS = 25  # of a number, when it is asked how much it matters
_ROOM = 1e-9  # of a range, for rounding


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A fitted campaign: its records as numbers, the encoding, the models; `best` is the row of the best record."""

    space: Space
    objective: Objective
    history: History
    encode: Encoding
    models: Models
    best: int

    def mean_and_spread(self, k: int, points: Array) -> tuple[Array, Array]:
        """Return what the model expects of the k-th measured number at points, each (n,), in its unit."""
        from superatom.conditions.recommenders.surrogate import posterior

        return posterior(self.models.measured[k], self.encode(points))

    def success_probability(self, points: Array) -> Array:
        """Return the probability that a synthesis at points works, shape (n,); 1 where nothing was learned."""
        return self.models.success_probability(self.encode(points))

    def noise(self, k: int) -> float:
        """Return the standard deviation between repeats of the k-th measured number, as the model sees it."""
        from superatom.conditions.recommenders.surrogate import repeat_spread

        return repeat_spread(self.models.measured[k])

    def around_best(self, axes: Mapping[int, Array]) -> tuple[Array, NDArray[np.bool_]]:
        """Return the best record with some parameters moved, and which of these points can be made.

        Parameters
        ----------
        axes
            By position of the parameter, coded settings, each of shape (n,).

        Returns
        -------
        tuple
            Points, shape (n, n_parameters); what the moved parameters leave of a mixture is shared by its others in the
            proportion they have in the best record. And whether each keeps bounds, minimum doses and constraints (steps
            are not asked for), shape (n,); one that does not is given as the best record.
        """
        best = self.history.points[self.best]
        moved = np.repeat(best[None], len(next(iter(axes.values()))), axis=0)
        for i, axis in axes.items():
            moved[:, i] = axis
        points = shared_out(self.space, moved, list(axes))
        legal = np.ones(len(points), dtype=bool)
        for i, parameter in enumerate(self.space.parameters):
            room = _ROOM * (parameter.high - parameter.low)
            inside = (points[:, i] >= parameter.low - room) & (points[:, i] <= parameter.high + room)
            inside &= parameter.can_be_dispensed(points[:, i])
            legal &= inside | (points[:, i] == best[i])
        columns = dict(zip(self.space.names, points.T, strict=True))
        for constraint in self.space.constraints:
            legal &= constraint.is_met(columns)
        if not legal.any():  # the best record itself was made outside the space
            return moved, ~legal
        points[~legal] = best
        return points, legal

    def influences(self) -> tuple[float, ...]:
        """Return how far the first response changes over each parameter alone, from the best record, in its unit."""
        found = []
        for i in range(len(self.space.parameters)):
            points, legal = self.around_best({i: axis_of(self.space, i, _LEVELS)})
            found.append(float(np.ptp(self.mean_and_spread(0, points[legal])[0])))
        return tuple(found)


def shared_out(space: Space, points: Array, moved: Sequence[int]) -> Array:
    """Return points whose other numbers share out what the moved ones leave of every mixture.

    They keep their proportions, as along the directions of D. R. Cox, Biometrika 1971, 58, 155,
    doi:10.1093/biomet/58.1.155. Where those others are zero, they become NaN or infinite.

    >>> from superatom.conditions.space import Constraint, Parameter
    >>> names = ["metal", "ligand", "solvent"]
    >>> space = Space(tuple(Parameter.continuous(n, 0, 1) for n in names), (Constraint.mixture(names),))
    >>> shared_out(space, np.array([[0.6, 0.1, 0.3]]), [0]).round(3).tolist()
    [[0.6, 0.1, 0.3]]
    >>> shared_out(space, np.array([[0.2, 0.1, 0.3]]), [0]).round(3).tolist()
    [[0.2, 0.2, 0.6]]
    """
    shared = points.copy()
    is_moved = np.isin(np.arange(len(space.names)), moved)
    for constraint in space.constraints:
        if constraint.is_equality:
            row, total = constraint.rows()[0]
            weights = np.array([row.get(name, 0.0) for name in space.names])
            held, free = weights * is_moved, weights * ~is_moved
            if held.any() and free.any():
                with np.errstate(divide="ignore", invalid="ignore"):
                    shared[:, free != 0] *= ((total - shared @ held) / (shared @ free))[:, None]
    return shared


def axis_of(space: Space, i: int, n: int) -> Array:
    """Return `n` places along a number, evenly on its own scale, or every option of a choice, as coded settings."""
    parameter = space.parameters[i]
    if not parameter.is_numeric:
        return np.arange(len(parameter.options), dtype=float)
    if parameter.is_log:
        return np.geomspace(parameter.low, parameter.high, n)
    return np.linspace(parameter.low, parameter.high, n)


def learned(now: Standing) -> Learned | None:
    """Return what was learned, or None while fewer than three flasks have all their numbers.

    Raises `MissingEngineError` without the extra ``campaign``.
    """
    setup, encode = now.setup, Encoding(now.setup.space)
    history = read_history(setup.space, setup.objective, now.tried, encode)
    best = best_row(history, setup.objective)
    if history.is_complete.sum() < _FEWEST or best is None:
        return None
    need("torch", "botorch", extra="campaign")
    earlier = {task.name: read_history(setup.space, setup.objective, task.records, encode) for task in setup.earlier}
    models, _ = fit_models(setup.objective, history, encode.blocks, earlier, setup.transfer)
    return Learned(setup.space, setup.objective, history, encode, models, best)


def best_row(history: History, objective: Objective) -> int | None:
    """Return the row of the best good record, else of the best complete one, else None."""
    sign = objective.responses[0].sign
    complete = np.flatnonzero(history.is_complete).tolist()
    best = history.best(objective)
    return max(complete, key=lambda i: float(sign * history.outcomes[i, 0]), default=None) if best is None else best

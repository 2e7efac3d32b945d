"""What the model of a campaign has learned so far, for advice and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from superatom.campaign.loop.campaign import Campaign
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
        from superatom.conditions.recommenders.surrogate import scale_of

        model = self.models.measured[k]
        variance = model.likelihood.noise.detach().reshape(-1)[0]
        return float(variance.sqrt()) * scale_of(model)

    def influences(self) -> tuple[float, ...]:
        """Return how far the first response changes over each parameter alone, from the best record, in its unit."""
        found = []
        for i in range(len(self.space.parameters)):
            points = np.repeat(
                self.history.points[self.best][None], len(axis := axis_of(self.space, i, _LEVELS)), axis=0
            )
            points[:, i] = axis
            found.append(float(np.ptp(self.mean_and_spread(0, points)[0])))
        return tuple(found)


def axis_of(space: Space, i: int, n: int) -> Array:
    """Return `n` places along a number, evenly on its own scale, or every option of a choice, as coded settings."""
    parameter = space.parameters[i]
    if not parameter.is_numeric:
        return np.arange(len(parameter.options), dtype=float)
    if parameter.is_log:
        return np.geomspace(parameter.low, parameter.high, n)
    return np.linspace(parameter.low, parameter.high, n)


def learned(campaign: Campaign) -> Learned | None:
    """Return what was learned, or None while fewer than three flasks have all their numbers.

    Raises `MissingEngineError` without the extra ``campaign``.
    """
    space, objective = campaign.setup.space, campaign.setup.objective
    encode = Encoding(space)
    history = read_history(space, objective, campaign.tried(), encode)
    best = best_row(history, objective)
    if history.is_complete.sum() < _FEWEST or best is None:
        return None
    need("torch", "botorch", extra="campaign")
    import torch

    torch.manual_seed(campaign.setup.seed)
    earlier = {task.name: read_history(space, objective, task.records, encode) for task in campaign.setup.earlier}
    models, _ = fit_models(objective, history, encode.blocks, earlier, campaign.setup.transfer)
    return Learned(space, objective, history, encode, models, best)


def best_row(history: History, objective: Objective) -> int | None:
    """Return the row of the best good record, else of the best complete one, else None."""
    sign = objective.responses[0].sign
    complete = np.flatnonzero(history.is_complete).tolist()
    best = history.best(objective)
    return max(complete, key=lambda i: float(sign * history.outcomes[i, 0]), default=None) if best is None else best

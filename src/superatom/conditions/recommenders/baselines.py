"""Recommenders that learn nothing, or one factor at a time: what a campaign is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders.batch import Batch, Suggestion, TriedSetting
from superatom.conditions.recommenders.explain import without_model
from superatom.conditions.recommenders.first import Evidence, first_points
from superatom.conditions.recommenders.history import History, read_history
from superatom.conditions.recommenders.pool import LISTED, enough, pool_of, without
from superatom.conditions.space import Space
from superatom.conditions.space.encoding import Encoding
from superatom.conditions.space.parameters import Array
from superatom.conditions.space.sampling import repair

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of a number's range, the levels of one factor at a time


@dataclass(frozen=True, slots=True)
class AtRandom:
    """Settings drawn evenly from what was not tried."""

    @property
    def name(self) -> str:
        """Name in the table of recommenders."""
        return "random"

    def recommend(
        self, space: Space, objective: Objective, records: Sequence[TriedSetting], n: int, seed: int
    ) -> Batch:
        """Return `n` suggestions; see `Recommender`."""
        history = read_history(space, objective, records)
        rng = np.random.default_rng(seed)
        pool = enough(pool_of(space, history.points, rng), n)
        chosen = pool[rng.permutation(len(pool))[:n]]
        made = tuple(Suggestion(settings, "drawn at random") for settings in space.to_settings(chosen))
        return Batch(made, self.name, seed, history.remarks)


@dataclass(frozen=True, slots=True)
class LatinHypercube:
    """Settings spread over the space, denser where cited values lie, away from what was tried."""

    evidence: tuple[Evidence, ...] = ()

    @property
    def name(self) -> str:
        """Name in the table of recommenders."""
        return "latin-hypercube"

    def recommend(
        self, space: Space, objective: Objective, records: Sequence[TriedSetting], n: int, seed: int
    ) -> Batch:
        """Return `n` suggestions; see `Recommender`."""
        history = read_history(space, objective, records)
        points = first_points(space, history, n, seed, self.evidence)
        made = without_model(history, space, Encoding(space), points, has_evidence=bool(self.evidence))
        return Batch(tuple(made), self.name, seed, history.remarks)


@dataclass(frozen=True, slots=True)
class OneFactorAtATime:
    """What the field mostly does: from the best setting so far, one parameter moves while the others stay.

    Numbers go through five places of their range, choices through all options, parameters in order. When every move
    from the best setting was tried, the rest is drawn at random. Of several responses only the first counts.
    """

    @property
    def name(self) -> str:
        """Name in the table of recommenders."""
        return "ofat"

    def recommend(
        self, space: Space, objective: Objective, records: Sequence[TriedSetting], n: int, seed: int
    ) -> Batch:
        """Return `n` suggestions; see `Recommender`."""
        history = read_history(space, objective, records)
        pool = enough(pool_of(space, history.points, np.random.default_rng(seed)), n)
        centre = _centre(space, objective, history)
        found = [(centre, "the middle of the space")] if not len(history.points) else []
        found += list(_moves(space, centre))
        tried = history.points
        made: list[Suggestion] = []
        for point, why in found:
            if len(made) < n and len(without(point[None], tried)):
                tried = np.vstack([tried, point])
                made.append(Suggestion(space.to_settings(point[None])[0], why))
        if len(made) < n:
            left = without(pool, tried)
            rest = left[np.random.default_rng(seed).permutation(len(left))[: n - len(made)]]
            why = "every single move from the best setting was tried; drawn at random"
            made += [Suggestion(settings, why) for settings in space.to_settings(rest)]
        return Batch(tuple(made), self.name, seed, history.remarks)


def _centre(space: Space, objective: Objective, history: History) -> Array:
    """Return the best setting so far, or the middle of the space moved onto its constraints."""
    best = history.best(objective)
    if best is not None:
        return np.asarray(history.points[best])
    middle = np.array([[p.from_unit(np.array([0.5]))[0] for p in space.parameters]])
    middle = repair(space, middle)
    if not space.table and space.is_legal(middle)[0]:
        return np.asarray(middle[0])
    pool = pool_of(space, history.points[:0], np.random.default_rng(0))
    features, wanted = space.to_unit(pool), space.to_unit(middle)
    return np.asarray(pool[int(np.argmin(((features - wanted) ** 2).sum(axis=1)))])


def _moves(space: Space, centre: Array) -> Iterator[tuple[Array, str]]:
    """Yield legal points that differ from `centre` in one parameter, with the reason."""
    listed = space.candidates(LISTED) if space.table and len(space.table) <= LISTED else None
    for i, parameter in enumerate(space.parameters):
        if listed is not None:
            same = np.delete(listed == centre, i, axis=1).all(axis=1)
            levels = np.unique(listed[same, i])
        elif parameter.is_numeric:
            levels = np.unique(parameter.at_share(np.array(_SHARES)))
        else:
            levels = parameter.levels
        for level in levels:
            point = centre.copy()
            point[i] = level
            if level != centre[i] and space.is_legal(point[None])[0]:
                yield point, f"{parameter.name} alone, {parameter.show(parameter.decode(float(level)))}"

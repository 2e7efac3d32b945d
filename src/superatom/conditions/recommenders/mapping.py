"""The recommender that maps where a synthesis works, rather than climbing to the best setting.

Expected coverage improvement: a candidate is worth the part of the probably working region that a success there would
newly cover, times the probability of that success (G. Malkomes et al., Beyond the Pareto Efficient Frontier: Constraint
Active Search, ICML 2021, PMLR 139, 7423).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders.batch import Batch, Suggestion, TriedSetting
from superatom.conditions.recommenders.explain import without_model
from superatom.conditions.recommenders.first import first_points
from superatom.conditions.recommenders.history import read_history
from superatom.conditions.recommenders.pool import enough, pool_of
from superatom.conditions.space import Space
from superatom.conditions.space.encoding import Encoding
from superatom.conditions.space.parameters import Array
from superatom.errors import RecommenderError
from superatom.models.extras import need

_LEFT = 0.25
_FINEST = 0.01
_LOOKED_AT = 2_000  # candidates; also the sample of the space that coverage is summed over


@dataclass(frozen=True, slots=True)
class RegionMapping:
    """Settings that cover most of the region where the synthesis works; it learns from successes and failures alone.

    Attributes
    ----------
    radius
        How far a success speaks for its neighbourhood at first, on the scale of the space (1 is the whole range of one
        number); halved whenever three quarters of what probably works are covered, so that the map becomes finer.
    """

    radius: float = 0.15

    def __post_init__(self) -> None:
        if not 0 < self.radius < np.inf:
            raise RecommenderError(f"the radius of a success is above zero, not {self.radius:g}")

    @property
    def name(self) -> str:
        """Name in the table of recommenders."""
        return "mapping"

    def recommend(
        self, space: Space, objective: Objective, records: Sequence[TriedSetting], n: int, seed: int
    ) -> Batch:
        """Return `n` suggestions; see `Recommender`. Spread over the space until a success and a failure are known."""
        encode = Encoding(space)
        history = read_history(space, objective, records, encode)
        known = np.isfinite(history.success)
        if len(set(history.success[known])) < 2:
            points = first_points(space, history, n, seed)
            suggestions = tuple(without_model(history, space, encode, points, has_evidence=False))
            return Batch(suggestions, self.name, seed, history.remarks)
        rng = np.random.default_rng(seed)
        pool = enough(pool_of(space, history.points, rng), n)
        pool = pool[rng.permutation(len(pool))[: max(_LOOKED_AT, n)]]
        need("torch", "botorch", extra="campaign")
        from superatom.conditions.recommenders.success import fit_success, success_probability

        model = fit_success(history.features[known], history.success[known], encode.blocks)
        features = encode(pool)
        probability = success_probability(model, features)
        made = history.features[history.success == 1]
        waiting = history.features[history.is_pending & ~known]
        chances = success_probability(model, waiting) if len(waiting) else np.empty(0)
        centres = np.vstack([made, waiting]), np.concatenate([np.ones(len(made)), chances])
        radius, open_ = self._uncovered(features, probability, centres)
        chosen, gains = _chosen(_covers(features, features, radius), probability, open_, n)
        whole = max(float(probability.sum()), 1e-12)
        suggestions = tuple(
            Suggestion(
                settings,
                f"maps where it works: a success, probability {probability[row]:.2f}, would newly cover "
                f"{100 * gain / max(probability[row], 1e-12) / whole:.1f} % of what probably works",
                success_probability=float(probability[row]),
                explore_share=float(1.0 - abs(2.0 * probability[row] - 1.0)),
                acquisition=float(gain),
            )
            for settings, row, gain in zip(space.to_settings(pool[chosen]), chosen, gains, strict=True)
        )
        return Batch(suggestions, self.name, seed, history.remarks)

    def _uncovered(self, features: Array, probability: Array, centres: tuple[Array, Array]) -> tuple[float, Array]:
        """Return the radius in use, and how probably each row of features is still uncovered, shape (n_rows,).

        `centres` are the features of successes and pending flasks, and the probability of each.
        """
        radius = self.radius
        while True:
            covers = _covers(features, centres[0], radius)
            open_ = np.prod(1.0 - covers * centres[1], axis=1)
            if float(probability @ open_) > _LEFT * float(probability.sum()) or radius < _FINEST:
                return radius, np.asarray(open_)
            radius /= 2


def _covers(features: Array, centres: Array, radius: float) -> Array:
    """Whether each centre covers each row of features, shape (n_rows, n_centres), as 0 or 1."""
    squares = (features**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)[None] - 2.0 * features @ centres.T
    return np.asarray(squares <= radius**2 + 1e-12, dtype=float)


def _chosen(covers: Array, probability: Array, open_: Array, n: int) -> tuple[list[int], list[float]]:
    """Return `n` rows with the largest expected gain of coverage, one after another, and the gains."""
    left = np.ones(len(covers), dtype=bool)
    rows: list[int] = []
    gains: list[float] = []
    for _ in range(n):
        gain = np.where(left, probability * (covers.T @ (probability * open_)), -1.0)
        row = int(np.argmax(gain))
        rows.append(row)
        gains.append(float(gain[row]))
        left[row] = False
        open_ = open_ * (1.0 - probability[row] * covers[:, row])
    return rows, gains

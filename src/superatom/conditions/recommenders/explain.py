"""Suggestions in words: what is expected, whether it explores or exploits, and which record is nearest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders.batch import Suggestion
from superatom.conditions.recommenders.history import History
from superatom.conditions.space import Space
from superatom.conditions.space.encoding import Encoding
from superatom.conditions.space.parameters import Array
from superatom.models.prediction import Prediction

if TYPE_CHECKING:
    from superatom.conditions.recommenders.acquisition import Models

_SAME = 1e-6
_TINY = 1e-3
_NAMED = 3  # parameters named in the comparison with the nearest record


@dataclass(frozen=True, slots=True)
class Grounds:
    """What suggestions are chosen and judged by."""

    space: Space
    objective: Objective
    history: History
    encode: Encoding
    models: Models


def with_model(grounds: Grounds, points: Array, values: Array, rivals: Array) -> Iterator[Suggestion]:
    """Yield suggestions for points (n, n_parameters) with their acquisition values (n,), in this order.

    `rivals` are candidates (m, n_parameters) they are ranked among.
    """
    from superatom.conditions.recommenders.surrogate import posterior, prior_spread

    objective, history, models = grounds.objective, grounds.history, grounds.models
    features = grounds.encode(points)
    expected = [posterior(model, features) for model in models.measured]
    prior = [prior_spread(model) for model in models.measured]
    others = grounds.encode(rivals)
    share = np.mean([_explore_share(grounds, k, expected[k], others) for k in range(len(objective.responses))], axis=0)
    probability = models.success_probability(features)
    model_id = _model_id(history)
    for i, (settings, value) in enumerate(zip(grounds.space.to_settings(points), values.tolist(), strict=True)):
        predictions = {
            name: Prediction(
                float(expected[k][0][i]),
                float(expected[k][1][i]),
                bool(expected[k][1][i] ** 2 <= prior[k] ** 2 / 2),
                model_id,
            )
            for k, name in enumerate(objective.measured)
        }
        works = None if models.success is None else float(probability[i])
        row, distance = _nearest(features[i], history)
        clauses = [_expectation(objective, predictions), _best_so_far(objective, history), _share(float(share[i]))]
        if works is not None:
            clauses.append(f"works with probability {works:.2f}")
        clauses.append(_comparison(grounds.space, points[i], history, row))
        yield Suggestion(
            settings, "; ".join(filter(None, clauses)), predictions, works, float(share[i]), value,
            history.records[row].id, distance,
        )  # fmt: skip


def _explore_share(grounds: Grounds, k: int, expected: tuple[Array, Array], others: Array) -> Array:
    """Return how much a suggestion stands out by its spread rather than its mean, 0 to 1.

    Both are ranked among the rivals: a suggestion with a larger mean than 90 % of them and a larger spread than 30 %
    has 0.3 / (0.9 + 0.3) = 0.25.
    """
    from superatom.conditions.recommenders.surrogate import posterior

    sign, (mean, spread) = grounds.objective.responses[k].sign, expected
    means, spreads = posterior(grounds.models.measured[k], others)
    by_mean = np.mean(sign * means[None] < sign * mean[:, None], axis=1)
    by_spread = np.mean(spreads[None] < spread[:, None], axis=1)
    return np.asarray((by_spread + _TINY) / (by_mean + by_spread + 2 * _TINY))


def without_model(
    history: History, space: Space, encode: Encoding, points: Array, *, has_evidence: bool
) -> Iterator[Suggestion]:
    """Yield suggestions for points that were spread over the space."""
    why = "spread over the space, denser where cited values lie" if has_evidence else "spread over the space"
    for point, settings in zip(points, space.to_settings(points), strict=True):
        if not history.records:
            yield Suggestion(settings, f"{why}: nothing was measured yet")
            continue
        row, distance = _nearest(encode(point[None])[0], history)
        reason = f"{why}: too little was measured for a model; {_comparison(space, point, history, row)}"
        yield Suggestion(settings, reason, nearest_id=history.records[row].id, nearest_distance=distance)


def _expectation(objective: Objective, predictions: dict[str, Prediction]) -> str:
    parts = [
        f"{name} {p.mean:.3g} ± {p.spread:.2g} {objective.units[name]}".strip()
        + ("" if p.in_domain else " (far from records)")
        for name, p in predictions.items()
    ]
    return "expected: " + ", ".join(parts)


def _best_so_far(objective: Objective, history: History) -> str:
    if len(objective.responses) > 1:
        return ""
    best = history.best(objective)
    if best is None:
        return "no record keeps the limits yet" if objective.limits else ""
    return f"best so far {history.outcomes[best, 0]:.3g} {objective.responses[0].unit}".strip()


def _share(share: float) -> str:
    if share >= 0.6:
        return f"explores (share {share:.2f}): chosen more for what is not known there than for what is expected"
    if share <= 0.4:
        return f"exploits (share of exploring {share:.2f}): chosen for what is expected there"
    return f"explores and exploits (share {share:.2f})"


def _comparison(space: Space, point: Array, history: History, row: int) -> str:
    """Return the nearest record and where it differs, largest difference first."""
    other = history.points[row]
    gaps = []
    for i, parameter in enumerate(space.parameters):
        if parameter.is_numeric:
            pair = parameter.to_unit(np.array([point[i], other[i]]))
            gaps.append(float(abs(pair[0] - pair[1])))
        else:
            gaps.append(float(point[i] != other[i]))
    order = [i for i in np.argsort(-np.array(gaps), kind="stable").tolist() if gaps[i] > _SAME]
    if not order:
        return f"repeats record {history.records[row].id}"
    moves = [
        f"{p.name} {p.show(p.decode(other[i]))} → {p.show(p.decode(point[i]))}"
        for i in order[:_NAMED]
        for p in (space.parameters[i],)
    ]
    more = f" and {len(order) - _NAMED} more" if len(order) > _NAMED else ""
    return f"nearest record {history.records[row].id}, from it: {', '.join(moves)}{more}"


def _nearest(features: Array, history: History) -> tuple[int, float]:
    distances = np.sqrt(((history.features - features) ** 2).sum(axis=1))
    row = int(np.argmin(distances))
    return row, float(distances[row])


def _model_id(history: History) -> str:
    """Return a name that changes with what the model was fitted to."""
    digest = hashlib.sha256(history.points.tobytes() + history.outcomes.tobytes() + history.success.tobytes())
    return f"gaussian-process-{int(history.is_complete.sum())}-{digest.hexdigest()[:8]}"

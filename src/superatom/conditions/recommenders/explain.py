"""Suggestions in words: what is expected, whether much is unknown there, and which record is nearest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
_EXPLORES = 0.5  # of the prior variance left: the border of the domain too
_NAMED = 3  # parameters named in the comparison with the nearest record


@dataclass(frozen=True, slots=True)
class Grounds:
    """What suggestions are chosen and judged by."""

    space: Space
    objective: Objective
    history: History
    encode: Encoding
    models: Models


def with_model(grounds: Grounds, points: Array, values: Array) -> Iterator[Suggestion]:
    """Yield suggestions for points (n, n_parameters) with their acquisition values (n,), in this order."""
    from superatom.conditions.recommenders.surrogate import posterior, prior_spread

    objective, history, models = grounds.objective, grounds.history, grounds.models
    features = grounds.encode(points)
    expected = [posterior(model, features) for model in models.measured]
    prior = [prior_spread(model) for model in models.measured]
    share = _explore_share(expected, prior)
    probability = models.success_probability(features)
    model_id, known = _model_id(history), _measured(history)
    for i, (settings, value) in enumerate(zip(grounds.space.to_settings(points), values.tolist(), strict=True)):
        predictions = {
            name: Prediction(
                float(expected[k][0][i]),
                float(expected[k][1][i]),
                bool(expected[k][1][i] ** 2 <= _EXPLORES * prior[k] ** 2),
                model_id,
            )
            for k, name in enumerate(objective.measured)
        }
        works = None if models.success is None else float(probability[i])
        row, distance = _nearest(features[i], history, known)
        clauses = [_expectation(objective, predictions), _best_so_far(objective, history), _share(float(share[i]))]
        if works is not None:
            clauses.append(f"works with probability {works:.2f}")
        clauses.append(_comparison(grounds.space, points[i], history, row))
        yield Suggestion(
            settings, "; ".join(filter(None, clauses)), predictions, works, float(share[i]), value,
            history.records[row].id, distance,
        )  # fmt: skip


def _explore_share(expected: Sequence[tuple[Array, Array]], prior: Sequence[float]) -> Array:
    """Return how much of what was unknown before any record still is, 0 to 1, shape (n,): variance over prior variance.

    The mean over the measured numbers.
    """
    shares = [np.minimum((spread / before) ** 2, 1.0) for (_, spread), before in zip(expected, prior, strict=True)]
    return np.asarray(np.mean(shares, axis=0))


def without_model(
    history: History,
    space: Space,
    encode: Encoding,
    points: Array,
    *,
    has_evidence: bool,
    because: str = "",
) -> Iterator[Suggestion]:
    """Yield suggestions for points that were spread over the space; `because` says why no model spoke."""
    why = "spread over the space, denser where cited values lie" if has_evidence else "spread over the space"
    known = _measured(history)
    for point, settings in zip(points, space.to_settings(points), strict=True):
        if not len(known):
            yield Suggestion(settings, f"{why}: nothing was measured yet")
            continue
        row, distance = _nearest(encode(point[None])[0], history, known)
        reason = "; ".join(filter(None, [why, because, _comparison(space, point, history, row)]))
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
    """Say whether a flask looks where little is known."""
    if share > _EXPLORES:
        return f"explores: {share:.0%} of what was unknown still is unknown there"
    return f"exploits: {1 - share:.0%} of what was unknown is known there"


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
        f"{p.name} {p.show_move(p.decode(other[i]), p.decode(point[i]))}"
        for i in order[:_NAMED]
        for p in (space.parameters[i],)
    ]
    more = f" and {len(order) - _NAMED} more" if len(order) > _NAMED else ""
    return f"nearest record {history.records[row].id}, from it: {', '.join(moves)}{more}"


def _measured(history: History) -> NDArray[np.intp]:
    """Return the rows of the records of which anything is known; a flask that waits is no record."""
    return np.flatnonzero(np.isfinite(history.outcomes).any(axis=1) | np.isfinite(history.success))


def _nearest(features: Array, history: History, known: NDArray[np.intp]) -> tuple[int, float]:
    """Return which of the rows `known` is closest to features (n_features,), and its distance."""
    distances = np.sqrt(((history.features[known] - features) ** 2).sum(axis=1))
    at = int(np.argmin(distances))
    return int(known[at]), float(distances[at])


def _model_id(history: History) -> str:
    """Return a name that changes with what the model was fitted to."""
    digest = hashlib.sha256(history.points.tobytes() + history.outcomes.tobytes() + history.success.tobytes())
    return f"gaussian-process-{int(history.is_complete.sum())}-{digest.hexdigest()[:8]}"

"""Records of a campaign as numbers, with what must be said about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders.batch import TriedSetting
from superatom.conditions.space import Space
from superatom.conditions.space.encoding import Encoding
from superatom.conditions.space.parameters import Array
from superatom.errors import RecommenderError, SpaceError

_NAMED = 5  # records named in a remark


@dataclass(frozen=True, slots=True)
class History:
    """What is known: one row per record that the space can express.

    Attributes
    ----------
    points, features
        Settings, shapes (n, n_parameters) and (n, n_features).
    outcomes
        Shape (n, n_measured) in the order of ``objective.measured``; NaN where not measured.
    success
        1 made, 0 not made, NaN unknown; shape (n,).
    is_pending, is_inside
        Whether the record waits for its result, and whether it is legal in the space; shape (n,).
    """

    records: tuple[TriedSetting, ...]
    points: Array
    features: Array
    outcomes: Array
    success: Array
    is_pending: NDArray[np.bool_]
    is_inside: NDArray[np.bool_]
    remarks: tuple[str, ...]

    @property
    def is_complete(self) -> NDArray[np.bool_]:
        """Whether all numbers of the objective were measured."""
        return np.asarray(np.isfinite(self.outcomes).all(axis=1))

    def good(self, objective: Objective) -> list[int]:
        """Return the rows of the complete records that did not fail and keep all limits."""
        return [
            i
            for i in np.flatnonzero(self.is_complete & (self.success != 0)).tolist()
            if all(limit.is_kept(self.outcomes[i, objective.measured.index(limit.name)]) for limit in objective.limits)
        ]

    def best(self, objective: Objective) -> int | None:
        """Return the row of the best good record by the first response; None if there is none."""
        sign = objective.responses[0].sign
        return max(self.good(objective), key=lambda i: float(sign * self.outcomes[i, 0]), default=None)


def read_history(
    space: Space, objective: Objective, records: Sequence[TriedSetting], encode: Encoding | None = None
) -> History:
    """Return records as numbers.

    A record outside the bounds counts in full; one that uses an option or lacks a parameter of the space cannot be
    placed and is left out; both are said in the remarks. Raises `RecommenderError` for a measured number that is not
    finite.
    """
    placed, points, left_out = [], [], []
    for record in records:
        try:
            points.append(space.to_points([{k: v for k, v in record.settings.items() if k in space.names}])[0])
        except SpaceError as error:
            left_out.append(f"{record.id} ({error})")
            continue
        placed.append(record)
    array = np.array(points, dtype=float).reshape(len(placed), len(space.parameters))
    inside = space.is_legal(array)
    remarks = (
        [f"{len(left_out)} record(s) left out, not placeable in the space: {_listed(left_out)}"] if left_out else []
    )
    if not inside.all():
        outside = [record.id for record, ok in zip(placed, inside, strict=True) if not ok]
        remarks.append(f"{len(outside)} record(s) outside the space still inform the model: {_listed(outside)}")
    outcomes = np.array([[r.outcomes.get(name, np.nan) for name in objective.measured] for r in placed], dtype=float)
    if np.isinf(outcomes).any():
        raise RecommenderError("a measured number is infinite; records need finite numbers, or none where not measured")
    return History(
        tuple(placed),
        array,
        (encode or Encoding(space))(array),
        outcomes.reshape(len(placed), len(objective.measured)),
        np.array([np.nan if r.success is None else float(r.success) for r in placed], dtype=float),
        np.array([r.is_pending for r in placed], dtype=bool),
        np.asarray(inside, dtype=bool),
        tuple(remarks),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")

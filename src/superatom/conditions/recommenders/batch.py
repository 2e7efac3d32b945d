"""The nouns of recommending: a record of what was tried, a suggestion with its reasons, and the verb between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from superatom.conditions.objectives import Objective
from superatom.conditions.space import Setting, Space
from superatom.models.prediction import Prediction


@dataclass(frozen=True, slots=True)
class TriedSetting:
    """One flask of a campaign: settings, and what came of them so far.

    Attributes
    ----------
    id
        Of the record in the library, or any name.
    settings
        By parameter name; numbers outside the space are welcome.
    outcomes
        Measured numbers by name, in the units of the objective; repeats of a setting are records of their own.
    success
        Whether the target was made; None where nobody said.
    is_pending
        Suggested or running, not yet measured: not suggested again, and counted as looked at.
    """

    id: str
    settings: Mapping[str, Setting]
    outcomes: Mapping[str, float] = field(default_factory=dict)
    success: bool | None = None
    is_pending: bool = False


@dataclass(frozen=True, slots=True)
class EarlierTask:
    """An earlier campaign, or literature records, on the same parameters; its settings may lie outside the space."""

    name: str
    records: tuple[TriedSetting, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One flask to try next.

    Attributes
    ----------
    settings
        By parameter name; legal in the space.
    expected
        What the model expects of each measured number, in the unit of the objective, without the noise of one
        measurement; empty without a model.
    success_probability
        None where nothing was learned about success.
    explore_share
        How much of what was unknown before any record still is unknown there, 0 (exploits) to 1 (explores): the
        variance over the prior variance. 1 without a model.
    acquisition
        Value by which it was chosen (logarithm of the expected improvement); None without a model.
    nearest_id, nearest_distance
        The closest record of which anything is known, and its distance on the scale of the space (0 the same setting,
        1 unlike in one parameter).
    reason
        In words.
    """

    settings: Mapping[str, Setting]
    reason: str
    expected: Mapping[str, Prediction] = field(default_factory=dict)
    success_probability: float | None = None
    explore_share: float = 1.0
    acquisition: float | None = None
    nearest_id: str = ""
    nearest_distance: float | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Suggestions of one call, best first, with the seed and the recommender they come from, and remarks."""

    suggestions: tuple[Suggestion, ...]
    recommender: str
    seed: int
    remarks: tuple[str, ...] = ()


class Recommender(Protocol):
    """What suggests the next settings."""

    @property
    def name(self) -> str:
        """Name in the table of recommenders and in a batch."""
        ...

    def recommend(
        self, space: Space, objective: Objective, records: Sequence[TriedSetting], n: int, seed: int
    ) -> Batch:
        """Return `n` suggestions; the same for the same arguments.

        Raises `RecommenderError` for n < 1, or where the space has fewer than `n` settings left to try.
        """
        ...

"""A prediction is never a bare number: mean, spread, whether the model knows such inputs, and which model said so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from superatom.errors import ModelError


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says about one item.

    Attributes
    ----------
    mean
        The predicted value in the unit of the model's card; for an outcome model the probability of success.
    spread
        One standard deviation, from the members of an ensemble or of the posterior, in the unit of `mean`.
    in_domain
        Whether the item is like what the model was trained on; outside, mean and spread are guesses.
    model_id
        Name of the model with a digest of its training data and settings.

    >>> Prediction(0.81, 0.06, True, "outcome-forest-1f0c").mean
    0.81
    """

    mean: float
    spread: float
    in_domain: bool
    model_id: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.spread) and self.spread >= 0):
            raise ModelError(
                f"a prediction of {self.mean} ± {self.spread}: both must be finite, the spread not negative"
            )

    def __str__(self) -> str:
        return f"{self.mean:.2f} ± {self.spread:.2f}{'' if self.in_domain else ' (outside what the model knows)'}"


@dataclass(frozen=True, slots=True)
class Probability(Prediction):
    """A prediction that lies between 0 and 1, shown as the range within one spread.

    >>> str(Probability(0.71, 0.45, True, "m"))
    '0.71 (0.26 to 1.00)'
    """

    @property
    def low(self) -> float:
        """The mean less one spread, not below 0."""
        return max(self.mean - self.spread, 0.0)

    @property
    def high(self) -> float:
        """The mean and one spread, not above 1."""
        return min(self.mean + self.spread, 1.0)

    def __str__(self) -> str:
        shown = f"{self.mean:.2f} ({self.low:.2f} to {self.high:.2f})"
        return f"{shown}{'' if self.in_domain else ' (outside what the model knows)'}"

"""What a campaign is after: responses to raise or lower, limits on others, and how surely a synthesis must work."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from superatom.errors import RecommenderError


class Goal(StrEnum):
    """Which way a response is better."""

    MAXIMISE = "maximise"
    MINIMISE = "minimise"


@dataclass(frozen=True, slots=True)
class Response:
    """One measured number to improve.

    Attributes
    ----------
    name, unit
        As in the records, for instance ``yield_percent`` in ``%``.
    reference
        The worst value still of use, in `unit`: with several responses, only what beats it on each counts towards the
        dominated volume. None takes the worst value measured so far.
    """

    name: str
    goal: Goal = Goal.MAXIMISE
    unit: str = ""
    reference: float | None = None

    @property
    def sign(self) -> float:
        """+1 where more is better, -1 where less is."""
        return 1.0 if self.goal is Goal.MAXIMISE else -1.0


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds that a measured number must keep; a bound of None is open."""

    name: str
    low: float | None = None
    high: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if not bounds or not all(map(math.isfinite, bounds)) or bounds != sorted(bounds):
            raise RecommenderError(f"the limit on {self.name} needs a finite bound, low before high")

    def is_kept(self, value: float) -> bool:
        """Whether a measured value lies within.

        >>> Limit("purity_percent", low=90, unit="%").is_kept(89.5)
        False
        """
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        ends = " and ".join(f"{s} {end:g}" for s, end in ((">=", self.low), ("<=", self.high)) if end is not None)
        return f"{self.name} {ends} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Objective:
    """What to improve, and what must hold meanwhile.

    Attributes
    ----------
    responses
        One, or several to trade against each other.
    limits
        Bounds on measured numbers, responses or others.
    minimum_success
        Smallest probability, learned from records that say whether the synthesis worked, at which a setting is worth
        a flask where anything above it is to be had; None weighs success without a floor.
    """

    responses: tuple[Response, ...]
    limits: tuple[Limit, ...] = ()
    minimum_success: float | None = None

    def __post_init__(self) -> None:
        names = [response.name for response in self.responses]
        if not names or len(set(names)) < len(names):
            raise RecommenderError(f"an objective needs different responses; these are {', '.join(names) or 'none'}")
        if self.minimum_success is not None and not 0 < self.minimum_success < 1:
            raise RecommenderError(
                f"the minimum success is a probability between 0 and 1, not {self.minimum_success:g}"
            )

    @classmethod
    def maximise(cls, name: str, unit: str = "") -> Objective:
        """Return the objective of one response, more being better."""
        return cls((Response(name, Goal.MAXIMISE, unit),))

    @classmethod
    def minimise(cls, name: str, unit: str = "") -> Objective:
        """Return the objective of one response, less being better."""
        return cls((Response(name, Goal.MINIMISE, unit),))

    @property
    def measured(self) -> tuple[str, ...]:
        """Names of all numbers that must be measured: responses, then what is only limited."""
        return tuple(dict.fromkeys([r.name for r in self.responses] + [limit.name for limit in self.limits]))

    @property
    def units(self) -> dict[str, str]:
        """Unit of each measured number."""
        of_limits = {limit.name: limit.unit for limit in self.limits}
        return of_limits | {response.name: response.unit for response in self.responses}

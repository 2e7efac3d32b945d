"""What to try next: recommenders, from a Latin hypercube to Bayesian optimisation, behind one verb."""

from __future__ import annotations

from superatom.conditions.recommenders.baselines import AtRandom, LatinHypercube, OneFactorAtATime
from superatom.conditions.recommenders.batch import (
    Batch,
    EarlierTask,
    Recommender,
    Suggestion,
    TriedSetting,
)
from superatom.conditions.recommenders.bayesian import Bayesian, TransferKind
from superatom.conditions.recommenders.first import Evidence
from superatom.conditions.recommenders.mapping import RegionMapping
from superatom.errors import UnknownNameError, did_you_mean

RECOMMENDERS: dict[str, type[AtRandom | LatinHypercube | OneFactorAtATime | RegionMapping | Bayesian]] = {
    "bayesian": Bayesian,
    "latin-hypercube": LatinHypercube,
    "mapping": RegionMapping,
    "ofat": OneFactorAtATime,
    "random": AtRandom,
}


def recommender(name: str) -> Recommender:
    """Return the recommender called `name`, with its own settings; raises `UnknownNameError` with the known names.

    >>> recommender("ofat").name
    'ofat'
    """
    if name not in RECOMMENDERS:
        hint = did_you_mean(name, list(RECOMMENDERS))
        raise UnknownNameError(f"unknown recommender {name!r}.{hint} Known: {', '.join(RECOMMENDERS)}")
    return RECOMMENDERS[name]()


__all__ = [
    "RECOMMENDERS", "AtRandom", "Batch", "Bayesian", "EarlierTask", "Evidence", "LatinHypercube",
    "OneFactorAtATime", "Recommender", "RegionMapping", "Suggestion", "TransferKind", "TriedSetting", "recommender",
]  # fmt: skip

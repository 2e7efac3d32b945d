"""What a campaign is made of, and the documents it keeps in the library: one version a step, folded when it is opened.

Version 1 of a ``campaign`` document is its `Setup`; each later one is a batch handed out (`Handed`) or results taken
back (`Results`). Numbers measured are in the synthesis records that results name, and nowhere else, so that a corrected
record corrects the campaign.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from superatom.conditions.objectives import Limit, Objective
from superatom.conditions.recommenders import (
    RECOMMENDERS,
    Batch,
    Bayesian,
    EarlierTask,
    Evidence,
    LatinHypercube,
    Recommender,
    Suggestion,
    TransferKind,
    TriedSetting,
    recommender,
)
from superatom.conditions.space import Space
from superatom.data.stores.values import Stored
from superatom.data.synthesis_records import SynthesisRecord
from superatom.documents import DocumentFormat
from superatom.errors import CampaignError, UnknownNameError, did_you_mean

KIND = "campaign"  # of its documents in the library


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything decided when a campaign starts; the same setup and results give the same suggestions.

    Attributes
    ----------
    space, objective
        Where it may look, and what for.
    shared
        What all flasks have in common: target, ligand, salt, whatever is no parameter.
    seed
        With the number of a batch it decides every draw.
    recommender, n_start, transfer
        Name in the table of recommenders; results from which on its model speaks; how earlier tasks help.
    evidence, earlier
        Where cited values lie, and earlier tasks: copies, so that the campaign stays the same when they grow.
    first
        Suggestions that came with the plan; handed out before any other.
    budget
        Flasks there is means for, or None.
    """

    space: Space
    objective: Objective
    shared: SynthesisRecord
    seed: int = 0
    recommender: str = "bayesian"
    n_start: int = 3
    transfer: TransferKind = TransferKind.PARAMETERS
    evidence: tuple[Evidence, ...] = ()
    earlier: tuple[EarlierTask, ...] = ()
    first: tuple[Suggestion, ...] = ()
    budget: int | None = None

    def __post_init__(self) -> None:
        recommender(self.recommender)
        if self.n_start < 1 or (self.budget is not None and self.budget < 1):
            raise CampaignError(f"n_start and budget are at least 1; found {self.n_start} and {self.budget}")
        if rivals := sorted(set(self.space.names) & set(self.objective.measured)):
            raise CampaignError(f"{', '.join(rivals)} cannot be both set and measured; rename one")

    def recommender_named(self, name: str | None = None) -> Recommender:
        """Return the campaign's recommender, or another one by name, with the evidence and earlier tasks it can use.

        Raises `UnknownNameError` for a name that is none.
        """
        wanted = name or self.recommender
        if RECOMMENDERS.get(wanted) is Bayesian:
            return Bayesian(self.n_start, self.evidence, self.earlier, self.transfer)
        if RECOMMENDERS.get(wanted) is LatinHypercube:
            return LatinHypercube(self.evidence)
        return recommender(wanted)


def in_order(setup: Setup) -> Setup:
    """Return a setup whose constraints name parameters in the order of the space; a document keeps none."""
    space = setup.space
    if not space.constraints:
        return setup
    ordered = tuple(constraint.in_order(space.names) for constraint in space.constraints)
    return replace(setup, space=replace(space, constraints=ordered))


@dataclass(frozen=True, slots=True)
class Handed:
    """A batch handed out: flask k of it is called ``B<number>-<k>``."""

    number: int
    batch: Batch

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of its flasks.

        >>> Handed(2, Batch((Suggestion({}, ""), Suggestion({}, "")), "random", 0)).ids
        ('B2-1', 'B2-2')
        """
        return tuple(f"B{self.number}-{k}" for k in range(1, len(self.batch.suggestions) + 1))


@dataclass(frozen=True, slots=True)
class Link:
    """A synthesis record of the library that belongs to the campaign; `flask` is empty where nobody suggested it."""

    record: str
    flask: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """What was taken back: records, and flasks that will not be made."""

    links: tuple[Link, ...] = ()
    dropped: tuple[str, ...] = ()


SETUP = DocumentFormat("superatom-campaign", Setup)
HANDED = DocumentFormat("superatom-campaign-batch", Handed)
RESULTS = DocumentFormat("superatom-campaign-results", Results)


class FlaskStatus(StrEnum):
    """Where a flask stands."""

    PENDING = "pending"  # handed out, nothing measured
    PARTLY_MEASURED = "partly measured"
    DONE = "done"
    FAILED = "failed"  # the target was not made, or not alone
    DROPPED = "dropped"  # never made, or its record was withdrawn


@dataclass(frozen=True, slots=True)
class Flask:
    """One flask of a campaign.

    Attributes
    ----------
    id
        ``B2-1``; the id of the record where nobody suggested it.
    recommender
        Who suggested it; empty for nobody.
    suggestion, stored
        What was suggested, and the newest version of the record of what was done.
    outcomes
        Measured numbers of the objective, in its units.
    remark
        Why its record cannot be used, in words; empty where it can.
    """

    id: str
    status: FlaskStatus
    recommender: str = ""
    suggestion: Suggestion | None = None
    stored: Stored | None = None
    settings: dict[str, float | str] = field(default_factory=dict)
    outcomes: dict[str, float] = field(default_factory=dict)
    success: bool | None = None
    remark: str = ""

    def is_good(self, objective: Objective) -> bool:
        """Whether it counts towards the best: all numbers measured, not failed, within the limits."""
        return self.status is FlaskStatus.DONE and not self.broken(objective)

    def broken(self, objective: Objective) -> tuple[Limit, ...]:
        """Return the limits that its measured numbers do not keep."""
        known = (limit for limit in objective.limits if limit.name in self.outcomes)
        return tuple(limit for limit in known if not limit.is_kept(self.outcomes[limit.name]))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a campaign stands at one moment: every flask with its record, read from the library together.

    Attributes
    ----------
    flasks
        In the order they were handed out, then the experiments nobody suggested.
    came
        Ids of the flasks that have a record, in the order in which results came in.
    """

    name: str
    version: int
    setup: Setup
    flasks: tuple[Flask, ...]
    came: tuple[str, ...] = ()

    def flask(self, id_: str) -> Flask:
        """Return one flask, ``b2-1`` for ``B2-1`` too; raises `UnknownNameError`."""
        flasks = {flask.id: flask for flask in self.flasks}
        found = flasks.get(id_) or flasks.get(id_.upper())
        if found is None:
            hint = did_you_mean(id_, list(flasks))
            raise UnknownNameError(f"the campaign {self.name} has no flask {id_!r}.{hint}")
        return found

    @property
    def tried(self) -> tuple[TriedSetting, ...]:
        """What recommenders are told: every flask but the dropped ones, pending ones among them.

        A flask with all its numbers, of which nobody said that it failed, worked: failures are seen against it.
        """
        return tuple(
            TriedSetting(
                flask.id, flask.settings, flask.outcomes,
                True if flask.status is FlaskStatus.DONE else flask.success,
                is_pending=flask.status in (FlaskStatus.PENDING, FlaskStatus.PARTLY_MEASURED),
            )
            for flask in self.flasks
            if flask.status is not FlaskStatus.DROPPED
        )  # fmt: skip

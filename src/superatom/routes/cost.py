"""What a route costs: the sum of terms a chemist can read, each with its weight.

The weights are choices, not measurements; they are set so that a reported step from the shelf costs about 1.5,
a step moved to a similar thiolate about 2, and a speculative one 3 or more. Lower is better; only the order
means something.

evidence    how closely the source was read (`EVIDENCE`), most direct precedent counts
yield       -ln(yield) x `YIELD`; where no yield is stated `ASSUMED_YIELD` or, for an inferred
            step, `INFERRED_YIELD` stands in (and is never shown as a yield)
steps       one per cluster-making step, less for making a complex or a size mixture (`STEP`)
ligand      how far the ligands are from those of the precedent (`superatom.routes.likeness`) x `LIGAND`
inference   distance of the generalisation itself (other dopant, unreported start, assumed method) x `INFERENCE`, plus
            `INFERRED_STEP` for any step that is not reported for these very clusters
warnings    reported failures of the same or a similar step (`FAILED_SAME`, `FAILED_SIMILAR`)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log

from superatom.data.records import EvidenceLevel, Precedent, Transformation

TERMS = ("evidence", "yield", "steps", "ligand", "inference", "warnings")

EVIDENCE: Mapping[EvidenceLevel, float] = {
    EvidenceLevel.READ_IN_PAPER: 0.0,
    EvidenceLevel.READ_IN_PAGE_EXCERPT: 0.1,
    EvidenceLevel.READ_IN_REVIEW: 0.15,
    EvidenceLevel.COMPUTED: 0.8,
}
NO_EVIDENCE = 0.8
MORE_SOURCES = 0.05  # taken off for each further independent source, up to three
STEP: Mapping[Transformation, float] = {Transformation.COMPLEXATION: 0.3, Transformation.CHARGE_CHANGE: 0.6}
STEP_DEFAULT = 1.0
MIXTURE_STEP = 0.6
YIELD = 0.5
ASSUMED_YIELD = 0.5
INFERRED_YIELD = 0.25
ALMOST_REPORTED = 0.1  # up to this distance a step counts as reported
LIGAND = 1.0
INFERENCE = 1.5
INFERRED_STEP = 0.8  # any inferred step, however near
FAILED_SAME = 3.0
FAILED_SIMILAR = 1.0


def evidence_cost(precedents: Iterable[Precedent]) -> float:
    """Return the evidence term of a step: its best source, a little less when several agree.

    >>> evidence_cost(())
    0.8
    """
    found = tuple(precedents)
    if not found:
        return NO_EVIDENCE
    citations = {p.source.citation for p in found}
    best = min(EVIDENCE[p.source.level] for p in found)
    return max(0.0, best - MORE_SOURCES * min(3, len(citations) - 1))


def yield_cost(precedents: Iterable[Precedent], *, is_inferred: bool) -> float:
    """Return the yield term: the best stated yield of the precedents, or the assumed one.

    >>> round(yield_cost((), is_inferred=False), 2)
    0.35
    """
    stated = [p.yield_percent.middle / 100 for p in precedents if p.yield_percent is not None]
    fraction = INFERRED_YIELD if is_inferred else max(stated, default=ASSUMED_YIELD)
    return -log(min(1.0, max(0.01, fraction))) * YIELD


def step_cost(transformation: Transformation, *, makes_mixture: bool = False) -> float:
    """Return the term for doing a step at all."""
    return MIXTURE_STEP if makes_mixture else STEP.get(transformation, STEP_DEFAULT)


def total(terms: Mapping[str, float]) -> float:
    """Return the sum of the terms, rounded so that printing and comparing agree.

    >>> total({"steps": 1.0, "yield": 0.3465735902799726})
    1.3466
    """
    return round(sum(terms.values()), 4)

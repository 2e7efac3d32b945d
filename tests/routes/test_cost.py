"""The cost: monotone in what a chemist would hold against a step."""

from __future__ import annotations

import math

from superatom.data.records import Transformation
from superatom.routes import cost
from superatom.routes.transformations.proposal import terms_of
from worlds_routes import EXCHANGE, GROWTH


def test_evidence_helps_and_more_sources_help_a_little() -> None:
    from dataclasses import replace

    second = replace(GROWTH, source=replace(GROWTH.source, citation="another paper"))
    weaker = replace(GROWTH, source=replace(GROWTH.source, level="read_in_review"))
    assert cost.evidence_cost((GROWTH,)) < cost.evidence_cost((weaker,)) < cost.evidence_cost(())
    assert cost.evidence_cost((weaker, second)) <= cost.evidence_cost((weaker,))


def test_yield_is_the_best_stated_one_and_never_credited_to_an_inference() -> None:
    assert cost.yield_cost((EXCHANGE,), is_inferred=False) == -math.log(0.9) * cost.YIELD
    assert cost.yield_cost((EXCHANGE,), is_inferred=True) > cost.yield_cost((), is_inferred=False)


def test_every_step_has_all_terms_and_inference_only_adds() -> None:
    reported = terms_of(Transformation.LIGAND_EXCHANGE, (EXCHANGE,))
    inferred = terms_of(Transformation.LIGAND_EXCHANGE, (EXCHANGE,), ligand=0.3, inference=0.5, warnings=1.0)
    assert set(reported) == set(inferred) == set(cost.TERMS)
    assert all(inferred[name] >= reported[name] for name in cost.TERMS)
    assert cost.total(inferred) > cost.total(reported) > 0


def test_making_a_complex_is_less_than_making_a_cluster() -> None:
    kinds = (Transformation.COMPLEXATION, Transformation.CHARGE_CHANGE, Transformation.REDUCTION_GROWTH)
    assert [cost.step_cost(kind) for kind in kinds] == sorted(cost.step_cost(kind) for kind in kinds)

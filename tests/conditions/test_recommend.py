"""Recommendations on hand-built steps against the packaged records: closeness, limits, honesty."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from superatom.conditions.levers import Lever
from superatom.conditions.recommend import recommend
from superatom.data.records import Support
from superatom.data.reference import clusters
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import (
    acid_focusing,
    cadmium_exchange,
    cluster,
    co_growth,
    complexation,
    exchange_to_au36,
    focusing_to_au38,
    mixture_of_sg,
    reduction_to_au25,
    with_product,
)

ORDER = ("time", "temperature", "stirring", "metal_to_ligand_ratio", "solvent", "reductant", "ph", "additives")
STEPS = [complexation(), reduction_to_au25(), reduction_to_au25("SG"), reduction_to_au25("SR"), co_growth(),
         exchange_to_au36(), acid_focusing(), reduction_to_au25("cysteamine", is_inferred=True),
         mixture_of_sg(), focusing_to_au38(), cadmium_exchange()]  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda s: f"{s.transformation}-{s.product.formula}")
def test_every_step_gets_eight_levers_with_grounds(step):
    settings = recommend(step)
    assert tuple(a.lever for a in settings.advice) == ORDER == tuple(Lever)
    for advice in settings.advice:
        assert advice.recommendation
        assert (advice.basis == "screening") == (advice.strength == "none")
        if advice.basis == "records":
            assert any(r.succeeded is not False for r in advice.records)
        if advice.basis == "trend":
            assert advice.trend_sources
            assert advice.mechanism
        if advice.basis == "screening" and "nothing is known" in advice.recommendation:
            assert advice.screening_reason
        for record in advice.records:
            assert record.source.citation
            assert record.distance


def test_the_temperature_optimum_of_the_aqueous_au25_is_found():
    advice = recommend(reduction_to_au25("MHA"))["temperature"]
    assert advice.value is not None
    assert advice.value.middle == 40
    assert advice.basis == "records"
    assert "S004" in advice.records[0].id
    assert "L003" in advice.records[0].id, "the same number from the same paper is one record"
    assert "endothermic" in advice.mechanism


def test_cooling_before_the_thiol_and_the_disagreement_are_both_shown():
    advice = recommend(complexation("PET"), towards=Nanocluster.parse("[Au25(PET)18]-"))["temperature"]
    assert advice.value is not None
    assert advice.value.middle == 0
    assert any("S006" in c and "25 °C" in c for c in advice.conflicts)


def test_a_failure_that_gave_our_core_is_a_success_for_us():
    records = {r.id: r for r in recommend(exchange_to_au36())["temperature"].records}
    assert records["S126"].succeeded, "Au38(SPh)24 was missed, but Au36(SPh)24 is the core wanted here"


def test_the_second_scoring_of_an_experiment_is_not_counted_again():
    step = co_growth()
    product = replace(step.product, formula="Au20(p-MBA)16", cluster=Nanocluster.parse("Au20(p-MBA)16"))
    ids = " ".join(r.id for a in recommend(replace(step, product=product)).advice for r in a.records)
    assert "S057" in ids
    assert "S061" not in ids


def test_nothing_known_is_said_with_a_first_range():
    advice = recommend(acid_focusing())["stirring"]
    assert advice.basis == "screening"
    assert "nothing is known" in advice.recommendation
    assert advice.screening == (100.0, 400.0, 1000.0)
    assert advice.screening_reason


def test_inferred_steps_never_get_strong_advice_from_other_targets():
    settings = recommend(reduction_to_au25("cysteamine", is_inferred=True))
    assert not any(a.strength == "strong" for a in settings.advice)
    assert any("Nobody reported" in r for r in settings.remarks)


def test_an_unknown_world_is_answered_honestly():
    step = replace(acid_focusing(), support=Support((), is_inferred=True, inferred_from="nothing"))
    cluster = Nanocluster.parse("[Re7(CO)12]+")
    product = replace(step.product, formula=cluster.formula, cluster=cluster)
    settings = recommend(replace(step, product=product))
    assert settings.n_records == 0
    assert {a.basis for a in settings.advice} <= {"screening", "stoichiometry"}
    assert any("No record" in r for r in settings.remarks)


def test_metal_exchange_adds_no_ligand():
    advice = recommend(cadmium_exchange())["metal_to_ligand_ratio"]
    assert "follow the equation" in advice.recommendation
    assert advice.value is None


def test_every_known_cluster_gets_an_answer():
    known = {c.cluster.formula for c in clusters() if c.cluster is not None}
    assert len(known) > 100
    step = reduction_to_au25("PET")
    for formula in known:
        settings = recommend(with_product(step, formula))
        assert len(settings.advice) == 8


@pytest.mark.parametrize("step", STEPS, ids=lambda s: f"{s.transformation}-{s.product.formula}")
def test_every_record_a_recommendation_names_is_listed(step):
    for advice in recommend(step).advice:
        listed = {record_id for r in advice.records for record_id in r.id.split(", ")}
        named = set(re.findall(r"\b[SLR]\d{3}\b", f"{advice.recommendation} {advice.conflicts}"))
        assert named <= listed, advice.lever
        assert set(advice.cited) <= listed, advice.lever


def test_stirring_that_gave_another_size_is_no_advice_for_this_one():
    advice = recommend(reduction_to_au25("PET"))["stirring"]
    assert advice.basis != "records"
    assert {"S011", "S012"} <= {r.id for r in advice.records}, "but it is shown"


def test_less_ligand_than_the_cluster_holds_is_never_advised():
    advice = recommend(complexation("cysteamine"), towards=Nanocluster.parse("[Au25(cysteamine)18]-"))
    ratio = advice["metal_to_ligand_ratio"]
    assert any(r.id == "S088" and "0.562" in r.says for r in ratio.records)
    assert ratio.value is not None
    assert ratio.value.high >= 18 / 25


def test_records_that_disagree_are_not_cited_as_support():
    advice = recommend(complexation("PET"), towards=Nanocluster.parse("[Au25(PET)18]-"))["temperature"]
    assert "L065" not in advice.recommendation, "L065 worked at 25 °C"
    assert advice.strength == "weak"
    either = recommend(exchange_to_au36())["temperature"]
    assert either.value is None
    assert either.screening == (25.0, 80.0)


def test_only_products_of_one_size_speak_for_the_ratio_of_another_size():
    advice = recommend(complexation("SG"), towards=Nanocluster.parse("[Au25(SG)18]-"))["metal_to_ligand_ratio"]
    assert advice.basis == "trend"
    assert not any(name in advice.recommendation for name in ("S087", "L033", "L049"))


def test_a_number_for_the_target_without_a_stage_is_shown_beside_the_value():
    assert any("L031 gives 24 h" in c for c in recommend(exchange_to_au36())["time"].conflicts)


def test_an_exchange_that_changes_the_core_is_run_at_the_high_end():
    step = with_product(exchange_to_au36(), "Au28(TBBT)20")
    advice = recommend(replace(step, main_reactants=(cluster("[Au23(S-c-C6H11)16]-"),)))["temperature"]
    assert advice.value is not None
    assert advice.value.low == advice.value.high == 80


def test_a_trend_that_is_the_advice_is_no_conflict_of_its_own() -> None:
    advice = recommend(complexation("cysteamine"), towards=Nanocluster.parse("[Au25(cysteamine)18]-"))
    ratio = advice["metal_to_ligand_ratio"]
    assert ratio.basis == "trend"
    assert not any("favours" in conflict for conflict in ratio.conflicts)

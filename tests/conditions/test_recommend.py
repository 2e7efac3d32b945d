"""Recommendations on hand-built steps against the packaged records: closeness, stages, limits, honesty."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from superatom.conditions.levers import Lever
from superatom.conditions.recommend import recommend, recommend_route
from superatom.data.records import Route, Species, Support
from superatom.data.reference import clusters
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import (
    acid_focusing,
    cadmium_exchange,
    co_growth,
    complexation,
    exchange_to_au36,
    focusing_to_au38,
    mixture_of_sg,
    reduction_to_au25,
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


def test_complexation_time_stays_with_the_complexation_step():
    target = Nanocluster.parse("[Au25(MHA)18]-")
    forming = recommend(complexation("MHA"), towards=target)["time"]
    assert forming.value is not None
    assert forming.value.middle == 168
    assert "15 s failed" in forming.recommendation
    assert forming.strength == "strong"
    reducing = recommend(reduction_to_au25("MHA"))["time"]
    assert reducing.value is None or reducing.value.middle < 24


def test_a_route_tells_complexation_which_cluster_it_prepares_for():
    steps = (complexation("MHA"), reduction_to_au25("MHA"))
    route = Route(steps[1].product, steps, 0.0, {})
    forming, _ = recommend_route(route)
    assert forming["time"].value == recommend(steps[0], towards=steps[1].product.cluster)["time"].value


def test_cooling_before_the_thiol_and_the_disagreement_are_both_shown():
    advice = recommend(complexation("PET"), towards=Nanocluster.parse("[Au25(PET)18]-"))["temperature"]
    assert advice.value is not None
    assert advice.value.middle == 0
    assert any("S006" in c and "25 °C" in c for c in advice.conflicts)


def test_practice_and_count_of_the_reductant_stand_side_by_side():
    advice = recommend(reduction_to_au25("PET"))["reductant"]
    assert "0.0312 mol per mol metal" in advice.recommendation
    assert advice.value is not None
    assert advice.value.middle == pytest.approx(10, abs=8)
    assert any("excess" in c for c in advice.conflicts)


def test_without_a_close_dose_the_count_is_the_value():
    advice = recommend(reduction_to_au25("p-MBA"))["reductant"]
    assert advice.basis == "stoichiometry"
    assert advice.value is not None
    assert advice.value.middle == pytest.approx(1 / 32)
    assert any("S038" in c for c in advice.conflicts), "under-reduction is on record"
    assert any("S039" in c for c in advice.conflicts), "over-reduction is on record"


def test_the_wrong_reductant_is_named_when_records_show_it():
    step = reduction_to_au25("PET")
    product = replace(step.product, formula="Au19(PET)13", cluster=Nanocluster.parse("Au19(PET)13"))
    advice = recommend(replace(step, product=product))["reductant"]
    assert any("S042" in c for c in advice.conflicts)
    assert any("TBAB" in c for c in advice.conflicts)


def test_a_failure_that_gave_our_core_is_a_success_for_us():
    records = {r.id: r for r in recommend(exchange_to_au36())["temperature"].records}
    assert records["S126"].succeeded, "Au38(SPh)24 was missed, but Au36(SPh)24 is the core wanted here"


def test_the_second_scoring_of_an_experiment_is_not_counted_again():
    step = co_growth()
    product = replace(step.product, formula="Au20(p-MBA)16", cluster=Nanocluster.parse("Au20(p-MBA)16"))
    ids = " ".join(r.id for a in recommend(replace(step, product=product)).advice for r in a.records)
    assert "S057" in ids
    assert "S061" not in ids


def test_another_reductant_does_not_set_the_ph():
    ph = recommend(co_growth())["ph"]
    assert ph.value is None or ph.value.middle != 2.7, "pH 2.7 belongs to TBAB in water/toluene"
    assert any(r.id == "S029" and "other reductant" in r.distance for r in ph.records)


def test_acid_is_called_for_at_the_start_of_size_focusing():
    advice = recommend(acid_focusing())["ph"]
    assert "acid at the start" in advice.recommendation
    assert advice.basis == "records"


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


def test_records_of_the_complex_say_nothing_about_the_reduction():
    ids = " ".join(r.id for r in recommend(reduction_to_au25("MHA"))["time"].records)
    assert "S001" not in ids
    assert "S002" not in ids


def test_unsorted_clusters_are_a_success_where_a_mixture_is_wanted():
    steps = (complexation("SG"), mixture_of_sg(), focusing_to_au38())
    forming, reducing, _ = recommend_route(Route(steps[2].product, steps, 0.0, {}))
    for settings in (forming, reducing):
        assert settings["metal_to_ligand_ratio"].value.middle == 4, "as in the two-step recipe L049"
        assert settings["solvent"].recommendation.startswith("methanol")
    assert reducing["reductant"].value.middle == 10
    failed = recommend(steps[0])["metal_to_ligand_ratio"].records
    assert any(r.id == "L049" and r.succeeded is False for r in failed), "and a failure where one size is wanted"


def test_an_additive_for_one_ligand_is_not_advised_for_another():
    advice = recommend(replace(co_growth(), product=reduction_to_au25("SG").product))["additives"]
    assert advice.basis == "screening", "the ionic liquid works through p-MBA, not through glutathione"
    aromatic = recommend(replace(reduction_to_au25("p-MBA"), reductant="CO"))["additives"]
    assert "C6" in aromatic.recommendation


def test_metal_exchange_adds_no_ligand():
    advice = recommend(cadmium_exchange())["metal_to_ligand_ratio"]
    assert "follow the equation" in advice.recommendation
    assert advice.value is None


def test_the_dose_of_practice_is_advised_in_organic_solvents_and_the_count_in_water():
    step = reduction_to_au25("S-c-C6H11")
    cluster = Nanocluster.parse("[Au23(S-c-C6H11)16]-")
    organic = recommend(replace(step, product=Species.of_cluster(cluster)))["reductant"]
    assert organic.basis == "records"
    assert organic.strength == "weak"
    assert "as the floor" in organic.recommendation
    assert recommend(reduction_to_au25("p-MBA"))["reductant"].basis == "stoichiometry"


def test_every_known_cluster_gets_an_answer():
    known = {c.cluster.formula: c.cluster for c in clusters() if c.cluster is not None}
    assert len(known) > 100
    step = reduction_to_au25("PET")
    for cluster in known.values():
        settings = recommend(replace(step, product=Species.of_cluster(cluster)))
        assert len(settings.advice) == 8


@pytest.mark.parametrize("step", STEPS, ids=lambda s: f"{s.transformation}-{s.product.formula}")
def test_every_record_a_recommendation_names_is_listed(step):
    for advice in recommend(step).advice:
        listed = {record_id for r in advice.records for record_id in r.id.split(", ")}
        named = set(re.findall(r"\b[SLR]\d{3}\b", f"{advice.recommendation} {advice.conflicts}"))
        assert named <= listed, advice.lever


def test_stirring_that_gave_another_size_is_no_advice_for_this_one():
    advice = recommend(reduction_to_au25("PET"))["stirring"]
    assert advice.basis != "records"
    assert {"S011", "S012"} <= {r.id for r in advice.records}, "but it is shown"


def test_acid_from_another_recipe_is_not_put_into_an_organic_synthesis():
    advice = recommend(reduction_to_au25("PET"))["ph"]
    assert advice.recommendation.startswith("leave out")
    assert any(r.id == "S104" for r in advice.records)


def test_less_ligand_than_the_cluster_holds_is_never_advised():
    advice = recommend(complexation("cysteamine"), towards=Nanocluster.parse("[Au25(cysteamine)18]-"))
    ratio = advice["metal_to_ligand_ratio"]
    assert any(r.id == "S088" and "0.562" in r.says for r in ratio.records)
    assert ratio.value is not None
    assert ratio.value.high >= 18 / 25


def test_a_failure_by_overheating_is_not_held_against_the_solvent():
    advice = recommend(reduction_to_au25("MHA"))["solvent"]
    assert not any("S005" in c for c in advice.conflicts)
    varied = recommend(reduction_to_au25("SR"))["solvent"]
    assert any("S108" in r.id and r.succeeded is False for r in varied.records)


def test_a_reductant_without_tabulated_electrons_is_not_dosed():
    step = replace(reduction_to_au25("PET"), reductant="unobtainium")
    advice = recommend(step)["reductant"]
    assert advice.value is None
    assert "not tabulated" in advice.recommendation

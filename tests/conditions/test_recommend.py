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
    phosphine_complexation,
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
    assert "same mixture" in reducing["metal_to_ligand_ratio"].recommendation
    failed = recommend(reduction_to_au25("SG"))["metal_to_ligand_ratio"].records
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


def mixture(formula: str) -> Species:
    complex_ = Nanocluster.parse(formula)
    return Species(f"{formula} mixture", (), 0, "mixture", name="size mixture of Au clusters", cluster=complex_)


def test_another_starting_mixture_is_shown_but_sets_no_value():
    settings = recommend(focusing_to_au38())
    for lever in ("time", "temperature"):
        assert settings[lever].value is None, "12 h at 25 °C etched Au-PPh3 particles to another shell (L005)"
        assert any(r.id == "L005" and "other starting mixture" in r.distance for r in settings[lever].records)
    assert settings["temperature"].screening == (40.0, 60.0, 80.0)


@pytest.mark.parametrize(("start", "first"), [("Au(PPh3)Cl", "water/dichloromethane"), ("Au(SG)", "water (L050")])
def test_the_ligand_of_the_starting_mixture_chooses_the_solvent(start, first):
    product = reduction_to_au25("SG").product
    step = replace(focusing_to_au38(), product=product, main_reactants=(mixture(start),))
    settings = recommend(step)
    assert settings["solvent"].recommendation.startswith(first)
    assert settings["temperature"].value.middle == 55


def test_two_phases_are_proposed_where_start_and_product_differ_in_solubility():
    assert recommend(focusing_to_au38())["solvent"].screening[0] == "water/toluene"


def test_the_solvent_of_a_reduction_is_not_that_of_the_focusing_after_it():
    product = Species.of_cluster(Nanocluster.parse("Au144(PET)60"))
    step = replace(focusing_to_au38(), product=product, main_reactants=(mixture("Au(PET)"),))
    assert "methanol" not in recommend(step)["solvent"].recommendation


def test_a_number_without_a_stage_sets_no_value():
    ph = recommend(replace(reduction_to_au25("SG"), reductant="CO"))["ph"]
    assert ph.value is None
    assert any(r.id == "L028" and "stage not stated" in r.distance for r in ph.records)
    assert "S046" in ph.recommendation, "the top of the CO series is what is known"
    assert ph.screening == (5.0, 8.0, 11.0)


def test_the_ph_a_finished_cluster_stands_is_not_that_of_its_synthesis():
    product = Species.of_cluster(Nanocluster.parse("Au22(SG)18"))
    settings = recommend(replace(co_growth(), product=product))
    assert settings["ph"].value is None
    assert not any(r.id == "S086" for r in settings["ph"].records)
    assert any("Au24(SG)20 at pH 2.5 (R070)" in r for r in settings.remarks)
    assert any("Au18(SG)14 at pH 8 (R071)" in r for r in settings.remarks)


def test_words_of_a_closer_record_are_not_screened_around_a_farther_number():
    ph = recommend(reduction_to_au25("cysteamine", is_inferred=True))["ph"]
    assert "NaOH before NaBH4" in ph.recommendation
    assert ph.screening == (8.0, 10.0, 12.0)


def test_records_that_disagree_are_not_cited_as_support():
    advice = recommend(complexation("PET"), towards=Nanocluster.parse("[Au25(PET)18]-"))["temperature"]
    assert "L065" not in advice.recommendation, "L065 worked at 25 °C"
    assert advice.strength == "weak"
    either = recommend(exchange_to_au36())["temperature"]
    assert either.value is None
    assert either.screening == (25.0, 80.0)


def test_how_long_a_complex_forms_goes_by_its_own_ligand():
    own = recommend(complexation("SG"), towards=Nanocluster.parse("[Au25(SG)18]-"))["time"]
    assert own.value.middle == pytest.approx(0.5)
    other = recommend(complexation("MPA"), towards=Nanocluster.parse("[Au25(MPA)18]-"))["time"]
    assert "7 d" not in other.recommendation


def test_the_solvent_of_another_kind_of_shell_does_not_come_across_sizes():
    product = Species.of_cluster(Nanocluster.parse("[Cu25H22(PPh3)12]+"))
    settings = recommend(replace(reduction_to_au25("PPh3"), product=product, reductant="Ph2SiH2"))
    assert "S027" not in settings["solvent"].recommendation
    assert "TOAB" not in settings["additives"].recommendation


@pytest.mark.parametrize(("target", "ligand"), [("[Ag44(p-MBA)30]4-", "p-MBA"), ("[Au11(PPh3)8Cl2]+", "PPh3")])
def test_the_count_is_only_a_floor_where_nothing_shows_it_to_work(target, ligand):
    product = Species.of_cluster(Nanocluster.parse(target))
    advice = recommend(replace(reduction_to_au25(ligand), product=product))["reductant"]
    assert advice.value is None
    assert advice.basis == "screening"
    assert "floor" in advice.recommendation
    assert min(advice.screening) > 0.2


def test_a_related_dose_comes_before_the_count_for_other_sizes():
    product = Species.of_cluster(Nanocluster.parse("Au102(p-MBA)44"))
    advice = recommend(replace(reduction_to_au25("p-MBA"), product=product))["reductant"]
    assert advice.value.middle == 4.5
    assert "L077" in advice.recommendation


def test_the_complex_comes_without_the_solvent_of_the_reductant():
    steps = (complexation("SG"), mixture_of_sg(), focusing_to_au38())
    forming, reducing, _ = recommend_route(Route(steps[2].product, steps, 0.0, {}))
    assert forming["solvent"].recommendation.startswith("methanol (")
    assert reducing["solvent"].recommendation.startswith("methanol/water")


def test_a_silver_salt_is_not_put_into_thf():
    product = Species.of_cluster(Nanocluster.parse("[Ag25(2,4-DMBT)18]-"))
    settings = recommend(replace(reduction_to_au25("2,4-DMBT"), product=product))
    assert settings["solvent"].screening[0] == "methanol"
    assert "TOAB" in settings["additives"].screening, "an anion needs a cation"


def route_of(*steps):
    return Route(steps[-1].product, steps, 0.0, {})


def test_the_total_ligand_is_one_number_for_complex_formation_and_reduction():
    forming, reducing = recommend_route(route_of(complexation("SG"), reduction_to_au25("SG")))
    assert reducing["metal_to_ligand_ratio"] == forming["metal_to_ligand_ratio"]


def test_only_products_of_one_size_speak_for_the_ratio_of_another_size():
    advice = recommend(complexation("SG"), towards=Nanocluster.parse("[Au25(SG)18]-"))["metal_to_ligand_ratio"]
    assert advice.basis == "trend"
    assert not any(name in advice.recommendation for name in ("S087", "L033", "L049"))


def test_thiol_that_is_short_of_the_equation_is_made_up_by_the_reductant():
    complex_step = replace(complexation("cysteamine"), delta_electrons=2)  # Au(III) to Au(I)
    forming, reducing = recommend_route(route_of(complex_step, reduction_to_au25("cysteamine")))
    missing = 3 - forming["metal_to_ligand_ratio"].value.middle
    assert min(reducing["reductant"].screening) == pytest.approx(1 / 32 + missing / 8, rel=0.01)
    assert "short of the complex" in reducing["reductant"].recommendation


def test_a_complex_made_in_methanol_has_no_ph():
    forming, reducing, _ = recommend_route(route_of(complexation("SG"), mixture_of_sg(), focusing_to_au38()))
    for settings in (forming, reducing):
        assert settings["ph"].recommendation.startswith("leave out")
        assert settings["ph"].screening == ("none",)
    assert recommend(reduction_to_au25("p-MBA"))["ph"].screening != ("none",)


def test_the_first_ph_lies_where_the_cluster_stays_itself():
    product = Species.of_cluster(Nanocluster.parse("Au22(SG)18"))
    ph = recommend(replace(co_growth(), product=product))["ph"]
    assert ph.screening == (4.0, 5.5, 7.0)
    assert any("R071" in c for c in ph.conflicts)


def test_a_number_for_the_target_without_a_stage_is_shown_beside_the_value():
    assert any("L031 gives 24 h" in c for c in recommend(exchange_to_au36())["time"].conflicts)


def test_an_exchange_that_changes_the_core_is_run_at_the_high_end():
    product = Species.of_cluster(Nanocluster.parse("Au28(TBBT)20"))
    start = Species.of_cluster(Nanocluster.parse("[Au23(S-c-C6H11)16]-"))
    advice = recommend(replace(exchange_to_au36(), product=product, main_reactants=(start,)))["temperature"]
    assert advice.value is not None
    assert advice.value.low == advice.value.high == 80


def test_the_record_of_the_complex_itself_comes_first():
    complex_ = Species.of_cluster(Nanocluster.parse("Au(PPh3)Cl"))
    step = replace(phosphine_complexation(), product=complex_)
    advice = recommend(step, towards=Nanocluster.parse("[Au25(PPh3)10(PET)5Cl2]2+"))["solvent"]
    assert advice.recommendation.startswith("ethanol (95 %) (L025, same complex)")


def test_a_trend_that_is_the_advice_is_no_conflict_of_its_own() -> None:
    advice = recommend(complexation("cysteamine"), towards=Nanocluster.parse("[Au25(cysteamine)18]-"))
    ratio = advice["metal_to_ligand_ratio"]
    assert ratio.basis == "trend"
    assert not any("favours" in conflict for conflict in ratio.conflicts)

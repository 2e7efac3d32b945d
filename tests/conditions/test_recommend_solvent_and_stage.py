"""Solvents, additives and the stage of a preparation: records of one stage do not speak for another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from superatom.conditions.recommend import recommend, recommend_route
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import (
    co_growth,
    complexation,
    focusing_to_au38,
    mixture,
    mixture_of_sg,
    phosphine_complexation,
    reduction_to_au25,
    route_of,
    with_product,
)


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
    forming, _ = recommend_route(route_of(*steps))
    assert forming["time"].value == recommend(steps[0], towards=steps[1].product.cluster)["time"].value


def test_records_of_the_complex_say_nothing_about_the_reduction():
    ids = " ".join(r.id for r in recommend(reduction_to_au25("MHA"))["time"].records)
    assert "S001" not in ids
    assert "S002" not in ids


def test_unsorted_clusters_are_a_success_where_a_mixture_is_wanted():
    steps = (complexation("SG"), mixture_of_sg(), focusing_to_au38())
    forming, reducing, _ = recommend_route(route_of(*steps))
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


def test_a_failure_by_overheating_is_not_held_against_the_solvent():
    advice = recommend(reduction_to_au25("MHA"))["solvent"]
    assert not any("S005" in c for c in advice.conflicts)
    varied = recommend(reduction_to_au25("SR"))["solvent"]
    assert any("S108" in r.id and r.succeeded is False for r in varied.records)


def test_another_starting_mixture_is_shown_but_sets_no_value():
    settings = recommend(focusing_to_au38())
    for lever in ("time", "temperature"):
        assert settings[lever].value is None, "12 h at 25 °C etched Au-PPh3 particles to another shell (L005)"
        assert any(r.id == "L005" and "other starting mixture" in r.distance for r in settings[lever].records)
    assert settings["temperature"].screening == (40.0, 60.0, 80.0)


@pytest.mark.parametrize(("start", "first"), [("Au(PPh3)Cl", "water/dichloromethane"), ("Au(SG)", "water (L050")])
def test_the_ligand_of_the_starting_mixture_chooses_the_solvent(start, first):
    step = replace(with_product(focusing_to_au38(), "[Au25(SG)18]-"), main_reactants=(mixture(start),))
    settings = recommend(step)
    assert settings["solvent"].recommendation.startswith(first)
    assert settings["temperature"].value.middle == 55


def test_two_phases_are_proposed_where_start_and_product_differ_in_solubility():
    assert recommend(focusing_to_au38())["solvent"].screening[0] == "water/toluene"


def test_the_solvent_of_a_reduction_is_not_that_of_the_focusing_after_it():
    step = replace(with_product(focusing_to_au38(), "Au144(PET)60"), main_reactants=(mixture("Au(PET)"),))
    assert "methanol" not in recommend(step)["solvent"].recommendation


def test_how_long_a_complex_forms_goes_by_its_own_ligand():
    own = recommend(complexation("SG"), towards=Nanocluster.parse("[Au25(SG)18]-"))["time"]
    assert own.value.middle == pytest.approx(0.5)
    other = recommend(complexation("MPA"), towards=Nanocluster.parse("[Au25(MPA)18]-"))["time"]
    assert "7 d" not in other.recommendation


def test_the_solvent_of_another_kind_of_shell_does_not_come_across_sizes():
    step = with_product(reduction_to_au25("PPh3"), "[Cu25H22(PPh3)12]+")
    settings = recommend(replace(step, reductant="Ph2SiH2"))
    assert "S027" not in settings["solvent"].recommendation
    assert "TOAB" not in settings["additives"].recommendation


def test_the_complex_comes_without_the_solvent_of_the_reductant():
    steps = (complexation("SG"), mixture_of_sg(), focusing_to_au38())
    forming, reducing, _ = recommend_route(route_of(*steps))
    assert forming["solvent"].recommendation.startswith("methanol (")
    assert reducing["solvent"].recommendation.startswith("methanol/water")


def test_a_silver_salt_is_not_put_into_thf():
    settings = recommend(with_product(reduction_to_au25("2,4-DMBT"), "[Ag25(2,4-DMBT)18]-"))
    assert settings["solvent"].screening[0] == "methanol"
    assert "TOAB" in settings["additives"].screening, "an anion needs a cation"


def test_the_total_ligand_is_one_number_for_complex_formation_and_reduction():
    forming, reducing = recommend_route(route_of(complexation("SG"), reduction_to_au25("SG")))
    assert reducing["metal_to_ligand_ratio"] == forming["metal_to_ligand_ratio"]


def test_the_record_of_the_complex_itself_comes_first():
    step = with_product(phosphine_complexation(), "Au(PPh3)Cl")
    advice = recommend(step, towards=Nanocluster.parse("[Au25(PPh3)10(PET)5Cl2]2+"))["solvent"]
    assert advice.recommendation.startswith("ethanol (95 %) (L025, same complex)")

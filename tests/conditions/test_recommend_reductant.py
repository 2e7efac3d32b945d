"""Which reductant and how much: the dose of practice beside the count of electrons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from superatom.conditions.recommend import recommend, recommend_route
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import complexation, reduction_to_au25, route_of, with_product


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


def test_the_dose_of_practice_is_advised_in_organic_solvents_and_the_count_in_water():
    organic = recommend(with_product(reduction_to_au25("S-c-C6H11"), "[Au23(S-c-C6H11)16]-"))["reductant"]
    assert organic.basis == "records"
    assert organic.strength == "weak"
    assert "as the floor" in organic.recommendation
    assert recommend(reduction_to_au25("p-MBA"))["reductant"].basis == "stoichiometry"


def test_a_reductant_without_tabulated_electrons_is_not_dosed():
    step = replace(reduction_to_au25("PET"), reductant="unobtainium")
    advice = recommend(step)["reductant"]
    assert advice.value is None
    assert "not tabulated" in advice.recommendation


@pytest.mark.parametrize(("target", "ligand"), [("[Ag44(p-MBA)30]4-", "p-MBA"), ("[Au11(PPh3)8Cl2]+", "PPh3")])
def test_the_count_is_only_a_floor_where_nothing_shows_it_to_work(target, ligand):
    advice = recommend(with_product(reduction_to_au25(ligand), target))["reductant"]
    assert advice.value is None
    assert advice.basis == "screening"
    assert "floor" in advice.recommendation
    assert min(advice.screening) > 0.2


def test_a_related_dose_comes_before_the_count_for_other_sizes():
    advice = recommend(with_product(reduction_to_au25("p-MBA"), "Au102(p-MBA)44"))["reductant"]
    assert advice.value.middle == 4.5
    assert "L077" in advice.recommendation


def test_thiol_that_is_short_of_the_equation_is_made_up_by_the_reductant():
    complex_step = replace(complexation("cysteamine"), delta_electrons=2)  # Au(III) to Au(I)
    forming, reducing = recommend_route(route_of(complex_step, reduction_to_au25("cysteamine")))
    missing = 3 - forming["metal_to_ligand_ratio"].value.middle
    assert min(reducing["reductant"].screening) == pytest.approx(1 / 32 + missing / 8, rel=0.01)
    assert "short of the complex" in reducing["reductant"].recommendation

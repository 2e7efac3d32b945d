"""What is weighed where the equation alone would mislead: excess thiol, records by weight, acid and base."""

from __future__ import annotations

import pytest

from superatom.conditions.recommend import recommend
from superatom.conditions.sheet import bench_sheet
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import (
    acid_focusing,
    complexation,
    exchange_to_au36,
    focusing_of_mixture,
    reduction_to_au25,
)


def line_of(sheet, role):
    [line] = [x for x in sheet.lines if x.role == role]
    return line


def test_the_incoming_thiol_takes_the_advised_ratio_not_the_most_numerous_ligand():
    step = focusing_of_mixture("Au(PPh3)Cl", "[Au25(PPh3)10(PET)5Cl2]2+", "PET", 5)
    sheet = bench_sheet(step, recommend(step), "10mg")
    thiol = line_of(sheet, "ligand")
    assert thiol.reagent == "2-phenylethanethiol (PET)"
    assert thiol.equivalents == pytest.approx(6), "6 per gold in L005; the equation takes 0.2"
    assert any(h.reagent == "PET" for h in sheet.hazards)


def test_where_excess_is_advised_without_a_figure_the_first_range_is_weighed():
    sheet = bench_sheet(exchange_to_au36(), recommend(exchange_to_au36()), "10mg")
    thiol = line_of(sheet, "ligand")
    assert thiol.equivalents == pytest.approx(10)
    assert "large excess" in thiol.basis
    assert "the equation takes 0.684" in thiol.basis


def test_an_etching_thiol_outside_the_net_equation_is_weighed_and_warned_of():
    step = focusing_of_mixture("Au(PET)", "Au144(PET)60", None)
    sheet = bench_sheet(step, recommend(step), "10mg")
    assert line_of(sheet, "ligand").equivalents > 1
    assert any(h.reagent == "PET" for h in sheet.hazards)


@pytest.mark.parametrize(("start", "ratio"), [("Au(SG)", "1.6 mg per mg"), ("Au(PPh3)Cl", "3.5 mg per mg")])
def test_a_record_by_weight_is_given_by_weight_for_its_own_mixture(start, ratio):
    step = focusing_of_mixture(start, "[Au25(SG)18]-", "SG", 18)
    thiol = line_of(bench_sheet(step, recommend(step), "10mg"), "ligand")
    assert thiol.mass_mg is None
    assert ratio in thiol.basis


def test_a_carboxylic_thiol_gets_its_base_before_it_meets_the_metal():
    step = complexation("p-MBA")
    sheet = bench_sheet(step, recommend(step, towards=Nanocluster.parse("Au102(p-MBA)44")), "0.1 mmol")
    thiol, base = line_of(sheet, "ligand"), line_of(sheet, "base or acid")
    assert base.reagent == "NaOH"
    assert base.equivalents == pytest.approx(4 + thiol.equivalents), "4 HCl freed per gold, one CO2H per thiol"
    [adding] = [action for action in sheet.order_of_addition if action.startswith("Add ")]
    assert "dissolved with NaOH" in adding, "base goes in with the thiol, not onto the salt"


@pytest.mark.parametrize("ligand", ["SG", "PET"])
def test_other_thiols_get_no_base(ligand):
    step = complexation(ligand)
    assert not [x for x in bench_sheet(step, recommend(step), "0.1 mmol").lines if x.role == "base or acid"]


def test_base_of_a_reduction_in_water_is_a_step_of_the_procedure():
    step = reduction_to_au25("p-MBA")
    actions = bench_sheet(step, recommend(step)).order_of_addition
    assert any("NaOH before the reductant" in action for action in actions)


def test_the_acid_that_makes_the_cluster_is_on_the_sheet():
    sheet = bench_sheet(acid_focusing(), recommend(acid_focusing()), "10mg")
    acid = line_of(sheet, "base or acid")
    assert acid.reagent == "HCl"
    assert "first range to screen" in acid.basis
    assert any(h.reagent == "HCl" for h in sheet.hazards)
    assert any(action.startswith("Add HCl at the start") for action in sheet.order_of_addition)


def test_an_acid_before_the_thiol_is_added_as_such():
    step = complexation("PET")
    sheet = bench_sheet(step, recommend(step, towards=Nanocluster.parse("Au52(PET)32")), "0.1 mmol")
    assert line_of(sheet, "base or acid").reagent == "HNO3"
    actions = sheet.order_of_addition
    assert any(action.startswith("Add HNO3 before the ligand") for action in actions)
    assert not any("dissolved with HNO3" in action for action in actions)

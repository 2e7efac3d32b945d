"""What is weighed where the equation alone would mislead: excess thiol, records by weight, acid and base."""

from __future__ import annotations

from dataclasses import replace

import pytest

from superatom.conditions.dose import dose_of
from superatom.conditions.levers import Lever, quantity
from superatom.conditions.recommend import recommend, recommend_route
from superatom.conditions.sheet import bench_sheet, route_sheets
from superatom.data.records import Route, Species
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import (
    acid_focusing,
    complexation,
    exchange_to_au36,
    focusing_of_mixture,
    focusing_to_au38,
    mixture_of_sg,
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


def test_water_that_only_brings_the_borohydride_has_no_ph_to_set():
    steps = (complexation("SG"), mixture_of_sg(), focusing_to_au38())
    advice = recommend_route(Route(steps[2].product, steps, 0.0, {}))
    for sheet in route_sheets(steps[:2], advice[:2], "10mg"):  # methanol in L049
        assert not [x for x in sheet.lines if x.role == "base or acid"]
        assert not any("pH" in action or "Acid or base" in action for action in sheet.order_of_addition)


def test_a_base_asked_for_without_a_line_never_meets_the_bare_salt():
    step = complexation("SG")
    advice = recommend(step)
    for value in (None, quantity(10, 10, "")):
        words = {"recommendation": "bring to pH 10 with NaOH", "substances": ("NaOH",)}
        told = replace(advice["ph"], value=value, basis="records", **words)
        with_base = replace(advice, advice=tuple(told if a.lever == "ph" else a for a in advice.advice))
        actions = bench_sheet(step, with_base, "0.1 mmol").order_of_addition
        adjusting = [i for i, action in enumerate(actions) if "10" in action and "Adjust" in action]
        ligand = next(i for i, action in enumerate(actions) if action.startswith("Add L-glutathione"))
        assert len(adjusting) == (value is not None)
        assert all(i > ligand for i in adjusting)
        assert not any("Acid or base" in action for action in actions)


def test_a_neat_thiol_is_not_diluted():
    steps = (complexation("SG"), mixture_of_sg(), focusing_to_au38())
    advice = recommend_route(Route(steps[2].product, steps, 0.0, {}))
    assert "neat" in advice[2][Lever.RATIO.value].recommendation
    sheet = bench_sheet(steps[2], advice[2], "10mg")
    assert [x.reagent for x in sheet.lines if x.role == "solvent"] == ["water"]
    assert any("neat, as in S067" in remark for remark in sheet.remarks)


def test_the_reductant_that_ends_in_the_product_counts_too():
    step = reduction_to_au25("PET")
    assert dose_of(step).equivalents == pytest.approx(1 / 32)
    more = tuple((s, 3 * n if s.formula == "NaBH4" else n) for s, n in step.equation.reactants)
    hydride = replace(step, equation=replace(step.equation, reactants=more))
    assert dose_of(hydride).equivalents == pytest.approx(3 / 32), "two of three NaBH4 give hydride ligands"


def test_hydrogen_of_a_silane_is_vented():
    silane = Species("Ph2SiH2", (("Ph2Si", 1), ("H", 2)), 0, "reductant", name="Ph2SiH2")
    plain = reduction_to_au25("PET")
    terms = tuple((silane if s.formula == "NaBH4" else s, n) for s, n in plain.equation.reactants)
    step = replace(plain, equation=replace(plain.equation, reactants=terms), reductant="Ph2SiH2")
    assert "Add Ph2SiH2 last and vent the hydrogen." in bench_sheet(step, recommend(step)).order_of_addition

"""Sheets along a route: nothing weighed twice, nothing taken that nobody makes, no acid on leftover borohydride."""

from __future__ import annotations

from dataclasses import replace

import pytest

from superatom.conditions.chain import IN_THE_FLASK
from superatom.conditions.recommend import recommend, recommend_route
from superatom.conditions.sheet import route_sheets
from superatom.data.records import Equation, Route, Species, Transformation
from worlds_conditions import (
    acid_focusing,
    cadmium_exchange,
    cluster,
    co_growth,
    complexation,
    focusing_to_au38,
    mixture_of_sg,
    reduction_to_au25,
    thiol,
)


def sheets_of(*steps):
    towards = steps[-1].product.cluster
    advice = [recommend(s, towards=towards if s.transformation == "complexation" else None) for s in steps]
    return route_sheets(steps, advice, "10mg")


def test_what_the_complex_brings_is_not_weighed_twice():
    first, last = sheets_of(complexation("PET"), reduction_to_au25("PET"))
    weighed = {x.reagent for x in first.lines if x.mass_mg or x.volume_mL}
    again = {x.reagent for x in last.lines if x.role != "metal complex" and (x.mass_mg or x.volume_mL)}
    assert {"TOAB", "toluene", "water"} <= weighed
    assert not weighed & again
    assert {x.reagent for x in last.lines if x.basis == IN_THE_FLASK} == {"TOAB", "toluene"}
    assert any("not weighed" in x.basis for x in last.lines if x.role == "metal complex")


def test_the_aqueous_layer_goes_before_the_thiol():
    first, last = sheets_of(complexation("PET"), reduction_to_au25("PET"))
    actions = list(first.order_of_addition)
    off = next(
        i for i, action in enumerate(actions) if action == "Take off the aqueous layer before the ligand, as in L002."
    )
    thiol = next(i for i, action in enumerate(actions) if action.startswith("Add 2-phenylethanethiol"))
    assert off < thiol
    assert "water" not in {x.reagent for x in last.lines}


def test_a_complex_no_step_makes_is_pointed_out():
    [alone] = sheets_of(cadmium_exchange())
    assert any(r.startswith("No step of this route makes Cd(PET)2") for r in alone.remarks)
    assert any("flask of its own" in r for r in alone.remarks)


def test_acid_freed_by_a_dopant_complex_is_taken_up_before_it_meets_the_cluster():
    first, _ = sheets_of(_cadmium_thiolate(), cadmium_exchange())
    [said] = [r for r in first.remarks if r.startswith("This frees")]
    assert f"{2 * first.metal_mmol:.3g} mmol HNO3" in said
    assert "step 2" in said
    plain, _ = sheets_of(complexation("PET"), reduction_to_au25("PET"))
    assert not any(r.startswith("This frees") for r in plain.remarks)


def _cadmium_thiolate():
    salt = Species("Cd(NO3)2", (("Cd", 1), ("NO3", 2)), 0, "salt", name="Cd(NO3)2")
    acid = Species("HNO3", (("H", 1), ("NO3", 1)), 0, "molecule", name="HNO3")
    made = cluster("Cd(PET)2")
    equation = Equation(((salt, 1), (thiol("PET"), 2)), ((made, 1), (acid, 2)))
    return replace(
        complexation("PET"), product=made, main_reactants=(salt,), equation=equation, electron_equation=equation
    )


def test_acid_after_a_borohydride_is_warned_of_across_steps():
    before = reduction_to_au25("PET")
    _, acid = sheets_of(before, acid_focusing())
    assert "acid + leftover NaBH4" in {h.reagent for h in acid.hazards}
    [alone] = sheets_of(acid_focusing())
    assert "acid + leftover NaBH4" not in {h.reagent for h in alone.hazards}


def test_a_size_mixture_is_isolated_before_it_is_focused():
    steps = (complexation("SG"), mixture_of_sg(), focusing_to_au38())
    advice = recommend_route(Route(steps[2].product, steps, 0.0, {}))
    _, reducing, focusing = route_sheets(steps, advice, "10mg")
    assert reducing.order_of_addition[-1].startswith("Work-up as in L049 (same mixture): centrifuged")
    assert not any(action.startswith("Isolate") for action in focusing.order_of_addition)


def test_without_a_work_up_on_record_the_borohydride_is_still_to_be_washed_out():
    before = replace(mixture_of_sg(), product=acid_focusing().main_reactants[0])
    _, focusing = sheets_of(before, acid_focusing())
    first = focusing.order_of_addition[0]
    assert first == "Isolate and wash the product of step 1 free of borohydride and salts before this step."


def test_base_takes_up_the_acid_that_complex_formation_freed_in_the_same_flask():
    alone, (first, last) = sheets_of(co_growth())[0], sheets_of(complexation("SG"), co_growth())
    base, counted = (next(x for x in sheet.lines if x.reagent == "NaOH") for sheet in (last, alone))
    assert base.amount_mmol == pytest.approx(counted.amount_mmol + 4 * first.metal_mmol), "4 HCl per gold"
    assert base.mass_mg == pytest.approx(base.amount_mmol * base.molar_mass_g_per_mol)
    assert "HCl that complex formation freed; the acid groups of the ligand take more" in base.basis
    dissolved, later = sheets_of(complexation("p-MBA"), reduction_to_au25("p-MBA"))
    assert any(x.reagent == "NaOH" for x in dissolved.lines)
    assert not any("complex formation freed" in x.basis for x in later.lines), "taken up with the thiol already"


def test_a_dopant_salt_goes_through_the_phase_transfer_with_the_gold():
    platinum = Species("H2PtCl6", (("H", 2), ("Pt", 1), ("Cl", 6)), 0, "salt", name="H2PtCl6")
    plain = reduction_to_au25("PET")
    equation = replace(plain.equation, reactants=(*plain.equation.reactants, (platinum, 1)))
    step = replace(plain, transformation=Transformation.CO_REDUCTION, equation=equation)
    first, last = sheets_of(complexation("PET"), step)
    salt = "H2PtCl6·6H2O"
    [line] = [x for x in first.lines if x.reagent == salt]
    assert line.amount_mmol == pytest.approx(first.metal_mmol / 32)
    assert salt in {h.reagent for h in first.hazards}
    dissolving, off = first.order_of_addition[:2]
    assert dissolving.startswith(f"Dissolve HAuCl4·3H2O and {salt} in water and TOAB in toluene")
    assert off.startswith("Take off the aqueous layer")
    assert salt not in {x.reagent for x in last.lines}
    assert not any(salt in action for action in last.order_of_addition)


def test_an_organic_anion_is_told_to_need_a_cation():
    said = {}
    for formula in ("[Au23(TBBT)16]-", "Au42(TBBT)26"):
        [sheet] = sheets_of(_making(formula))
        said[formula] = any("is an anion, and no organic cation" in r for r in sheet.remarks)
    assert said == {"[Au23(TBBT)16]-": True, "Au42(TBBT)26": False}
    [with_toab] = sheets_of(reduction_to_au25("PET"))
    assert not any("organic cation" in r for r in with_toab.remarks)


def _making(formula):
    step, made = reduction_to_au25("TBBT"), cluster(formula)
    equation = replace(step.equation, products=((made, 1), *step.equation.products[1:]))
    return replace(step, product=made, equation=equation)

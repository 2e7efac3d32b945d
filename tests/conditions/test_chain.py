"""Sheets along a route: nothing weighed twice, nothing taken that nobody makes, no acid on leftover borohydride."""

from __future__ import annotations

from dataclasses import replace

from superatom.conditions.chain import IN_THE_FLASK
from superatom.conditions.recommend import recommend
from superatom.conditions.sheet import route_sheets
from superatom.data.records import Equation, Species
from worlds_conditions import acid_focusing, cadmium_exchange, cluster, complexation, reduction_to_au25, thiol


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

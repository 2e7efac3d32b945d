"""Bench sheets: mass balance, scale, what a number rests on, refusals."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.conditions.experiments import first_experiments
from superatom.conditions.hazards import hazards_of
from superatom.conditions.levers import quantity
from superatom.conditions.recommend import recommend, recommend_route
from superatom.conditions.sheet import bench_sheet, route_sheets
from superatom.conditions.volumes import chosen_solvents, hottest_C, metal_mmol
from superatom.conditions.weighing import weigh
from superatom.data.records import Route, Species
from superatom.data.reference import recipes
from superatom.errors import ChemistryError, UnitError
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import (
    HAUCL4,
    acid_focusing,
    cluster,
    co_growth,
    complexation,
    exchange_to_au36,
    focusing_to_au38,
    mixture_of_sg,
    phosphine_complexation,
    reduction_to_au25,
    thiol,
)


def lines_of(sheet):
    return {line.role: line for line in sheet.lines}


def test_ten_milligrams_of_au25_need_what_the_equation_says():
    sheet = bench_sheet(reduction_to_au25("MHA"), recommend(reduction_to_au25("MHA")), "10mg")
    mmol = 10 / Nanocluster.parse("[Au25(MHA)18]-").molar_mass
    lines = lines_of(sheet)
    assert lines["metal complex"].amount_mmol == pytest.approx(32 * mmol)
    assert lines["metal complex"].mass_mg == pytest.approx(32 * mmol * Nanocluster.parse("Au(MHA)").molar_mass)
    assert lines["reductant"].amount_mmol == pytest.approx(mmol)
    assert "electron count" in lines["reductant"].basis
    assert sheet.theoretical_yield_mg == pytest.approx(10)
    assert sheet.expected_yield_mg == pytest.approx(9.5)
    assert "S004" in sheet.yield_basis


def test_a_hundred_milligrams_of_salt_limit_the_yield():
    step = reduction_to_au25("PET")
    sheet = bench_sheet(step, recommend(step), "100mg", of="metal_salt")
    gold = 100 / 393.82
    assert sheet.metal_mmol == pytest.approx(gold, rel=1e-3)
    assert sheet.theoretical_yield_mg == pytest.approx(
        gold / 32 * Nanocluster.parse("[Au25(PET)18]-").molar_mass, rel=1e-3
    )
    assert any("100 mg HAuCl4·3H2O" in r for r in sheet.remarks)
    assert any("counter-ions" in r for r in sheet.remarks)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.5, 5000), st.sampled_from(["mg", "umol"]))
def test_everything_scales_together(value, unit):
    step = exchange_to_au36()
    advice = recommend(step)
    one, more = (bench_sheet(step, advice, f"{x:.6f}{unit}") for x in (value, 3 * value))
    for a, b in zip(one.lines, more.lines, strict=True):
        for name in ("amount_mmol", "mass_mg", "volume_mL"):
            if getattr(a, name) is not None:
                assert getattr(b, name) == pytest.approx(3 * getattr(a, name), rel=1e-3)
        assert a.equivalents == b.equivalents or a.equivalents == pytest.approx(b.equivalents)


def test_the_salt_is_weighed_as_its_hydrate_and_the_ligand_by_the_advised_ratio():
    step = complexation("PET")
    sheet = bench_sheet(step, recommend(step, towards=Nanocluster.parse("[Au25(PET)18]-")), "0.1 mmol")
    lines = lines_of(sheet)
    assert lines["metal salt"].reagent == "HAuCl4·3H2O"
    assert lines["metal salt"].molar_mass_g_per_mol == pytest.approx(393.82, abs=0.02)
    assert lines["ligand"].reagent == "2-phenylethanethiol (PET)"
    assert lines["ligand"].equivalents == pytest.approx(3.2)
    assert sheet.order_of_addition[0].startswith("Dissolve HAuCl4·3H2O")


def test_less_thiol_than_the_equation_takes_is_pointed_out():
    step = complexation("MHA")
    sheet = bench_sheet(step, recommend(step, towards=Nanocluster.parse("[Au25(MHA)18]-")), "0.1 mmol")
    assert lines_of(sheet)["ligand"].equivalents == pytest.approx(1.5)
    assert any("less than the 3" in r for r in sheet.remarks)


def test_solvent_volumes_name_their_record_or_say_they_are_a_choice():
    step = reduction_to_au25("PET")
    volumes = [line for line in bench_sheet(step, recommend(step)).lines if line.role == "solvent"]
    assert {"water (ice-cold)", "toluene"} == {line.reagent for line in volumes}, "L002 takes the first water off"
    assert all("in L" in line.basis for line in volumes)
    step = co_growth()
    [water] = [line for line in bench_sheet(step, recommend(step)).lines if line.role == "solvent"]
    assert "first choice" in water.basis or "mM metal as in" in water.basis


def test_a_hot_step_does_not_get_a_boiling_solvent():
    either = ("dichloromethane", "toluene")
    advice = replace(recommend(exchange_to_au36())["solvent"], basis="screening", screening=either)
    assert chosen_solvents(advice, 80.0) == (
        ["toluene"],
        ["dichloromethane would boil at 80 °C; toluene is taken first."],
    )
    assert chosen_solvents(advice, 25.0) == (["dichloromethane"], [])


def test_the_advised_temperature_counts_not_the_hottest_of_a_bracket():
    advice = recommend(exchange_to_au36())
    warm = replace(advice["temperature"], value=quantity(80, 80, "degC"), screening=(65.0, 80.0, 95.0))
    at_80 = replace(advice, advice=tuple(warm if a.lever == "temperature" else a for a in advice.advice))
    assert hottest_C(at_80) == 80


def test_the_solvent_of_the_complex_itself_comes_before_that_of_a_mixture_made_from_it():
    step = phosphine_complexation()
    settings = recommend(step, for_mixture=True)
    [solvent] = [x for x in bench_sheet(step, settings, "0.1 mmol").lines if x.role == "solvent"]
    assert solvent.reagent == "ethanol", "L025, not the toluene that L004 transfers the gold into"


def test_borohydride_has_a_solution_of_its_own():
    step = reduction_to_au25("p-MBA")
    lines = bench_sheet(step, recommend(step)).lines
    [salt] = [x for x in lines if x.reagent == "NaBH4"]
    [solution] = [x for x in lines if "borohydride" in x.reagent]
    assert solution.volume_mL == pytest.approx(salt.amount_mmol / 0.2)


def test_carbon_monoxide_is_a_volume_not_a_mass():
    step = co_growth()
    sheet = bench_sheet(step, recommend(step), "100mg")
    gas = lines_of(sheet)["reductant"]
    assert gas.mass_mg is None
    assert gas.volume_mL == pytest.approx(gas.amount_mmol * 24.47)
    assert any(h.reagent == "CO" and "alarm" in h.do for h in sheet.hazards)


def test_a_mixture_is_counted_by_its_metal():
    sheet = bench_sheet(acid_focusing(), recommend(acid_focusing()), "10mg")
    line = lines_of(sheet)["starting mixture"]
    assert line.mass_mg is None
    assert line.amount_mmol == pytest.approx(13 * 10 / Nanocluster.parse("[Au13(dppe)5Cl2]3+").molar_mass)
    with pytest.raises(ChemistryError, match="scale by the product"):
        bench_sheet(acid_focusing(), recommend(acid_focusing()), "10mg", of="metal_salt")


def test_a_route_makes_just_what_the_next_step_takes():
    steps = [complexation("PET"), reduction_to_au25("PET")]
    advice = [recommend(steps[0], towards=steps[1].product.cluster), recommend(steps[1])]
    first, last = route_sheets(steps, advice, "10mg")
    complex_taken = lines_of(last)["metal complex"].amount_mmol
    assert first.metal_mmol == pytest.approx(complex_taken, rel=1e-4)
    assert last.theoretical_yield_mg == pytest.approx(10)


def test_a_route_can_be_scaled_by_its_metal_salt():
    steps = [complexation("PET"), reduction_to_au25("PET")]
    advice = [recommend(steps[0], towards=steps[1].product.cluster), recommend(steps[1])]
    first, last = route_sheets(steps, advice, "100mg", of="metal_salt")
    assert lines_of(first)["metal salt"].mass_mg == pytest.approx(100, rel=1e-4)
    assert first.metal_mmol == pytest.approx(last.metal_mmol, rel=1e-4)
    assert last.scale == "100mg of HAuCl4·3H2O in the route"
    [alone] = route_sheets(steps[1:], advice[1:], "100mg", of="metal_salt")
    assert alone.theoretical_yield_mg == pytest.approx(last.theoretical_yield_mg, rel=1e-3)


def test_a_net_equation_is_shared_out_between_reduction_and_focusing():
    steps = (complexation("SG"), mixture_of_sg(), focusing_to_au38())
    advice = recommend_route(Route(steps[2].product, steps, 0.0, {}))
    forming, reducing, focusing = route_sheets(steps, advice, "10mg")
    assert "ligand" not in lines_of(reducing), "PET belongs to the focusing step"
    assert {"metal complex", "reductant"} <= set(lines_of(reducing))
    assert not {"metal complex", "reductant"} & set(lines_of(focusing))
    assert lines_of(focusing)["ligand"].reagent == "2-phenylethanethiol (PET)"
    assert reducing.metal_mmol == pytest.approx(focusing.metal_mmol, rel=1e-4)
    assert forming.metal_mmol == pytest.approx(focusing.metal_mmol, rel=1e-4)
    assert any("Au38(PET)24" in r for r in reducing.remarks)


def test_open_ligands_and_bad_scales_are_refused():
    step = reduction_to_au25("SR")
    with pytest.raises(ChemistryError, match="open group SR"):
        bench_sheet(step, recommend(step))
    step = reduction_to_au25("PET")
    for scale in ("10", "10 mL", "0mg", "ten mg", "-5mg"):
        with pytest.raises(UnitError):
            bench_sheet(step, recommend(step), scale)
    with pytest.raises(UnitError, match="metal_salt"):
        bench_sheet(step, recommend(step), "10mg", of="gold")


def test_csv_round_trips():
    step = reduction_to_au25("PET")
    sheet = bench_sheet(step, recommend(step))
    rows = list(csv.DictReader(io.StringIO(sheet.to_csv())))
    assert len(rows) == len(sheet.lines)
    assert {"reagent", "molar_mass_g_per_mol", "mass_mg", "basis"} <= set(rows[0])
    assert all(None not in row for row in rows)


def test_every_number_on_a_sheet_has_a_basis():
    for step in (complexation(), reduction_to_au25(), co_growth(), exchange_to_au36()):
        for line in bench_sheet(step, recommend(step)).lines:
            assert line.basis, line


@pytest.mark.parametrize(
    ("species", "mass"),
    [(HAUCL4, 393.83), (thiol("PET"), 138.23), (cluster("Au38(PET)24"), 38 * 196.97 + 24 * 137.22)],
)
def test_molar_masses(species, mass):
    assert weigh(species).molar_mass == pytest.approx(mass, rel=2e-4)


@pytest.mark.parametrize(
    ("name", "word"),
    [("CO", "alarm"), ("NaBH4", "hydrogen"), ("NaN3", "metal spatula"), ("H2O2", "vented"), ("NaBH3CN", "pH 7"),
     ("Hg(NO3)2", "mercury"), ("Cd(NO3)2·4H2O", "cadmium"), ("AgClO4", "heat")],
)  # fmt: skip
def test_the_dangerous_ones_are_named_with_what_to_do(name, word):
    text = " ".join(f"{h.danger} {h.do}" for h in hazards_of([name]))
    assert word in text
    assert "GHS" in text


def test_an_unknown_chemical_is_not_called_safe():
    [hazard] = hazards_of(["unobtainium"])
    assert "safety data sheet" in hazard.danger


def test_metal_of_a_recipe_is_read_from_millimoles_or_from_the_named_hydrate():
    by_id = {r.id: r for r in recipes()}
    assert metal_mmol(by_id["L002"]) == pytest.approx(157.6 / 393.82, rel=1e-3)
    assert metal_mmol(by_id["L049"]) == pytest.approx(0.5)
    assert metal_mmol(by_id["L065"]) is None, "HAuCl4 without its water is not guessed"


@pytest.mark.parametrize("step", [complexation(), reduction_to_au25(), mixture_of_sg(), focusing_to_au38(),
                                  exchange_to_au36(), acid_focusing()], ids=lambda s: s.product.formula)  # fmt: skip
def test_an_advice_in_other_words_weighs_and_tries_the_same(step):
    advice = recommend(step)
    reworded = replace(advice, advice=tuple(replace(a, recommendation="said otherwise") for a in advice.advice))
    sheets = [bench_sheet(step, one, "10mg") for one in (advice, reworded)]
    assert len({tuple((x.reagent, x.role, x.amount_mmol, x.volume_mL) for x in sheet.lines) for sheet in sheets}) == 1
    assert len({tuple(action.kind for action in sheet.order_of_addition) for sheet in sheets}) == 1
    runs = [[run.settings for run in first_experiments([(step, one)])] for one in (advice, reworded)]
    assert runs[0] == runs[1]


def test_acid_and_borohydride_in_one_flask_are_pointed_out():
    step = reduction_to_au25("TBBT")
    acid = recommend(replace(step, product=cluster("Au42(TBBT)26")))
    assert "acid" in acid["ph"].recommendation
    assert any(h.reagent == "NaBH4 + acid" for h in bench_sheet(step, acid).hazards)
    step = reduction_to_au25("MHA")
    assert not any("acid" in h.reagent for h in bench_sheet(step, recommend(step)).hazards)


def test_the_work_up_of_the_closest_record_ends_the_procedure():
    step = reduction_to_au25("PET")
    last = bench_sheet(step, recommend(step)).order_of_addition[-1]
    assert last.startswith("Work-up as in L")


def test_air_as_the_oxidant_does_not_mean_hot_solvent_in_an_open_flask():
    step = exchange_to_au36()
    oxygen = Species("O2", (("O", 2),), 0, "oxidant", name="O2")
    step = replace(step, equation=replace(step.equation, reactants=(*step.equation.reactants, (oxygen, 1))))
    [air] = [action for action in bench_sheet(step, recommend(step)).order_of_addition if "oxygen" in action]
    assert "reflux condenser" in air
    assert "open" not in air

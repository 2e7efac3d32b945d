"""First experiments: a small, reproducible design with reasons and flat columns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.conditions.experiments import COLUMNS, decisive_step, first_experiments
from superatom.conditions.recommend import recommend
from superatom.errors import ChemistryError
from worlds_conditions import (
    acid_focusing,
    co_growth,
    complexation,
    exchange_to_au36,
    focusing_to_au38,
    mixture_of_sg,
    reduction_to_au25,
)

PLAN = [(s, recommend(s)) for s in (complexation("SG"), reduction_to_au25("SG"))]


def test_the_design_starts_and_repeats_at_the_centre_and_moves_one_lever_at_a_time_first():
    runs = first_experiments(PLAN, n=8)
    assert [r.number for r in runs] == list(range(1, 9))
    centres = [r for r in runs if not r.changed]
    assert len(centres) == 2
    assert centres[0].settings == centres[1].settings
    singles = [r for r in runs if len(r.changed) == 1]
    for run in singles:
        assert len(set(run.settings) - set(centres[0].settings)) == 1, "one lever differs from the centre"
    assert singles[0].changed == ("reductant",), "the most influential lever is tried first"
    assert any(len(r.changed) > 1 for r in runs)
    assert all(r.reason for r in runs)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 24), st.integers(0, 5))
def test_any_size_and_seed_gives_distinct_named_runs(n, seed):
    runs = first_experiments(PLAN, n=n, seed=seed)
    assert 1 <= len(runs) <= n
    assert runs == first_experiments(PLAN, n=n, seed=seed)
    moved = [r.settings for r in runs if r.changed]
    assert len(set(moved)) == len(moved)


def test_the_decisive_step_is_the_one_with_the_weakest_grounds():
    assert decisive_step(PLAN)[0] is PLAN[1][0]
    inferred = reduction_to_au25("cysteamine", is_inferred=True)
    known = exchange_to_au36()
    plan = [(inferred, recommend(inferred)), (known, recommend(known))]
    assert decisive_step(plan)[0] is inferred


def test_solvents_that_boil_at_the_temperature_are_not_proposed():
    step = exchange_to_au36()
    for run in first_experiments([(step, recommend(step))], n=12):
        assert dict(run.settings)["solvent"] != "dichloromethane"


def test_every_run_is_one_flat_row():
    step = acid_focusing()
    runs = first_experiments([(step, recommend(step))], n=6)
    rows = [run.to_row() for run in runs]
    assert all(set(COLUMNS) < set(row) for row in rows)
    assert all(isinstance(cell, str | int | float) for row in rows for cell in row.values())


def test_an_empty_plan_is_refused():
    with pytest.raises(ChemistryError):
        first_experiments([])


def test_a_size_mixture_is_judged_by_what_is_focused_from_it():
    steps = (mixture_of_sg(), focusing_to_au38())
    assert decisive_step([(s, recommend(s)) for s in steps])[0] is steps[1]


def test_an_acid_that_a_record_calls_for_is_tried_first():
    step = acid_focusing()
    runs = first_experiments([(step, recommend(step))], n=6)
    assert dict(runs[0].settings)["ph"].startswith("acid")
    assert runs[1].changed == ("pH",)


def test_a_gas_in_excess_has_no_dose_to_vary():
    step = co_growth()
    for run in first_experiments([(step, recommend(step))], n=8):
        assert "reductant_to_metal_ratio" not in dict(run.settings)
        assert dict(run.settings)["reductant"] == "CO"


def test_levels_are_told_apart_and_a_lever_with_one_of_them_does_not_move_in_every_combination():
    step = exchange_to_au36()
    runs = first_experiments([(step, recommend(step))], n=12)
    together = [dict(r.settings)["temperature_C"] for r in runs if len(r.changed) > 1]
    assert set(together) == {25.0, 80.0}
    centre = dict(runs[0].settings)
    for run in (r for r in runs if len(r.changed) == 1):
        ((column, value),) = [item for item in run.settings if item[1] != centre[item[0]]]
        assert isinstance(value, str) or value != pytest.approx(centre[column], rel=0.05)


def test_a_lower_bound_is_followed_upwards():
    step = exchange_to_au36()
    runs = first_experiments([(step, recommend(step))], n=16)
    assert {dict(r.settings)["time_h"] for r in runs} >= {2.0, 6.0, 24.0}


def test_a_step_without_free_ligand_has_no_ratio_to_vary():
    step = acid_focusing()
    assert not any(s.kind == "ligand" for s, _ in step.equation.reactants)
    for run in first_experiments([(step, recommend(step))], n=8):
        assert "ligand_to_metal_ratio" not in dict(run.settings)

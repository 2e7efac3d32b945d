"""The packaged trends: complete, cited, and applied only where they hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from superatom.conditions.aim import aim_of
from superatom.conditions.levers import Lever
from superatom.conditions.trends import applicable, first_screening, trends
from superatom.data.reagents import reagent_table
from superatom.data.records import Species, Transformation
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import co_growth, complexation, exchange_to_au36, reduction_to_au25


def test_every_trend_is_cited_with_a_mechanism_in_one_sentence():
    assert len(trends()) > 40
    assert {t.lever for t in trends()} == set(Lever)
    for trend in trends():
        assert trend.source.citation
        assert trend.transformations
        assert trend.mechanism.endswith(".")
        assert ". " not in trend.mechanism, "one sentence"


def test_what_a_trend_tells_to_add_is_a_reagent_or_a_role_of_one():
    named = {substance for trend in trends() for substance in trend.substances}
    roles = {role for reagent in reagent_table() for role in reagent.roles}
    assert {"HNO3", "acid", "base"} <= named
    assert all(substance in reagent_table() or substance in roles for substance in named)


@pytest.mark.parametrize(
    ("step", "lever", "trend"),
    [
        (reduction_to_au25("MHA"), Lever.TEMPERATURE, "K01"),
        (complexation("PET"), Lever.TEMPERATURE, "K02"),
        (reduction_to_au25("p-MBA"), Lever.REDUCTANT, "D01"),
        (reduction_to_au25("SG"), Lever.PH, "P01"),
        (co_growth(), Lever.PH, "P02"),
        (complexation("SG"), Lever.RATIO, "L01"),
        (exchange_to_au36(), Lever.RATIO, "L05"),
    ],
)
def test_a_trend_reaches_its_step(step, lever, trend):
    assert trend in {t.id for t in applicable(aim_of(step, step.product.cluster), lever, step.reductant)}


def test_the_aqueous_optimum_does_not_reach_an_organic_synthesis():
    assert "K01" not in {t.id for t in applicable(aim_of(reduction_to_au25("PET")), Lever.TEMPERATURE, "NaBH4")}


def test_a_rule_for_one_reductant_stays_with_it():
    assert "P06" not in {t.id for t in applicable(aim_of(co_growth()), Lever.PH, "CO")}


@pytest.mark.parametrize("lever", Lever)
@pytest.mark.parametrize("transformation", Transformation)
def test_every_first_range_has_a_reason(lever, transformation):
    step = reduction_to_au25("SG")
    screening = first_screening(aim_of(replace(step, transformation=transformation)), lever, "NaBH4")
    if screening is None:
        assert lever is Lever.RATIO, "only the ratio falls back on the product's own formula"
    else:
        assert screening.reason
        assert screening.points


def test_the_thiol_window_of_water_does_not_reach_an_organic_synthesis():
    aim = aim_of(complexation("PET"))
    assert "L01" not in {t.id for t in applicable(aim, Lever.RATIO)}
    assert first_screening(aim, Lever.RATIO).points[0] == 3.0, "less cannot bring Au(III) to Au(I)"


def test_two_speeds_with_different_products_are_no_window():
    assert next(t for t in trends() if t.id == "M01").window is None


@pytest.mark.parametrize(("target", "applies"), [("[Cu25H22(PPh3)12]+", False), ("Cu13H10(PET)3(PPh3)7", True)])
def test_the_solvent_of_one_copper_cluster_stays_with_it(target, applies):
    product = Species.of_cluster(Nanocluster.parse(target))
    aim = aim_of(replace(reduction_to_au25("PPh3"), product=product))
    assert ("V06" in {t.id for t in applicable(aim, Lever.SOLVENT)}) is applies

"""pH, acid and base: whose number counts, where there is a pH at all, where the cluster stays itself."""

from __future__ import annotations

from dataclasses import replace

from superatom.conditions.recommend import recommend, recommend_route
from worlds_conditions import (
    acid_focusing,
    co_growth,
    complexation,
    focusing_to_au38,
    mixture_of_sg,
    reduction_to_au25,
    route_of,
    with_product,
)


def test_another_reductant_does_not_set_the_ph():
    ph = recommend(co_growth())["ph"]
    assert ph.value is None or ph.value.middle != 2.7, "pH 2.7 belongs to TBAB in water/toluene"
    assert any(r.id == "S029" and "other reductant" in r.distance for r in ph.records)


def test_acid_is_called_for_at_the_start_of_size_focusing():
    advice = recommend(acid_focusing())["ph"]
    assert "acid at the start" in advice.recommendation
    assert advice.basis == "records"


def test_acid_from_another_recipe_is_not_put_into_an_organic_synthesis():
    advice = recommend(reduction_to_au25("PET"))["ph"]
    assert advice.recommendation.startswith("leave out")
    assert any(r.id == "S104" for r in advice.records)


def test_a_number_without_a_stage_sets_no_value():
    ph = recommend(replace(reduction_to_au25("SG"), reductant="CO"))["ph"]
    assert ph.value is None
    assert any(r.id == "L028" and "stage not stated" in r.distance for r in ph.records)
    assert "S046" in ph.recommendation, "the top of the CO series is what is known"
    assert ph.screening == (5.0, 8.0, 11.0)


def test_the_ph_a_finished_cluster_stands_is_not_that_of_its_synthesis():
    settings = recommend(with_product(co_growth(), "Au22(SG)18"))
    assert settings["ph"].value is None
    assert not any(r.id == "S086" for r in settings["ph"].records)
    assert any("Au24(SG)20 at pH 2.5 (R070)" in r for r in settings.remarks)
    assert any("Au18(SG)14 at pH 8 (R071)" in r for r in settings.remarks)


def test_words_of_a_closer_record_are_not_screened_around_a_farther_number():
    ph = recommend(reduction_to_au25("cysteamine", is_inferred=True))["ph"]
    assert "NaOH before NaBH4" in ph.recommendation
    assert ph.screening == (8.0, 10.0, 12.0)


def test_a_complex_made_in_methanol_has_no_ph():
    forming, reducing, _ = recommend_route(route_of(complexation("SG"), mixture_of_sg(), focusing_to_au38()))
    for settings in (forming, reducing):
        assert settings["ph"].recommendation.startswith("leave out")
        assert settings["ph"].screening == ("none",)
    assert recommend(reduction_to_au25("p-MBA"))["ph"].screening != ("none",)


def test_the_first_ph_lies_where_the_cluster_stays_itself():
    ph = recommend(with_product(co_growth(), "Au22(SG)18"))["ph"]
    assert ph.screening == (4.0, 5.5, 7.0)
    assert any("R071" in c for c in ph.conflicts)

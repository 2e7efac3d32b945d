"""Where a campaign stands, with a model and without: best, front, comparison, stop advice, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from superatom.campaign.loop.advice import best_flask, comparison, pareto_front, stop_advice
from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.learned import learned
from superatom.campaign.loop.returned import carry_out, read_values
from superatom.campaign.loop.translation import with_settings
from superatom.conditions.objectives import Goal, Objective, Response
from superatom.conditions.space import Parameter, Space
from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store
from superatom.errors import CampaignError
from worlds_campaign import SHARED, setup, space, yield_percent


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "lab.sqlite", author="ada") as opened:
        yield opened


def measure(campaign: Campaign, flask: str, **cells: str) -> None:
    carry_out(campaign, read_values(campaign, cells, flask))


def test_the_best_and_who_found_it(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup())
    campaign.suggest(3)
    assert best_flask(campaign) is None
    assert comparison(campaign) == ()
    measure(campaign, "B1-1", yield_percent="10", outcome_class="monodisperse")
    measure(campaign, "B1-2", yield_percent="60", outcome_class="nanoparticles")
    campaign.suggest(1, recommender="ofat")
    measure(campaign, "B2-1", yield_percent="20")
    measure(campaign, "", temperature_C="25", flow="3", solvents="THF", yield_percent="30")
    best = best_flask(campaign)
    assert best is not None
    assert best.outcomes == {"yield_percent": 30.0}, "a failure is not the best, however high its yield"
    told = {part.who: part for part in comparison(campaign)}
    assert told["random"].best_after == (10.0, 10.0)
    assert told["random"].n_failed == 1
    assert (told["ofat"].best, told["nobody suggested it"].best) == (20.0, 30.0)


def test_the_front_of_two_responses(store: Store) -> None:
    goal = Objective((Response("yield_percent", unit="%"), Response("size_nm", Goal.MINIMISE, "nm")))
    campaign = Campaign.start(store, "two", replace(setup(), objective=goal))
    campaign.suggest(5)
    for flask, (value, size) in zip(campaign.flasks(), ((10, 2), (30, 3), (20, 3), (40, 5), (5, 1)), strict=True):
        outcome = "mixture" if flask.id == "B1-5" else "monodisperse"
        measure(campaign, flask.id, yield_percent=str(value), size_nm=str(size), outcome_class=outcome)
    assert [flask.id for flask in pareto_front(campaign)] == ["B1-4", "B1-2", "B1-1"]


def test_advice_without_a_model(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup(budget=3))
    campaign.suggest(2)
    assert stop_advice(campaign, None).sentence == (
        "go on: too few flasks are fully measured for a model to judge by; 1 of 3 flasks are left"
    )
    campaign.suggest(1)
    assert stop_advice(campaign, None).should_stop is True


def test_a_model_advises_and_draws(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("botorch", reason="the extra campaign is not installed")
    from superatom.campaign.loop.pictures import draw_all

    campaign = Campaign.start(store, "au25", setup())
    campaign.suggest(12)
    new = []
    for k, flask in enumerate(campaign.flasks()):
        value = yield_percent(flask.settings)
        outcome = "monodisperse" if value > 15 else "nanoparticles"
        row = read_values(campaign, {"yield_percent": str(value), "outcome_class": outcome}, flask.id).rows[0]
        assert row.record is not None
        if k < 11:
            new.append((flask.id, row.record))
    campaign.take_back(new)
    known = learned(campaign)
    assert known is not None
    influences = dict(zip(space().names, known.influences(), strict=True))
    assert min(influences.values()) >= 0
    advice = stop_advice(campaign, known)
    assert advice.should_stop is False, "the hill has not been climbed"
    assert advice.expected_gain is not None
    assert advice.expected_gain > 0
    drawn = draw_all(campaign, known, tmp_path, ending=".svg", axes=["temperature_C", "flow"])
    assert [path.name for path in drawn] == ["au25-progress.svg", "au25-surface-yield-percent.svg", "au25-phases.svg"]
    surface = drawn[1].read_text(encoding="utf-8")
    assert "temperature / °C" in surface
    assert "flow / mL/min" in surface
    assert "expected yield / %" in surface
    again = tmp_path / "again"
    again.mkdir()
    assert (
        draw_all(campaign, known, again, ending=".svg", axes=["temperature_C", "flow"])[1].read_text("utf-8") == surface
    )
    by_solvent = draw_all(campaign, known, again, axes=["temperature_C", "solvents"])
    assert all(path.stat().st_size > 5_000 for path in by_solvent)
    with pytest.raises(CampaignError, match="no parameter colour"):
        draw_all(campaign, known, again, axes=["colour"])
    with pytest.raises(CampaignError, match=r"ends in \.png or \.svg"):
        draw_all(campaign, known, again, ending=".pdf")


def test_a_flat_response_is_left(store: Store) -> None:
    pytest.importorskip("botorch", reason="the extra campaign is not installed")
    one = Space((Parameter.continuous("ph", 2, 12, unit="pH", step=1),))
    campaign = Campaign.start(store, "flat", replace(setup(), space=one))
    campaign.suggest(9)
    values = (50.0, 50.2, 49.9, 50.1, 49.8, 50.0, 50.1, 49.9, 50.0)
    for flask, value in zip(campaign.flasks(), values, strict=True):
        measure(campaign, flask.id, yield_percent=str(value))
    campaign.suggest(2)
    for flask in campaign.flasks()[9:]:
        record = with_settings(SHARED, one, flask.settings)
        campaign.take_back([(flask.id, record)])
    assert stop_advice(campaign, learned(campaign)).sentence == "stop: every setting of the space was tried"

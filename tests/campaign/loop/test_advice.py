"""Where a campaign stands, with a model and without: best, front, comparison, stop advice, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from superatom.campaign.loop.advice import (
    best_flask,
    comparison,
    largest_value,
    measured_flasks,
    pareto_front,
    stop_advice,
)
from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.learned import learned
from superatom.campaign.loop.returned import carry_out, read_values
from superatom.campaign.loop.translation import with_settings
from superatom.conditions.objectives import Goal, Limit, Objective, Response
from superatom.conditions.recommenders.history import read_history
from superatom.conditions.recommenders.pool import pool_of
from superatom.conditions.space import Constraint, Parameter, Space
from superatom.conditions.space.parameters import Array
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
    assert best_flask(campaign.standing()) is None
    assert comparison(campaign.standing()) == ()
    measure(campaign, "B1-1", yield_percent="10", outcome_class="monodisperse")
    measure(campaign, "B1-2", yield_percent="60", outcome_class="nanoparticles")
    campaign.suggest(1, recommender="ofat")
    measure(campaign, "B2-1", yield_percent="20")
    measure(campaign, "", temperature_C="25", flow="3", solvents="THF", yield_percent="30")
    best = best_flask(campaign.standing())
    assert best is not None
    assert best.outcomes == {"yield_percent": 30.0}, "a failure is not the best, however high its yield"
    told = {part.who: part for part in comparison(campaign.standing())}
    assert told["random"].best_after == (10.0, 10.0)
    assert told["random"].n_failed == 1
    assert (told["ofat"].best, told["nobody suggested it"].best) == (20.0, 30.0)


def test_who_broke_a_limit_is_not_the_best(store: Store) -> None:
    goal = Objective((Response("yield_percent", unit="%"),), (Limit("purity_percent", low=90),))
    campaign = Campaign.start(store, "au25", replace(setup(), objective=goal))
    campaign.suggest(3)
    measure(campaign, "B1-3", yield_percent="60", purity_percent="70")
    measure(campaign, "B1-1", outcome_class="nothing")
    measure(campaign, "B1-2", yield_percent="20", purity_percent="95")
    assert [flask.id for flask in measured_flasks(campaign.standing())] == ["B1-3", "B1-1", "B1-2"]
    [part] = comparison(campaign.standing())
    assert part.best_after == (None, None, 20.0)
    assert best_flask(campaign.standing()) == campaign.flask("B1-2")


def test_a_mixture_moves_as_a_whole(store: Store) -> None:
    pytest.importorskip("botorch", reason="the extra campaign is not installed")
    names = ["metal", "ligand", "solvent"]
    volumes = tuple(Parameter.continuous(name, 0, 1000 if name == "solvent" else 500, step=100) for name in names)
    mixed = Space(volumes, (Constraint.mixture(names, 1000), Constraint.ratio("ligand", "metal", low=1)))
    campaign = Campaign.start(store, "mix", replace(setup(), space=mixed))
    for metal, ligand, value in ((200, 200, 30), (200, 400, 50), (100, 300, 20)):
        rest = str(1000 - metal - ligand)
        measure(campaign, "", metal=str(metal), ligand=str(ligand), solvent=rest, yield_percent=str(value))
    known = learned(campaign.standing())
    assert known is not None
    points, legal = known.around_best({0: np.array([0.0, 100.0, 200.0, 400.0, 500.0])})
    assert points[1].tolist() == [100.0, 450.0, 450.0]
    assert points[2].tolist() == [200.0, 400.0, 400.0]
    assert legal.tolist() == [False, True, True, False, False], "by the ratio, or a ligand of 500"
    assert points[~legal].tolist() == [[200.0, 400.0, 400.0]] * 3
    assert np.allclose(points.sum(axis=1), 1000)
    assert min(known.influences()) >= 0


def test_the_front_of_two_responses(store: Store) -> None:
    goal = Objective((Response("yield_percent", unit="%"), Response("size_nm", Goal.MINIMISE, "nm")))
    campaign = Campaign.start(store, "two", replace(setup(), objective=goal))
    campaign.suggest(5)
    for flask, (value, size) in zip(campaign.flasks(), ((10, 2), (30, 3), (20, 3), (40, 5), (5, 1)), strict=True):
        outcome = "mixture" if flask.id == "B1-5" else "monodisperse"
        measure(campaign, flask.id, yield_percent=str(value), size_nm=str(size), outcome_class=outcome)
    assert [flask.id for flask in pareto_front(campaign.standing())] == ["B1-4", "B1-2", "B1-1"]


def test_what_is_worth_a_flask_in_a_large_space_lies_near_the_best(store: Store) -> None:
    wide = Space(tuple(Parameter.continuous(f"x{i}", 0, 100) for i in range(6)))
    campaign = Campaign.start(store, "wide", replace(setup(), space=wide))
    measure(campaign, "", **{f"x{i}": "40" for i in range(6)}, yield_percent="50")
    history = read_history(wide, campaign.setup.objective, campaign.standing().tried)
    objective = campaign.setup.objective

    def gain(points: Array) -> Array:
        return np.asarray(np.exp(-(((points - 41) / 3) ** 2).sum(axis=1)))

    pool = pool_of(wide, history.points, np.random.default_rng(1))
    assert gain(pool).max() < 0.01
    assert largest_value(wide, history, objective, pool, gain) > 0.6
    assert largest_value(wide, history, objective, pool, gain) == largest_value(wide, history, objective, pool, gain)


def test_advice_without_a_model(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup(budget=3))
    campaign.suggest(2)
    assert stop_advice(campaign.standing(), None).sentence == (
        "go on: too few flasks are fully measured for a model to judge by; 1 of 3 flasks are left"
    )
    campaign.suggest(1)
    assert stop_advice(campaign.standing(), None).should_stop is True


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
    known = learned(campaign.standing())
    assert known is not None
    influences = dict(zip(space().names, known.influences(), strict=True))
    assert min(influences.values()) >= 0
    advice = stop_advice(campaign.standing(), known)
    assert advice.should_stop is False, "the hill has not been climbed"
    assert advice.expected_gain is not None
    assert advice.expected_gain > 0
    drawn = draw_all(campaign.standing(), known, tmp_path, ending=".svg", axes=["temperature_C", "flow"])
    assert [path.name for path in drawn] == ["au25-progress.svg", "au25-surface-yield-percent.svg", "au25-phases.svg"]
    surface = drawn[1].read_text(encoding="utf-8")
    assert "temperature / °C" in surface
    assert "flow / mL/min" in surface
    assert "expected yield / %" in surface
    again = tmp_path / "again"
    again.mkdir()
    assert (
        draw_all(campaign.standing(), known, again, ending=".svg", axes=["temperature_C", "flow"])[1].read_text("utf-8")
        == surface
    )
    by_solvent = draw_all(campaign.standing(), known, again, axes=["temperature_C", "solvents"])
    assert all(path.stat().st_size > 5_000 for path in by_solvent)
    with pytest.raises(CampaignError, match="no parameter colour"):
        draw_all(campaign.standing(), known, again, axes=["colour"])
    with pytest.raises(CampaignError, match=r"ends in \.png or \.svg"):
        draw_all(campaign.standing(), known, again, ending=".pdf")


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
    assert stop_advice(campaign.standing(), learned(campaign.standing())).sentence == (
        "stop: every setting of the space was tried; widen a range in a new campaign, or end this one"
    )


def test_repeats_are_not_claimed_where_none_was_made(store: Store) -> None:
    pytest.importorskip("botorch", reason="the extra campaign is not installed")
    campaign = Campaign.start(store, "au25", setup(recommender="bayesian"))
    campaign.suggest(4)
    for flask, value in zip(campaign.flasks(), (10, 30, 25, 18), strict=True):
        measure(campaign, flask.id, yield_percent=str(value))
    said = stop_advice(campaign.standing(), learned(campaign.standing())).sentence
    assert "percentage points to the best yield_percent" in said
    assert "as the model sees it (none was made)" in said
    first, waiting = campaign.flask("B1-1").settings, campaign.suggest(1, recommender="random").ids[0]
    settings = {name: str(value) for name, value in first.items()}
    measure(campaign, "", **settings, yield_percent="11")
    now = campaign.standing()
    assert "none was made" not in stop_advice(now, learned(now)).sentence
    suggestion = campaign.suggest(1).batch.suggestions[0]
    assert suggestion.nearest_id != waiting, "a flask that waits is no record"
    assert "of what was unknown" in suggestion.reason
    assert ("explores" in suggestion.reason) == (suggestion.explore_share > 0.5)
    assert suggestion.expected["yield_percent"].in_domain == (suggestion.explore_share <= 0.5)


def test_a_failure_is_never_the_best(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup())
    campaign.suggest(1)
    measure(campaign, "B1-1", yield_percent="60", outcome_class="nanoparticles")
    assert best_flask(campaign.standing()) is None


def test_pictures_of_odd_campaigns(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("botorch", reason="the extra campaign is not installed")
    from superatom.campaign.loop.pictures import draw_all

    dose = Parameter.continuous("dose", 0, 100, unit="uL", step=10, minimum_dose=50)
    odd = Space((dose, Parameter.continuous("flow", 0, 5)))
    goal = Objective((Response("yield_percent", unit="%"), Response("a$^$b", Goal.MINIMISE)))
    campaign = Campaign.start(store, "a$^$b", replace(setup(), space=odd, objective=goal))
    flasks = ((50, 1, 10, "monodisperse"), (50, 1, 12, "nothing"), (80, 4, 20, ""), (900, 2, 5, ""))
    for microlitres, flow, value, outcome in flasks:
        measured = {"yield_percent": str(value), "a$^$b": str(value / 2), "outcome_class": outcome}
        measure(campaign, "", dose=str(microlitres), flow=str(flow), **measured)
    now = campaign.standing()
    known = learned(now)
    assert known is not None
    _, legal = known.around_best({0: np.array([0.0, 20.0, 50.0]), 1: np.array([1.0, 1.0, 1.0])})
    assert legal.tolist() == [True, False, True], "20 uL are below the minimum dose"
    drawn = {path.name: path.read_text("utf-8") for path in draw_all(now, known, tmp_path, ending=".svg")}
    surface, phases = drawn["a---b-surface-yield-percent.svg"], drawn["a---b-phases.svg"]
    assert "E0004: 900 uL" in surface, "one far flask does not squeeze the map"
    assert "white: cannot be made" in surface
    assert "made outside the space" in surface
    assert "nothing" in phases
    assert "monodisperse" in phases


def test_marks_at_one_place_stand_side_by_side() -> None:
    pytest.importorskip("matplotlib", reason="the extra campaign is not installed")
    from superatom.campaign.loop.drawing import Marks, figure

    _, plot = figure()
    marks = Marks(plot)
    for style in ("o", "x"):
        marks.add((0.5, 0.5), style, size=8, colour="black", edge="black")
    places = [line.get_transform().transform((0.5, 0.5)) for line in plot.lines]
    assert places[1][0] - places[0][0] == pytest.approx(0.9 * 8 * 100 / 72)


def test_names_on_a_front_do_not_overlap() -> None:
    pytest.importorskip("matplotlib", reason="the extra campaign is not installed")
    from superatom.campaign.loop.drawing import figure, name_places

    drawn, plot = figure()
    places = [(0.0, 0.0), (0.5, 0.5), (0.505, 0.502), (0.51, 0.504), (1.0, 1.0)]
    plot.plot(*zip(*places, strict=True), "o")
    name_places(plot, places, [f"B1-{k}" for k in range(5)])
    drawn.canvas.draw()
    boxes = [text.get_window_extent() for text in plot.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])

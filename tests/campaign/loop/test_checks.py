"""What a campaign is not started with, and what its plates and records do with units, names and digits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.plates import plate_bytes, plate_rows
from superatom.campaign.loop.returned import carry_out, read_plate, read_values
from superatom.campaign.loop.state import Setup
from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders import Evidence
from superatom.conditions.space import Constraint, Parameter, Space
from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store
from superatom.errors import CampaignError, RecommenderError
from worlds_campaign import SHARED, fill, setup, space

YIELD = Objective.maximise("yield_percent", "%")
VOLUMES = (Parameter.continuous("metal", 0, 10, unit="uL"), Parameter.continuous("solvent", 0, 10, unit="mL"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "lab.sqlite", author="ada") as opened:
        yield opened


def own(*parameters: Parameter, constraints: tuple[Constraint, ...] = (), goal: Objective = YIELD) -> Setup:
    return Setup(Space(parameters, constraints), goal, SHARED, recommender="random")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (own(Parameter.continuous("time_h", 1, 5, unit="banana")), "'banana' is no unit of it, legal: h, min"),
        (own(VOLUMES[0], goal=Objective.maximise("size_nm", "h")), "size_nm is a field of the library in nm"),
        (own(*VOLUMES, constraints=(Constraint.mixture(["metal", "solvent"], 10),)), "metal in uL and solvent in mL"),
        (own(*VOLUMES, constraints=(Constraint.ratio("metal", "solvent", low=1),)), "give both in one unit"),
        (own(*VOLUMES, constraints=(Constraint.linear({"metal": 1}, low=11),)), "11 <= metal; widen a range"),
        (own(Parameter.categorical("ligands", ["PET", "TBBT"])), "ligands is a parameter, and shared by all flasks as"),
        (own(Parameter.categorical("notes", ["a", "b"])), "'notes' is a column of every plate"),
    ],
)
def test_what_is_refused_at_the_start(store: Store, wrong: Setup, says: str) -> None:
    with pytest.raises(CampaignError, match=says) as error:
        Campaign.start(store, "x", wrong)
    assert "\n" not in str(error.value)
    assert store.ids("campaign") == ()


def test_evidence_on_nothing_is_refused_at_the_start(store: Store) -> None:
    with pytest.raises(RecommenderError, match="evidence on colour"):
        Campaign.start(store, "x", replace(setup(), evidence=(Evidence("colour", 1, 2),)))


def test_unlike_units_may_be_weighed_against_each_other(store: Store) -> None:
    drops = Parameter.integer("drops", 1, 9), Parameter.continuous("temperature_C", 0, 60, unit="degC")
    heat = Constraint.linear({"temperature_C": 1, "drops": 5}, high=80)
    assert Campaign.start(store, "x", own(*drops, constraints=(heat,))).version == 1


def test_kelvin_on_the_bench_and_celsius_in_the_record(store: Store, tmp_path: Path) -> None:
    made = Campaign.start(store, "hot", own(Parameter.continuous("temperature_C", 273, 333, unit="K", step=10)))
    made.suggest(2)
    (tmp_path / "p.csv").write_bytes(plate_bytes(made, made.batch(1), ".csv"))
    fill(tmp_path / "p.csv", tmp_path / "back.csv", {"B1-1": {"yield_percent": "5"}})
    assert "temperature_C [K]" in (tmp_path / "back.csv").read_text("utf-8")
    plate = read_plate(made, tmp_path / "back.csv")
    assert plate.all_problems == ()
    [stored] = carry_out(made, plate)
    told = made.batch(1).batch.suggestions[0].settings["temperature_C"]
    assert stored.record.conditions.temperature_C is not None
    assert stored.record.conditions.temperature_C.low == pytest.approx(float(told) - 273.15)
    assert stored.record.conditions.temperature_C.text == f"{told:g} K"
    assert stored.record.extra == {}
    assert made.flask("B1-1").settings == {"temperature_C": told}


def test_a_plate_of_another_campaign_is_refused(store: Store, tmp_path: Path) -> None:
    ours, theirs = (Campaign.start(store, name, setup()) for name in ("ours", "=theirs"))
    for campaign in (ours, theirs):
        campaign.suggest(2)
    for ending in (".csv", ".xlsx"):
        file = tmp_path / f"plate{ending}"
        file.write_bytes(plate_bytes(theirs, theirs.batch(1), ending))
        assert read_plate(theirs, file).counts["waiting"] == 2
        with pytest.raises(CampaignError, match=f"plate{ending} has flasks of the campaign =theirs, not of ours"):
            read_plate(ours, file)
    old = [row[:-1] for row in plate_rows(theirs, theirs.batch(1))]  # as plates were before they named the campaign
    (tmp_path / "old.csv").write_text("\n".join(",".join(row) for row in old), encoding="utf-8")
    assert read_plate(theirs, tmp_path / "old.csv").counts["waiting"] == 2


def test_a_campaign_column_of_a_notebook_is_a_word(store: Store, tmp_path: Path) -> None:
    made = Campaign.start(store, "au25", setup())
    (tmp_path / "past.csv").write_text(
        "temperature_C,flow,solvents,yield_percent,campaign\n5,1,THF,9,spring\n", "utf-8"
    )
    assert read_plate(made, tmp_path / "past.csv").counts["new"] == 1


def test_a_header_is_safe_for_a_spreadsheet(store: Store, tmp_path: Path) -> None:
    made = Campaign.start(store, "x", own(Parameter.continuous("=1+1", 0, 1, step=0.5)))
    assert plate_rows(made, made.suggest(1))[0][1] == "'=1+1"
    (tmp_path / "p.csv").write_bytes(plate_bytes(made, made.batch(1), ".csv"))
    fill(tmp_path / "p.csv", tmp_path / "q.csv", {"B1-1": {"yield_percent": "5"}})
    plate = read_plate(made, tmp_path / "q.csv")
    assert (plate.counts["new"], plate.all_problems) == (1, ())


def test_settings_a_bench_can_set_are_what_is_recorded(store: Store) -> None:
    names = ["x_a", "x_b", "x_c"]
    shares = (Parameter.continuous(name, 0, 1) for name in names)
    made = Campaign.start(store, "mix", own(*shares, constraints=(Constraint.mixture(names),)))
    for row in plate_rows(made, made.suggest(6))[1:]:
        assert max(map(len, row[1:4])) <= 8, row
        assert sum(map(float, row[1:4])) == pytest.approx(1, abs=1e-12)
    flask = made.flasks()[0]
    [stored] = carry_out(made, read_values(made, {"yield_percent": "5"}, flask.id))
    assert {name: float(stored.record.extra[name]) for name in names} == flask.settings


def test_a_space_that_is_used_up_says_what_to_do(store: Store) -> None:
    made = Campaign.start(store, "x", own(Parameter.integer("drops", 1, 3)))
    made.suggest(2)
    with pytest.raises(RecommenderError, match=r"1 settings of the space are left .* ask for 1 \(-n 1\)"):
        made.suggest(2)
    made.suggest(1)
    with pytest.raises(RecommenderError, match=r"no settings .* widen a range in a new campaign, or end this one"):
        made.suggest(1)


def test_constraints_keep_their_order(store: Store) -> None:
    names = ["metal", "ligand", "base"]
    volumes = (Parameter.continuous(name, 0, 1000, unit="uL", step=10) for name in names)
    started = Campaign.start(store, "x", own(*volumes, constraints=(Constraint.mixture(names, 1000),)))
    for made in (started, Campaign.open(store, "x")):
        assert str(made.setup.space.constraints[0]) == "metal + ligand + base = 1000"


def test_one_look_at_the_library(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Campaign.start(store, "x", setup())
    for flask in made.suggest(4).ids:
        carry_out(made, read_values(made, {"yield_percent": "5"}, flask))
    monkeypatch.setattr(Store, "record", None)  # one query for all instead
    now = made.standing()
    assert [flask.id for flask in now.flasks] == list(now.came) == ["B1-1", "B1-2", "B1-3", "B1-4"]
    assert now.flask("b1-2") == now.flasks[1]
    assert space().names == tuple(now.flasks[0].settings)

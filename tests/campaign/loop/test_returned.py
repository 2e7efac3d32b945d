"""Plates to the bench and back: what each row becomes, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.plates import about_rows, plate_bytes, plate_rows
from superatom.campaign.loop.returned import carry_out, read_plate, read_values
from superatom.campaign.loop.state import Setup
from superatom.campaign.loop.translation import outcomes_of, settings_of, with_settings
from superatom.conditions.objectives import Objective, Response
from superatom.conditions.space import Constraint, Parameter, Space
from superatom.data.stores.opening import open_store
from superatom.errors import CampaignError, ImportRowsError
from worlds_campaign import SHARED, fill, setup, space


@pytest.fixture
def campaign(tmp_path: Path) -> Iterator[Campaign]:
    with open_store(tmp_path / "lab.sqlite", author="ada") as store:
        made = Campaign.start(store, "au25", setup())
        made.suggest(4)
        (tmp_path / "plate.csv").write_bytes(plate_bytes(made, made.batch(1), ".csv"))
        yield made


def back(campaign: Campaign, folder: Path, **values: dict[str, str]) -> Path:
    del campaign
    fill(folder / "plate.csv", folder / "back.csv", {name.replace("_", "-"): cells for name, cells in values.items()})
    return folder / "back.csv"


def test_an_empty_plate_waits(campaign: Campaign, tmp_path: Path) -> None:
    (tmp_path / "plate.xlsx").write_bytes(plate_bytes(campaign, campaign.batch(1), ".xlsx"))
    for name in ("plate.csv", "plate.xlsx"):
        plate = read_plate(campaign, tmp_path / name)
        assert plate.counts["waiting"] == 4
        assert plate.all_problems == ()
    about = dict(row[:2] for row in about_rows(campaign, campaign.batch(1)))
    assert (about["target"], about["all flasks: ligands"]) == ("[Au25(PET)18]-", "PET")
    assert "other cluster" in about["outcome_class"]
    with pytest.raises(CampaignError, match=r"a plate is written as \.csv or \.xlsx"):
        plate_bytes(campaign, campaign.batch(1), ".ods")


def test_every_fate(campaign: Campaign, tmp_path: Path) -> None:
    path = back(
        campaign,
        tmp_path,
        B1_1={"yield_percent": "45", "outcome_class": "monodisperse", "operator": "ada"},
        B1_2={"outcome_class": "nanoparticles"},
        B1_3={"status": "dropped"},
        own={"temperature_C": "75", "flow [mL/min]": "2", "solvents": "THF", "yield_percent": "~12"},
    )
    plate = read_plate(campaign, path)
    assert plate.counts == {"new": 3, "changed": 0, "unchanged": 0, "waiting": 1, "dropped": 1, "refused": 0}
    assert [str(p) for p in plate.all_problems] == [
        "row 6: outside the space, and used all the same: temperature_C 75 degC is outside 0 to 60 degC"
    ]
    stored = carry_out(campaign, plate)
    assert [one.id for one in stored] == ["E0001", "E0002", "E0003"]
    first = stored[0].record
    assert (first.series, first.batch, first.operator, first.ligands) == ("au25", "B1-1", "ada", ("PET",))
    assert stored[2].record.product.yield_percent.text == "~12"
    assert [f.status.value for f in campaign.flasks()] == ["done", "failed", "dropped", "pending", "done"]
    again = read_plate(campaign, path)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 4, "waiting": 1, "dropped": 0, "refused": 0}
    assert carry_out(campaign, again) == ()


def test_partial_results_are_completed_and_corrected(campaign: Campaign) -> None:
    carry_out(campaign, read_values(campaign, {"purity_percent": "90"}, "B1-1"))
    assert campaign.flask("B1-1").status.value == "partly measured"
    plate = read_values(campaign, {"yield_percent": "40 %", "temperature_C": "298 K"}, "B1-1")
    assert plate.counts["changed"] == 1
    [stored] = carry_out(campaign, plate, reason="weighed")
    assert (stored.id, stored.version, stored.reason) == ("E0001", 2, "weighed")
    assert stored.record.product.purity_percent.low == 90
    assert campaign.flask("B1-1").settings["temperature_C"] == 24.85
    assert "temperature_C was 24.85 degC" in str(plate.all_problems[-1])


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"flask": "B9-1", "yield_percent": "1"}, "'B9-1' is no flask of the campaign au25"),
        ({"flask": "B1-1", "yield_percent": "140"}, "'140' cannot be; legal: 0 to 100 %"),
        ({"flask": "B1-1", "yield_percent": "much"}, "much"),
        ({"flask": "B1-1", "status": "lost"}, "'lost' is no status"),
        ({"flask": "B1-1", "outcome_class": "great"}, "'great' is no outcome"),
        ({"flask": "", "yield_percent": "5"}, "no setting for temperature_C, flow, solvents"),
        ({"flask": "", "temperature_C": "5", "flow": "1", "solvents": "THF"}, "needs something measured"),
    ],
)
def test_refused_rows_write_nothing(campaign: Campaign, cells: dict[str, str], says: str) -> None:
    plate = read_values(campaign, {k: v for k, v in cells.items() if k != "flask"}, cells["flask"])
    assert plate.counts["refused"] == 1
    with pytest.raises(ImportRowsError, match="nothing was written"):
        carry_out(campaign, plate)
    assert any(says in str(problem) for problem in plate.all_problems), [str(p) for p in plate.all_problems]
    assert carry_out(campaign, plate, keep_good=True) == ()


def test_headers_as_people_write_them(campaign: Campaign, tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_text(
        "T / K,Flow (mL/MIN),Solvent,Yield,our ref\n298,2,THF,55,a\n333,3,toluene,12,b\n", encoding="utf-8"
    )
    plate = read_plate(campaign, tmp_path / "past.csv")
    assert plate.remarks == (
        "read: Flow (mL/MIN) as flow, T / K as temperature_C, Solvent as solvents, Yield as yield_percent",
        "kept as own columns: our ref",
    )
    carry_out(campaign, plate)
    flask = campaign.flasks()[-2]
    assert flask.settings == {"temperature_C": pytest.approx(24.85), "flow": 2.0, "solvents": "THF"}
    assert flask.outcomes == {"yield_percent": 55.0}


def test_a_header_in_another_unit(campaign: Campaign, tmp_path: Path) -> None:
    dose = Space((Parameter.continuous("dose", 0, 900, unit="uL", step=10),))
    made = Campaign.start(
        campaign.store, "dose", Setup(dose, Objective.maximise("cost", "EUR"), SHARED, recommender="random")
    )
    (tmp_path / "past.csv").write_text('Dose [mL],cost [EUR],target\n0.2,3.5,\n"0,3",4,Au38(PET)24\n', "utf-8")
    plate = read_plate(made, tmp_path / "past.csv")
    assert [str(problem) for problem in plate.all_problems] == [
        "row 3, target: aimed at Au38(PET)24, the campaign at [Au25(PET)18]-; it counts as done all the same"
    ]
    carry_out(made, plate)
    assert [flask.settings["dose"] for flask in made.flasks()] == [200.0, 300.0]
    (tmp_path / "wrong.csv").write_text("Dose [mg],cost [EUR]\n0.2,3.5\n", "utf-8")
    [problem] = read_plate(made, tmp_path / "wrong.csv").all_problems
    assert str(problem) == "row 2, dose: no setting for dose; fill it in (no column is called dose [uL])"


def test_an_unknown_option_is_kept_and_said(campaign: Campaign) -> None:
    plate = read_values(campaign, {"yield_percent": "5", "solvents": "hexane"}, "B1-1")
    [stored] = carry_out(campaign, plate)
    assert stored.record.conditions.solvents == ("hexane",)
    assert "no model can use it" in str(plate.all_problems[0])
    assert campaign.suggest(1).batch.remarks[0].startswith("1 record(s) left out")


def test_fewer_digits_on_a_plate_change_nothing(campaign: Campaign, tmp_path: Path) -> None:
    number = Space((Parameter.continuous("flow", 0, 1, unit="mL/min"),))
    made = Campaign.start(
        campaign.store, "fine", Setup(number, Objective.maximise("yield_percent"), SHARED, recommender="random")
    )
    made.suggest(1)
    carry_out(made, read_values(made, {"yield_percent": "5"}, "B1-1"))
    (tmp_path / "p.csv").write_bytes(plate_bytes(made, made.batch(1), ".csv"))
    fill(tmp_path / "p.csv", tmp_path / "q.csv", {"B1-1": {"yield_percent": "5"}})
    assert read_plate(made, tmp_path / "q.csv").counts["unchanged"] == 1


def test_a_note_without_a_result_is_not_lost_in_silence(campaign: Campaign) -> None:
    plate = read_values(campaign, {"notes": "turned brown"}, "B1-1")
    assert plate.counts["waiting"] == 1
    assert str(plate.all_problems[0]) == "row 1: nothing measured yet, so notes of this row is not kept"


def test_the_same_flask_twice(campaign: Campaign, tmp_path: Path) -> None:
    path = back(campaign, tmp_path, B1_1={"yield_percent": "45"}, own={"flask": "B1-1", "yield_percent": "40"})
    plate = read_plate(campaign, path)
    assert plate.counts["refused"] == 1
    assert "B1-1 stands in row 2 already" in str(plate.all_problems[0])


def test_a_plate_is_safe_for_a_spreadsheet(tmp_path: Path) -> None:
    parameter = Parameter.categorical("additives", ["=cmd()", "none"])
    with open_store(tmp_path / "lab.sqlite") as store:
        made = Campaign.start(
            store, "x", Setup(Space((parameter,)), Objective.maximise("yield_percent"), SHARED, recommender="random")
        )
        made.suggest(2)
        cells = {row[1] for row in plate_rows(made, made.batch(1))[1:]}
        assert cells == {"'=cmd()", "'none"}
        (tmp_path / "p.csv").write_bytes(plate_bytes(made, made.batch(1), ".csv"))
        assert read_plate(made, tmp_path / "p.csv").counts["waiting"] == 2


def test_mixtures_keep_their_digits(tmp_path: Path) -> None:
    names = ["x_a", "x_b", "x_c"]
    mixed = Space(tuple(Parameter.continuous(n, 0, 1) for n in names), (Constraint.mixture(names),))
    with open_store(tmp_path / "lab.sqlite") as store:
        made = Campaign.start(
            store, "mix", Setup(mixed, Objective.maximise("size_nm", "nm"), SHARED, recommender="random")
        )
        made.suggest(3)
        (tmp_path / "p.csv").write_bytes(plate_bytes(made, made.batch(1), ".csv"))
        assert read_plate(made, tmp_path / "p.csv").all_problems == ()


@limits(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.floats(-50, 150),
    st.floats(0, 50),
    st.sampled_from(["THF", "toluene", "THF; toluene"]),
)
def test_settings_survive_a_record(temperature: float, flow: float, solvent: str) -> None:
    settings = {"temperature_C": temperature, "flow": flow, "solvents": solvent}
    found = settings_of(with_settings(SHARED, space(), settings), space())
    assert {k: pytest.approx(v, rel=1e-12) if isinstance(v, float) else v for k, v in settings.items()} == found


def test_success_as_a_response(campaign: Campaign) -> None:
    goal = Objective((Response("success"), Response("size_nm", unit="nm")))
    record = with_settings(SHARED, space(), {"temperature_C": 5.0})
    assert outcomes_of(record, goal) == {}
    plate = read_values(campaign, {"outcome_class": "mixture", "size_nm": "1.2-1.4"}, "B1-1")
    assert plate.rows[0].record is not None
    assert outcomes_of(plate.rows[0].record, goal) == {"success": 0.0, "size_nm": pytest.approx(1.3)}


def test_a_dropped_flask_has_no_numbers(campaign: Campaign) -> None:
    plate = read_values(campaign, {"status": "dropped", "yield_percent": "45"}, "B1-2")
    assert plate.counts["refused"] == 1
    assert "row 1, status: the flask is said to be dropped and has yield_percent" in str(plate.all_problems[-1])


def test_a_plate_without_its_flasks(campaign: Campaign, tmp_path: Path) -> None:
    header, *rows = plate_rows(campaign, campaign.batch(1))
    filled = [header[1:5], *(([*row[1:4], "40"]) for row in rows)]
    (tmp_path / "bare.csv").write_text("\n".join(",".join(row) for row in filled), encoding="utf-8")
    plate = read_plate(campaign, tmp_path / "bare.csv")
    assert plate.counts["refused"] == 4
    assert "the settings of B1-1, which waits; name it in the column flask" in str(plate.all_problems[0])
    named = campaign.flask("B1-1").settings
    cells = {**{name: str(value) for name, value in named.items()}, "yield_percent": "40"}
    carry_out(campaign, read_values(campaign, {"yield_percent": "41"}, "b1-1"))
    assert campaign.flask("B1-1").outcomes == {"yield_percent": 41.0}
    assert read_values(campaign, cells).counts["new"] == 1, "a repeat of a flask that has its result"


def test_a_correction_is_told_from_a_repeat(campaign: Campaign) -> None:
    cells = {"temperature_C": "25", "flow": "3", "solvents": "THF", "yield_percent": "40"}
    carry_out(campaign, read_values(campaign, cells))
    plate = read_values(campaign, cells | {"yield_percent": "44"})
    assert plate.counts["new"] == 1
    assert "the settings are those of E0001, so this counts as a repeat; to correct E0001" in str(plate.all_problems[0])
    [stored] = carry_out(campaign, read_values(campaign, {"yield_percent": "44"}, "E0001"))
    assert (stored.id, stored.version, stored.record.batch) == ("E0001", 2, "")


def test_a_yield_below_one_percent_is_asked_about(campaign: Campaign) -> None:
    for cell, n in (("0.45", 1), ("0.45 %", 0), ("45", 0)):
        said = read_values(campaign, {"yield_percent": cell}, "B1-1").all_problems
        assert [problem.is_error for problem in said] == [False] * n

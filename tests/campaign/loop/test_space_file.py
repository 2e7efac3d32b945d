"""Campaigns written down: read, written and read again, wrong ones refused in one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from superatom.campaign.loop.goals import parse_limit, parse_response
from superatom.campaign.loop.space_file import read_space_file, to_setup, to_toml
from superatom.conditions.objectives import Goal
from superatom.errors import CampaignError, SuperatomError

TEXT = """
target = "[Au25(PET)18]-"
budget = 24
[shared]
ligands = "PET"
"amount: HAuCl4 [mg]" = "20"
[[parameter]]
name = "temperature_C"
kind = "continuous"
unit = "degC"
low = 0
high = 60
step = 5
[[parameter]]
name = "drops"
kind = "integer"
low = 1
high = 9
[[parameter]]
name = "solvents"
kind = "chemical"
options = ["THF", "toluene", "methanol"]
[[constraint]]
terms = { temperature_C = 1, drops = 5 }
high = 80
[[response]]
name = "yield_percent"
unit = "%"
[[limit]]
name = "purity_percent"
low = 90
[[evidence]]
parameter = "temperature_C"
low = 0
high = 25
source = "L002"
[[first]]
settings = { temperature_C = 25, drops = 3, solvents = "THF" }
reason = "centre"
"""


def read(folder: Path, text: str) -> Path:
    (folder / "space.toml").write_text(text, encoding="utf-8")
    return folder / "space.toml"


def test_everything_a_file_can_say(tmp_path: Path) -> None:
    setup = to_setup(read_space_file(read(tmp_path, TEXT)))
    assert setup.space.names == ("temperature_C", "drops", "solvents")
    assert setup.space.parameters[1].step == 1
    assert "dielectric_constant" in setup.space.parameters[2].descriptors
    assert str(setup.space.constraints[0]) == "temperature_C + 5 drops <= 80"
    assert setup.objective.measured == ("yield_percent", "purity_percent")
    assert str(setup.shared.amounts["HAuCl4"]) == "20 mg"
    assert setup.first[0].settings == {"temperature_C": 25.0, "drops": 3.0, "solvents": "THF"}
    assert (setup.budget, setup.recommender) == (24, "bayesian")
    given = {"response": (parse_response("minimise size_nm"),), "seed": 7, "budget": 3}
    told = to_setup(replace(read_space_file(tmp_path / "space.toml"), **given))
    assert told.objective.responses[0].goal is Goal.MINIMISE
    assert told.objective.units["size_nm"] == "nm"
    assert (told.seed, told.budget) == (7, 3)


def test_written_and_read_again(tmp_path: Path) -> None:
    more = """
recommender = "ofat"
n_start = 5
minimum_success = 0.2
"""
    ratio = """
[[constraint]]
terms = { drops = 1 }
per = { temperature_C = 1 }
low = 0.1
[[response]]
name = "size_nm"
goal = "minimise"
reference = 5
"""
    file = read_space_file(read(tmp_path, more + TEXT + ratio))
    again = read_space_file(read(tmp_path, to_toml(file, heading=["ours"])))
    assert again == file


def test_a_table_of_candidates(tmp_path: Path) -> None:
    (tmp_path / "made.csv").write_text("temperature_C,solvents\n5,THF\n20,toluene\n20,THF\n", encoding="utf-8")
    text = 'target = "Au25"\ncandidates = "made.csv"\n[[response]]\nname = "yield_percent"\n'
    setup = to_setup(read_space_file(read(tmp_path, text)))
    assert setup.space.n_candidates == 3
    assert setup.space.parameters[1].options == ("THF", "toluene")


def test_candidates_are_read_as_any_table(tmp_path: Path) -> None:
    text = 'target = "Au25"\ncandidates = "made.csv"\n[[response]]\nname = "yield_percent"\n'
    (tmp_path / "made.csv").write_text("flow [mL/min];time_h;made of\n0,5;1,5;1-2\n1;2;'-x\n", encoding="utf-8")
    setup = to_setup(read_space_file(read(tmp_path, text)))
    assert setup.space.table == ((0.5, 1.5, "1-2"), (1.0, 2.0, "-x"))
    (tmp_path / "made.csv").write_text("flow\n1\nmuch\n", encoding="utf-8")
    with pytest.raises(CampaignError, match=r"made.csv, row 3, flow: 'much' is no number"):
        to_setup(read_space_file(read(tmp_path, text)))


def test_units_need_not_be_said_twice(tmp_path: Path) -> None:
    (tmp_path / "made.csv").write_text("temperature_C,flow [mL/min]\n5,1\n20,2\n", encoding="utf-8")
    text = 'target = "Au25"\ncandidates = "made.csv"\n[[response]]\nname = "yield_percent"\n'
    setup = to_setup(read_space_file(read(tmp_path, text)))
    assert [(p.name, p.unit) for p in setup.space.parameters] == [("temperature_C", "degC"), ("flow", "mL/min")]
    assert setup.objective.units == {"yield_percent": "%"}
    setup = to_setup(read_space_file(read(tmp_path, TEXT.replace('unit = "degC"\n', "").replace('unit = "%"\n', ""))))
    assert setup.space.parameters[0].unit == "degC"
    assert setup.objective.units == {"yield_percent": "%", "purity_percent": "%"}
    (tmp_path / "made.csv").write_text("flow [mL/min],flow\n5,1\n", encoding="utf-8")
    with pytest.raises(CampaignError, match="two columns of one name"):
        to_setup(read_space_file(read(tmp_path, text)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("budget = 24", "bugdet = 24", "has no field $.bugdet"),
        ("low = 0\nhigh = 60", "low = 60\nhigh = 0", "temperature_C runs from 60 to 0"),
        ("step = 5", "step = 'five'", "Expected `float | null`, got `str`"),
        ('kind = "integer"', 'kind = "whole"', "Invalid enum value 'whole'"),
        ('"THF", "toluene", "methanol"', '"THF", "toluen"', "'toluen' is in no ligand, solvent or reagent table"),
        ("drops = 3, ", "", "no setting for drops"),
        ("ligands =", "ligand_name =", "'ligand_name' is no field of a record"),
        ("budget = 24", "budget = 0", "at least 1"),
        ('[[response]]\nname = "yield_percent"\nunit = "%"\n', "", "something to improve"),
        ("target", "= target", "cannot be read as TOML"),
        ("low = 0\nhigh = 25", "low = 30\nhigh = 25", "runs from 30 to 25"),
    ],
)  # fmt: skip
def test_wrong_files(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(SuperatomError) as error:
        to_setup(read_space_file(read(tmp_path, TEXT.replace(old, new, 1))))
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="cannot read"):
        read_space_file(tmp_path / "none.toml")


@pytest.mark.parametrize("text", ["", "[nm]", "maximise yield [%] from much", "minimise yield [%] [nm]"])
def test_wrong_objectives(text: str) -> None:
    with pytest.raises(CampaignError, match="is no objective"):
        parse_response(text)


@pytest.mark.parametrize("text", ["purity", "purity > 90", ">= 90", "purity >= much"])
def test_wrong_limits(text: str) -> None:
    with pytest.raises(CampaignError, match="is no limit"):
        parse_limit(text)

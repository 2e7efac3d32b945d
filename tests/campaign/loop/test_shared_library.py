"""One campaign in the library of a lab: several people, processes killed in between, SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from superatom.app.cli import main
from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.returned import carry_out, read_values
from superatom.campaign.loop.space_file import SpaceFile, to_toml
from superatom.conditions.objectives import Response
from superatom.data.stores.opening import open_store
from superatom.errors import ConflictError
from worlds_campaign import fill, setup, space

WORKERS = Path(__file__).parents[2] / "worlds_campaigners.py"

Capture = pytest.CaptureFixture[str]


def worked(task: str, url: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, str(WORKERS), task, url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The campaign as one person works it, whom nobody disturbs."""
    return worked("alone", f"sqlite:///{tmp_path_factory.mktemp('alone')}/lab.sqlite")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
@pytest.mark.parametrize("task", ["two", "kill"])
def test_many_hands_make_the_campaign_of_one(url: str, alone: dict[str, Any], task: str) -> None:
    told = worked(task, url)
    assert told["settings"] == alone["settings"]
    assert told["records"] == sorted(told["flasks"]) == sorted(alone["flasks"]), "a record was lost or doubled"
    assert len(told["flasks"]) == 12


def test_who_comes_second_is_told_and_loses_nothing(url: str) -> None:
    with open_store(url, author="ada") as ours, open_store(url, author="bob") as theirs:
        Campaign.start(ours, "au25", setup()).suggest(2)
        mine, other = Campaign.open(ours, "au25"), Campaign.open(theirs, "au25")
        carry_out(other, read_values(other, {"yield_percent": "12"}, "B1-2"))
        plate = read_values(mine, {"yield_percent": "30"}, "B1-1")
        with pytest.raises(ConflictError, match="by bob"):
            carry_out(mine, plate)
        with pytest.raises(ConflictError, match="by bob"):
            mine.suggest(1)
        assert [stored.id for stored in ours.iterate(since=1)] == ["E0001"], "half a result was left behind"
        again = Campaign.open(ours, "au25")
        carry_out(again, read_values(again, {"yield_percent": "30"}, "B1-1"))
        assert again.suggest(1).ids == ("B2-1",)
        assert [flask.outcomes.get("yield_percent") for flask in again.flasks()] == [30.0, 12.0, None]


def test_every_verb(url: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(*words: str | Path) -> str:
        code = main(("campaign", *map(str, words)))
        out, err = capsys.readouterr()
        assert code == 0, err
        return out

    monkeypatch.setenv("SUPERATOM_LIBRARY", url)
    file = SpaceFile("[Au25(PET)18]-", parameter=space().parameters, response=(Response("yield_percent"),))
    (tmp_path / "space.toml").write_text(to_toml(file), encoding="utf-8")
    said("start", "au25", "--space", tmp_path / "space.toml")
    said("suggest", "au25", "-n", "2", "--recommender", "random", "--csv", tmp_path / "plate.csv")
    fill(tmp_path / "plate.csv", tmp_path / "back.csv", {"B1-1": {"yield_percent": "31", "outcome_class": "mixture"}})
    assert "written: E0001" in said("record", "au25", tmp_path / "back.csv")
    assert json.loads(said("show", "au25", "--json"))["flasks"]["failed"] == 1
    assert "B1-1 (failed), suggested by random" in said("why", "au25", "B1-1")
    assert json.loads(said("list", "--json"))[0]["flasks"] == {"pending": 1, "failed": 1}

"""``superatom campaign`` from a terminal: start, suggest, record, show, why; one sentence for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from superatom.app.cli import main
from worlds_campaign import fill, yield_percent

Capture = pytest.CaptureFixture[str]
SPACE = """
target = "[Au25(PET)18]-"
recommender = "random"
[shared]
ligands = "PET"
[[parameter]]
name = "temperature_C"
kind = "continuous"
unit = "degC"
low = 0
high = 60
step = 5
[[parameter]]
name = "flow"
kind = "continuous"
unit = "mL/min"
low = 0.5
high = 5
[[parameter]]
name = "solvents"
kind = "categorical"
options = ["THF", "toluene"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUPERATOM_LIBRARY", str(tmp_path / "lab.sqlite"))
    (tmp_path / "space.toml").write_text(SPACE, encoding="utf-8")
    return tmp_path


def run(capsys: Capture, *words: str | Path) -> str:
    code = main(("campaign", *map(str, words)))
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def answer(capsys: Capture, *words: str | Path) -> Any:
    return json.loads(run(capsys, *words, "--json"))


def refused(capsys: Capture, *words: str | Path) -> str:
    code = main(("campaign", *map(str, words)))
    out, err = capsys.readouterr()
    assert code == 2, (out, err)
    assert err.count("\n") == 1
    return err


def test_a_campaign_from_start_to_end(capsys: Capture, folder: Path) -> None:
    said = run(capsys, "start", "au25", "--space", folder / "space.toml", "--objective", "yield_percent", "--seed", "4")
    assert "objective: maximise yield_percent [%]" in said
    assert "  temperature_C: 0 to 60 degC, in steps of 5" in said
    assert "all flasks: ligands PET" in said
    batch = answer(capsys, "suggest", "au25", "-n", "4", "--csv", folder / "plate.csv")
    assert [one["flask"] for one in batch["flasks"]] == ["B1-1", "B1-2", "B1-3", "B1-4"]
    assert "B1-2: drawn at random" in run(capsys, "suggest", "au25", "--again", "1")
    values = {one["flask"]: {"yield_percent": str(yield_percent(one["settings"]))} for one in batch["flasks"][:2]}
    values["B1-3"] = {"outcome_class": "nanoparticles"}
    fill(folder / "plate.csv", folder / "back.csv", values)
    tried = answer(capsys, "record", "au25", folder / "back.csv", "--dry-run")
    assert (tried["is_written"], tried["counts"]["new"], tried["counts"]["waiting"]) == (False, 3, 1)
    assert answer(capsys, "record", "au25", folder / "back.csv")["written"] == ["E0001", "E0002", "E0003"]
    assert "3 unchanged, 1 waiting" in run(capsys, "record", "au25", folder / "back.csv")
    said = run(capsys, "record", "au25", "--flask", "B1-4", "--values", "yield_percent=99", "--values", "notes=fine")
    assert "written: E0004" in said
    state = answer(capsys, "show", "au25")
    assert state["flasks"]["done"] == 3
    assert state["best"]["flask"] == "B1-4"
    assert state["advice"]["should_stop"] is not True
    assert "best so far: B1-4, yield_percent 99" in run(capsys, "show", "au25")
    assert "note: B1-" not in run(capsys, "suggest", "au25", "-n", "1")
    assert "note: B2-1 still wait" in run(capsys, "suggest", "au25", "-n", "1")
    for flask in ("B2-1", "B3-1"):
        assert "1 dropped" in run(capsys, "record", "au25", "--flask", flask, "--values", "status=dropped")
    why = run(capsys, "why", "au25", "B1-3")
    assert "B1-3 (failed), suggested by random" in why
    assert "the target was not made" in why
    assert answer(capsys, "list") == [
        {"name": "au25", "target": "[Au25(PET)18]-", "flasks": {"done": 3, "failed": 1, "dropped": 2}}
    ]


def test_a_new_campaign_from_an_old_one(capsys: Capture, folder: Path) -> None:
    words = ("--space", folder / "space.toml", "--objective", "yield_percent")
    run(capsys, "start", "old", *words)
    run(capsys, "suggest", "old", "-n", "1")
    run(capsys, "record", "old", "--flask", "B1-1", "--values", "yield_percent=9")
    started = answer(
        capsys, "start", "new", *words, "--from", "old", "--from", "literature", "--limit", "purity_percent >= 90"
    )
    assert started["informed_by"][0] == "old: 1 measured flask(s) of an earlier campaign"
    assert started["setup"]["earlier"][0]["records"][0]["outcomes"] == {"yield_percent": 9.0}
    assert {one["parameter"] for one in started["setup"]["evidence"]} == {"solvents", "temperature_C"}
    assert started["setup"]["objective"]["limits"][0]["low"] == 90
    assert "E0001 joined new" in run(capsys, "record", "new", "--adopt", "E0001-E0001")
    assert "part of the campaign new already" in refused(capsys, "record", "new", "--adopt", "E0001")


def test_a_plan_ends_with_a_campaign(capsys: Capture, folder: Path) -> None:
    file = folder / "first.toml"
    assert main(["plan", "[Au25(PET)18]-", "--routes", "1", "--campaign", str(file)]) == 0
    said = capsys.readouterr().out
    assert "superatom campaign start NAME --space first.toml" in " ".join(said.split())
    run(capsys, "start", "au25", "--space", file)
    batch = answer(capsys, "suggest", "au25", "-n", "8")
    assert batch["recommender"] == "planned"
    assert batch["flasks"][0]["reason"].startswith("centre point")
    assert run(capsys, "start", "again", "--plan", "[Au25(PET)18]-").count("in steps of") == 5


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("start", "x"), "--space FILE, or --plan FORMULA"),
        (("start", "x", "--space", "space.toml"), "something to improve"),
        (("start", "x", "--space", "none.toml"), "cannot read none.toml"),
        (("start", "x", "--space", "space.toml", "--objective", "[%]"), "is no objective"),
        (
            ("start", "x", "--space", "space.toml", "--objective", "a", "--recommender", "bayes"),
            "Did you mean bayesian?",
        ),
        (("start", "x", "--space", "space.toml", "--objective", "a", "--from", "y"), "no campaign 'y'"),
        (("start", "au25", "--space", "space.toml", "--objective", "a"), "has a campaign 'au25' already"),
        (("suggest", "nobody"), "There: au25"),
        (("suggest", "au25", "--csv", "plate.pdf"), "written as .csv or .xlsx"),
        (("suggest", "au25", "--again", "7"), "handed out 0 batches"),
        (("suggest", "au25", "--recommender", "magic"), "unknown recommender"),
        (("record", "au25"), "give the plate that came back"),
        (("record", "au25", "none.csv"), "none.csv"),
        (("record", "au25", "--values", "yield"), "is no FIELD=VALUE"),
        (("why", "au25", "B1-1"), "has no flask 'B1-1'"),
    ],
)
def test_one_sentence(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(folder)
    run(capsys, "start", "au25", "--space", "space.toml", "--objective", "yield_percent")
    assert says in refused(capsys, *words)


def test_a_refused_row_writes_nothing(capsys: Capture, folder: Path) -> None:
    run(capsys, "start", "au25", "--space", folder / "space.toml", "--objective", "yield_percent")
    run(capsys, "suggest", "au25", "-n", "2", "--csv", folder / "plate.csv")
    fill(folder / "plate.csv", folder / "back.csv", {"B1-1": {"yield_percent": "5"}, "B1-2": {"yield_percent": "500"}})
    assert main(["campaign", "record", "au25", str(folder / "back.csv")]) == 2
    out, err = capsys.readouterr()
    assert "error: row 3, yield_percent: '500' cannot be" in out
    assert err.endswith("back.csv: 1 of 2 rows cannot be taken, nothing was written (--keep-good takes the others)\n")
    assert "written: E0001" in run(capsys, "record", "au25", folder / "back.csv", "--keep-good")


def test_a_broken_limit_is_shown(capsys: Capture, folder: Path) -> None:
    goal = ("--objective", "yield_percent", "--limit", "purity_percent >= 90")
    run(capsys, "start", "au25", "--space", folder / "space.toml", *goal)
    run(capsys, "suggest", "au25", "-n", "1")
    run(capsys, "record", "au25", "--flask", "b1-1", "--values", "yield_percent=50", "--values", "purity_percent=89.6")
    assert answer(capsys, "show", "au25")["rows"][0]["status"] == "done; outside purity_percent >= 90 %"
    assert "B1-1 (done)" in run(capsys, "why", "au25", "b1-1")

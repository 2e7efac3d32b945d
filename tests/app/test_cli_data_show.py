"""``superatom data pack`` and ``show``: the reference set at the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from superatom.app.cli import main
from superatom.physics.configuration import Label
from superatom.physics.labels import label
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.structure import Structure
from worlds_runs import minimum, small_run, write_run

Capture = pytest.CaptureFixture[str]
GOLD = Structure(("Au",) * 4, [[0, 0, 0], [2.7, 0, 0], [1.35, 2.338, 0], [1.35, 0.779, 2.2]], charge=0)
KEYS = {
    "n_configurations", "n_labels", "n_prototypes", "labels_per_level", "failures", "filtered", "per_tier",
    "per_dopant", "per_topology", "licence", "checksums", "levels",
}  # fmt: skip


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_pack_then_show(capsys: Capture, tmp_path: Path) -> None:
    runs, out = small_run(tmp_path / "run"), tmp_path / "packed"
    code, said, err = run(capsys, "data", "pack", str(runs), "--out", str(out))
    assert (code, err) == (0, "")
    assert "11 configurations, 3 prototypes, labels: 1 emt, 7 gfn1" in said
    code, said, err = run(capsys, "data", "show", str(out), "--json")
    assert code == 0, err
    told = json.loads(said)
    assert set(told) >= KEYS
    assert (told["n_labels"], told["licence"], told["checksums"]) == (8, "CC-BY-4.0", "ok")
    code, said, err = run(capsys, "data", "show", str(out))
    assert code == 0, err
    assert "xtb 6.5.1, abababababab" in said
    assert "filtered, geometry: P… is … Å from" in said


def test_a_label_is_computed_again(capsys: Capture, tmp_path: Path) -> None:
    bare = Blueprint("tetramer", ("Au",) * 4)
    gold = replace(minimum("Pd"), id="gold", dopant="", blueprint=bare, structure=GOLD, fixed=())
    energy = label(gold, "emt").energy_eV
    assert energy is not None
    for folder, stored in (("true", energy), ("false", energy + 1.0)):
        found = Label("gold", "emt", "converged", energy_eV=stored, engine="emt", engine_version="1")
        runs = write_run(tmp_path / folder / "run", [gold], {"emt": [found]})
        run(capsys, "data", "pack", str(runs), "--out", str(tmp_path / folder / "pack"))
    code, said, err = run(capsys, "data", "relabel", str(tmp_path / "true/pack"), "gold", "--level", "emt")
    assert (code, err) == (0, "")
    assert said.splitlines()[-1] == "the same (+0.000000 eV)"
    code, said, _ = run(capsys, "data", "relabel", str(tmp_path / "false/pack"), "gold", "--level", "emt", "--json")
    assert code == 1
    told = json.loads(said)
    assert (told["is_same"], told["difference_eV"]) == (False, pytest.approx(-1.0))
    for words, why in ((("gold",), "no labels at the level 'gfn1'"), (("silver", "--level", "emt"), "called 'silver'")):
        code, _, err = run(capsys, "data", "relabel", str(tmp_path / "true/pack"), *words)
        assert code == 2
        assert why in err


def test_what_is_wrong_is_said_in_one_sentence(capsys: Capture, tmp_path: Path) -> None:
    code, out, err = run(capsys, "data", "show", "nc-mult")
    assert (code, out) == (2, "")
    assert "Did you mean nc-multi?" in err
    code, _, err = run(capsys, "data", "show", str(tmp_path))
    assert code == 2
    assert "no reference set" in err
    code, _, err = run(capsys, "data", "pack", str(tmp_path), "--out", str(tmp_path / "out"))
    assert code == 2
    assert "no run folder" in err
    assert not (tmp_path / "out").exists()

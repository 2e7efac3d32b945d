"""``superatom data pack`` and ``show``: the reference set at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from superatom.app.cli import main
from worlds_runs import small_run

Capture = pytest.CaptureFixture[str]
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

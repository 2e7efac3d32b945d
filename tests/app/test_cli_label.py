"""``superatom label`` from a terminal: resumes, answers in JSON, one sentence and an exit code for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from superatom.app.cli import main
from superatom.physics.labelling.run import Run

Capture = pytest.CaptureFixture[str]
KERNEL = "4\n\nAu 0 0 0\nAu 2.7 0 0\nAu 1.35 2.338 0\nCu 1.35 0.779 2.2\n"
DESIGN = """
name = "bare"
tier = "A"
seed = 1
relax = []
[[family]]
topology = "file:tetramer.xyz"
host = "Au"
dopants = ["Cu", "Ag", ""]
placements = ["site4"]
[family.off_equilibrium]
tier = "B"
count = 2
"""


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(("label", *arguments))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def design(tmp_path: Path) -> Path:
    """Bare tetramers, which EMT can label and nothing has to relax."""
    (tmp_path / "tetramer.xyz").write_text(KERNEL, encoding="utf-8")
    file = tmp_path / "bare.toml"
    file.write_text(DESIGN, encoding="utf-8")
    return file


def test_a_campaign_from_start_to_end(capsys: Capture, design: Path, tmp_path: Path) -> None:
    words = (str(design), "--out", str(tmp_path / "out"), "--level", "emt", "--workers", "1", "--json")
    code, out, err = run(capsys, *words, "--limit", "4")
    assert code == 0, err
    first = json.loads(out)
    assert (first["ended"], first["n_new_labels"], first["level"], first["design"]) == ("limit", 4, "emt", "bare")
    code, out, err = run(capsys, *words)
    assert code == 0, err
    second = json.loads(out)
    assert (second["ended"], second["n_new_labels"], second["n_left"]) == ("finished", 5, 0)
    assert second["labels"] == {"file:tetramer.xyz 1": {"converged": 9}}
    assert second["labels_per_hour"] > 0
    labels = (tmp_path / "out" / "labels-emt.jsonl").read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["id"] for line in labels}) == 9
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "configurations.jsonl", "design.toml", "labels-emt.jsonl", "references-emt.jsonl", "tetramer.xyz",
    }  # fmt: skip


def test_the_answer_reads_well(capsys: Capture, design: Path, tmp_path: Path) -> None:
    code, out, _ = run(capsys, str(design), "--out", str(tmp_path / "out"), "--level", "emt", "--workers", "2")
    assert code == 0
    assert "file:tetramer.xyz 1" in out
    assert "Labels left: 0." in out
    assert "labels per hour; nothing left to do" in " ".join(out.split())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("placements", "placement"), "unknown key 'placement'. Did you mean placements"),
        (('"site4"', '"site5"'), "no placement 'site5'"),
        (("tetramer.xyz", "none.xyz"), "none.xyz"),
        (('tier = "A"', "tier = "), "cannot be read as TOML"),
    ],
)
def test_a_wrong_design_is_one_sentence(
    capsys: Capture, design: Path, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    design.write_text(DESIGN.replace(*change), encoding="utf-8")
    code, out, err = run(capsys, str(design), "--out", str(tmp_path / "out"), "--level", "emt")
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("superatom: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--level", "gfn"), "Did you mean gfn1"),
        (("--level", "gfnff"), "its energies cannot be compared"),
        (("--level", "emt", "--workers", "0"), "--workers"),
    ],
)
def test_wrong_options_are_one_sentence(
    capsys: Capture, design: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    code, _, err = run(capsys, str(design), "--out", str(tmp_path / "out"), *words)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1


def test_a_missing_program_is_exit_code_3(
    capsys: Capture, design: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERATOM_XTB", "no-such-program")
    words = ("--out", str(tmp_path / "out"), "--workers", "1")
    code, _, err = run(capsys, str(design), *words, "--level", "gfn1")
    assert code == 3
    assert "install" in err


def test_ctrl_c_says_how_to_go_on(
    capsys: Capture, design: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "_work", interrupted)
    code, out, err = run(capsys, str(design), "--out", str(tmp_path / "out"), "--level", "emt")
    assert code == 130
    assert "interrupted" in out
    assert err == "superatom: stopped; the same command goes on where this one was\n"

"""``superatom label`` from a terminal: resumes, answers in JSON, one sentence and an exit code for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from superatom.app.cli import label, main
from superatom.physics.labelling.progress import Progress
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


def test_a_log_has_a_line_now_and_then_with_the_time_left(capsys: Capture) -> None:
    with label._progress() as tell:
        for second in range(100):
            tell(Progress(n_done=second, n_to_do=720, n_labels=second // 2, n_filtered=1, n_failed=0, seconds=second))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "30 of 720 jobs done, about 12 min left; 15 labels (1800 per hour), 1 filtered, 0 failed",
        "60 of 720 jobs done, about 11 min left; 30 labels (1800 per hour), 1 filtered, 0 failed",
        "90 of 720 jobs done, about 10 min left; 45 labels (1800 per hour), 1 filtered, 0 failed",
    ]


def test_a_run_with_a_limit_counts_up_to_it(capsys: Capture) -> None:
    with label._progress() as tell:
        tell(Progress(n_done=9, n_to_do=720, n_labels=2, n_filtered=0, n_failed=0, seconds=60.0, limit=20))
    said = "2 of 20 labels done, about 9 min left; 2 labels (120 per hour), 0 filtered, 0 failed\n"
    assert capsys.readouterr().err == said


def test_help_has_examples(capsys: Capture) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "superatom label design.toml --out run --limit 20" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [(("bare.toml/x",), "bare.toml/x: Not a directory"), (("bare.toml",), "bare.toml: File exists")],
)
def test_a_folder_that_cannot_be_is_named(
    capsys: Capture, design: Path, tmp_path: Path, words: tuple[str], said: str
) -> None:
    code, out, err = run(capsys, str(design), "--out", str(tmp_path / words[0]), "--level", "emt")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("placements", "placement"), "unknown key 'placement'. Did you mean placements"),
        (('"site4"', '"site5"'), "no placement 'site5'"),
        (("tetramer.xyz", "none.xyz"), "none.xyz"),
        (('tier = "A"', "tier = "), "cannot be read as TOML"),
        (('tier = "A"', "tier = 3"), "tier must be text in quotes, not 3"),
        (("count = 2", "count = 2\nrattle_A = nan"), "rattle_A must be a number from 0 to 10, not nan"),
        (
            ("count = 2", "count = 1000000000000"),
            "makes 3,000,000,000,003 configurations; one design may make 1,000,000",
        ),
        (("count = 2", "count = 2\n[levels]\nemt = 3"), "levels must be [levels.NAME] tables, not {'emt': 3}"),
        (("tetramer.xyz", "tetra\\u0000mer.xyz"), "topology must be"),
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
    assert not (tmp_path / "out" / "labels-gfn1.jsonl").read_bytes()


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

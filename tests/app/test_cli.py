"""The command line as a chemist meets it: answers, JSON contract, one sentence and an exit code for what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import superatom
from superatom.app.cli import main

Capture = pytest.CaptureFixture[str]
INSPECT_KEYS = {
    "formula", "metals", "ligands", "charge", "valence_electrons", "shell_closed", "accessibility_index",
}  # fmt: skip
GEOMETRY_KEYS = {"inorganic_core", "metal_core", "staples", "motifs", "metal_metal_distance_A", "point_group"}


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def run_json(capsys: Capture, *arguments: str) -> Any:
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


@pytest.fixture
def cluster_file(tmp_path: Path) -> Path:
    """A two-staple toy of known composition: Au3(SR)2."""
    file = tmp_path / "toy.xyz"
    file.write_text("5\n\nS -2.3 0 0\nAu 0 0 0\nS 2.3 0 0\nAu -2.3 0 -2.4\nAu 2.3 0 -2.4\n", encoding="utf-8")
    return file


def test_version_needs_nothing_heavy() -> None:
    code = (
        "import sys; from superatom.app.cli import main; main(['--version']); "
        "heavy = {'numpy', 'scipy', 'ase', 'rdkit', 'gemmi', 'jinja2', 'rich'} & set(sys.modules); "
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"superatom {superatom.__version__}\n"


def test_help_shows_formulas_whole(capsys: Capture) -> None:
    code, out, _ = run(capsys, "plan", "--help")
    assert code == 0
    assert "'[Au25(PET)18]-'" in out


def test_inspect_formula_keeps_its_contract(capsys: Capture) -> None:
    found = run_json(capsys, "inspect", "[Au25(SC2H4Ph)18]-")
    assert set(found) >= INSPECT_KEYS
    assert found["formula"] == "[Au25(PET)18]-"
    assert (found["metals"], found["ligands"], found["charge"]) == ({"Au": 25}, {"PET": 18}, -1)
    assert (found["valence_electrons"], found["shell_closed"]) == (8, True)


def test_inspect_structure_keeps_its_contract(capsys: Capture, cluster_file: Path) -> None:
    found = run_json(capsys, "inspect", str(cluster_file), "--charge", "0")
    assert set(found) >= INSPECT_KEYS | GEOMETRY_KEYS
    assert found["metals"] == {"Au": 3}
    assert [staple["count"] for staple in found["staples"]] == [1]
    assert found["accessibility"]["distance_is_assumed"] is False


def test_unknown_charge_is_asked_for_not_guessed(capsys: Capture, cluster_file: Path) -> None:
    found = run_json(capsys, "inspect", str(cluster_file))
    assert found["charge"] is None
    assert found["valence_electrons"] is None
    code, out, _ = run(capsys, "inspect", str(cluster_file))
    assert code == 0
    assert "--charge" in out


def test_a_batch_goes_on_past_bad_input(capsys: Capture) -> None:
    code, out, err = run(capsys, "inspect", "Au38(PET)24", "nonsense", "missing.cif", "Au144(PET)60", "--json")
    assert code == 2
    found = json.loads(out)
    assert [entry.get("formula") for entry in found] == ["Au38(PET)24", None, None, "Au144(PET)60"]
    assert err.count("superatom:") == 3
    assert "no file here" in found[2]["error"]


def test_names_from_standard_input(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("Au38(PET)24\n\nAu18(SG)14\n"))
    assert [found["valence_electrons"] for found in run_json(capsys, "inspect", "-")] == [14, 4]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("inspect", "Xx25(PET)18"), "no metal superatom knows"),
        (("inspect", "[Au25(TBTB)18]-"), "Did you mean TBBT"),
        (("inspect", ""), "the formula is empty"),
        (("library", "clusters", "--metal", "Al"), "unknown metal 'Al'"),
        (("library", "reagents", "--role", "reductants"), "Did you mean reductant?"),
        (("data", "verify", "no-such-set"), "unknown data set"),
        (("plan", "[Au25(PET)18]-", "--scale", "10"), "is no quantity"),
        (("plan", "[Au25(PET)18]-", "--structure", "missing.cif"), "missing.cif"),
        (("plan", "[Au25(PET)18]-", "--stock", "unobtainium"), "unobtainium"),
        (("data", "fetch", "no-such-set"), "unknown data set"),
    ],
)
def test_bad_input_gets_one_sentence_and_code_2(capsys: Capture, arguments: tuple[str, ...], sentence: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.startswith("superatom: ")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [("plan",), ("plan", "Au25", "--routes", "0"), ("nothing",), ("inspect", "--ligands", "none.csv", "X")],
)
def test_usage_errors_get_code_2(capsys: Capture, arguments: tuple[str, ...]) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("superatom: ")
    assert err.count("\n") == 1


def test_debug_anywhere_shows_the_traceback() -> None:
    from superatom.errors import FormulaError

    with pytest.raises(FormulaError):
        main(["inspect", "nonsense", "--debug"])


@pytest.mark.parametrize(
    "arguments",
    [("clusters", "--metal", "Au", "--electrons", "8"), ("ligands", "--ligand-class", "phosphine"),
     ("recipes", "--target", "Au36(TBBT)24"), ("reagents", "--role", "reductant")],
)  # fmt: skip
def test_library_answers_in_text_and_json(capsys: Capture, arguments: tuple[str, ...]) -> None:
    assert len(run_json(capsys, "library", *arguments)) > 1
    code, out, _ = run(capsys, "library", *arguments)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80


STEP_KEYS = {
    "transformation", "equation", "reactants", "products", "delta_electrons", "inferred", "conditions", "evidence",
}  # fmt: skip
LEVERS = ["time", "temperature", "stirring", "metal_to_ligand_ratio", "solvent", "reductant", "ph", "additives"]


def test_plan_keeps_its_contract(capsys: Capture) -> None:
    plan = run_json(capsys, "plan", "[Au25(PET)18]-", "--routes", "2")
    assert {"target", "routes", "first_experiments", "warnings"} <= set(plan)
    assert 1 <= len(plan["routes"]) <= 2
    for step in (step for route in plan["routes"] for step in route["steps"]):
        assert set(step) >= STEP_KEYS
        assert list(step["conditions"]) == LEVERS
        assert all({"formula", "coefficient"} <= set(s) for s in step["reactants"] + step["products"])
        assert all({"citation", "doi"} <= set(item) for item in step["evidence"])
    assert plan["routes"][0]["steps"][-1]["delta_electrons"] == 8


def test_plan_writes_its_files_and_names_them(capsys: Capture, tmp_path: Path) -> None:
    page, table = tmp_path / "plan.html", tmp_path / "first.csv"
    code, out, err = run(capsys, "plan", "Au38(PET)24", "--html", str(page), "--csv", str(table))
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    assert err.splitlines() == [f"wrote {page}", f"wrote {table}"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert len(table.read_text(encoding="utf-8").splitlines()) > 2
    assert sorted(tmp_path.iterdir()) == sorted([page, table])  # no partial file is left


def test_plan_of_nonsense_is_an_honest_answer(capsys: Capture) -> None:
    plan = run_json(capsys, "plan", "[Au25(PET)40]5+")
    assert plan["routes"] == []
    assert plan["no_route"]["missing_link"]
    code, out, _ = run(capsys, "plan", "[Au25(PET)40]5+")
    assert code == 0
    assert "No route" in out


def test_structure_of_another_cluster_is_refused(capsys: Capture, cluster_file: Path) -> None:
    code, _, err = run(capsys, "plan", "Au38(PET)24", "--structure", str(cluster_file))
    assert code == 2
    assert "not the metals of Au38(PET)24" in err


def test_a_reader_that_stops_early_is_no_error() -> None:
    code = "import sys; from superatom.app.cli import main; sys.exit(main())"
    command = f"'{sys.executable}' -c '{code}' library clusters | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


def test_own_ligands_for_one_call(tmp_path: Path) -> None:
    """In its own process: the ligand table is read once."""
    file = tmp_path / "mine.csv"
    file.write_text("name,smiles\nNpS,SCC(C)(C)C\n", encoding="utf-8")
    command = [sys.executable, "-c", "import sys; from superatom.app.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "inspect", "[Au25(NpS)18]-", "--ligands", str(file), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ligands"] == {"NpS": 18}


def test_data_list_and_its_json(capsys: Capture) -> None:
    listed = run_json(capsys, "data", "list")
    assert {"id", "set", "licence", "commit"} <= set(listed[0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_no_text_breaks_inspect(capsys: Capture, text: str) -> None:
    code, _, err = run(capsys, "inspect", "--", text)
    assert code in (0, 2), err
    assert "fault in superatom" not in err


def test_charge_completes_a_formula_but_never_contradicts_it(capsys: Capture) -> None:
    code, out, _ = run(capsys, "inspect", "Au25(PET)18", "--charge", "-1", "--json")
    assert (code, json.loads(out)["valence_electrons"]) == (0, 8)
    code, _, err = run(capsys, "inspect", "[Au25(PET)18]-", "--charge", "1")
    assert code == 2
    assert "states the charge -1" in err


def test_a_bare_metal_cluster_is_described_without_an_accessibility_index(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "au4.xyz"
    path.write_text("4\n\nAu 0 0 0\nAu 2.8 0 0\nAu 1.4 2.42 0\nAu 1.4 0.81 2.29\n", encoding="utf-8")
    code, out, _ = run(capsys, "inspect", str(path), "--charge", "0", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["accessibility_index"] is None
    assert (found["valence_electrons"], found["point_group"]) == (4, "Td")


def test_files_are_written_through_links_and_never_over_devices(capsys: Capture, tmp_path: Path) -> None:
    target, link, fifo = tmp_path / "real.csv", tmp_path / "link.csv", tmp_path / "pipe"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    assert run(capsys, "plan", "Au22(SG)18", "--routes", "1", "--csv", str(link))[0] == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("number,")
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)  # a reader, so that writing does not wait
    assert run(capsys, "plan", "Au22(SG)18", "--routes", "1", "--csv", str(fifo))[0] == 0
    assert os.read(reader, 7) == b"number,"
    os.close(reader)
    assert fifo.is_fifo()


@pytest.mark.parametrize("place", ["", ".", "no/such/folder/p.html"])
def test_an_unwritable_report_is_refused_before_the_plan_is_made(capsys: Capture, place: str) -> None:
    code, out, err = run(capsys, "plan", "Au22(SG)18", "--html", place)
    assert (code, out) == (2, "")
    assert "cannot write" in err

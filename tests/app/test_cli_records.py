"""``superatom records`` as a chemist types it: tables in and out, one record at a time, one sentence for errors."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from superatom.app.cli import main
from worlds_sheets import write

Capture = pytest.CaptureFixture[str]
TABLE = "Target,Ligand,T / K,t (h),Outcome,Mood\n[Au25(PET)18]-,PET,298,3,pure,good\nAu38(PET)24,PET,353,20,mixture,\n"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty library, named by the environment."""
    monkeypatch.setenv("SUPERATOM_LIBRARY", str(tmp_path / "lab.sqlite"))
    return tmp_path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table and a library of its two records."""
    folder = tmp_path_factory.mktemp("lab")
    assert (
        main(["records", "import", str(write(folder / "t.csv", TABLE)), "--library", str(folder / "lab.sqlite")]) == 0
    )
    return folder


def run(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    code = main(["records", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def run_json(capsys: Capture, *arguments: object) -> Any:
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_dry_run_shows_the_mapping_and_writes_nothing(capsys: Capture, lab: Path) -> None:
    path = write(lab / "t.csv", TABLE)
    code, out, _ = run(capsys, "import", path, "--dry-run")
    assert code == 0
    for word in ("temperature_C", "extra: Mood", "2 new", "nothing was written"):
        assert word in out
    assert run_json(capsys, "list", "--origin", "own") == []
    found = run_json(capsys, "import", path, "--dry-run")
    assert (found["counts"]["new"], found["is_written"], found["written"]) == (2, False, [])
    assert {"column": "T / K", "field": "temperature_C", "unit": "K", "sureness": "known", "remark": ""} in found[
        "columns"
    ]


def test_from_a_table_to_a_corrected_record_and_out(capsys: Capture, lab: Path) -> None:
    assert run_json(capsys, "import", write(lab / "t.csv", TABLE))["written"] == ["E0001", "E0002"]
    code, out, _ = run(capsys, "edit", "E0001", "time_h=4", "notes==sum", "--reason", "typing error")
    assert (code, out) == (0, "E0001 is now version 2\n")
    assert run(capsys, "edit", "E0001", "time_h=4", "--reason", "again")[1] == "E0001: nothing to change\n"
    shown = run_json(capsys, "show", "E0001")
    assert (shown["version"], shown["reason"], shown["record"]["notes"]) == (2, "typing error", "=sum")
    code, out, _ = run(capsys, "show", "E0001", "--history")
    assert "3 h → 4 h" in out
    assert len(run_json(capsys, "show", "E0001", "--history")["versions"]) == 2
    for ending in ("csv", "xlsx", "jsonl"):
        assert run_json(capsys, "export", lab / f"out.{ending}", "--origin", "own")["records"] == 2
        assert run_json(capsys, "import", lab / f"out.{ending}")["counts"]["unchanged"] == 2
    assert len(run_json(capsys, "list", "--target", "Au38(PET)24", "--origin", "own")) == 1
    assert [r["id"] for r in run_json(capsys, "list", "--last", "1")] == ["E0001"], "corrected last"
    assert run(capsys, "withdraw", "E0002", "--reason", "spilt")[0] == 0
    assert [r["id"] for r in run_json(capsys, "list", "--origin", "own")] == ["E0001"]
    assert [r["id"] for r in run_json(capsys, "list", "--withdrawn")] == ["E0002"]


def test_files_go_in_and_out(capsys: Capture, lab: Path) -> None:
    run(capsys, "import", write(lab / "t.csv", TABLE))
    spectrum = write(lab / "uv.csv", "nm,A\n")
    assert run_json(capsys, "attach", "E0001", spectrum, "--kind", "uv_vis")[0]["name"] == "uv.csv"
    assert "uv.csv (uv_vis)" in run(capsys, "show", "E0001")[1]
    (lab / "more").mkdir()
    run(capsys, "attach", "E0001", write(lab / "more" / "uv.csv", "nm,B\n"), "--kind", "UV-Vis")
    assert "E0001 file 2: uv.csv (uv_vis, 5 bytes)" in run(capsys, "files", "E0001")[1]
    (lab / "out").mkdir()
    code, out, _ = run(capsys, "files", "E0001", "--to", lab / "out")
    assert (code, out.count("wrote")) == (0, 2)
    assert [(lab / "out" / name).read_text() for name in ("uv.csv", "uv.2.csv")] == ["nm,A\n", "nm,B\n"]
    code, _, err = run(capsys, "files", "E0001", "--to", lab / "out")
    assert (code, "is there already" in err) == (2, True)
    assert run(capsys, "files", "E0001", "--to", lab / "out", "--overwrite")[0] == 0
    code, _, err = run(capsys, "export", lab / "all.jsonl")
    assert (code, "2 attached files are not in it: `superatom records files E0001 --to FOLDER`" in err) == (0, True)
    code, _, err = run(capsys, "attach", "E0001", write(lab / "empty.csv", ""))
    assert (code, "is empty" in err) == (2, True)


def test_refused_rows_are_named_and_the_good_ones_kept_by_choice(capsys: Capture, lab: Path) -> None:
    path = write(lab / "t.csv", TABLE + "Au36,PET,298,overnight,pure,\n")
    code, out, err = run(capsys, "import", path)
    assert code == 2
    assert "error: row 4, t (h): 'overnight'" in out
    assert "1 of 3 rows" in err
    code, out, err = run(capsys, "import", path, "--keep-good")
    assert (code, err) == (0, "")
    assert "written: E0001, E0002" in out
    assert "row 4" in out


def test_the_mapping_is_changed_and_cells_set_for_all_rows(capsys: Capture, lab: Path) -> None:
    path = write(lab / "t.csv", "heat=x,Mood\n298,good\n")
    found = run_json(
        capsys, "import", path, "--map", "heat=x=temperature_C [K]", "--map", "Mood=ignore", "--set", "target=Au25"
    )
    record = run_json(capsys, "show", found["written"][0])["record"]
    assert record["conditions"]["temperature_C"]["low"] == 24.85
    assert (record["target"], record["extra"]) == ("Au25", {})


def test_templates(capsys: Capture, lab: Path) -> None:
    for ending in ("csv", "xlsx"):
        assert run(capsys, "template", lab / f"t.{ending}")[0] == 0
        code, _, err = run(capsys, "import", lab / f"t.{ending}")
        assert (code, err) == (2, f"superatom: t.{ending} has no rows; nothing was imported\n")
        code, _, err = run(capsys, "template", lab / f"t.{ending}")
        assert (code, "is there already" in err) == (2, True)
        assert run(capsys, "template", lab / f"t.{ending}", "--overwrite")[0] == 0
    assert "temperature_C" in run(capsys, "template")[1]
    assert {"column", "unit", "what to write"} <= set(run_json(capsys, "template")[0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "missing.csv"), "no file here"),
        (("import", "t.csv", "--map", "Heat=temperature_C"), "no column 'Heat'"),
        (("import", "t.csv", "--map", "nonsense"), "no COLUMN=FIELD"),
        (("import", "t.csv", "--set", "targt=x"), "Did you mean target"),
        (("export", "out.doc"), "legal: .csv"),
        (("export", "nowhere/out.csv"), "there is no folder"),
        (("show", "E9999"), "no record 'E9999'"),
        (("show", "e1"), "Did you mean E0001?"),
        (("list", "--library", "lba.sqlite"), "there is no library lba.sqlite"),
        (("export", "t.csv"), "t.csv is there already; name another file, or say --overwrite"),
        (("files", "E0001", "--to", "nowhere"), "there is no folder nowhere"),
        (("edit", "E0001", "time_h=4", "time_h=5", "--reason", "x"), "'time_h' is given twice"),
        (("edit", "E0001", "time_h=NaN", "--reason", "x"), "`time_h=` empties the field"),
        (("edit", "S001", "ph=3", "--reason", "x"), "cited recipe"),
        (("edit", "E0001", "temp=3", "--reason", "x"), "Did you mean temperature_C"),
        (("edit", "E0001", "ph", "--reason", "x"), "no FIELD=VALUE"),
        (("edit", "E0001", "ph=99", "--reason", "x"), "cannot be"),
        (("attach", "E0001", "t.csv", "--kind", "selfie"), "no kind of file"),
        (("list", "--origin", "mine"), "legal: own, literature"),
        (("list", "--last", "0"), "greater than or equal to 1"),
        (("template", "t.doc"), "legal: .csv, .xlsx"),
    ],
)
def test_bad_input_gets_one_sentence_and_code_2(
    capsys: Capture, filled: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(filled)
    monkeypatch.setenv("SUPERATOM_LIBRARY", "lab.sqlite")
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_without_the_extra_the_install_line_is_said(
    capsys: Capture, lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ord_schema.proto", None)
    run(capsys, "import", write(lab / "t.csv", TABLE))
    code, _, err = run(capsys, "export", lab / "t.pb")
    assert code == 3
    assert "pip install 'superatom[ord]'" in err


def test_a_long_import_names_the_first_and_last_record(capsys: Capture, lab: Path) -> None:
    path = write(lab / "t.csv", "target,notes\n" + "".join(f"Au25,{i}\n" for i in range(30)))
    assert "written: E0001, ..., E0030 (30 records)\n" in run(capsys, "import", path)[1]


def test_a_locked_library_is_one_sentence_and_takes_the_table_later(
    capsys: Capture, lab: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("superatom.data.stores.database._TRY_S", 0.01)
    monkeypatch.setattr("superatom.data.stores.database.WAIT_S", 0.2)
    path = write(lab / "t.csv", TABLE)
    assert run(capsys, "import", path, "--dry-run")[0] == 0
    with closing(sqlite3.connect(lab / "lab.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, out, err = run(capsys, "import", path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "has kept it locked" in err
    assert "nothing was written" in err
    [waiting] = caplog.messages
    assert "another program is writing to" in waiting
    assert run_json(capsys, "import", path)["written"] == ["E0001", "E0002"]


def test_a_field_or_a_line_that_is_none_is_said_in_words(capsys: Capture, lab: Path) -> None:
    code, _, err = run(capsys, "import", write(lab / "t.csv", TABLE), "--set", "temprature_C=25")
    assert code == 2
    assert "is no field of a record. Did you mean temperature_C? `superatom records template` lists them all" in err
    code, _, err = run(capsys, "import", write(lab / "t.jsonl", "not json\n"))
    assert code == 2
    assert "is no line of JSON; each line is one record" in err


def test_what_writes_nothing_has_code_2_and_says_so(capsys: Capture, lab: Path) -> None:
    path = write(lab / "t.csv", "target,time\nAu25,overnight\n")
    for extra in ((), ("--dry-run",), ("--keep-good",)):
        code, out, err = run(capsys, "import", path, *extra, "--json")
        assert (code, json.loads(out)["is_written"]) == (2, False)
        assert "cannot be taken in" in err
    assert not (lab / "lba.sqlite").exists()


def test_a_dry_run_says_what_changes_from_what_to_what(capsys: Capture, lab: Path) -> None:
    run(capsys, "import", write(lab / "t.csv", TABLE))
    path = write(lab / "u.csv", "record_id,target,t (h)\nE0001,[Au25(PET)18]-,4\n")
    assert "row 2, E0001: time_h: 3 h → 4 h\n" in run(capsys, "import", path, "--dry-run")[1]
    [row] = run_json(capsys, "import", path, "--dry-run")["rows"]
    assert row["changes"] == [{"field": "time_h", "from": "3 h", "to": "4 h"}]


def test_grouped_headers_and_characters_that_steer_a_terminal(capsys: Capture, lab: Path) -> None:
    text = "Reagents,,Result\nTarget,Ligand,Comments\n[Au25(PET)18]-,PET,a\x1b[31mred\n"
    path = write(lab / "t.csv", text)
    code, out, _ = run(capsys, "import", path, "--header-row", 2, "--map", "Comments=notes")
    assert (code, "\x1b" in out) == (0, False)
    assert "a\\x1b[31mred" in run(capsys, "show", "E0001")[1]
    assert run_json(capsys, "show", "E0001")["record"]["notes"] == "a\x1b[31mred"

"""Files as programs write them: encodings, delimiters, Excel's types, and files that mean harm."""

from __future__ import annotations

import base64
import datetime as dt
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from superatom.data.sheets.tables import CellKind, Table, read_table
from superatom.data.sheets.workbook import to_workbook
from superatom.errors import ReferenceDataError
from worlds_sheets import write


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def refused(path: Path, sentence: str) -> None:
    with pytest.raises(ReferenceDataError, match=sentence):
        read_table(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [["target", "c / µM", "note"], ["Au25", "1.5", "heiß"], ["Au38", "2", f"a{delimiter}b"]]
    quoted = "\r\n".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in line) for line in lines)
    table = read_table(write(tmp_path / "t.csv", quoted, encoding))
    assert [list(table.columns), *texts(table)] == lines
    assert [row.number for row in table.rows] == [2, 3]


def test_decimal_commas_do_not_cut_cells(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "t.csv", "target;T;t\nAu25;1,5;2,5\nAu38;0,5;1,0\n"))
    assert texts(table) == [["Au25", "1,5", "2,5"], ["Au38", "0,5", "1,0"]]


def test_empty_lines_and_a_row_of_units(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "t.csv", "\n\ntarget,T,t\n,K,min\n\nAu25,298,30\n"))
    assert table.columns == ("target", "T [K]", "t [min]")
    assert table.rows[0].number == 6
    assert "units" in table.remarks[-1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\n1,2,3\n", "row 2: 3 cells, but 2 columns"),
        ("a,a\n1,2\n", "'a' stands more than once"),
        ("a,,b\n1,2,3\n", "column 2 has cells, but no name"),
        ('a,b\n"1,2\n', "line 2: not a readable CSV"),
    ],
)
def test_broken_tables_are_named(tmp_path: Path, text: str, sentence: str) -> None:
    refused(write(tmp_path / "t.csv", text), sentence)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), ending=st.sampled_from([".csv", ".xlsx"]))
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"t{ending}"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except ReferenceDataError:
        return
    assert all(len(row.cells) == len(table.columns) for row in table.rows)


def test_what_excel_keeps_is_told_apart(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["target", "T", "text", "date", "sum", "error", "yes"])
    book.active.append(["Au25", 25.5, "25.5", dt.datetime(2026, 5, 10), "=B2*2", "#DIV/0!", True])  # noqa: DTZ001
    book.active["F2"].data_type = "e"
    book.create_sheet("other").append(["x"])
    path = tmp_path / "t.xlsx"
    book.save(path)
    table = read_table(path)
    cells = dict(zip(table.columns, table.rows[0].cells, strict=True))
    assert (cells["T"].text, cells["T"].kind) == ("25.5", CellKind.NUMBER)
    assert cells["text"].kind is CellKind.TEXT
    assert (cells["date"].text, cells["date"].kind) == ("2026-05-10", CellKind.DATE)
    assert (cells["sum"].kind, cells["sum"].is_formula) == (CellKind.ERROR, True)  # never calculated
    assert cells["error"].kind is CellKind.ERROR
    assert cells["yes"].kind is CellKind.LOGICAL
    assert "not read: 'other'" in table.remarks[0]
    assert read_table(path, sheet="other").columns == ("x",)
    with pytest.raises(ReferenceDataError, match=r"no sheet 'othr'.*Did you mean other"):
        read_table(path, sheet="othr")


def test_formulas_are_written_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(to_workbook([("s", [["h"], ["=1+1"]])]))
    assert load_workbook(path)["s"]["A2"].data_type == "s"
    with pytest.raises(ReferenceDataError, match=r"row 2 \(E0001\), column 'notes': 32768 .* Excel holds 32767"):
        to_workbook([("s", [["record_id", "notes"], ["E0001", "x" * 32_768]])])


NOISE = base64.b64encode(random.Random(0).randbytes(1 << 20))  # noqa: S311


def workbook_with(path: Path, part: str, content: bytes) -> Path:
    path.write_bytes(to_workbook([("s", [["target"], ["Au25"]])]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return path


@pytest.mark.parametrize(
    ("part", "content", "sentence"),
    [
        ("xl/vbaProject.bin", b"x", "holds macros"),
        ("xl/bomb.xml", b"<a>" + b" " * 50_000_000, "zip bomb"),
        ("xl/lol.xml", b'<!DOCTYPE lolz [<!ENTITY lol "lol">]><lolz>&lol;</lolz>', "declares XML entities"),
        ("xl/late.xml", NOISE[: (1 << 20) - 4] + b"<!ENTITY x SYSTEM 'file:///etc/passwd'>", "entities"),
        ("xl/wide.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"), "declares XML entities"),
        ("../evil.xml", b"x", "no Excel workbook does"),
        ("/etc/evil.xml", b"x", "no Excel workbook does"),
    ],
)
def test_workbooks_that_mean_harm_are_refused(tmp_path: Path, part: str, content: bytes, sentence: str) -> None:
    refused(workbook_with(tmp_path / "t.xlsx", part, content), sentence)


def test_other_files_under_that_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    refused(tmp_path / "t.xlsx", "no Excel workbook")
    refused(write(tmp_path / "u.xlsx", "a,b\n"), "no readable Excel workbook")
    refused(write(tmp_path / "t.xls", "x"), "legal: .csv")
    refused(tmp_path / "missing.csv", "no file here")


def test_titles_above_the_header_are_passed_over_and_said(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "t.csv", "Syntheses of spring,,\n,,\nTarget,Ligand,T / K\nAu25,PET,298\n"))
    assert table.columns == ("Target", "Ligand", "T / K")
    assert table.rows[0].number == 4
    assert table.remarks == ("row 1 was passed over as a title: 'Syntheses of spring'",)


def test_one_column_is_no_title(tmp_path: Path) -> None:
    assert read_table(write(tmp_path / "t.csv", "target\nAu25\nAu38\n")).columns == ("target",)
    refused(write(tmp_path / "u.csv", "target\nAu25,7\n"), "row 2: 2 cells, but 1 columns")


def test_notes_under_a_table_are_no_rows(tmp_path: Path) -> None:
    text = "Target,Ligand,yield\nAu25,PET,30\nPlate 2:,,\nAu38,PET,20\n,* yields by Au,\n[Au36(SR)24],,\n7,,\n"
    table = read_table(write(tmp_path / "t.csv", text))
    assert [row.number for row in table.rows] == [2, 4, 6, 7]
    assert table.remarks == (
        "row 3 was left out as a note: 'Plate 2:'",
        "row 5 was left out as a note: '* yields by Au'",
    )
    assert len(read_table(write(tmp_path / "u.csv", "Target,notes\nsilver nanoplates,\n")).rows) == 1


def test_a_row_of_units_repeats_or_adds_to_the_header(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "t.csv", "target,HAuCl4 (mg),T (°C),t\n,mg,degC,min\nAu25,10,25,30\n"))
    assert table.columns == ("target", "HAuCl4 (mg)", "T (°C)", "t [min]")
    refused(write(tmp_path / "u.csv", "target,HAuCl4 (mg),t\n,g,min\nAu25,10,30\n"), "'HAuCl4 .mg.' and .* g, disagree")


def test_grouped_headers_are_passed_over_as_told(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Reagents", None, "Conditions"], ["target", "ligand", "T (°C)", "time (h)"], ["Au25", "PET", 25, 3]):
        book.active.append(row)
    book.active.merge_cells("A1:B1")
    path = tmp_path / "t.xlsx"
    book.save(path)
    refused(path, "row 2: 4 cells, but 3 columns in row 1; put a name over each column, or say which row")
    table = read_table(path, header_row=2)
    assert table.columns == ("target", "ligand", "T (°C)", "time (h)")
    assert "row 1 was passed over, as told: 'Reagents'" in table.remarks
    with pytest.raises(ReferenceDataError, match="has nothing in row 9"):
        read_table(path, header_row=9)


def test_excel_shows_percent_and_keeps_fractions(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["target", "Yield (%)", "purity", "note"])
    book.active.append(["Au25", 0.15, 0.995, 5])
    for place, form in (("B2", "0%"), ("C2", "0.0 %"), ("D2", '0" %"')):
        book.active[place].number_format = form
    path = tmp_path / "t.xlsx"
    book.save(path)
    assert texts(read_table(path)) == [["Au25", "15%", "99.5%", "5"]]


def test_zero_bytes_are_no_utf_16(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"Target,Ligand\nAu25\0,PET\n")
    refused(tmp_path / "t.csv", "holds zero bytes")

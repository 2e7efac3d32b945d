from __future__ import annotations

from pathlib import Path

import pytest

from superatom.data.sheets.numbers import numeric_columns, word_columns, words_of
from superatom.data.sheets.tables import read_table
from superatom.errors import ReferenceDataError


def columns(folder: Path, text: str) -> dict[str, tuple[float | None, ...]]:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return {column.name: column.values for column in numeric_columns(read_table(path))}


def test_numbers_are_read_as_the_bench_writes_them(tmp_path: Path) -> None:
    found = columns(tmp_path, "T / K;dose;flow_mL;note\n298,15;<0,1;0,5;warm\n300;n.d.;;\n301;nan;1,25;cold\n")
    assert found == {
        "temperature_C": (25.0, 26.85, 27.85), "dose": (0.1, None, None), "flow_mL": (0.5, None, 1.25),
    }  # fmt: skip


def test_what_names_a_row_measures_nothing(tmp_path: Path) -> None:
    assert columns(tmp_path, "id,run,batch,date,x\n1,1,7,2026,0.5\n2,1,7,2026,0.6\n") == {"x": (0.5, 0.6)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("temperature_C\n20\n-500\n", "row 3, column 'temperature_C': '-500' cannot be"),
        ("pH,x\n99,1\n", "row 2, column 'pH': '99' cannot be"),
        ("a_mM,x\n-3,1\n", "row 2, column 'a_mM': '-3' cannot be: a concentration is at least 0 mM"),
        ("x,y\n1,2\n3,4\nabc,5\n", "row 4, column 'x': 'abc' is no number"),
        ("x,y\ninf,2\n3,4\n", "row 2, column 'x': 'inf' is no number"),
        ("x,y\n25 C,1\n30,2\n", "row 2, column 'x': '25 C' has a unit and the column has none"),
        ("temp,x\n298,1\n", "state the unit"),
        ("x,x\n1,2\n", "stands more than once"),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_row_and_column(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ReferenceDataError) as error:
        columns(tmp_path, text)
    assert sentence in str(error.value)


def test_chemicals_are_found_by_their_headers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Thiol,solvent,Reducing agent,x\nPET,THF,NaBH4,1\nnone,water; MeOH,,2\n")
    table = read_table(path)
    assert word_columns(table) == {"ligands": "Thiol", "solvents": "solvent", "reductant": "Reducing agent"}
    assert words_of(table, "Thiol") == ("PET", "")

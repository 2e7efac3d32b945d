"""Out and in again: every field of any record comes back from every format, to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superatom.data.sheets.cells import joined, protected, split, unprotected
from superatom.data.sheets.columns import Column, parse_header, record_of, values_of
from superatom.data.sheets.exporting import ENDINGS, to_bytes
from superatom.data.sheets.fields import families
from superatom.data.sheets.lines import read_lines
from superatom.data.sheets.mapping import guess_mapping
from superatom.data.sheets.ord_files import read_ord
from superatom.data.sheets.rows import read_rows
from superatom.data.sheets.tables import read_table
from superatom.data.stores.cited import cited_recipes
from superatom.data.synthesis_records import SynthesisRecord
from worlds_sheets import FILLED, LISTS, WORDS, records, stored

PLAIN_ENDINGS = (".csv", ".xlsx", ".jsonl")
FEW = settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))


def read_back(path: Path) -> list[SynthesisRecord | None]:
    if path.suffix == ".jsonl":
        read = read_lines(path)
    elif path.suffix.startswith(".pb"):
        read = read_ord(path)
    else:
        table = read_table(path)
        read = read_rows(table, guess_mapping(table.columns))
    assert not [str(problem) for row in read.rows for problem in row.problems if problem.is_error]
    return [row.record for row in read.rows]


@pytest.mark.parametrize("ending", PLAIN_ENDINGS)
@FEW
@given(drawn=st.lists(records(), min_size=1, max_size=2))
def test_any_record_comes_back(tmp_path: Path, ending: str, drawn: list[SynthesisRecord]) -> None:
    path = tmp_path / f"records{ending}"
    path.write_bytes(to_bytes(stored(drawn), ending))
    assert read_back(path) == drawn


@FEW
@given(drawn=records())
def test_any_record_comes_back_from_ord(tmp_path: Path, drawn: SynthesisRecord) -> None:
    pytest.importorskip("ord_schema", reason="the extra ord is not installed")
    path = tmp_path / "records.pb"
    path.write_bytes(to_bytes(stored([drawn]), ".pb"))
    assert read_back(path) == [drawn]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_cited_recipe_comes_back(tmp_path: Path, ending: str) -> None:
    if ending.startswith(".pb"):
        pytest.importorskip("ord_schema", reason="the extra ord is not installed")
    cited = list(cited_recipes().values())
    path = tmp_path / f"cited{ending}"
    path.write_bytes(to_bytes(cited, ending))
    assert read_back(path) == [each.record for each in cited]
    assert to_bytes(cited, ending) == path.read_bytes() or ending == ".xlsx"  # Excel writes the time into its files


@given(drawn=records())
@FEW
def test_the_flat_form_holds_everything(drawn: SynthesisRecord) -> None:
    assert record_of(values_of(drawn)) == drawn


@given(text=WORDS)
def test_protected_text_runs_nowhere_and_comes_back(text: str) -> None:
    assert unprotected(protected(text)) == text
    assert not protected(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(items=LISTS)
def test_lists_come_back(items: tuple[str, ...]) -> None:
    assert split(joined(items)) == items


@given(key=FILLED, unit=WORDS)
def test_headers_come_back(key: str, unit: str) -> None:
    for name, field in families().items():
        column = Column(field, key, "" if name == "extra" else unit)
        assert parse_header(column.header) == column

"""Out and in again: every field of any record comes back from every format, to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superatom.data.sheets.exporting import to_bytes
from superatom.data.sheets.lines import read_lines
from superatom.data.sheets.mapping import guess_mapping
from superatom.data.sheets.rows import read_rows
from superatom.data.sheets.tables import read_table
from superatom.data.synthesis_records import SynthesisRecord
from worlds_sheets import records, stored

ANY_RECORDS = st.lists(records(), min_size=1, max_size=3)
SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))


def read_back(path: Path) -> list[SynthesisRecord | None]:
    if path.suffix == ".jsonl":
        read = read_lines(path)
    else:
        table = read_table(path)
        read = read_rows(table, guess_mapping(table.columns))
    assert not [str(problem) for row in read.rows for problem in row.problems if problem.is_error]
    return [row.record for row in read.rows]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
@SLOW
@given(drawn=ANY_RECORDS)
def test_any_record_comes_back(tmp_path: Path, ending: str, drawn: list[SynthesisRecord]) -> None:
    path = tmp_path / f"records{ending}"
    path.write_bytes(to_bytes(stored(drawn), ending))
    assert read_back(path) == drawn

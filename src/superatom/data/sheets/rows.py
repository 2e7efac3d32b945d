"""Rows of a table read as records, each with what is wrong or doubtful about its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from superatom.data.sheets.fields import Kind
from superatom.data.sheets.mapping import Match, Sureness
from superatom.data.sheets.problems import Problem, column_doubts, swapped
from superatom.data.sheets.row_reader import ReadRow, RowReader
from superatom.data.sheets.tables import CellKind, Table

__all__ = ["ReadRow", "ReadTable", "has_decimal_comma", "read_rows"]

_DECIMAL_COMMA = re.compile(r"\s*[<>~≤≥]?\s*[-+]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+)(?!\d)")
_DECIMAL_POINT = re.compile(r"\s*[<>~≤≥]?\s*[-+]?(?:\d+\.(?:\d{1,2}|\d{4,})|0\.\d+|\d{4,}\.\d+)(?![\d,.])")
_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class ReadTable:
    """The rows of a table as read, and what is said of the table as a whole."""

    rows: tuple[ReadRow, ...]
    problems: tuple[Problem, ...] = ()


def read_rows(table: Table, matches: Sequence[Match], *, decimal_comma: bool | None = None) -> ReadTable:
    """Read every row of a table; `decimal_comma` None finds out from cells that can be read one way only."""
    if decimal_comma is None:
        decimal_comma = has_decimal_comma(table, matches)
    places = {header: i for i, header in enumerate(table.columns)}
    stated = frozenset(match.column.path for match in matches if match.column is not None)
    numbers: dict[str, list[float]] = {}
    texts: dict[str, list[int]] = {}
    rows = []
    for row in table.rows:
        reader = RowReader(row, places, table.is_typed, decimal_comma)
        rows.append(reader.read(matches, stated))
        for header, number in reader.numbers:
            numbers.setdefault(header, []).append(number)
        for header in reader.texts:
            texts.setdefault(header, []).append(row.number)
    return ReadTable(tuple(rows), (*_of_the_table(table, matches, numbers), *map(_stored_as_text, texts.items())))


def _stored_as_text(found: tuple[str, list[int]]) -> Problem:
    header, rows = found
    shown = ", ".join(map(str, rows[:_ROWS_NAMED])) + (" ..." if len(rows) > _ROWS_NAMED else "")
    what = f"{len(rows)} numbers are" if len(rows) > 1 else "a number is"
    said = f"{what} stored as text in the workbook (row{'s' if len(rows) > 1 else ''} {shown}); read as numbers"
    return Problem(0, header, "", said, is_error=False)


def has_decimal_comma(table: Table, matches: Sequence[Match]) -> bool | None:
    """Return True or False where cells of number columns tell one way only, else None."""
    places = {header: i for i, header in enumerate(table.columns)}
    wanted = [places[m.header] for m in matches if m.column is not None and m.column.field.kind is Kind.NUMBER]
    texts = [row.cells[i].text for row in table.rows for i in wanted if row.cells[i].kind is CellKind.TEXT]
    comma, point = (any(map(pattern.match, texts)) for pattern in (_DECIMAL_COMMA, _DECIMAL_POINT))
    return comma if comma != point else None


def _of_the_table(table: Table, matches: Sequence[Match], numbers: dict[str, list[float]]) -> Iterator[Problem]:
    known = {m.header: m for m in matches if m.column is not None}
    if not any(m.column is not None and m.column.path == ("target",) for m in matches):
        said = "no column is the target; name it (--map 'COLUMN=target') or set it for all rows (--set 'target=...')"
        yield Problem(0, "", "", said)
    for header, match in known.items():
        if match.column is not None and not match.unit and match.sureness is not Sureness.GIVEN:
            yield from column_doubts(match.column, numbers.get(header, ()), header)
    held = [
        (header, column, numbers[header]) for header, m in known.items() if header in numbers and (column := m.column)
    ]
    for one, other in swapped(held):
        is_told = Sureness.GIVEN in (known[one].sureness, known[other].sureness)
        said = f"the columns {one!r} and {other!r} look swapped: each fits the other's range; --map settles it"
        yield Problem(0, f"{one}, {other}", "", said, not is_told)
    for i, header in enumerate(table.columns):
        n_formulas = sum(row.cells[i].is_formula and bool(row.cells[i].text) for row in table.rows)
        if n_formulas and header in known:
            said = f"{n_formulas} cells are formulas; the values Excel kept are read"
            yield Problem(0, header, "", said, is_error=False)

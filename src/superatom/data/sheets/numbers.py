"""The numbers of any table, column by column: for tables that are no records, such as outcomes or measured sizes.

Cells and headers are read as an import reads them: decimal commas, bounds, units in the header or beside the number.
What cannot be read, or cannot be, is refused by row and column; nothing that looks like a number vanishes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from superatom.data.records import Quantity
from superatom.data.sheets.cells import unprotected
from superatom.data.sheets.columns import Column
from superatom.data.sheets.fields import Kind, bare, families
from superatom.data.sheets.mapping import Match, Sureness, guess_mapping
from superatom.data.sheets.problems import doubts
from superatom.data.sheets.quantities import has_unit, is_stated, read_quantity
from superatom.data.sheets.rows import has_decimal_comma
from superatom.data.sheets.tables import Cell, CellKind, Table
from superatom.errors import ReferenceDataError, UnitError
from superatom.units import dimension_of, unit_named

_SURE = (Sureness.OWN, Sureness.GIVEN, Sureness.KNOWN)
_COUNTERS = frozenset(
    ["id", "no", "nr", "number", "index", "run", "entry", "row", "sample", "experiment", "exp"]
)  # name rows, measure nothing
_CHEMICALS = (
    "ligands",
    "precursors",
    "conditions",
    "starting_material",
)  # words, or amounts where the cells are numbers
_UNIT = re.compile(r"[\[(\s_/](?P<unit>[^\[\]()\s_]+)[\])]?$")
_NOT_NEGATIVE = ("concentration", "mass", "amount", "volume", "time", "rotation")


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of numbers.

    Attributes
    ----------
    header
        As in the table.
    name
        The field of a record that it is, with the unit the values were brought to; else the header.
    unit
        Unit of the values; empty where none is stated.
    is_result
        Whether it is a field of the product, such as a yield: found afterwards, never set.
    values
        Shape (n_rows,): a range is its middle, a bound its end, None where nothing is stated.
    """

    header: str
    name: str
    unit: str
    is_result: bool
    values: tuple[float | None, ...]


def numeric_columns(table: Table, changes: Mapping[str, str] | None = None) -> tuple[NumberColumn, ...]:
    """Return the columns of a table that hold numbers, in order.

    A column is one of numbers where its header names such a field, or where most of its cells are numbers; columns that
    only name the rows (``run``, ``batch``, ``notes``) never are.

    Parameters
    ----------
    table
        From `read_table`.
    changes
        Columns mapped otherwise than guessed, as in `guess_mapping`; ``extra`` takes a column as it stands.

    Raises
    ------
    ReferenceDataError
        For a cell in such a column that is no number, in another unit, or impossible, by row and column.

    >>> from superatom.data.sheets.tables import table_of
    >>> lines = enumerate([("T / K", "dose", "note"), ("298,15", "<0.1", "x"), ("300", "n.d.", "")], start=1)
    >>> table = table_of("t", [(n, [Cell(text) for text in line]) for n, line in lines], is_typed=False)
    >>> [(c.name, c.values) for c in numeric_columns(table)]
    [('temperature_C', (25.0, 26.85)), ('dose', (0.1, None))]
    """
    matches = [(m, column) for m in guess_mapping(table.columns, changes) if (column := _column(m, table)) is not None]
    decimal_comma = has_decimal_comma(table, [Match(m.header, column) for m, column in matches])
    found = []
    for match, column in matches:
        place, values = table.columns.index(match.header), []
        for row in table.rows:
            try:
                values.append(_value(row.cells[place], column, match, decimal_comma))
            except UnitError as error:
                raise ReferenceDataError(f"{table.name}, row {row.number}, column {match.header!r}: {error}") from error
        is_known = not column.field.is_family and not column.field.is_of_step
        name = column.field.name if is_known else match.header
        is_result = is_known and column.field.path[0] == "product"
        found.append(NumberColumn(match.header, name, column.unit, is_result, tuple(values)))
    return tuple(found)


def word_columns(table: Table, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the headers of the columns that are a field in words, by field; `words_of` reads their cells.

    >>> from superatom.data.sheets.tables import table_of
    >>> lines = [(1, [Cell("Thiol"), Cell("T / K")]), (2, [Cell("PET"), Cell("298")])]
    >>> word_columns(table_of("t", lines, is_typed=False))
    {'ligands': 'Thiol'}
    """
    return {
        m.column.field.name: m.header
        for m in guess_mapping(table.columns, changes)
        if m.column is not None and m.sureness in _SURE and m.column.field.kind is not Kind.NUMBER
        and not m.column.field.is_family and _column(m, table) is None
    }  # fmt: skip


def words_of(table: Table, header: str) -> tuple[str, ...]:
    """Return the cells of one column as text; empty where nothing is stated."""
    place = table.columns.index(header)
    cells = (unprotected(row.cells[place].text) for row in table.rows)
    return tuple(text if is_stated(text) else "" for text in cells)


def _column(match: Match, table: Table) -> Column | None:
    """Return what the numbers of a column are, or None for a column that is passed over or holds words."""
    if match.column is None:
        return None
    field, is_sure = match.column.field, match.sureness in _SURE
    if is_sure and field.kind is Kind.NUMBER:
        return match.column
    is_taken_as_is = match.sureness is Sureness.GIVEN and field.name == "extra"
    is_label = is_sure and not field.is_family and field.path[0] not in _CHEMICALS
    if not is_taken_as_is and (is_label or bare(match.header) in _COUNTERS):
        return None
    place = table.columns.index(match.header)
    texts = [row.cells[place].text for row in table.rows if is_stated(row.cells[place].text, as_number=True)]
    unit = _unit_of(match)
    n_numbers = sum(_is_number(text, unit) for text in texts)
    return Column(families()["property"], match.header, unit) if 2 * n_numbers > len(texts) else None


def _unit_of(match: Match) -> str:
    """Return the unit at the end of a header: ``x [mM]``, ``x / mM``, ``x_mM``."""
    end = _UNIT.search(match.header)
    return match.unit or (unit_named(end["unit"]) or "" if end else "")


def _is_number(text: str, unit: str) -> bool:
    """Whether a cell begins as a number does; what is wrong with it is said later."""
    if has_unit(text) or text.strip().lower() in ("inf", "-inf", "nan"):
        return True
    for decimal_comma in (True, False):  # 1,500 and 1.500 are numbers, whichever
        with suppress(UnitError):
            read_quantity(text, unit, decimal_comma=decimal_comma)
            return True
    return False


def _value(cell: Cell, column: Column, match: Match, decimal_comma: bool | None) -> float | None:
    text = unprotected(cell.text)
    if not is_stated(text, as_number=True) or text.lower() == "nan":  # as pandas writes an empty cell
        return None
    if cell.kind in (CellKind.DATE, CellKind.LOGICAL, CellKind.ERROR):
        raise UnitError(f"{text!r} is a {cell.kind.value}, not a number; write the number")
    if not column.unit and has_unit(text):
        raise UnitError(
            f"{text!r} has a unit and the column has none; write it into the header, as {match.header} [mM]"
        )
    found = read_quantity(text, column.unit, stated_unit=match.unit or column.unit, decimal_comma=decimal_comma)
    _refuse_impossible(found, column, is_unit_stated=bool(match.unit) or has_unit(text))
    return found.middle


def _refuse_impossible(found: Quantity, column: Column, *, is_unit_stated: bool) -> None:
    if column.field.is_family:
        if found.ends[0] < 0 and dimension_of(column.unit) in _NOT_NEGATIVE:
            raise UnitError(f"{found.text!r} cannot be: a {dimension_of(column.unit)} is at least 0 {column.unit}")
        return
    wrong: Sequence[str] = [
        sentence for sentence, is_error in doubts(column, found, is_unit_stated=is_unit_stated) if is_error
    ]
    if wrong:
        raise UnitError(wrong[0])

"""Records out of the library as CSV, Excel, JSON lines or an Open Reaction Database dataset, and back without loss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from superatom.data.records import Quantity
from superatom.data.sheets.cells import as_entered, joined, protected
from superatom.data.sheets.columns import Column, Value, values_of
from superatom.data.sheets.fields import fields
from superatom.data.sheets.mapping import AS_ENTERED, BOOKKEEPING
from superatom.errors import ReferenceDataError
from superatom.units import plain_number

if TYPE_CHECKING:
    from superatom.data.stores.values import Stored

ENDINGS = (".csv", ".xlsx", ".jsonl", ".pb", ".pbtxt")
_ALWAYS = ("target", "ligands", "outcome_class", "origin")


def to_rows(found: Iterable[Stored]) -> list[list[str | float | int]]:
    """Return a header and one row for each record: bookkeeping, then every field that any of them states.

    A number stands as a number in the unit of its column; where that is not all that was entered, the next column
    (``temperature_C as entered``) keeps the words.
    """
    records = list(found)
    values = [values_of(stored.record) for stored in records]
    columns = _columns(values)
    entered = {
        column for row in values for column, value in row.items() if isinstance(value, Quantity) and as_entered(value)
    }
    header: list[str | float | int] = list(BOOKKEEPING)
    for column in columns:
        header += [column.header, column.header + AS_ENTERED] if column in entered else [column.header]
    rows = [header]
    for stored, row in zip(records, values, strict=True):
        at = "" if stored.at is None else stored.at.isoformat()
        cells: list[str | float | int] = [stored.id, stored.version, at, protected(stored.author)]
        for column in columns:
            value = row.get(column)
            cells.append("" if value is None else _cell(value))
            if column in entered:
                cells.append(protected(as_entered(value)) if isinstance(value, Quantity) else "")
        rows.append(cells)
    return rows


def to_bytes(found: Iterable[Stored], ending: str) -> bytes:
    """Return a file of records by its ending: one of `ENDINGS`.

    Raises
    ------
    ReferenceDataError
        For another ending, or a text that no cell of Excel can hold.
    MissingEngineError
        For an Open Reaction Database dataset without the extra ``ord``.
    """
    if ending == ".csv":
        from superatom.data.sheets.delimited import to_delimited

        text = to_delimited([[_as_text(cell) for cell in row] for row in to_rows(found)])
        return text.encode("utf-8-sig")  # Excel takes a file without the mark for another encoding
    if ending == ".xlsx":
        from superatom.data.sheets.templates import fields_sheet
        from superatom.data.sheets.workbook import to_workbook

        return to_workbook([("records", to_rows(found)), ("fields", fields_sheet())])
    if ending == ".jsonl":
        from superatom.data.sheets.lines import to_lines

        return to_lines(found).encode()
    if ending in (".pb", ".pbtxt"):
        from superatom.data.sheets.ord_files import to_ord

        return to_ord(found, is_text=ending == ".pbtxt")
    raise ReferenceDataError(f"cannot write {ending or 'a file without ending'!r}; legal: {', '.join(ENDINGS)}")


def write_records(path: str | Path, found: Iterable[Stored]) -> None:
    """Write records to a file whose ending says the format."""
    path = Path(path)
    path.write_bytes(to_bytes(found, path.suffix.lower()))


def _columns(values: Sequence[dict[Column, Value]]) -> list[Column]:
    """Return every column that is used, and the few that always stand, in the order of the field table."""
    always = [Column(field, unit=field.unit) for field in fields() if not field.is_family and field.name in _ALWAYS]
    used = dict.fromkeys([*always, *(column for row in values for column in row)])
    order = {field.path: i for i, field in enumerate(fields())}
    first_step = min(i for path, i in ((f.path, order[f.path]) for f in fields()) if path[0] == "stages")

    def place(column: Column) -> tuple[int, int, int]:
        is_step = column.field.is_of_step
        return (
            first_step if is_step else order[column.field.path],
            int(column.key) if is_step else 0,
            order[column.field.path],
        )

    return sorted(used, key=place)


def _cell(value: Value) -> str | float | int:
    if isinstance(value, Quantity):
        if value.low is not None and value.low == value.high:
            return int(value.low) if value.low.is_integer() and abs(value.low) < 1e15 else value.low
        return value.numbers
    return protected(joined(value) if isinstance(value, tuple) else value)


def _as_text(cell: str | float) -> str:
    return cell if isinstance(cell, str) else plain_number(float(cell))

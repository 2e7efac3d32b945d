"""One record corrected by fields, as a cell of a table would be read."""

from __future__ import annotations

from collections.abc import Mapping

from superatom.data.sheets.cells import protected
from superatom.data.sheets.columns import merged, parse_header
from superatom.data.sheets.fields import families, field_named, plain_fields
from superatom.data.sheets.mapping import Match, Sureness, guess_mapping
from superatom.data.sheets.rows import read_rows
from superatom.data.sheets.tables import Cell, Table, TableRow
from superatom.data.synthesis_records import SynthesisRecord
from superatom.errors import ImportRowsError, UnknownNameError, did_you_mean


def edited(record: SynthesisRecord, changes: Mapping[str, str]) -> tuple[SynthesisRecord, tuple[str, ...]]:
    """Return a record with fields changed, and the warnings on what was written.

    Parameters
    ----------
    record
        The record to change.
    changes
        New cells by column of our own (``temperature_C``, ``step 1: time_h``, ``amount: PET [mg]``); an empty cell
        empties the field.

    Raises
    ------
    UnknownNameError
        For a field that is none.
    ImportRowsError
        For a cell that cannot be read, or numbers that cannot be.

    >>> from superatom.data.synthesis_records import SynthesisRecord
    >>> edited(SynthesisRecord("Au25"), {"temperature_C": "298 K", "notes": "cold"})[0].conditions.temperature_C
    Quantity(low=24.85, high=24.85, unit='degC', text='298 K')
    """
    columns = {}
    for name in changes:
        if (column := parse_header(name)) is None:
            [guess] = guess_mapping([name])
            meant = (
                guess.column.header if guess.column is not None and guess.column.field.name in plain_fields() else ""
            )
            hint = f" Did you mean {meant}?" if meant else did_you_mean(name, [*plain_fields(), *families()])
            raise UnknownNameError(
                f"{name!r} is no field of a record.{hint} `superatom records template` lists them all"
            )
        columns[name] = column
    beside = _judged_beside(record, changes)
    cells = tuple(Cell(text) for text in (*changes.values(), *map(protected, beside.values())))
    table = Table("edit", (*changes, *beside), (TableRow(0, cells),))
    matches = [Match(name, column, column.unit, Sureness.GIVEN) for name, column in columns.items()]
    matches += [Match(name, parse_header(name), sureness=Sureness.OWN) for name in beside]
    [row] = read_rows(table, matches).rows
    errors = [str(problem) for problem in row.problems if problem.is_error]
    if errors or row.record is None:
        raise ImportRowsError("; ".join(errors))
    held = {column.path for column in row.values}
    if said_nothing := [name for name, text in changes.items() if text.strip() and columns[name].path not in held]:
        [name, *_] = said_nothing
        raise ImportRowsError(f"{name}: {changes[name]!r} says nothing of it; `{name}=` empties the field")
    new = merged(record, row.values, (row.stated or frozenset()) - {field_named(name).path for name in beside})
    return new, tuple(str(problem) for problem in row.problems)


def _judged_beside(record: SynthesisRecord, changes: Mapping[str, str]) -> dict[str, str]:
    """Return the other fields of a record that what is written is judged by: the outcome by target and product, ..."""
    beside = {"target": record.target, "product_formula": record.product.formula, "origin": record.origin.value}
    if record.source is not None and "origin" in changes:  # a literature record names its source
        beside |= {"citation": record.source.citation, "doi": record.source.doi}
    return {name: text for name, text in beside.items() if text and name not in changes}

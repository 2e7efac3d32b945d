"""What the columns of a plate are: the campaign's own by name, as people write it, and any other column of the library.

``Ligand (µL)`` is the parameter ``ligand`` in uL; ``Temp [K]`` is the field ``temperature_C``, as in any import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.plates import EXPECTED, headed
from superatom.campaign.loop.translation import CAMPAIGN, FLASK, REASON, STATUS, column_of, response_column
from superatom.data.sheets.columns import Column
from superatom.data.sheets.fields import Kind, bare
from superatom.data.sheets.mapping import Match, Sureness, guess_mapping
from superatom.data.sheets.quantities import has_unit, is_stated
from superatom.data.sheets.tables import Cell, Table, TableRow
from superatom.units import dimension_of, unit_named

_UNIT_BEHIND = re.compile(r"(?P<name>.*?)\s*[\[(]\s*(?P<unit>[^\[\]()]*?)\s*[\])]\s*")


def matches_of(campaign: Campaign, columns: Sequence[str]) -> tuple[Match, ...]:
    """Return what each column is: the campaign's own by their names, the others as an import would take them."""
    own: dict[str, Match] = {}
    ours = list(_ours(campaign))
    for name, unit, column in ours:
        in_ours = unit if column.field.kind is Kind.NUMBER else ""
        for header, said in {headed(name, unit): in_ours, column.header: column.unit, name: column.unit}.items():
            if header in columns and header not in own:
                own[header] = Match(header, column, said or column.unit, Sureness.OWN)
    found = {match.column for match in own.values()}
    for name, unit, column in (one for one in ours if one[2] not in found):
        for header in (h for h in columns if h not in own):
            if (stated := stated_unit(header, name, unit)) is not None:
                own[header] = Match(header, column, stated or column.unit, Sureness.KNOWN)
                break
    is_plate = FLASK in columns  # else the campaign of a notebook is a word of its own
    ours_alone = (FLASK, STATUS, REASON, *([CAMPAIGN] if is_plate else []))
    passed = {h for h in columns if h in ours_alone or h.startswith(EXPECTED)}
    others = guess_mapping([h for h in columns if h not in own and h not in passed])
    taken = {match.column for match in own.values()}
    kept = [m if m.column not in taken else replace(m, column=None) for m in others]
    return (*own.values(), *kept)


def stated_unit(header: str, name: str, unit: str) -> str | None:
    """Return the unit a header states, empty for none, where it is `name` as people write it; else None.

    >>> stated_unit("Ligand (µl)", "ligand", "uL"), stated_unit("Flow rate", "flow_rate", "mL/min")
    ('µl', '')
    >>> stated_unit("ligand [mg]", "ligand", "uL")  # of another kind
    """
    match = _UNIT_BEHIND.fullmatch(header)
    told, word = (match["name"], match["unit"]) if match else (header, "")
    if not bare(name) or bare(told) != bare(name):
        return None
    if not word or not unit or word.casefold() == unit.casefold():
        return ""
    known, ours = unit_named(word), unit_named(unit)
    return known if known and ours and dimension_of(known) == dimension_of(ours) else None


def with_units(campaign: Campaign, table: Table, matches: Sequence[Match]) -> Table:
    """Return a table whose bare numbers carry the unit of their header, where the record keeps a setting as words."""
    units = {column_of(p): p.unit for p in campaign.setup.space.parameters if p.is_numeric}
    foreign = {
        m.header: m.unit
        for m in matches
        if m.column in units and m.column.field.kind is not Kind.NUMBER and m.unit not in ("", units[m.column])
    }
    if not foreign:
        return table
    told = [foreign.get(header, "") for header in table.columns]
    rows = tuple(replace(row, cells=tuple(map(_with_unit, row.cells, told))) for row in table.rows)
    return replace(table, rows=rows)


def with_target(table: Table, target: str, name: str = "target") -> Table:
    """Return a table with the campaign's target in every row that names none."""
    if name not in table.columns:
        rows = tuple(TableRow(row.number, (*row.cells, Cell(target))) for row in table.rows)
        return replace(table, columns=(*table.columns, name), rows=rows)
    at = table.columns.index(name)
    filled = (
        row
        if is_stated(row.cells[at].text)
        else replace(row, cells=(*row.cells[:at], Cell(target), *row.cells[at + 1 :]))
        for row in table.rows
    )
    return replace(table, rows=tuple(filled))


def remarks_on(matches: Sequence[Match]) -> Iterator[str]:
    """Yield what columns were taken for that do not say so themselves, in words."""
    read = [f"{m.header} as {_called(m.column)}" for m in matches if m.column is not None and _is_guess(m)]
    if read:
        yield f"read: {', '.join(read)}"
    if own := [m.header for m in matches if m.sureness is Sureness.NOT_KNOWN and m.column is not None]:
        yield f"kept as own columns: {', '.join(own)}"
    if twice := [m.header for m in matches if m.column is None and m.sureness is not Sureness.OWN]:
        yield f"passed over, another column states the same: {', '.join(twice)}"


def _ours(campaign: Campaign) -> Iterator[tuple[str, str, Column]]:
    """Yield name, unit and column of the record of every parameter and measured number."""
    for parameter in campaign.setup.space.parameters:
        yield parameter.name, parameter.unit, column_of(parameter)
    for name, unit in campaign.setup.objective.units.items():
        if (measured := response_column(name, unit)) is not None:
            yield name, unit, measured


def _with_unit(cell: Cell, unit: str) -> Cell:
    if not unit or not is_stated(cell.text, as_number=True) or has_unit(cell.text):
        return cell
    return replace(cell, text=f"{cell.text} {unit}")


def _is_guess(match: Match) -> bool:
    return match.sureness in (Sureness.KNOWN, Sureness.LIKELY)


def _called(column: Column) -> str:
    return column.key if column.field.name in ("extra", "property") else column.header

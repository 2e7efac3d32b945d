"""A plate that came back from the bench: what each row would do is judged first, then done whole or not at all.

Any column of the library's sheets may have been added (``product_formula``, ``operator``, ``notes``). A row without a
flask is an experiment nobody suggested; a row that states nothing of the product still waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from superatom.campaign.loop.campaign import Campaign, Revision
from superatom.campaign.loop.headings import matches_of, remarks_on, with_target, with_units
from superatom.campaign.loop.judging import PlateRow, RowFate, RowJudge
from superatom.campaign.loop.state import KIND
from superatom.campaign.loop.translation import CAMPAIGN, FLASK
from superatom.data.sheets.cells import unprotected
from superatom.data.sheets.mapping import Match
from superatom.data.sheets.problems import Problem
from superatom.data.sheets.rows import read_rows
from superatom.data.sheets.tables import Cell, Table, TableRow, read_table
from superatom.data.stores.values import Stored
from superatom.errors import CampaignError, ImportRowsError


@dataclass(frozen=True, slots=True)
class ReadPlate:
    """A plate as read, before anything is written."""

    name: str
    rows: tuple[PlateRow, ...]
    matches: tuple[Match, ...] = ()
    remarks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Everything said, in order of the rows."""
        return (*self.problems, *(problem for row in self.rows for problem in row.problems))

    @property
    def counts(self) -> dict[str, int]:
        """How many rows meet which fate."""
        return {fate.value: sum(row.fate is fate for row in self.rows) for fate in RowFate}


def read_plate(campaign: Campaign, path: str | Path, *, sheet: str | None = None) -> ReadPlate:
    """Read a plate that came back; nothing is written.

    Raises
    ------
    ReferenceDataError
        For a file that cannot be read.
    CampaignError
        For a plate of another campaign.
    """
    return read_results(campaign, read_table(path, sheet=sheet))


def read_values(campaign: Campaign, values: Mapping[str, str], flask: str = "") -> ReadPlate:
    """Read the result of one flask, by field; an empty `flask` is an experiment nobody suggested.

    >>> import tempfile
    >>> from superatom.campaign.loop.state import Setup
    >>> from superatom.conditions.objectives import Objective
    >>> from superatom.conditions.space import Parameter, Space
    >>> from superatom.data.stores.opening import open_store
    >>> from superatom.data.synthesis_records import SynthesisRecord
    >>> space = Space((Parameter.continuous("ph", 2, 12, unit="pH"),))
    >>> setup = Setup(space, Objective.maximise("yield_percent"), SynthesisRecord("Au25"))
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/lab.sqlite") as store:
    ...     plate = read_values(Campaign.start(store, "au25", setup), {"ph": "9", "yield_percent": "40"})
    >>> plate.rows[0].fate.value, str(plate.rows[0].record.product.yield_percent)
    ('new', '40 %')
    """
    cells = {FLASK: flask, **values}
    return read_results(campaign, Table("values", tuple(cells), (TableRow(1, tuple(map(Cell, cells.values()))),)))


def read_results(campaign: Campaign, table: Table) -> ReadPlate:
    """Read the rows of a table as results of a campaign; raises `CampaignError` for a plate of another campaign."""
    table = replace(table, columns=tuple(map(unprotected, table.columns)))
    _refuse_other_plates(campaign, table)
    table = with_target(table, campaign.setup.shared.target)
    matches = matches_of(campaign, table.columns)
    table = with_units(campaign, table, matches)
    read = read_rows(table, matches)
    cells = [
        {header: unprotected(cell.text) for header, cell in zip(table.columns, row.cells, strict=True)}
        for row in table.rows
    ]
    doubted = frozenset(problem.column for problem in read.problems)
    judge = RowJudge(campaign.standing(), matches, [row.get(FLASK, "") for row in cells], doubted)
    rows = tuple(judge(row, own) for row, own in zip(read.rows, cells, strict=True))
    return ReadPlate(table.name, rows, matches, (*table.remarks, *remarks_on(matches)), read.problems)


def refusal(plate: ReadPlate, *, keep_good: bool = False) -> str:
    """Return why a plate is not taken back, in one sentence; empty where it is."""
    if any(problem.is_error for problem in plate.problems):
        return f"{plate.name}: the table cannot be read as a plate, nothing was written"
    n_refused = plate.counts[RowFate.REFUSED]
    if not n_refused or keep_good:
        return ""
    if len(plate.rows) == 1:
        return f"{plate.name}: the row cannot be taken, nothing was written"
    others = " (--keep-good takes the others)" if n_refused < len(plate.rows) else ""
    return f"{plate.name}: {n_refused} of {len(plate.rows)} rows cannot be taken, nothing was written{others}"


def carry_out(campaign: Campaign, plate: ReadPlate, *, keep_good: bool = False, reason: str = "") -> tuple[Stored, ...]:
    """Write what a plate says and return the new versions of records.

    Raises
    ------
    ImportRowsError
        Where rows are refused, unless `keep_good`; nothing is written.
    ConflictError
        Where somebody else was faster.
    """
    if why_not := refusal(plate, keep_good=keep_good):
        first = next(problem for problem in plate.all_problems if problem.is_error)
        raise ImportRowsError(f"{why_not}; the first error: {first}")
    new = [(row.flask, row.record) for row in plate.rows if row.fate is RowFate.NEW and row.record is not None]
    changed = [
        Revision(row.replaces.id, row.replaces.version, row.record)
        for row in plate.rows
        if row.fate is RowFate.CHANGED and row.record is not None and row.replaces is not None
    ]
    dropped = [row.flask for row in plate.rows if row.fate is RowFate.DROPPED]
    return campaign.take_back(new, changed=changed, dropped=dropped, reason=reason)


def _refuse_other_plates(campaign: Campaign, table: Table) -> None:
    """Refuse a table whose rows name another campaign; in a notebook, that is no plate, only one of this library."""
    if CAMPAIGN not in table.columns or CAMPAIGN in campaign.setup.space.names:
        return
    at = table.columns.index(CAMPAIGN)
    named = {unprotected(row.cells[at].text) for row in table.rows} - {"", campaign.name}
    others = sorted(named if FLASK in table.columns else named & set(campaign.store.ids(KIND)))
    if others:
        raise CampaignError(
            f"{table.name} has flasks of the campaign {others[0]}, not of {campaign.name}: "
            f"superatom campaign record {others[0]} {table.name}"
        )

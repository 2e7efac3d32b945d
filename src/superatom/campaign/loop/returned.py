"""A plate that came back from the bench: what each row would do is judged first, then done whole or not at all.

Any column of the library's sheets may have been added (``product_formula``, ``operator``, ``notes``). A row without a
flask is an experiment nobody suggested; a row that states nothing of the product still waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from superatom.campaign.loop.campaign import Campaign, Revision
from superatom.campaign.loop.headings import matches_of, remarks_on, with_target, with_units
from superatom.campaign.loop.plates import FLASK, STATUS, headed
from superatom.campaign.loop.state import Flask, FlaskStatus
from superatom.campaign.loop.translation import column_of, setting_of, settings_of, with_settings
from superatom.conditions.space import Setting
from superatom.data.sheets.cells import unprotected
from superatom.data.sheets.columns import Column, record_of, values_of
from superatom.data.sheets.fields import field_named
from superatom.data.sheets.mapping import Match
from superatom.data.sheets.problems import Problem
from superatom.data.sheets.quantities import is_stated
from superatom.data.sheets.rows import ReadRow, read_rows
from superatom.data.sheets.tables import Cell, Table, TableRow, read_table
from superatom.data.stores.values import Stored
from superatom.data.synthesis_records import SynthesisRecord
from superatom.errors import ImportRowsError, SpaceError

_DROPPED = frozenset({"dropped", "not done", "not made", "skipped"})
_ELSE = frozenset({"", "done", "pending", "running"})
_TARGET = "target"


class RowFate(StrEnum):
    """What becomes of a row of a plate."""

    NEW = "new"
    CHANGED = "changed"  # another version of the record the flask has
    UNCHANGED = "unchanged"
    WAITING = "waiting"  # nothing measured
    DROPPED = "dropped"  # will not be made
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PlateRow:
    """One row: its number in the file, what becomes of it, its flask, the record, and what is said of it."""

    number: int
    fate: RowFate
    flask: str = ""
    record: SynthesisRecord | None = None
    replaces: Stored | None = None
    problems: tuple[Problem, ...] = ()


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
    """Read a plate that came back; nothing is written. Raises `ReferenceDataError` for a file that cannot be read."""
    return read_results(campaign, read_table(path, sheet=sheet))


def read_values(campaign: Campaign, values: Mapping[str, str], flask: str = "") -> ReadPlate:
    """Read the result of one flask, by field; an empty `flask` is an experiment nobody suggested."""
    cells = {FLASK: flask, **values}
    return read_results(campaign, Table("values", tuple(cells), (TableRow(1, tuple(map(Cell, cells.values()))),)))


def read_results(campaign: Campaign, table: Table) -> ReadPlate:
    """Read the rows of a table as results of a campaign."""
    table = with_target(table, campaign.setup.shared.target)
    matches = matches_of(campaign, table.columns)
    table = with_units(campaign, table, matches)
    read = read_rows(table, matches)
    flasks = {flask.id: flask for flask in campaign.flasks()}
    reader = _RowJudge(campaign, flasks, matches)
    rows = tuple(
        reader.judge(row, {h: unprotected(c.text) for h, c in zip(table.columns, raw.cells, strict=True)})
        for row, raw in zip(read.rows, table.rows, strict=True)
    )
    return ReadPlate(table.name, rows, matches, (*table.remarks, *remarks_on(matches)), read.problems)


def carry_out(campaign: Campaign, plate: ReadPlate, *, keep_good: bool = False, reason: str = "") -> tuple[Stored, ...]:
    """Write what a plate says and return the new versions of records.

    Raises
    ------
    ImportRowsError
        Where rows are refused, unless `keep_good`; nothing is written.
    ConflictError
        Where somebody else was faster.
    """
    wrong = [problem for problem in plate.problems if problem.is_error]
    refused = [
        problem for row in plate.rows if row.fate is RowFate.REFUSED for problem in row.problems if problem.is_error
    ]
    if wrong or (refused and not keep_good):
        first = (wrong or refused)[0]
        raise ImportRowsError(
            f"{plate.name}: {len(wrong) + len(refused)} error(s), nothing was written; first: {first}"
            + ("" if wrong else " (--keep-good takes the other rows)")
        )
    new = [(row.flask, row.record) for row in plate.rows if row.fate is RowFate.NEW and row.record is not None]
    changed = [
        Revision(row.replaces.id, row.replaces.version, row.record)
        for row in plate.rows
        if row.fate is RowFate.CHANGED and row.record is not None and row.replaces is not None
    ]
    dropped = [row.flask for row in plate.rows if row.fate is RowFate.DROPPED]
    return campaign.take_back(new, changed=changed, dropped=dropped, reason=reason)


class _RowJudge:
    """Decides what becomes of each row of one plate."""

    def __init__(self, campaign: Campaign, flasks: Mapping[str, Flask], matches: Sequence[Match]) -> None:
        self._campaign, self._flasks = campaign, flasks
        settings = {column_of(parameter) for parameter in campaign.setup.space.parameters}
        told = {m.header: m.column for m in matches if m.column is not None and m.column not in settings}
        self._of_product = [header for header, column in told.items() if column.path[0] == "product"]
        self._else = [header for header in told if header not in (*self._of_product, _TARGET)]
        self._columns = {match.column for match in matches}
        self._seen: dict[str, int] = {}
        self._others = [flask.stored for flask in flasks.values() if flask.suggestion is None and flask.stored]

    def judge(self, row: ReadRow, cells: Mapping[str, str]) -> PlateRow:
        name = cells.get(FLASK, "")
        said = list(self._about_flask(row.number, name))
        if row.record is None or any(problem.is_error for problem in said):
            return PlateRow(row.number, RowFate.REFUSED, name, problems=(*row.problems, *said))
        flask = self._flasks.get(name)
        status = cells.get(STATUS, "").lower()
        if status not in _ELSE | _DROPPED:
            says = f"{status!r} is no status; legal: empty, done, running, dropped (a failure goes into outcome_class)"
            wrong = Problem(row.number, STATUS, status, says)
            return PlateRow(row.number, RowFate.REFUSED, name, problems=(*row.problems, *said, wrong))
        if status in _DROPPED:
            return self._dropped(row, flask, tuple(said))
        suggested = dict(flask.suggestion.settings) if flask is not None and flask.suggestion is not None else {}
        record = self._record(row.record, suggested, flask, name)
        problems = (*row.problems, *said, *self._about_settings(row.number, record, suggested))
        if any(problem.is_error for problem in problems):
            return PlateRow(row.number, RowFate.REFUSED, name, problems=problems)
        replaces = flask.stored if flask is not None else next((s for s in self._others if s.record == record), None)
        if replaces is not None:
            fate = RowFate.UNCHANGED if replaces.record == record else RowFate.CHANGED
            return PlateRow(row.number, fate, name, record, replaces, problems)
        if any(is_stated(cells.get(header, "")) for header in self._of_product):
            return PlateRow(row.number, RowFate.NEW, name, record, problems=problems)
        if flask is None:
            says = "an experiment nobody suggested needs something measured, or its outcome"
            return PlateRow(row.number, RowFate.REFUSED, problems=(*problems, Problem(row.number, "", "", says)))
        lost = [h for h in self._else if is_stated(cells.get(h, ""))]
        if lost:
            says = f"nothing measured yet, so {', '.join(lost)} of this row is not kept"
            problems = (*problems, Problem(row.number, "", "", says, is_error=False))
        return PlateRow(row.number, RowFate.WAITING, name, problems=problems)

    def _dropped(self, row: ReadRow, flask: Flask | None, said: tuple[Problem, ...]) -> PlateRow:
        if flask is None or flask.status is FlaskStatus.DROPPED:
            return PlateRow(row.number, RowFate.UNCHANGED, flask.id if flask else "", problems=said)
        if flask.stored is not None:
            has = Problem(row.number, STATUS, "", f"{flask.id} has the record {flask.stored.id}; withdraw that instead")
            return PlateRow(row.number, RowFate.REFUSED, flask.id, problems=(*said, has))
        return PlateRow(row.number, RowFate.DROPPED, flask.id, problems=said)

    def _record(
        self, read: SynthesisRecord, suggested: Mapping[str, Setting], flask: Flask | None, name: str
    ) -> SynthesisRecord:
        """Return what all flasks share, then what was suggested, then what the record has, then what the row says."""
        campaign = self._campaign
        base = with_settings(campaign.setup.shared, campaign.setup.space, suggested)
        stamp = replace(base, series=base.series or campaign.name, batch=name)
        before = values_of(flask.stored.record) if flask is not None and flask.stored is not None else {}
        own = {c: v for c, v in values_of(read).items() if c.field.name not in ("origin", _TARGET)}
        for parameter in campaign.setup.space.parameters if before else ():
            column = column_of(parameter)  # a plate shows fewer digits than the record may have
            pair = [setting_of(parameter, values.get(column)) for values in (before, own)]
            if None not in pair and len({parameter.show(setting) for setting in pair if setting is not None}) == 1:
                own[column] = before[column]
        target = {Column(field_named(_TARGET)): read.target}
        return record_of({**values_of(stamp), **before, **target, **own})

    def _about_flask(self, number: int, name: str) -> Iterator[Problem]:
        if not name:
            return
        if name not in self._flasks:
            yield Problem(number, FLASK, name, f"{name!r} is no flask of the campaign {self._campaign.name}")
        elif name in self._seen:
            yield Problem(
                number, FLASK, name, f"{name} stands in row {self._seen[name]} already; give replicates no flask"
            )
        elif self._flasks[name].remark:
            yield Problem(number, FLASK, name, self._flasks[name].remark)
        self._seen.setdefault(name, number)

    def _about_settings(
        self, number: int, record: SynthesisRecord, suggested: Mapping[str, Setting]
    ) -> Iterator[Problem]:
        space, shared = self._campaign.setup.space, self._campaign.setup.shared
        aimed_at = record.target_cluster
        if record.target != shared.target and (aimed_at is None or aimed_at != shared.target_cluster):
            says = f"aimed at {record.target}, the campaign at {shared.target}; it counts as done all the same"
            yield Problem(number, _TARGET, record.target, says, is_error=False)
        done = settings_of(record, space)
        if missing := [p for p in space.parameters if p.name not in done]:
            names = ", ".join(p.name for p in missing)
            lost = [headed(p.name, p.unit) for p in missing if column_of(p) not in self._columns]
            hint = f" (no column is called {' or '.join(lost)})" if lost else ""
            yield Problem(number, names, "", f"no setting for {names}; fill it in{hint}")
            return
        try:
            outside = space.why_illegal(done)
        except SpaceError as error:
            yield Problem(number, "", "", f"{error}; the record is kept, but no model can use it", is_error=False)
            return
        for clause in outside:
            yield Problem(number, "", "", f"outside the space, and used all the same: {clause}", is_error=False)
        for parameter in space.parameters:
            told = suggested.get(parameter.name)
            if told is not None and parameter.show(told) != parameter.show(done[parameter.name]):
                what = (
                    f"{parameter.name} was {parameter.show(done[parameter.name])}, {parameter.show(told)} was suggested"
                )
                yield Problem(number, parameter.name, "", what, is_error=False)

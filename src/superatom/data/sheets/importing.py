"""Tables into the library: what each row would do is planned and shown first, then done whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from superatom.data.sheets.columns import differences, merged, parse_header
from superatom.data.sheets.duplicates import content_key, likeness_key
from superatom.data.sheets.fields import plain_fields
from superatom.data.sheets.mapping import Match, guess_mapping
from superatom.data.sheets.problems import Problem
from superatom.data.sheets.rows import ReadRow, ReadTable, read_rows
from superatom.data.sheets.tables import read_table, with_constants
from superatom.data.synthesis_records import SynthesisRecord
from superatom.errors import ImportRowsError, UnknownNameError, did_you_mean

if TYPE_CHECKING:
    from superatom.data.stores.store import Store
    from superatom.data.stores.values import Stored


class RowStatus(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"  # a new version of the record it names
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"  # said already, to the letter; left out
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row: what becomes of it, its record, the record of the library that it changes or repeats, its problems.

    `changes` says of a changed record which columns differ, each with what it was and what it becomes.
    """

    number: int
    status: RowStatus
    record: SynthesisRecord | None = None
    id: str = ""
    version: int | None = None
    problems: tuple[Problem, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do.

    Attributes
    ----------
    name
        The file.
    matches
        What each column was taken for; empty for a file of records.
    rows
        In the order of the file.
    remarks, problems
        How the file was understood; what is said of the table as a whole.
    """

    name: str
    matches: tuple[Match, ...]
    rows: tuple[PlannedRow, ...]
    remarks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def of(self, status: RowStatus) -> tuple[PlannedRow, ...]:
        """Return the rows of a status."""
        return tuple(row for row in self.rows if row.status is status)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each status."""
        return {status.value: len(self.of(status)) for status in RowStatus}

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Everything said of the table and its rows, in order."""
        return (*self.problems, *(problem for row in self.rows for problem in row.problems))


def plan_import(
    path: str | Path,
    store: Store,
    *,
    changes: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    decimal_comma: bool | None = None,
    keep_duplicates: bool = False,
) -> ImportPlan:
    """Read a file and say what importing it would do; nothing is written.

    Parameters
    ----------
    path
        A table (.csv, .xlsx ...), records of ours (.jsonl) or an Open Reaction Database dataset (.pb, .pbtxt, .json).
    store
        The library; rows that name a record of it become new versions, rows it holds already are left out.
    changes
        Columns mapped otherwise than guessed; see `guess_mapping`.
    constants
        Cells that hold for every row, by column of our own: ``{"target": "[Au25(PET)18]-"}``.
    sheet
        Which sheet of a workbook.
    header_row
        The row that names the columns, counted from 1; None takes the first that can.
    decimal_comma
        Whether ``1,500`` is one and a half; None finds out from the other cells, or refuses it.
    keep_duplicates
        Whether rows that repeat a record or one another to the letter are taken in as replicates.

    Raises
    ------
    ReferenceDataError, DocumentError
        For a file that cannot be read at all.
    UnknownNameError
        For a mapping of columns or fields that are none.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".jsonl":
        from superatom.data.sheets.lines import read_lines

        return _planned(path.name, read_lines(path), store, keep_duplicates=keep_duplicates)
    if ending in (".pb", ".pbtxt", ".textproto", ".json"):
        from superatom.data.sheets.ord_files import read_ord

        return _planned(path.name, read_ord(path), store, keep_duplicates=keep_duplicates)
    table = read_table(path, sheet=sheet, header_row=header_row)
    if constants:
        if unknown := [name for name in constants if parse_header(name) is None]:
            raise UnknownNameError(
                f"{unknown[0]!r} is no field of a record.{did_you_mean(unknown[0], list(plain_fields()))} "
                "`superatom records template` lists them all"
            )
        table = with_constants(table, constants)
    matches = guess_mapping(table.columns, changes)
    read = read_rows(table, matches, decimal_comma=decimal_comma)
    return _planned(path.name, read, store, keep_duplicates=keep_duplicates, matches=matches, remarks=table.remarks)


def refusal(plan: ImportPlan, *, keep_good: bool = False) -> str:
    """Return why nothing of a plan can be written, in one sentence; empty where it can."""
    refused = plan.of(RowStatus.REFUSED)
    if whole := [problem for problem in plan.problems if problem.is_error]:
        return f"{plan.name}: {whole[0]}; nothing was imported"
    if not plan.rows:
        return f"{plan.name} has no rows; nothing was imported"
    if not refused or (keep_good and len(refused) < len(plan.rows)):
        return ""
    first = next(problem for row in refused for problem in row.problems if problem.is_error)
    rows = f"{len(refused)} of {len(plan.rows)} rows" if len(plan.rows) > 1 else "the row"
    others = "; --keep-good takes the others" if len(refused) < len(plan.rows) else ""
    return f"{plan.name}: {rows} cannot be taken in (the first: {first}); nothing was imported{others}"


def carry_out(plan: ImportPlan, store: Store, *, keep_good: bool = False, reason: str = "") -> tuple[Stored, ...]:
    """Write what a plan says and return the new versions; `keep_good` leaves refused rows out instead of stopping.

    Raises
    ------
    ImportRowsError
        For a plan with refused rows (with `keep_good`: with no others), without rows, or with an error in the table as
        a whole; nothing is written.
    ConflictError
        Where a record was changed by somebody else since the plan was made.
    """
    if why := refusal(plan, keep_good=keep_good):
        raise ImportRowsError(why)
    said = reason or f"imported from {plan.name}"
    with store.changing(said) as change:
        changed = [
            change.revise(row.id, row.record, expected_version=row.version)
            for row in plan.of(RowStatus.CHANGED)
            if row.record is not None and row.version is not None
        ]
        return (*changed, *(change.add(row.record) for row in plan.of(RowStatus.NEW) if row.record is not None))


def _planned(
    name: str,
    read: ReadTable,
    store: Store,
    *,
    keep_duplicates: bool,
    matches: tuple[Match, ...] = (),
    remarks: tuple[str, ...] = (),
) -> ImportPlan:
    library = list(store.iterate(is_withdrawn=None))
    same = {content_key(stored.record): stored.id for stored in library if not stored.is_withdrawn}
    alike = {likeness_key(stored.record): stored.id for stored in library if not stored.is_withdrawn}
    known = {stored.id: stored for stored in library}
    rows: list[PlannedRow] = []
    named: dict[str, int] = {}
    for row in read.rows:
        planned = _planned_row(row, known, named, store)
        if planned.status is RowStatus.NEW and planned.record is not None:
            key, likeness = content_key(planned.record), likeness_key(planned.record)
            if key in same and not keep_duplicates:
                planned = _said(planned, "", f"the same as {same[key]}, to the letter: left out")
                planned = replace(planned, status=RowStatus.DUPLICATE, id=same[key])
            elif likeness in alike and same.get(key) != alike[likeness]:
                planned = _said(planned, "", f"the same experiment as {alike[likeness]}, written differently?")
            same.setdefault(key, f"row {row.number}")
            alike.setdefault(likeness, f"row {row.number}")
        rows.append(planned)
    return ImportPlan(name, matches, tuple(rows), remarks, read.problems)


def _planned_row(row: ReadRow, known: Mapping[str, Stored], named: dict[str, int], store: Store) -> PlannedRow:
    """Return what becomes of a row by itself, and note the id it names."""
    if row.record is None:
        return PlannedRow(row.number, RowStatus.REFUSED, id=row.id, problems=row.problems)
    planned = PlannedRow(row.number, RowStatus.NEW, row.record, problems=row.problems)
    if not row.id:
        return planned
    if row.id in named:
        return _refused(planned, f"row {named[row.id]} names the record {row.id} too; one row may")
    named[row.id] = row.number
    if row.id not in known:
        return _said(planned, row.id, f"the library has no record {row.id}: added as a new one")
    newest = known[row.id]
    try:
        is_ours = _is_ours(row, newest, store)
    except ValueError:
        says = f"{row.at!r} is no time as an export writes it; empty record_id to add the row as a new record"
        return _refused(planned, says)
    if not is_ours:
        return _said(
            planned, row.id, f"{row.id} of another library, not the {row.id} of this one: added as a new record"
        )
    planned = replace(planned, id=row.id, version=newest.version)
    record = _as_ours(row, row.record, newest.record)
    if record == newest.record or _is_untouched(row, newest, store):
        return replace(planned, status=RowStatus.UNCHANGED, problems=())
    if newest.is_cited:
        return _refused(planned, f"{row.id} is a cited recipe, which is read only; empty its record_id to add your own")
    if newest.is_withdrawn:
        return _refused(planned, f"{row.id} is withdrawn ({newest.reason}); empty its record_id to add it anew")
    if row.version is not None and row.version != newest.version:
        return _refused(
            planned, f"{row.id} was changed by {newest.author} since it was exported (version {newest.version})"
        )
    changes = tuple(differences(newest.record, record))
    return replace(planned, status=RowStatus.CHANGED, record=record, changes=changes)


def _is_ours(row: ReadRow, newest: Stored, store: Store) -> bool:
    """Whether a row was exported from this library: some version of the record was written just then.

    Ids count up in every library, so another one has an E0001 too. Raises `ValueError` for a time that is none; a row
    without one was written by hand, and means the record it names.
    """
    if not row.at or newest.at is None:
        return True
    at = datetime.fromisoformat(row.at)
    return at == newest.at or any(old.at == at for old in store.history(row.id))


def _is_untouched(row: ReadRow, newest: Stored, store: Store) -> bool:
    """Whether the row is an older version of the record as it was exported, with nothing changed in the sheet."""
    if row.version is None or row.version >= newest.version:
        return False
    old = next((old.record for old in store.history(row.id) if old.version == row.version), None)
    return old is not None and row.record is not None and _as_ours(row, row.record, old) == old


def _as_ours(row: ReadRow, record: SynthesisRecord, ours: SynthesisRecord) -> SynthesisRecord:
    """Return our record with what the row says; what no column of its table speaks of stays."""
    return record if row.stated is None or record == ours else merged(ours, row.values, row.stated)


def _said(planned: PlannedRow, id_: str, sentence: str) -> PlannedRow:
    problem = Problem(planned.number, "", id_, sentence, is_error=False)
    return replace(planned, problems=(*planned.problems, problem))


def _refused(planned: PlannedRow, sentence: str) -> PlannedRow:
    problem = Problem(planned.number, "", planned.id, sentence)
    return replace(planned, status=RowStatus.REFUSED, problems=(*planned.problems, problem))

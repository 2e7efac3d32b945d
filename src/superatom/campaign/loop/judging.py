"""What becomes of each row of a plate that came back, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from superatom.campaign.loop.plates import headed
from superatom.campaign.loop.state import Flask, FlaskStatus, Standing
from superatom.campaign.loop.translation import FLASK, STATUS, column_of, setting_of, settings_of, with_settings
from superatom.conditions.space import Setting
from superatom.data.records import Quantity
from superatom.data.sheets.columns import Column, record_of, values_of
from superatom.data.sheets.fields import field_named
from superatom.data.sheets.mapping import Match
from superatom.data.sheets.problems import Problem
from superatom.data.sheets.quantities import has_unit, is_stated
from superatom.data.sheets.rows import ReadRow
from superatom.data.stores.values import Stored
from superatom.data.synthesis_records import SynthesisRecord
from superatom.errors import SpaceError

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


class RowJudge:
    """Decides what becomes of each row of one plate.

    Parameters
    ----------
    now
        Where the campaign stands.
    matches
        What each column is.
    named
        The flask of every row as written.
    doubted
        Columns that are complained of as a whole.
    """

    def __init__(
        self, now: Standing, matches: Sequence[Match], named: Sequence[str], doubted: frozenset[str] = frozenset()
    ) -> None:
        self._now, self._doubted = now, doubted
        self._flasks = {flask.id: flask for flask in now.flasks}
        settings = {column_of(parameter) for parameter in now.setup.space.parameters}
        told = {m.header: m.column for m in matches if m.column is not None and m.column not in settings}
        self._of_product = {header: column for header, column in told.items() if column.path[0] == "product"}
        self._else = [header for header in told if header not in self._of_product and header != _TARGET]
        self._columns = {match.column for match in matches}
        self._named = {self._id(name) for name in named}
        self._seen: dict[str, int] = {}

    def __call__(self, row: ReadRow, cells: Mapping[str, str]) -> PlateRow:
        """Return what becomes of a row that has these cells by header."""
        name = self._id(cells.get(FLASK, ""))
        flask = self._flasks.get(name)
        said = [*row.problems, *self._about_flask(row.number, name), *self._about_status(row.number, flask, cells)]
        if row.record is None or _is_refused(said):
            return PlateRow(row.number, RowFate.REFUSED, name, problems=tuple(said))
        if _status(cells) in _DROPPED:
            is_news = flask is not None and flask.status is not FlaskStatus.DROPPED
            return PlateRow(row.number, RowFate.DROPPED if is_news else RowFate.UNCHANGED, name, problems=tuple(said))
        suggested = dict(flask.suggestion.settings) if flask is not None and flask.suggestion is not None else {}
        record = self._record(row.record, suggested, flask)
        replaces = flask.stored if flask is not None else self._same(record)
        is_measured = any(is_stated(cells.get(header, "")) for header in self._of_product)
        said += self._about_settings(row.number, record, suggested)
        said += self._about_fractions(row.number, row.record, cells)
        if replaces is None and flask is None:
            said += self._about_nobodys(row.number, record, is_measured=is_measured)
        if _is_refused(said):
            return PlateRow(row.number, RowFate.REFUSED, name, problems=tuple(said))
        if replaces is not None:
            fate = RowFate.UNCHANGED if replaces.record == record else RowFate.CHANGED
            return PlateRow(row.number, fate, name, record, replaces, tuple(said))
        if is_measured:
            return PlateRow(row.number, RowFate.NEW, name, record, problems=tuple(said))
        if lost := [header for header in self._else if is_stated(cells.get(header, ""))]:
            says = f"nothing measured yet, so {', '.join(lost)} of this row is not kept"
            said.append(Problem(row.number, "", "", says, is_error=False))
        return PlateRow(row.number, RowFate.WAITING, name, problems=tuple(said))

    def _id(self, name: str) -> str:
        return name if name in self._flasks or name.upper() not in self._flasks else name.upper()

    def _same(self, record: SynthesisRecord) -> Stored | None:
        """Return the record of an experiment nobody suggested that says just this already."""
        others = (flask.stored for flask in self._flasks.values() if flask.suggestion is None)
        return next((stored for stored in others if stored is not None and stored.record == record), None)

    def _record(self, read: SynthesisRecord, suggested: Mapping[str, Setting], flask: Flask | None) -> SynthesisRecord:
        """Return what all flasks share, then what was suggested, then what the record has, then what the row says."""
        setup = self._now.setup
        base = with_settings(setup.shared, setup.space, suggested)
        batch = flask.id if flask is not None and flask.suggestion is not None else ""
        stamp = replace(base, series=base.series or self._now.name, batch=batch)
        before = values_of(flask.stored.record) if flask is not None and flask.stored is not None else {}
        own = {c: v for c, v in values_of(read).items() if c.field.name not in ("origin", _TARGET)}
        for parameter in setup.space.parameters if before else ():
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
            yield Problem(number, FLASK, name, f"{name!r} is no flask of the campaign {self._now.name}")
        elif name in self._seen:
            yield Problem(
                number, FLASK, name, f"{name} stands in row {self._seen[name]} already; give replicates no flask"
            )
        elif self._flasks[name].remark:
            yield Problem(number, FLASK, name, self._flasks[name].remark)
        self._seen.setdefault(name, number)

    def _about_status(self, number: int, flask: Flask | None, cells: Mapping[str, str]) -> Iterator[Problem]:
        status = _status(cells)
        if status not in _ELSE | _DROPPED:
            says = f"{status!r} is no status; legal: empty, done, running, dropped (a failure goes into outcome_class)"
            yield Problem(number, STATUS, status, says)
        if status not in _DROPPED:
            return
        if filled := [header for header in self._of_product if is_stated(cells.get(header, ""))]:
            says = f"the flask is said to be dropped and has {', '.join(filled)}; empty the status, or those"
            yield Problem(number, STATUS, status, says)
        elif flask is not None and flask.stored is not None and flask.status is not FlaskStatus.DROPPED:
            yield Problem(number, STATUS, status, f"{flask.id} has the record {flask.stored.id}; withdraw that instead")

    def _about_fractions(self, number: int, read: SynthesisRecord, cells: Mapping[str, str]) -> Iterator[Problem]:
        """Ask about a yield of 0.45 where percent are kept, unless the whole column was asked about."""
        values = values_of(read)
        for header, column in self._of_product.items():
            value = values.get(column)
            is_small = column.unit == "%" and isinstance(value, Quantity) and 0 < value.middle <= 1
            if is_small and header not in self._doubted and not has_unit(cells[header]):
                found = cells[header]
                says = f"{found} is taken as {found} %; a fraction would be written in percent, as 45 for 0.45"
                yield Problem(number, header, found, says, is_error=False)

    def _about_nobodys(self, number: int, record: SynthesisRecord, *, is_measured: bool) -> Iterator[Problem]:
        """Say what a row without a flask may really be: a flask that waits for it, or a correction."""
        if not is_measured:
            says = "an experiment nobody suggested needs something measured, or its outcome"
            yield Problem(number, "", "", says)
        done = self._shown(settings_of(record, self._now.setup.space))
        twins = [flask for flask in self._flasks.values() if self._shown(flask.settings) == done]
        waiting = [f.id for f in twins if f.status is FlaskStatus.PENDING and f.id not in self._named]
        if waiting:
            yield Problem(
                number, FLASK, "", f"these are the settings of {waiting[0]}, which waits; name it in the column {FLASK}"
            )
        elif made := [f for f in twins if f.stored is not None and f.status is not FlaskStatus.DROPPED]:
            first = made[0]
            name = f" ({first.stored.id})" if first.stored is not None and first.suggestion is not None else ""
            says = f"the settings are those of {first.id}{name}, so this counts as a repeat; to correct {first.id} "
            says += f"instead, name it in the column {FLASK}"
            yield Problem(number, "", "", says, is_error=False)

    def _shown(self, settings: Mapping[str, Setting]) -> tuple[str, ...]:
        """Return settings as a plate shows them."""
        return tuple(p.show(settings[p.name]) for p in self._now.setup.space.parameters if p.name in settings)

    def _about_settings(
        self, number: int, record: SynthesisRecord, suggested: Mapping[str, Setting]
    ) -> Iterator[Problem]:
        space, shared = self._now.setup.space, self._now.setup.shared
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


def _status(cells: Mapping[str, str]) -> str:
    return cells.get(STATUS, "").lower()


def _is_refused(said: Sequence[Problem]) -> bool:
    return any(problem.is_error for problem in said)

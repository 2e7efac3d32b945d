"""One row of a table read into the values of a record, each cell with what is wrong or doubtful about it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from superatom.data.records import Quantity
from superatom.data.sheets.cells import protected, split, unprotected, with_entered
from superatom.data.sheets.columns import Column, Value, entered_column, record_of
from superatom.data.sheets.fields import Field, Kind, bare, choice_of, field_named
from superatom.data.sheets.headers import named
from superatom.data.sheets.mapping import RECORD_ID, RECORD_VERSION, RECORDED_AT, Match, Sureness
from superatom.data.sheets.outcomes import ReadOutcome, class_named, read_outcome
from superatom.data.sheets.problems import Problem, doubts
from superatom.data.sheets.quantities import is_stated, number_word, read_quantity, unit_in
from superatom.data.sheets.tables import LONGEST_CELL, Cell, CellKind, TableRow
from superatom.data.sheets.words import read_date, read_doi, read_solvents
from superatom.data.synthesis_records import Origin, SynthesisRecord
from superatom.errors import DocumentError, ReferenceDataError, UnitError

_NAME_BEFORE = re.compile(r"(?P<name>[^\W\d_][^\d<>~≤≥=:+-]*?)\s*[=:]?\s*(?=[<>~≤≥]?=?\s*[-+]?[.,]?\d)")
_NONE_IS_SAID = frozenset({"reductant", "atmosphere"})  # that there was none is a statement
_BARE_NUMBER = re.compile(r"\s*[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s*")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as read.

    Attributes
    ----------
    number
        Of the row in the file.
    record
        What the row says, or None where it is refused.
    problems
        What is said of its cells.
    id, version, at
        The record that the row names, its version, and when that was written (ISO 8601); empty or None for none.
    values, stated
        The row by column, and the places of a record that the columns of its table speak of; a record of ours that the
        row names keeps all others. None where the row is a whole record.
    """

    number: int
    record: SynthesisRecord | None
    problems: tuple[Problem, ...] = ()
    id: str = ""
    version: int | None = None
    at: str = ""
    values: Mapping[Column, Value] = field(default_factory=dict)
    stated: frozenset[tuple[str, ...]] | None = None


class RowReader:
    """Reads one row, once: values by column, problems on the way."""

    def __init__(self, row: TableRow, places: dict[str, int], is_typed: bool, decimal_comma: bool | None) -> None:
        self._row, self._places, self._is_typed, self._decimal_comma = row, places, is_typed, decimal_comma
        self._values: dict[Column, Value] = {}
        self._problems: list[Problem] = []
        self._headers: dict[tuple[str, ...], str] = {}  # of the numbers, by their place in the record
        self._ratio: tuple[Match, Cell, str] | None = None
        self._outcome: tuple[Match, Cell, str] | None = None  # judged last: against target and product
        self.numbers: list[tuple[str, float]] = []
        self.texts: list[str] = []  # headers of numbers that a workbook holds as text

    def read(self, matches: Sequence[Match], stated: frozenset[tuple[str, ...]]) -> ReadRow:
        """Return the row; `stated` are the places of a record that the columns speak of."""
        for match in matches:
            if match.column is None:
                continue
            cell = self._row.cells[self._places[match.header]]
            if len(cell.text) >= LONGEST_CELL and len(protected(cell.text)) > LONGEST_CELL:
                said = (
                    f"{len(cell.text)} characters; a cell of Excel holds {LONGEST_CELL}: shorten it, or attach a file"
                )
                self._say(match, Cell(cell.text[:80]), said)
            elif cell.kind is CellKind.ERROR:
                what = (
                    "a formula without its value: open and save the file in Excel"
                    if not cell.text
                    else "an error of Excel"
                )
                self._say(match, cell, f"{cell.text or '(empty)'} is {what}, or empty the cell")
            elif match.column.field.kind is Kind.NUMBER:
                self._number(match, match.column, cell)
            else:
                self._words(match, match.column, cell)
        self._settle_ratio()
        self._judge()
        id_, version, at = map(self._bookkeeping, (RECORD_ID, RECORD_VERSION, RECORDED_AT))
        stated |= {column.path for column in self._values}
        self._own_or_cited(is_new=not id_)
        if version and not re.fullmatch(r"[1-9]\d{0,8}", version):
            self._problems.append(
                Problem(self._row.number, RECORD_VERSION, version, f"{version!r} is no version; 1, 2, ... is")
            )
        row = ReadRow(self._row.number, None, tuple(self._problems), id_)
        if any(problem.is_error for problem in self._problems):
            return row
        try:
            record = record_of(self._values)
        except DocumentError as error:
            return replace(row, problems=(*self._problems, Problem(self._row.number, "", "", str(error))))
        return replace(
            row, record=record, version=int(version) if version else None, at=at, values=self._values, stated=stated
        )

    def _say(self, match: Match, cell: Cell, sentence: str, *, is_error: bool = True) -> None:
        self._problems.append(Problem(self._row.number, match.header, cell.text, sentence, is_error))

    def _number(self, match: Match, column: Column, cell: Cell) -> None:
        entered = self._row.cells[self._places[match.entered]].text if match.entered else ""
        quantity = self._quantity(match, column, cell)
        if quantity is None and not (entered and not is_stated(cell.text, as_number=True)):
            return
        if entered:
            quantity, agrees = with_entered(quantity, unprotected(entered), column.unit)
            if not agrees and quantity is not None:
                self._say(match, cell, f"{cell.text} replaces what was entered before, {entered!r}", is_error=False)
        if quantity is None:
            self._say(match, cell, f"{entered!r} beside it has no number here; write it into this column")
            return
        if self._headers.setdefault(column.path, match.header) != match.header:
            self._say(match, cell, f"{self._headers[column.path]} states the same; fill in one of them")
        self._values[column] = quantity
        if match.sureness is not Sureness.OWN:
            self.numbers += [(match.header, end) for end in (quantity.low,) if end is not None]
        stated = unit_in(cell.text) or match.unit
        is_stated_ = bool(stated) or match.sureness is Sureness.GIVEN
        for sentence, is_error in doubts(column, quantity, is_unit_stated=is_stated_, stated_unit=stated):
            self._say(match, cell, sentence, is_error=is_error)

    def _quantity(self, match: Match, column: Column, cell: Cell) -> Quantity | None:
        text = unprotected(cell.text)
        if not is_stated(text, as_number=True):
            return None
        if text.lower() == "nan":
            self._say(match, cell, "NaN is taken as not stated", is_error=False)
            return None
        if cell.kind is CellKind.DATE:
            self._say(match, cell, f"Excel holds a date here ({text}); write the number or range again, as 5 to 10")
            return None
        if cell.kind is CellKind.LOGICAL:
            self._say(match, cell, f"{text} is no number")
            return None
        if self._is_typed and cell.kind is CellKind.TEXT and _BARE_NUMBER.fullmatch(text):
            self.texts.append(match.header)
        unit = column.unit or unit_in(text) if column.field.is_family else column.unit
        comma = False if cell.kind is CellKind.NUMBER else self._decimal_comma  # Excel tells the number itself
        named_before, number = _cut_name(text, match, column)
        try:
            found = read_quantity(number, unit, stated_unit=match.unit or unit, decimal_comma=comma)
        except UnitError as error:
            self._say(match, cell, str(error))
            return None
        if number_word(text, unit) is not None:
            said = f"{text!r} is read as {found.numbers} {unit}; write the number where it is known"
            self._say(match, cell, said, is_error=False)
        return replace(found, text=named_before + found.text) if named_before else found

    def _words(self, match: Match, column: Column, cell: Cell) -> None:
        text, field = unprotected(cell.text), column.field
        is_exact = text != cell.text.strip()  # an apostrophe says: this text, as it stands
        if not text or not (is_exact or says_something(text, field)):
            return
        if cell.kind is CellKind.DATE and field.name != "date":
            self._say(match, cell, f"Excel holds a date here; it is kept as the text {text}", is_error=False)
        if field.kind is Kind.LIST:
            found = read_solvents(text) if field.name == "solvents" and not is_exact else None
            self._values[column] = found[0] if found else split(text)
            if found and found[1]:
                self._ratio = match, cell, found[1]
        elif field.name == "outcome_class":
            self._outcome = match, cell, text
        elif field.kind is Kind.CHOICE:
            if (chosen := choice_of(field, text)) is None:
                self._say(match, cell, _no_choice(field, text))
            else:
                self._values[column] = chosen
        elif field.name == "doi":
            self._values[column] = read_doi(text) or text
            if not read_doi(text):
                self._say(match, cell, f"{text!r} is no DOI; one looks like 10.1039/d5nh00353a", is_error=False)
        elif field.name == "citation" and match.sureness is not Sureness.OWN:
            self._source(text)
        elif field.name == "date" and not is_exact:
            self._date(match, column, cell, text)
        else:
            self._values[column] = text

    def _date(self, match: Match, column: Column, cell: Cell, text: str) -> None:
        try:
            self._values[column], said = read_date(text, dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1))
        except ReferenceDataError as error:
            self._say(match, cell, str(error))
            return
        if said:
            self._say(match, cell, said, is_error=False)

    def _settle_ratio(self) -> None:
        """Keep the ratio that stands beside the solvents, unless a column of its own says it."""
        if self._ratio is None:
            return
        match, cell, ratio = self._ratio
        said = self._values.setdefault(Column(field_named("solvent_ratio")), ratio)
        if said != ratio:
            self._say(
                match, cell, f"{cell.text!r} says {ratio}, and the ratio of solvents is {said!r}; write one of them"
            )

    def _judge(self) -> None:
        """Read the words of the outcome, now that target and product are known."""
        if self._outcome is None:
            return
        match, cell, text = self._outcome
        field, formula = field_named("outcome_class"), Column(field_named("product_formula"))
        target, product = (str(self._values.get(column, "")) for column in (Column(field_named("target")), formula))
        try:
            read = read_outcome(text, target, product)
        except ReferenceDataError as error:
            self._say(match, cell, _no_choice(field, text, str(error)))
            return
        self._values[Column(field)] = read.outcome_class.value
        if class_named(text) is None:
            self._values.setdefault(entered_column(), text)
            said = f"{text!r} is read as {read.outcome_class.value.replace('_', ' ')}"
            if read.formula and not product:
                self._values[formula] = read.formula
                said += f", product found {read.formula}"
            self._say(match, cell, said, is_error=False)
        elif (words := str(self._values.get(entered_column(), ""))) and _is_at_odds(words, target, product, read):
            header = entered_column().header
            self._say(match, cell, f"the words kept in {header!r}, {words!r}, mean another outcome", is_error=False)

    def _source(self, text: str) -> None:
        """Sort what people write under "source": their own, a DOI, or a citation."""
        if choice_of(field_named("origin"), text) == Origin.OWN:
            self._values[Column(field_named("origin"))] = Origin.OWN.value
        elif doi := read_doi(text):
            self._values[Column(field_named("doi"))] = doi
        else:
            self._values[Column(field_named("citation"))] = text

    def _own_or_cited(self, *, is_new: bool) -> None:
        citation, doi, origin = (Column(field_named(name)) for name in ("citation", "doi", "origin"))
        is_cited = citation in self._values or doi in self._values
        if is_cited and origin not in self._values:
            self._values[origin] = Origin.LITERATURE.value
            said = (
                "a source is named and no origin: taken as literature; for your own work that cites it, say origin own"
            )
            if is_new:  # a record that the row names keeps its own
                self._problems.append(Problem(self._row.number, "", "", said, is_error=False))
        elif not is_cited and self._values.get(origin) == Origin.LITERATURE.value:
            said = "a literature record names its source; fill in citation or doi"
            self._problems.append(Problem(self._row.number, "origin", Origin.LITERATURE.value, said))
        if doi in self._values and citation not in self._values:
            self._values[citation] = f"doi:{self._values[doi]}"

    def _bookkeeping(self, header: str) -> str:
        return unprotected(self._row.cells[self._places[header]].text) if header in self._places else ""


def says_something(text: str, field: Field) -> bool:
    """Whether a cell of a field states anything; that there was no reductant or gas is a statement.

    >>> says_something("none", field_named("atmosphere")), says_something("none", field_named("notes"))
    (True, False)
    """
    is_said = text.strip().lower() == "none" and field.name in _NONE_IS_SAID
    return is_said or is_stated(text, as_number=field.kind is Kind.NUMBER)


def _no_choice(field: Field, text: str, why: str = "") -> str:
    legal = ", ".join(choice.replace("_", " ") for choice, _ in field.choices)
    return f"{text!r} is no {field.title.lower()}{why and f' ({why})'}; legal: {legal}, or an empty cell"


def _is_at_odds(words: str, target: str, product: str, read: ReadOutcome) -> bool:
    try:
        return read_outcome(words, target, product).outcome_class is not read.outcome_class
    except ReferenceDataError:
        return False


def _cut_name(text: str, match: Match, column: Column) -> tuple[str, str]:
    """Cut off the name of the column where it stands before its number: pH 11, yield 15%."""
    found = _NAME_BEFORE.match(text)
    if found is None:
        return "", text
    names = {field.name for field in named(found["name"])}
    is_name = column.field.name in names or bare(found["name"]) == bare(match.header)
    return (text[: found.end()], text[found.end() :]) if is_name else ("", text)

"""Rows of a table read as records, each with what is wrong or doubtful about its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from superatom.data.records import Quantity
from superatom.data.sheets.cells import split, unprotected, with_entered
from superatom.data.sheets.columns import Column, Value, record_of
from superatom.data.sheets.fields import Field, Kind, choice_of, field_named
from superatom.data.sheets.mapping import RECORD_ID, RECORD_VERSION, Match, Sureness
from superatom.data.sheets.outcomes import ReadOutcome, class_named, entered_column, read_outcome
from superatom.data.sheets.problems import Problem, column_doubts, doubts, swapped
from superatom.data.sheets.quantities import ROOM_TEMPERATURE, has_unit, is_stated, read_quantity
from superatom.data.sheets.tables import Cell, CellKind, Table, TableRow
from superatom.data.synthesis_records import Origin, SynthesisRecord
from superatom.errors import DocumentError, ReferenceDataError, UnitError
from superatom.units import unit_named

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.\d{4,9}/\S+)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"\s*[<>~≤≥]?\s*[-+]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+)(?!\d)")
_DECIMAL_POINT = re.compile(r"\s*[<>~≤≥]?\s*[-+]?\d+\.\d+(?![\d,])")
_ROWS_NAMED = 5
_BARE_NUMBER = re.compile(r"\s*[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s*")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as read: the record, or None where it is refused; id and version where the row names them."""

    number: int
    record: SynthesisRecord | None
    problems: tuple[Problem, ...] = ()
    id: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class ReadTable:
    """The rows of a table as read, and what is said of the table as a whole."""

    rows: tuple[ReadRow, ...]
    problems: tuple[Problem, ...] = ()


def read_rows(table: Table, matches: Sequence[Match], *, decimal_comma: bool | None = None) -> ReadTable:
    """Read every row of a table; `decimal_comma` None finds out from cells that can be read one way only."""
    if decimal_comma is None:
        decimal_comma = _has_decimal_comma(table, matches)
    places = {header: i for i, header in enumerate(table.columns)}
    numbers: dict[str, list[float]] = {}
    texts: dict[str, list[int]] = {}
    rows = []
    for row in table.rows:
        reader = _RowReader(row, places, table.is_typed, decimal_comma)
        rows.append(reader.read(matches))
        for header, number in reader.numbers:
            numbers.setdefault(header, []).append(number)
        for header in reader.texts:
            texts.setdefault(header, []).append(row.number)
    return ReadTable(tuple(rows), (*_of_the_table(table, matches, numbers), *map(_stored_as_text, texts.items())))


class _RowReader:
    """Reads one row: values by column, problems on the way."""

    def __init__(self, row: TableRow, places: dict[str, int], is_typed: bool, decimal_comma: bool | None) -> None:
        self._row, self._places, self._is_typed, self._decimal_comma = row, places, is_typed, decimal_comma
        self._values: dict[Column, Value] = {}
        self._problems: list[Problem] = []
        self._headers: dict[tuple[str, ...], str] = {}  # of the numbers, by their place in the record
        self._outcome: tuple[Match, Cell, str] | None = None  # judged last: against target and product
        self.numbers: list[tuple[str, float]] = []
        self.texts: list[str] = []  # headers of numbers that a workbook holds as text

    def read(self, matches: Sequence[Match]) -> ReadRow:
        for match in matches:
            if match.column is None:
                continue
            cell = self._row.cells[self._places[match.header]]
            if cell.kind is CellKind.ERROR:
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
        self._judge()
        id_ = self._bookkeeping(RECORD_ID)
        version = self._bookkeeping(RECORD_VERSION)
        self._own_or_cited()
        if version and not re.fullmatch(r"[1-9]\d{0,8}", version):
            self._problems.append(
                Problem(self._row.number, RECORD_VERSION, version, f"{version!r} is no version; 1, 2, ... is")
            )
        if any(problem.is_error for problem in self._problems):
            return ReadRow(self._row.number, None, tuple(self._problems), id_)
        try:
            record = record_of(self._values)
        except DocumentError as error:
            return ReadRow(
                self._row.number, None, (*self._problems, Problem(self._row.number, "", "", str(error))), id_
            )
        return ReadRow(self._row.number, record, tuple(self._problems), id_, int(version) if version else None)

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
            return
        if self._headers.setdefault(column.path, match.header) != match.header:
            self._say(match, cell, f"{self._headers[column.path]} states the same; fill in one of them")
        self._values[column] = quantity
        if match.sureness is not Sureness.OWN:
            self.numbers += [(match.header, end) for end in (quantity.low,) if end is not None]
        is_unit_stated = bool(match.unit) or match.sureness is Sureness.GIVEN or has_unit(cell.text)
        for sentence, is_error in doubts(column, quantity, is_unit_stated=is_unit_stated):
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
        unit = column.unit or _unit_in(text) if column.field.is_family else column.unit
        try:
            found = read_quantity(text, unit, stated_unit=match.unit or unit, decimal_comma=self._decimal_comma)
        except UnitError as error:
            self._say(match, cell, str(error))
            return None
        if text.lower() in ROOM_TEMPERATURE:
            said = f"{text!r} is read as {found.numbers} degC; write the number where it is known"
            self._say(match, cell, said, is_error=False)
        return found

    def _words(self, match: Match, column: Column, cell: Cell) -> None:
        text = unprotected(cell.text)
        if not text or (text == cell.text.strip() and not is_stated(text)):
            return
        if cell.kind is CellKind.DATE and column.field.name != "date":
            self._say(match, cell, f"Excel holds a date here; it is kept as the text {text}", is_error=False)
        field = column.field
        if field.kind is Kind.LIST:
            self._values[column] = split(text)
        elif field.name == "outcome_class":
            self._outcome = match, cell, text
        elif field.kind is Kind.CHOICE:
            if (chosen := choice_of(field, text)) is None:
                self._say(match, cell, _no_choice(field, text))
            else:
                self._values[column] = chosen
        elif field.name == "doi":
            found = _DOI.fullmatch(text)
            self._values[column] = found["doi"] if found else text
            if found is None:
                self._say(match, cell, f"{text!r} is no DOI; one looks like 10.1039/d5nh00353a", is_error=False)
        elif field.name == "citation" and match.sureness is not Sureness.OWN:
            self._source(text)
        else:
            self._values[column] = text

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
        elif found := _DOI.fullmatch(text):
            self._values[Column(field_named("doi"))] = found["doi"].rstrip(".,;")
        else:
            self._values[Column(field_named("citation"))] = text

    def _own_or_cited(self) -> None:
        citation, doi, origin = (Column(field_named(name)) for name in ("citation", "doi", "origin"))
        is_cited = citation in self._values or doi in self._values
        if is_cited and origin not in self._values:
            self._values[origin] = Origin.LITERATURE.value
            said = (
                "a source is named and no origin, so it is taken as literature; a column origin with own changes that"
            )
            self._problems.append(Problem(self._row.number, "", "", said, is_error=False))
        elif not is_cited and self._values.get(origin) == Origin.LITERATURE.value:
            said = "a literature record names its source; fill in citation or doi"
            self._problems.append(Problem(self._row.number, "origin", Origin.LITERATURE.value, said))
        if doi in self._values and citation not in self._values:
            self._values[citation] = f"doi:{self._values[doi]}"

    def _bookkeeping(self, header: str) -> str:
        return unprotected(self._row.cells[self._places[header]].text) if header in self._places else ""


def _stored_as_text(found: tuple[str, list[int]]) -> Problem:
    header, rows = found
    shown = ", ".join(map(str, rows[:_ROWS_NAMED])) + (" ..." if len(rows) > _ROWS_NAMED else "")
    what = f"{len(rows)} numbers are" if len(rows) > 1 else "a number is"
    said = f"{what} stored as text in the workbook (row{'s' if len(rows) > 1 else ''} {shown}); read as numbers"
    return Problem(0, header, "", said, is_error=False)


def _no_choice(field: Field, text: str, why: str = "") -> str:
    legal = ", ".join(choice.replace("_", " ") for choice, _ in field.choices)
    return f"{text!r} is no {field.title.lower()}{why and f' ({why})'}; legal: {legal}, or an empty cell"


def _is_at_odds(words: str, target: str, product: str, read: ReadOutcome) -> bool:
    try:
        return read_outcome(words, target, product).outcome_class is not read.outcome_class
    except ReferenceDataError:
        return False


def _unit_in(text: str) -> str:
    match = re.search(r"\d\s*([^\d\s][^\d]*)$", text)
    return (unit_named(match[1]) or "") if match else ""


def _has_decimal_comma(table: Table, matches: Sequence[Match]) -> bool | None:
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

"""Tables as they stand in a CSV or Excel file: header, cells with their kind, the number of each row in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path

from superatom.data.sheets.headers import cuts, is_same_unit
from superatom.errors import ReferenceDataError, SuperatomError
from superatom.structures.nanocluster import Nanocluster
from superatom.units import dimension_of, unit_named

MOST_ROWS = 200_000
MOST_COLUMNS = 2_000
MOST_BYTES = 200_000_000
LONGEST_CELL = 32_767  # characters, of Excel
_LONGEST_HEADER = 1_000  # characters
_MOST_TITLES = 10  # lines above a header
_LEAST_COLUMNS = 3  # of a table in which a row of one cell is a note
_NOTE_MARKS = tuple("*†‡§#")
CSV_ENDINGS = frozenset({".csv", ".tsv", ".tab", ".txt"})


class CellKind(StrEnum):
    """What the file says a cell is; a CSV file says text of every cell."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    LOGICAL = "logical"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as text; dates as ISO 8601. `is_formula` marks a value that a spreadsheet computed."""

    text: str
    kind: CellKind = CellKind.TEXT
    is_formula: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; `number` is its line or row in the file, as an editor or Excel counts it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with as many cells in every row as it has columns.

    `is_typed` says that the file tells numbers from text; `remarks` say how the file was understood.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    is_typed: bool = False
    remarks: tuple[str, ...] = ()


def read_table(path: str | Path, *, sheet: str | None = None, header_row: int | None = None) -> Table:
    """Read a CSV file (delimiter and encoding are found out) or an Excel workbook (`sheet`, or the first one).

    `header_row` is the row of the file that names the columns, counted from 1; None takes the first that can.

    Raises
    ------
    ReferenceDataError
        For a file that is missing, too large, damaged, of another kind, or unsafe (macros, XML entities, zip bombs).
    """
    path = Path(path)
    if not path.is_file():
        raise ReferenceDataError(f"{path} is no file here; give a table that exists")
    if path.stat().st_size > MOST_BYTES:
        raise ReferenceDataError(f"{path} has more than {MOST_BYTES / 1e6:.0f} MB; split it")
    ending = path.suffix.lower()
    if ending == ".xlsx":
        from superatom.data.sheets.workbook import read_workbook

        return read_workbook(path, sheet, header_row)
    if ending not in CSV_ENDINGS:
        legal = ", ".join([*sorted(CSV_ENDINGS), ".xlsx"])
        raise ReferenceDataError(f"{path} ends in {ending or 'nothing'!r}; legal: {legal} (save other formats as one)")
    if sheet is not None:
        raise ReferenceDataError(f"{path} is no workbook and has no sheet {sheet!r}")
    from superatom.data.sheets.delimited import read_delimited

    return read_delimited(path, header_row)


def columns_of(path: str | Path, *, sheet: str | None = None, header_row: int | None = None) -> tuple[str, ...]:
    """Return the columns of a table; none for a file of records (JSON lines, ORD), which has no columns to map."""
    path = Path(path)
    is_table = path.suffix.lower() in CSV_ENDINGS | {".xlsx"}
    return read_table(path, sheet=sheet, header_row=header_row).columns if is_table else ()


def with_constants(table: Table, constants: Mapping[str, str]) -> Table:
    """Return a table with more columns, each with one cell for all rows; raises `ReferenceDataError` for one it has."""
    if held := [name for name in constants if name in table.columns]:
        raise ReferenceDataError(f"{table.name} has a column {held[0]!r} already; it cannot be set for all rows")
    cells = tuple(Cell(text) for text in constants.values())
    rows = tuple(TableRow(row.number, (*row.cells, *cells)) for row in table.rows)
    return replace(table, columns=(*table.columns, *constants), rows=rows)


def table_of(
    name: str,
    lines: Iterable[tuple[int, Sequence[Cell]]],
    *,
    is_typed: bool,
    remarks: Iterable[str] = (),
    header_row: int | None = None,
) -> Table:
    """Make a table of numbered lines: the first that is not empty is the header; a row of units under it is used up.

    Lines of one cell above a line of several words are titles, and a row of one cell in words under the header is a
    note: they are passed over, and said. `header_row` says where the header stands, whatever is above it.

    Raises `ReferenceDataError` for no header, a header without a name over filled cells, a repeated header, a row
    longer than the header, or a table beyond `MOST_ROWS` and `MOST_COLUMNS`.
    """
    stated = ((number, cells) for number, cells in lines if any(cell.text.strip() for cell in cells))
    titles, filled = _titles(stated) if header_row is None else _above(stated, header_row)
    first = next(filled, None)
    if first is None or (header_row is not None and first[0] != header_row):
        where = f"has nothing in row {header_row}" if header_row is not None else "is empty"
        raise ReferenceDataError(f"{name} {where}; a header line and rows under it are needed")
    header = [cell.text.strip() for cell in first[1]]
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise ReferenceDataError(f"{name} has {len(header)} columns; at most {MOST_COLUMNS} are read")
    if longest := [column for column in header if len(column) > _LONGEST_HEADER]:
        raise ReferenceDataError(
            f"{name}: the header {longest[0][:40]!r}... has {len(longest[0])} characters; shorten it"
        )
    repeated = sorted({column for column in header if column and header.count(column) > 1})
    if repeated:
        raise ReferenceDataError(f"{name}: the column {repeated[0]!r} stands more than once; give each its own name")
    rows: list[TableRow] = []
    for number, cells in filled:
        if n_filled := next((i for i in range(len(cells), len(header), -1) if cells[i - 1].text.strip()), 0):
            quotes = "" if is_typed else "put quotes around a cell that holds the delimiter, "
            raise ReferenceDataError(
                f"{name}, row {number}: {n_filled} cells, but {len(header)} columns in row {first[0]}; {quotes}"
                "put a name over each column, or say which row holds the names (--header-row)"
            )
        if len(rows) == MOST_ROWS:
            raise ReferenceDataError(f"{name} has more than {MOST_ROWS} rows; split it")
        padding = (Cell(""),) * (len(header) - len(cells))
        rows.append(TableRow(number, (*cells[: len(header)], *padding)))
    for i, column in enumerate(header):
        if not column and any(row.cells[i].text.strip() for row in rows):
            raise ReferenceDataError(
                f"{name}: column {i + 1} has cells, but no name in row {first[0]}; name it, or, with names grouped or "
                "merged above it, say which row holds the names (--header-row)"
            )
    kept = [i for i, column in enumerate(header) if column]
    rows = [TableRow(row.number, tuple(row.cells[i] for i in kept)) for row in rows]
    columns = [header[i] for i in kept]
    said = [*remarks, *titles]
    if len(columns) >= _LEAST_COLUMNS and (notes := [row for row in rows if _is_note(row)]):
        said += [f"row {row.number} was left out as a note: {_first(row.cells)[:60]!r}" for row in notes]
        rows = [row for row in rows if row not in notes]
    if rows and (units := _units(rows[0])):
        columns = [_with_unit(name, column, unit) for column, unit in zip(columns, units, strict=True)]
        said.append(f"row {rows[0].number} was read as the units of the columns")
        del rows[0]
    return Table(name, tuple(columns), tuple(rows), is_typed, tuple(said))


def _titles(
    filled: Iterator[tuple[int, Sequence[Cell]]],
) -> tuple[list[str], Iterator[tuple[int, Sequence[Cell]]]]:
    """Return what is said of the titles above a table, and its lines from the header on."""
    above: list[tuple[int, Sequence[Cell]]] = []
    for line in filled:
        stated = [cell.text.strip() for cell in line[1] if cell.text.strip()]
        above.append(line)
        if len(stated) > 1 or len(above) > _MOST_TITLES:
            is_header = len(stated) > 1 and not any(word[0].isdigit() for word in stated)
            titles = above[:-1] if is_header else []
            said = [f"row {n} was passed over as a title: {_first(cells)[:60]!r}" for n, cells in titles]
            return said, chain(above[len(titles) :], filled)
    return [], iter(above)


def _above(
    stated: Iterator[tuple[int, Sequence[Cell]]], header_row: int
) -> tuple[list[str], Iterator[tuple[int, Sequence[Cell]]]]:
    """Return what is said of the lines above a header whose row is known, and the lines from it on."""
    said: list[str] = []
    for line in stated:
        if line[0] >= header_row:
            return said, chain([line], stated)
        said.append(f"row {line[0]} was passed over, as told: {_first(line[1])[:60]!r}")
    return said, iter(())


def _is_note(row: TableRow) -> bool:
    """Whether a row says words in one cell alone, as a footnote or a heading between rows does; a formula says what."""
    stated = [cell for cell in row.cells if cell.text.strip()]
    if len(stated) != 1 or stated[0].kind is not CellKind.TEXT:
        return False
    text = stated[0].text.strip()
    if not (text.startswith(_NOTE_MARKS) or len(text.split()) > 1):
        return False
    try:
        Nanocluster.parse(text)
    except SuperatomError:
        return True
    return False


def _with_unit(name: str, column: str, unit: str) -> str:
    """Return a header with the unit of the row under it, unless it says the unit itself."""
    if not unit:
        return column
    own = next((cut.unit for cut in cuts(column) if cut.is_marked or dimension_of(cut.unit) == dimension_of(unit)), "")
    if own and not is_same_unit(own, unit):
        raise ReferenceDataError(
            f"{name}: the header {column!r} and the unit under it, {unit}, disagree; keep one of them"
        )
    return column if own else f"{column} [{unit}]"


def _first(cells: Sequence[Cell]) -> str:
    return next(cell.text.strip() for cell in cells if cell.text.strip())


def _units(row: TableRow) -> list[str]:
    """Return the units of a row that holds nothing else, else an empty list."""
    words = [cell.text.strip().strip("()[]") for cell in row.cells]
    stated = [word for word in words if word not in ("", "-")]
    is_units = len(stated) >= 2 and all(unit_named(word) for word in stated)
    return [word if word != "-" else "" for word in words] if is_units else []

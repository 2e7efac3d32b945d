"""Excel workbooks, read with suspicion: no macros, no XML entities, no zip bombs; formulas by the value Excel kept."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from superatom.data.sheets.tables import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Cell, CellKind, Table, table_of
from superatom.errors import ReferenceDataError, did_you_mean
from superatom.units import plain_number

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_MOST_UNPACKED = 500_000_000  # bytes
_MOST_RATIO = 200  # unpacked to packed, of a part above a megabyte; sheets of numbers reach 20 to 40
_MOST_PARTS = 5_000
_ILLEGAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x(?=[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_workbook(path: Path, sheet: str | None = None, header_row: int | None = None) -> Table:
    """Read one sheet of an .xlsx file; raises `ReferenceDataError` for one damaged, unsafe or without such a sheet."""
    check_archive(path)
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl, on features of Excel that hold no cells
        try:
            with closing(load_workbook(path, read_only=True, data_only=False, keep_links=False)) as written:
                names, chosen = written.sheetnames, _sheet(written, sheet, path.name)
                lines = list(_lines(written[chosen], written[chosen], path.name))
                if any(cell.is_formula for _, cells in lines for cell in cells):  # read twice for their values alone
                    with closing(load_workbook(path, read_only=True, data_only=True, keep_links=False)) as kept:
                        lines = list(_lines(written[chosen], kept[chosen], path.name))
        except ReferenceDataError:
            raise
        except Exception as error:  # openpyxl raises whatever its parsers do
            raise ReferenceDataError(f"{path.name} is no readable Excel workbook ({type(error).__name__})") from error
    others = [name for name in names if name != chosen]
    remarks = [f"sheet {chosen!r}" + (f", not read: {', '.join(map(repr, others))}" if others else "")]
    return table_of(path.name, lines, is_typed=True, remarks=remarks, header_row=header_row)


def to_workbook(sheets: Sequence[tuple[str, Sequence[Sequence[str | float | int]]]]) -> bytes:
    """Return an .xlsx file of named sheets; text stays text whatever it begins with, the first row stays in view.

    Raises `ReferenceDataError` for a text longer than a cell of Excel holds.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    for title, rows in sheets:
        _check_lengths(title, rows)
    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for number, row in enumerate(rows):
            cells: list[Any] = []
            for value in row:
                if not isinstance(value, str) or not value:
                    cells.append(None if value == "" else value)  # a cell without text is left out of the file
                    continue
                cell = WriteOnlyCell(sheet, value=_escaped(value))
                cell.data_type = "s"  # openpyxl takes a leading = for a formula
                if number == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def check_archive(path: Path) -> None:
    """Refuse, before anything is unpacked, a workbook with macros, XML entities, odd names or absurd sizes."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise ReferenceDataError(f"{path.name} holds {len(parts)} parts; no table needs so many")
            if sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise ReferenceDataError(
                    f"{path.name} unpacks to more than {_MOST_UNPACKED / 1e6:.0f} MB; save it as CSV"
                )
            for part in parts:
                _check_part(archive, part, path.name)
            if "[Content_Types].xml" not in archive.namelist():
                raise ReferenceDataError(f"{path.name} is a zip archive, but no Excel workbook")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise ReferenceDataError(
            f"{path.name} is no readable Excel workbook (damaged, protected by a password, or another format)"
        ) from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    where = PurePosixPath(part.filename)
    if where.is_absolute() or ".." in where.parts or "\\" in part.filename:
        raise ReferenceDataError(f"{name} holds a part named {part.filename!r}; no Excel workbook does")
    if "vbaproject" in part.filename.lower() or "macrosheets" in part.filename.lower():
        raise ReferenceDataError(f"{name} holds macros; save it as a workbook without (.xlsx)")
    if part.file_size > 1_000_000 and part.file_size > _MOST_RATIO * max(part.compress_size, 1):
        raise ReferenceDataError(f"{name}: the part {part.filename} is packed as no table is (a zip bomb?)")
    if where.suffix.lower() not in (".xml", ".rels", ".vml"):
        return
    before = b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            window = before + chunk
            if b"\0" in chunk or b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise ReferenceDataError(
                    f"{name}: the part {part.filename} declares XML entities; no Excel workbook does"
                )
            before = chunk[-16:]


def _sheet(book: Workbook, sheet: str | None, name: str) -> str:
    names = [each.title for each in book.worksheets]
    if not names:
        raise ReferenceDataError(f"{name} has no sheet with cells")
    if sheet is None:
        return str(names[0])
    if sheet not in names:
        hint = did_you_mean(sheet, names)
        raise ReferenceDataError(f"{name} has no sheet {sheet!r}; legal: {', '.join(names)}.{hint}")
    return sheet


def _lines(written: Any, kept: Any, name: str) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the cells of a sheet as written, formulas by the value that is kept of them."""
    rows = []
    for sheet in (written,) if kept is written else (kept, written):
        sheet.reset_dimensions()  # a file may lie about them
        rows.append(sheet.iter_rows(max_col=MOST_COLUMNS + 1))
    n_filled = 0
    for number, found in enumerate(zip(*rows, strict=True), start=1):
        width = max(map(_width, found))
        cells = [_cell(value, formula) for value, formula in zip(found[0][:width], found[-1][:width], strict=True)]
        n_filled += any(cell.text for cell in cells)
        if n_filled > MOST_ROWS + 1:
            raise ReferenceDataError(f"{name} has more than {MOST_ROWS} rows; split it")
        yield number, cells


def _width(row: Sequence[Any]) -> int:
    """Return how many cells of a row are in the file; the row is filled up to the most columns."""
    from openpyxl.cell.read_only import EMPTY_CELL

    width = len(row)
    while width and row[width - 1] is EMPTY_CELL:
        width -= 1
    return width


def _cell(value: Any, formula: Any) -> Cell:
    is_formula = formula.data_type == "f"
    found = value.value
    if found is None:
        return Cell("", CellKind.ERROR, is_formula=True) if is_formula else Cell("")
    if value.data_type == "e":
        return Cell(str(found), CellKind.ERROR, is_formula)
    if isinstance(found, bool):
        return Cell("TRUE" if found else "FALSE", CellKind.LOGICAL, is_formula)
    if isinstance(found, int | float):
        shown = plain_number(float(found)) if abs(found) < 1e300 else str(found)
        if _is_percent(value.number_format):  # 0.15 is shown, and meant, as 15 %
            shown = f"{plain_number(float(Decimal(shown) * 100))}%"
        return Cell(shown, CellKind.NUMBER, is_formula)
    if isinstance(found, dt.datetime | dt.date | dt.time | dt.timedelta):
        return Cell(_date(found), CellKind.DATE, is_formula)
    return Cell(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(found)), CellKind.TEXT, is_formula)


@lru_cache(maxsize=1024)
def _is_percent(number_format: str | None) -> bool:
    """Whether a format of Excel shows a number as percent; a sign in quotes or behind a backslash is text alone."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", number_format or "")


def _date(found: dt.datetime | dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(found, dt.datetime) and found.time() == dt.time():
        return found.date().isoformat()
    return str(found) if isinstance(found, dt.timedelta) else found.isoformat()


def _escaped(text: str) -> str:
    return _ILLEGAL.sub(lambda match: "_x005F_x" if match[0] == "_x" else f"_x{ord(match[0]):04X}_", text)


def _check_lengths(title: str, rows: Sequence[Sequence[str | float | int]]) -> None:
    """Refuse a text that no cell holds, before anything is written; the first cell of a row says which record it is."""
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, str) and len(value) > LONGEST_CELL:
                raise ReferenceDataError(
                    f"sheet {title!r}, row {number} ({str(row[0])[:40]}), column {str(rows[0][place])[:40]!r}: "
                    f"{len(value)} characters; a cell of Excel holds {LONGEST_CELL}: use .csv or .jsonl"
                )

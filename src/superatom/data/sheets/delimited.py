"""CSV: delimiter and encoding found out on reading, and said where they were a guess; whole files on writing."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from superatom.data.sheets.tables import Cell, Table, table_of
from superatom.errors import ReferenceDataError

_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LONGEST_CELL = 10_000_000
_LOOKED_AT = 100  # lines that decide the delimiter


def read_delimited(path: Path, header_row: int | None = None) -> Table:
    """Read a CSV file; raises `ReferenceDataError` naming file and line."""
    text, remarks = _decoded(path)
    delimiter = _delimiter(text)
    if delimiter != ",":
        remarks.append(f"delimiter {'tab' if delimiter == chr(9) else delimiter}")
    lines = _lines(text, delimiter, path.name)
    return table_of(path.name, lines, is_typed=False, remarks=remarks, header_row=header_row)


def to_delimited(rows: Sequence[Sequence[str]]) -> str:
    """Return CSV text of rows, each line ended as spreadsheets expect."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _decoded(path: Path) -> tuple[str, list[str]]:
    raw = path.read_bytes()
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _decode(raw, encoding, path), []
    if b"\0" in raw:  # UTF-16 without its mark; which half is zero tells the order
        even, odd = raw[:1000:2].count(0), raw[1:1000:2].count(0)
        if 4 * abs(even - odd) < len(raw[:1000:2]):
            raise ReferenceDataError(f"{path.name} is no text: it holds zero bytes; save the table as CSV in UTF-8")
        encoding = "utf-16-le" if even < odd else "utf-16-be"
        return _decode(raw, encoding, path), [f"encoding taken for {encoding}"]
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        return _decode(raw, "cp1252", path), [
            "encoding taken for Windows-1252 (it is no UTF-8); look at µ, ° and umlauts"
        ]


def _decode(raw: bytes, encoding: str, path: Path) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReferenceDataError(
            f"{path.name} is no text in {encoding} (byte {error.start}); save it as UTF-8"
        ) from error


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts most of the first lines as the first line, and that into most cells."""
    head = "".join(text.splitlines(keepends=True)[:_LOOKED_AT])

    def merit(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(line) for line in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if line]
        except csv.Error:
            return 0.0, 0
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    return max(_DELIMITERS, key=merit)


def _lines(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[Cell]]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, [Cell(cell) for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        raise ReferenceDataError(f"{name}, line {number}: not a readable CSV table ({error})") from error

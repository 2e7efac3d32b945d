"""Rows of a CSV table that know where they stand, so that every error names file and line.

The packaged tables lie in `superatom/data/tables`; a user's file goes through the same reader.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

from superatom.errors import ReferenceDataError
from superatom.structures.ligands import parse_composition


@dataclass(frozen=True, slots=True)
class Row:
    """One record: cells stripped, a missing cell is empty. `where` is ``file, line n``."""

    where: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def refuse(self, sentence: str) -> NoReturn:
        """Raise `ReferenceDataError` with file and line in front of `sentence`."""
        raise ReferenceDataError(f"{self.where}: {sentence}")

    def number(self, column: str) -> float | None:
        """Return the cell as a float, or None when it is empty; refuses text."""
        text = self[column]
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.refuse(f"{column} is {text!r}; a plain number or an empty cell is legal")
        return number

    def whole(self, column: str) -> int | None:
        """Return the cell as a whole number, or None when it is empty; refuses anything else."""
        number = self.number(column)
        if number is not None and not number.is_integer():
            self.refuse(f"{column} is {self[column]!r}; a whole number or an empty cell is legal")
        return None if number is None else int(number)

    def items(self, column: str, separator: str = ";") -> tuple[str, ...]:
        """Return the non-empty parts of a list cell."""
        return tuple(part.strip() for part in self[column].split(separator) if part.strip())

    def is_yes(self, column: str) -> bool:
        """Read ``y`` or ``n``; refuses anything else."""
        if self[column] not in ("y", "n"):
            self.refuse(f"{column} is {self[column]!r}; y or n is legal")
        return self[column] == "y"

    def composition(self, column: str) -> tuple[tuple[str, int], ...]:
        """Read a flat formula such as ``HAuCl4`` or ``C6H14``."""
        return parse_composition(self[column])


def packaged_rows(name: str, required: Iterable[str] = ()) -> Iterator[Row]:
    """Yield the rows of the packaged table `name`; see `read_rows`."""
    text = files("superatom.data").joinpath("tables", name).read_text(encoding="utf-8")
    return _rows(text, name, required)


def read_rows(path: str | Path, required: Iterable[str] = ()) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header line.

    Raises `ReferenceDataError` when the file cannot be read, a required column is missing, a line has too many cells
    or the first column repeats.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReferenceDataError(f"cannot read the table {path}: {error}") from error
    return _rows(text, str(path), required)


def _rows(text: str, name: str, required: Iterable[str]) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    seen: set[str] = set()
    try:
        columns = list(reader.fieldnames or ())
        missing = [column for column in required if column not in columns]
        if missing or not columns:
            raise ReferenceDataError(f"{name}, line 1: the columns {', '.join(missing) or '(all)'} are missing")
        for raw in reader:
            cells = {k: (v or "").strip() for k, v in raw.items() if k is not None}
            row = Row(f"{name}, line {reader.line_num}", cells)
            if None in raw:
                row.refuse(f"more cells than the {len(columns)} columns; put quotes around a cell with a comma")
            if not any(cells.values()):
                continue
            key = row[columns[0]]
            if not key or key in seen:
                row.refuse(f"{columns[0]} is {key!r}; it must be filled and must not repeat")
            seen.add(key)
            yield row
    except csv.Error as error:
        raise ReferenceDataError(f"{name}, line {reader.line_num}: not a readable CSV table ({error})") from error

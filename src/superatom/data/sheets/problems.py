"""What is wrong or doubtful about a cell, a row or a table, each as one sentence with what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from superatom.data.records import Quantity
from superatom.data.sheets.columns import Column
from superatom.errors import UnitError
from superatom.units import convert, dimension_of, plain_number, units_of

# what is taken for which unit on the bench: unit kept -> units that people forget to convert, likeliest first
_TRAPS = {
    "degC": ("K", "degF"),
    "h": ("min", "s"),
    "mM": ("M", "µM"),
    "mol/mol": ("M:L", "mol%"),
    "nm": ("Å",),
    "eV": ("meV",),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing said about a cell.

    Attributes
    ----------
    row
        Row of the file, or 0 for the table as a whole.
    column
        Header in the file; empty for a whole row.
    found
        The cell as it stands.
    sentence
        What is wrong with it and what would be legal.
    is_error
        Whether the row is refused for it; a warning is only said.
    """

    row: int
    column: str
    found: str
    sentence: str
    is_error: bool = True

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.column) if part)
        return f"{where}: {self.sentence}" if where else self.sentence


def doubts(
    column: Column, quantity: Quantity, *, is_unit_stated: bool, stated_unit: str = ""
) -> Iterator[tuple[str, bool]]:
    """Yield sentences on a number that cannot be or seldom is, each with whether it refuses the row.

    A number beyond the plausible range is refused where no unit was stated, for it may be in another one; where
    the unit stands in the cell, the header or the mapping, it is taken as it stands, with a warning. `stated_unit`
    is that unit where it is another one than the field keeps.

    >>> from superatom.data.sheets.columns import parse_header
    >>> list(doubts(parse_header("temperature_C"), Quantity(298.0, 298.0, "degC", "298"), is_unit_stated=False))
    [('298 degC is unusual (-80 to 200); it would be 24.85 degC if K was meant: state the unit', True)]
    >>> cold = Quantity(-248.15, -248.15, "degC", "25 K")
    >>> list(doubts(parse_header("temperature_C"), cold, is_unit_stated=True, stated_unit="K"))
    [('-248.15 degC is unusual (-80 to 200); it would be 25 degC if degC was meant', False)]
    """
    field = column.field
    ends = [end for end in (quantity.low, quantity.high) if end is not None]
    least, most = field.possible
    if any(not least <= end <= most for end in ends):
        limits = f"at least {plain_number(least)}" if most >= 1e5 else f"{plain_number(least)} to {plain_number(most)}"
        yield f"{quantity.text!r} cannot be; legal: {limits} {field.unit}".rstrip(), True
        return
    if field.plausible is None or not ends or all(_is_plausible(column, end) for end in ends):
        return
    number = next(end for end in ends if not _is_plausible(column, end))
    low, high = (plain_number(limit) for limit in field.plausible)
    sentence = f"{plain_number(number)} {field.unit} is unusual ({low} to {high})"
    meant = next(_meant(column, number, stated_unit or field.unit), "")
    sentence += f"; it would be {meant}" if meant else ""
    yield (sentence, False) if is_unit_stated else (f"{sentence}{':' if meant else ';'} state the unit", True)


def column_doubts(column: Column, values: Sequence[float], header: str) -> Iterator[Problem]:
    """Yield what the numbers of a whole column without a unit say: fractions where percent are kept."""
    if column.field.unit == "%" and len(values) >= 3 and 0 < max(values) <= 1:
        said = f"all values are at most 1, so fractions may be meant; {column.header} is in percent"
        yield Problem(0, header, "", said, is_error=False)


def swapped(columns: Sequence[tuple[str, Column, Sequence[float]]]) -> Iterator[tuple[str, str]]:
    """Yield pairs of headers whose numbers fit each other's field and not their own: columns that look swapped."""
    for i, (header, column, values) in enumerate(columns):
        for other_header, other, other_values in columns[i + 1 :]:
            if not values or not other_values or dimension_of(column.field.unit) == dimension_of(other.field.unit):
                continue
            mine, theirs = median(values), median(other_values)
            if (
                not _is_plausible(column, mine) and not _is_plausible(other, theirs)
                and _is_plausible(column, theirs) and _is_plausible(other, mine)
            ):  # fmt: skip
                yield header, other_header


def _is_plausible(column: Column, number: float) -> bool:
    limits = column.field.plausible
    return limits is None or limits[0] <= number <= limits[1] or (number == 0 and column.field.possible[0] >= 0)


def _meant(column: Column, number: float, stated: str) -> Iterator[str]:
    """Yield what the number would be in the unit kept, had it been written in another one than is stated."""
    unit = column.field.unit
    for other in (unit, *_TRAPS.get(unit, ()), *units_of(dimension_of(unit) or "")):
        try:
            written = convert(Fraction(repr(number)), unit, stated)
            value = round(float(convert(written, other, unit)), 10)
        except (UnitError, OverflowError):
            continue
        if other != stated and _is_plausible(column, value):
            yield f"{plain_number(value)} {unit} if {other} was meant"

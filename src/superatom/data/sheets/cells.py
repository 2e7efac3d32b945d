"""One cell: text kept from being taken for a formula or for nothing, lists, quantities with what was entered.

A leading apostrophe says "this text, exactly", as in Excel. It is put before text that a spreadsheet would run as a
formula (OWASP ASVS 5.0, 1.2.10) or turn into a date, that reads as "not stated", or that has blanks at its ends.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from superatom.data.records import Quantity
from superatom.data.sheets.quantities import is_stated, read_quantity
from superatom.data.sheets.words import read_solvents
from superatom.errors import UnitError

_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?")
_SEPARATOR = re.compile(r", | \+ | / ")
_WITH_NUMBERS = re.compile(r"(?P<text>.*) \[(?P<numbers>[^\[\]]*)\]", re.DOTALL)


def protected(text: str) -> str:
    """Return text as it goes into a cell; `unprotected` is its inverse.

    >>> protected("=HYPERLINK(1)"), protected("-5 degC"), protected("none"), protected("Au25")
    ("'=HYPERLINK(1)", "'-5 degC", "'none", 'Au25')
    """
    return f"'{text}" if text and _needs_protection(text) else text


def unprotected(cell: str) -> str:
    """Return the text of a cell: without the apostrophe that `protected` puts, or without the blanks around it.

    >>> unprotected("'=1+1"), unprotected(" Au25 "), unprotected("'t Hooft")
    ('=1+1', 'Au25', "'t Hooft")
    """
    if cell.startswith("'") and _needs_protection(cell[1:]):
        return cell[1:]
    return cell.strip()


def joined(items: Sequence[str]) -> str:
    """Write a list into one cell; an item that would be split is put into double quotes.

    >>> joined(("toluene", "a; b"))
    'toluene; "a; b"'
    """
    return "; ".join(json.dumps(item, ensure_ascii=False) if _needs_quotes(item) else item for item in items)


def split(text: str) -> tuple[str, ...]:
    """Read a list: at semicolons, or where there are none at a comma, plus or stroke with blanks.

    >>> split("toluene; EtOH"), split("toluene / EtOH"), split("CC/C=C/S"), split("N,N-DMF, water")
    (('toluene', 'EtOH'), ('toluene', 'EtOH'), ('CC/C=C/S',), ('N,N-DMF', 'water'))
    """
    if ";" not in text and '"' not in text:
        return tuple(part.strip() for part in _SEPARATOR.split(text) if part.strip())
    items, place = [], 0
    while place < len(text):
        item, place = _item(text, place)
        items += item
    return tuple(items)


def as_entered(quantity: Quantity) -> str:
    """Return the cell beside a number that keeps what was entered; empty where the number says it all.

    Text that does not read as the number has it behind: ``r.t. [25]``; so a number edited later is told apart.

    >>> as_entered(Quantity(24.85, 24.85, "degC", "298 K")), as_entered(Quantity(25.0, 25.0, "degC", "25"))
    ('298 K', '')
    """
    numbers = quantity.numbers
    is_exact = all(end is None or float(f"{end:.16g}") == end for end in (quantity.low, quantity.high))
    if quantity.text == numbers and numbers and is_exact:  # Excel keeps 16 digits
        return ""
    try:
        is_readable = read_quantity(quantity.text, quantity.unit) == quantity
    except UnitError:
        is_readable = False
    return quantity.text if is_readable else f"{quantity.text} [{numbers}]"


def with_entered(quantity: Quantity | None, entered: str, unit: str) -> tuple[Quantity | None, bool]:
    """Return the quantity with the text of the cell beside it, and whether the two agree.

    A number that was edited wins over the old text beside it.
    """
    candidates: list[Quantity] = []
    if match := _WITH_NUMBERS.fullmatch(entered):
        candidates += _read(match["numbers"], unit, match["text"])
    candidates += _read(entered, unit, None)
    for candidate in candidates:
        if quantity is not None and _is_close(candidate.low, quantity.low) and _is_close(candidate.high, quantity.high):
            return candidate, True
    return quantity, False


def _read(numbers: str, unit: str, text: str | None) -> list[Quantity]:
    try:
        found = read_quantity(numbers, unit)
    except UnitError:
        return []
    return [found if text is None else Quantity(found.low, found.high, unit, text)]


def _is_close(a: float | None, b: float | None) -> bool:
    return a is b if a is None or b is None else math.isclose(a, b, rel_tol=1e-13)


def _needs_protection(text: str) -> bool:
    return (
        text[:1] in tuple("=+-@\t\r\n'＝＋－＠")
        or text != text.strip()
        or not is_stated(text)
        or _DATE_LIKE.fullmatch(text) is not None
    )


def _needs_quotes(item: str) -> bool:
    is_split = _SEPARATOR.search(item) is not None or read_solvents(item) is not None
    return not item or item != item.strip() or ";" in item or '"' in item or is_split


def _item(text: str, start: int) -> tuple[list[str], int]:
    """Return the item that begins at `start`, if there is one, and where the next begins."""
    while start < len(text) and text[start].isspace():
        start += 1
    if text.startswith('"', start):
        try:
            item, end = json.JSONDecoder().raw_decode(text, start)
        except ValueError:
            end = -1
        after = text.find(";", end) if end > 0 else -1
        if end > 0 and not text[end : after if after >= 0 else len(text)].strip():
            return [item], after + 1 if after >= 0 else len(text)
    end = text.find(";", start)
    end = end if end >= 0 else len(text)
    item = text[start:end].strip()
    return [item] if item else [], end + 1

"""What a chemist writes into a cell, read as a `Quantity` in the unit of its field, the cell kept as entered.

Read are numbers (``25``, ``1,5``, ``1.2e-3``, ``1.2 × 10^-3``, ``1 000``), ranges (``85-95``, ``85 to 95``, ``5 ± 1``),
bounds (``<0.1``, ``≥ 3``), ``~`` and ``ca.``, ratios (``1:6``), each with a unit or without, durations of several units
(``1 h 30 min``), words of ``tables/number_words.csv`` that have a number (``rt``), and all of them with a remark behind
(``16 h (overnight)``). Anything else is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from itertools import pairwise

from superatom.data.records import Quantity
from superatom.data.rows import packaged_rows
from superatom.errors import UnitError
from superatom.units import convert, dimension_of, unit_named, units_of

NOT_STATED = frozenset(
    {
        "",
        "-",
        "--",
        "–",
        "—",
        "?",
        "/",
        "none",
        "n/a",
        "#n/a",
        "n.a.",
        "n.d.",
        "not stated",
        "not given",
        "unknown",
        "null",
    }
)
_NUMBER_NOT_STATED = NOT_STATED | {"na", "nd", "nr"}  # in a text column Na and Nd are elements
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
_NUMBER = (
    r"[-+]?(?:\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][-+]?\d+| ?[x×·*] ?10 ?\^? ?[-+]?\d+)?"
)
_UNIT = r"(?:[^\d\s<>=±~+-].*?)?"
_ONE = re.compile(rf"(?P<a>{_NUMBER}) ?(?P<unit>{_UNIT})")
_RANGE = re.compile(rf"(?P<a>{_NUMBER}) ?(?P<first>{_UNIT}?) ?(?:-|to|\.\.\.?|…) ?(?P<b>{_NUMBER}) ?(?P<unit>{_UNIT})")
_SPREAD = re.compile(rf"\(?(?P<a>{_NUMBER}) ?(?:±|\+/-|\+-) ?(?P<b>{_NUMBER})\)? ?(?P<unit>{_UNIT})")
_RATIO = re.compile(rf"(?P<a>{_NUMBER}) ?: ?(?P<b>{_NUMBER}) ?(?P<unit>{_UNIT})")
_ABOUT = re.compile(r"^(?:[~≈∼]|(?:ca|approx|c)\.|(?:ca|circa|about|around|approximately|approx)\b) ?", re.IGNORECASE)
_UPPER = ("<=", "<", "≤", "⩽")
_REMARK = re.compile(r"(?P<number>.*\S)\s*\((?P<remark>[^()\d?]+)\)")  # no digits: they may say another number
_DURATION = re.compile(rf"(?P<a>{_NUMBER}) ?(?P<unit>[^\W\d_]+\.?)(?: |,|and|&)*")
_LONGEST = 80  # characters of a cell that holds a quantity
_BOUND = re.compile(r"^(<=|>=|≤|≥|⩽|⩾|<|>) ?")
_SIGNS = str.maketrans(
    {"–": "-", "−": "-", "—": "-", "‐": "-", "‑": "-", "⁻": "-"} | dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
)


@dataclass(frozen=True, slots=True)
class NumberWord:
    """What a word in the place of a number means: its ends, or, where it has none, what would be legal instead."""

    ends: tuple[float, float] | None
    legal: str


def number_word(cell: str, unit: str) -> NumberWord | None:
    """Return what a word means in a field of a unit; None for one of no table.

    >>> number_word("Ice bath", "degC").ends, number_word("overnight", "h").ends, number_word("overnight", "degC")
    ((0.0, 0.0), None, None)
    """
    return _number_words().get((cell.strip().casefold(), unit))


@cache
def _number_words() -> dict[tuple[str, str], NumberWord]:
    found = {}
    for row in packaged_rows("number_words.csv", ("words", "unit", "low", "high", "legal", "source")):
        low, high = row.number("low"), row.number("high")
        ends = (low, high) if low is not None and high is not None else None
        found[row["words"].casefold(), row["unit"]] = NumberWord(ends, row["legal"])
    return found


def is_stated(cell: str, *, as_number: bool = False) -> bool:
    """Whether a cell says anything; ``none``, ``N/A``, ``-`` and blanks do not.

    >>> is_stated("N/A"), is_stated("Na"), is_stated("NA", as_number=True)
    (False, True, False)
    """
    return cell.strip().lower() not in (_NUMBER_NOT_STATED if as_number else NOT_STATED)


@lru_cache(maxsize=16384)  # the cells of a column repeat
def read_quantity(cell: str, unit: str, *, stated_unit: str = "", decimal_comma: bool | None = None) -> Quantity:
    """Read one cell into the unit of its field.

    Parameters
    ----------
    cell
        The cell as entered.
    unit
        Unit the field keeps (``degC``, ``h``, ``mM``, ``mol/mol``, ``%`` ...), or any other word, which then is kept.
    stated_unit
        The unit in the header of the column; one in the cell goes before it, and `unit` is meant where neither is.
    decimal_comma
        Whether ``1,500`` is one and a half (True) or fifteen hundred (False); None refuses it as either. Where the
        comma is of decimals, ``1.500`` is refused instead.

    Returns
    -------
    Quantity
        Numbers in `unit`; `text` is the cell, with the header's unit where that is another one than `unit`.

    Raises
    ------
    UnitError
        For a cell that is no quantity, an infinite number, or a unit of another kind.

    >>> read_quantity("298 K", "degC")
    Quantity(low=24.85, high=24.85, unit='degC', text='298 K')
    >>> read_quantity("<30", "h", stated_unit="min")
    Quantity(low=None, high=0.5, unit='h', text='<30 min')
    >>> read_quantity("1,5", "mM").low
    1.5
    """
    text = cell.strip()
    if (word := number_word(text, unit)) is not None:
        if word.ends is None:
            raise UnitError(f"{text!r} is no number in {unit}; legal: {word.legal}")
        return Quantity(*word.ends, unit, text)
    low, high, own_unit = _numbers(text, unit, decimal_comma)
    given = own_unit or stated_unit or unit
    if given != unit:
        ends = (None if end is None else convert(end, given, unit) for end in (low, high))
        low, high = ends if not _turns(given, unit) else reversed(tuple(ends))
    if low is not None and high is not None and low > high:
        raise UnitError(f"{text!r} runs downwards; write the smaller number first")
    kept = text if own_unit or given == unit else f"{text} {given}"
    return Quantity(_float(low, text), _float(high, text), unit, kept)


def has_unit(cell: str) -> bool:
    """Whether a cell carries a bench unit of its own.

    >>> has_unit("0.5 M"), has_unit("80 °C (oil bath)"), has_unit("0.5")
    (True, True, False)
    """
    return bool(unit_in(cell))


def unit_in(cell: str) -> str:
    """Return the bench unit that a cell carries itself, else an empty text."""
    match = re.search(r"\d\)? ?([^\d\s][^\d]*)$", _without_remark(_plain(cell)))
    return (unit_named(match[1]) or "") if match else ""


def _numbers(text: str, unit: str, decimal_comma: bool | None) -> tuple[Fraction | None, Fraction | None, str]:
    """Return both ends as written and the unit in the cell, empty where there is none."""
    plain = _without_remark(_plain(text)) if len(text) <= _LONGEST else ""
    if dimension_of(unit) == "time" and (whole := _duration(plain, unit, text, decimal_comma)) is not None:
        return whole, whole, unit
    bound = _BOUND.match(plain)
    if bound:
        plain = plain[bound.end() :]
    wrong_unit = ""
    for pattern in (_ONE,) if bound else (_ONE, _SPREAD, _RATIO, _RANGE):
        match = pattern.fullmatch(plain)
        if match is None or (pattern is _RATIO and dimension_of(unit) != "ratio"):
            continue
        own, first = (_known_unit(match.groupdict().get(group) or "", unit) for group in ("unit", "first"))
        if own is None or first not in ("", own):
            wrong_unit = wrong_unit or match["unit"]
            continue
        over, under = (_number(match.groupdict().get(end) or "0", text, decimal_comma) for end in "ab")
        if pattern is _ONE:
            is_upper, is_lower = bound is not None and bound[1] in _UPPER, bound is not None and bound[1] not in _UPPER
            return None if is_upper else over, None if is_lower else over, own
        if pattern is _SPREAD:
            return over - under, over + under, own
        if pattern is _RANGE:
            return over, under, own
        if under:
            return over / under, over / under, own
    if wrong_unit:
        legal = ", ".join(units_of(dimension_of(unit) or "")) or unit or "none"
        raise UnitError(f"{text!r}: {wrong_unit!r} is no unit of this field; legal: {legal}")
    hint = f" in {unit}" if unit else ""
    raise UnitError(f"{text[:_LONGEST]!r} is no number{hint}; legal: 25, 20-30, <30, ~25, each with or without a unit")


def _duration(plain: str, unit: str, text: str, decimal_comma: bool | None) -> Fraction | None:
    """Return the whole of a duration in several units, the larger first, as 1 h 30 min; None for anything else."""
    parts, place = [], 0
    while place < len(plain):
        match = _DURATION.match(plain, place)
        known = _known_unit(match["unit"], unit) if match else None
        if match is None or not known:
            return None
        parts.append((_number(match["a"], text, decimal_comma), known))
        place = match.end()
    sizes = [convert(Fraction(1), known, unit) for _, known in parts]
    if len(parts) < 2 or any(small >= large for large, small in pairwise(sizes)):
        return None
    return sum((convert(number, known, unit) for number, known in parts), Fraction(0))


def _without_remark(plain: str) -> str:
    """Return a cell without the remark behind its number; a unit in brackets is one all the same."""
    match = _REMARK.fullmatch(plain)
    if match is None:
        return plain
    return match["number"] if unit_named(match["remark"]) is None else f"{match['number']} {match['remark']}"


def _plain(text: str) -> str:
    return _ABOUT.sub("", _SPACES.sub(" ", text.strip().translate(_SIGNS)))


def _number(word: str, text: str, decimal_comma: bool | None) -> Fraction:
    """Read one number; a comma that could be of thousands or of decimals is refused unless the caller knows."""
    number, _, power = re.sub(r" ?[x×·*] ?10 ?\^? ?", "e", word).replace(" ", "").lower().partition("e")
    if "," in number and "." in number:
        thousands, point = (",", ".") if number.rfind(".") > number.rfind(",") else (".", ",")
        number = number.replace(thousands, "").replace(point, ".")
    elif "," in number:
        could_be_thousands = re.fullmatch(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+", number) is not None
        if could_be_thousands and decimal_comma is None:
            either = f"{number.replace(',', '')} or {number.replace(',', '.', 1)}"
            raise UnitError(f"{text!r} may be {either}; write it without the comma, or say --decimal-comma")
        is_decimal = decimal_comma if could_be_thousands else True
        number = number.replace(",", "." if is_decimal else "")
    elif decimal_comma and re.fullmatch(r"[-+]?[1-9]\d{0,2}\.\d{3}", number):
        either = f"{number.replace('.', '')} or {number.replace('.', ',')}"
        raise UnitError(f"{text!r} may be {either}, for commas are decimal here; write it without the point")
    if number.count(".") > 1 or abs(int(power or 0)) > 400 or len(number) > 400:
        raise UnitError(f"{text!r} is no number that can be kept; legal: 25, 0.5, 1e-3")
    return Fraction(f"{number}e{power}" if power else number)


def _known_unit(word: str, unit: str) -> str | None:
    """Return the unit meant by a word of the cell, empty for no word, None for a word that is no unit of this field."""
    if not word or word == unit:
        return word
    found = unit_named(word)
    return found if found is not None and dimension_of(found) == dimension_of(unit) else None


@lru_cache(maxsize=256)
def _turns(given: str, unit: str) -> bool:
    """Whether the larger number becomes the smaller one, as from metal : ligand to ligand : metal."""
    return convert(Fraction(2), given, unit) < convert(Fraction(1), given, unit)


def _float(number: Fraction | None, text: str) -> float | None:
    if number is None:
        return None
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise UnitError(f"{text!r} is too large to be kept")
    return value

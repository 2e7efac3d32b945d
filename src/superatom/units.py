"""The only conversions: bench quantities from text to the unit each field keeps.

Fields keep bench units (mg, mL, mM, h, degC); nothing else in the house multiplies by 1000.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from superatom.errors import UnitError

HARTREE_EV = 27.211386245988  # CODATA 2018

# unit -> (dimension, factor to the dimension's first unit); dimensions: mass g, amount mmol, volume mL, time h
_UNITS: dict[str, tuple[str, float]] = {
    "g": ("mass", 1.0), "mg": ("mass", 1e-3), "ug": ("mass", 1e-6), "µg": ("mass", 1e-6), "kg": ("mass", 1e3),
    "mmol": ("amount", 1.0), "mol": ("amount", 1e3), "umol": ("amount", 1e-3), "µmol": ("amount", 1e-3),
    "mL": ("volume", 1.0), "ml": ("volume", 1.0), "L": ("volume", 1e3), "uL": ("volume", 1e-3), "µL": ("volume", 1e-3),
    "h": ("time", 1.0), "min": ("time", 1 / 60), "s": ("time", 1 / 3600), "d": ("time", 24.0),
}  # fmt: skip
_QUANTITY = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?P<unit>[A-Za-zµ]+)\s*")


@dataclass(frozen=True, slots=True)
class Amount:
    """A positive quantity of one dimension: mass in g, amount in mmol, volume in mL or time in h."""

    value: float
    dimension: str


def parse_amount(text: str, *, dimensions: tuple[str, ...] = ("mass", "amount")) -> Amount:
    """Read ``10mg``, ``0.5 mmol``, ``20 mL``; raises `UnitError` for no unit, an unknown one or another dimension.

    >>> parse_amount("10mg")
    Amount(value=0.01, dimension='mass')
    """
    legal = ", ".join(unit for unit, (dimension, _) in _UNITS.items() if dimension in dimensions)
    match = _QUANTITY.fullmatch(text.replace("μ", "µ"))
    if not match or match["unit"] not in _UNITS:
        raise UnitError(f"{text!r} is no quantity; write a number and one of the units {legal}, such as 10mg")
    dimension, factor = _UNITS[match["unit"]]
    value = float(match["number"]) * factor
    if dimension not in dimensions:
        raise UnitError(f"{text!r} is a {dimension}; a {' or '.join(dimensions)} is needed, in one of {legal}")
    if not 0 < value < 1e9:
        raise UnitError(f"{text!r} must be larger than zero and of bench size")
    return Amount(value, dimension)


# dimension, spellings, factor and offset to the dimension's first unit; exact, so that 298 K is 24.85 degC
_BENCH = tuple(
    (spelling, dimension, Fraction(factor), Fraction(offset))
    for dimension, spellings, factor, offset in (
        ("temperature", "degC °C ℃ ºC oC celsius C", "1", "0"),
        ("temperature", "K kelvin", "1", "-273.15"),
        ("temperature", "degF °F fahrenheit", "5/9", "-160/9"),
        ("time", "h hr hrs hour hours", "1", "0"),
        ("time", "min mins minute minutes", "1/60", "0"),
        ("time", "s sec secs second seconds", "1/3600", "0"),
        ("time", "d day days", "24", "0"),
        ("time", "wk week weeks", "168", "0"),
        ("concentration", "mM mmol/L mmol/l mmol/dm3 mol/m3", "1", "0"),
        ("concentration", "M mol/L mol/l mol/dm3 mmol/mL mmol/ml", "1000", "0"),
        ("concentration", "µM uM µmol/L umol/L µmol/l umol/l", "1/1000", "0"),
        ("concentration", "nM nmol/L", "1/1000000", "0"),
        ("mass", "mg", "1", "0"),
        ("mass", "g", "1000", "0"),
        ("mass", "µg ug", "1/1000", "0"),
        ("mass", "kg", "1000000", "0"),
        ("amount", "mmol", "1", "0"),
        ("amount", "mol", "1000", "0"),
        ("amount", "µmol umol", "1/1000", "0"),
        ("amount", "nmol", "1/1000000", "0"),
        ("volume", "mL ml cm3", "1", "0"),
        ("volume", "L l dm3", "1000", "0"),
        ("volume", "µL uL µl ul", "1/1000", "0"),
        ("ratio", "mol/mol eq equiv equivalents L:M L/M R:M R/M", "1", "0"),
        ("ratio", "mol%", "1/100", "0"),
        ("percent", "% percent", "1", "0"),
        ("rotation", "rpm", "1", "0"),
        ("rotation", "Hz", "60", "0"),
        ("length", "nm", "1", "0"),
        ("length", "Å angstrom", "1/10", "0"),
        ("length", "µm um", "1000", "0"),
        ("energy", "eV", "1", "0"),
        ("energy", "meV", "1/1000", "0"),
        ("acidity", "pH", "1", "0"),
    )
    for spelling in spellings.split()
)
_BY_SPELLING = {spelling: (dimension, factor, offset) for spelling, dimension, factor, offset in _BENCH}
_INVERSE = frozenset({"M:L", "M/L", "M:R", "M/R"})  # metal to ligand or reductant: one over the ratio that fields keep


def unit_named(text: str) -> str | None:
    """Return the bench unit that a chemist wrote (``hours.``, ``mmol L-1``), or None where it is none.

    Upper and lower case are told apart where they mean different units (M and m).

    >>> unit_named("mmol L⁻¹"), unit_named("Hours"), unit_named("furlong")
    ('mmol/L', 'hours', None)
    """
    plain = text.strip().replace("μ", "µ").replace("⁻¹", "-1").replace("⁻³", "-3").replace("^", "").rstrip(".")
    plain = re.sub(r"\s*[·*]?\s*(L|l)-1$", r"/\1", plain)
    plain = re.sub(r"\s*[·*]?\s*dm-3$", "/dm3", plain)
    plain = re.sub(r"\s*([/:])\s*", r"\1", plain)
    candidates = (plain, plain.lower()) if len(plain) > 2 else (plain,)
    return next((one for one in candidates if one in _BY_SPELLING or one in _INVERSE), None)


def dimension_of(unit: str) -> str | None:
    """Return ``temperature``, ``time``, ``concentration`` ... of a bench unit, or None for a unit of no table.

    >>> dimension_of("degC"), dimension_of("a.u.")
    ('temperature', None)
    """
    return "ratio" if unit in _INVERSE else _BY_SPELLING[unit][0] if unit in _BY_SPELLING else None


def units_of(dimension: str) -> tuple[str, ...]:
    """Return the units of a dimension, one spelling each, the house's own first.

    >>> units_of("time")
    ('h', 'min', 's', 'd', 'wk')
    """
    first = {(factor, offset): spelling for spelling, of, factor, offset in reversed(_BENCH) if of == dimension}
    return tuple(reversed(first.values()))


def convert(number: Fraction, unit: str, to: str) -> Fraction:
    """Return `number` in another unit of its dimension, exactly; a metal : ligand ratio is turned round.

    Raises `UnitError` for units of different dimensions or of no table, and for a ratio of zero turned round.

    >>> float(convert(Fraction(298), "K", "degC")), float(convert(Fraction("0.5"), "M", "mM"))
    (24.85, 500.0)
    """
    if unit == to:
        return number
    if dimension_of(unit) is None or dimension_of(unit) != dimension_of(to):
        legal = ", ".join(units_of(dimension_of(to) or "")) or to
        raise UnitError(f"{unit!r} is no unit of this field; legal: {legal}")
    if (unit in _INVERSE) != (to in _INVERSE):
        if not number:
            raise UnitError(f"a ratio {unit} of 0 cannot be turned round")
        return 1 / number
    _, factor, offset = _BY_SPELLING[unit]
    _, factor_to, offset_to = _BY_SPELLING[to]
    return (number * factor + offset - offset_to) / factor_to


def plain_number(number: float) -> str:
    """Write a number shortest, a whole one without its point.

    >>> plain_number(25.0), plain_number(0.5), plain_number(1e-7)
    ('25', '0.5', '1e-07')
    """
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)

"""The only conversions: bench quantities from text to the unit each field keeps.

Fields keep bench units (mg, mL, mM, h, degC); nothing else in the house multiplies by 1000.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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

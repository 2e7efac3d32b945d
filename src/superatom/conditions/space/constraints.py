"""Constraints between numeric parameters: linear sums, ratios and mixtures, in one form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from superatom.errors import SpaceError, UnitError
from superatom.units import convert, dimension_of

_TOLERANCE = 1e-6  # of the size of the terms


@dataclass(frozen=True, slots=True)
class Constraint:
    """``low <= (sum of terms) / (sum of per) <= high``; without `per` the divisor is 1, a bound of None is open.

    Attributes
    ----------
    terms, per
        Parameter name to coefficient.
    low, high
        Bounds, in the unit of the quotient; equal for a mixture.
    """

    terms: Mapping[str, float]
    per: Mapping[str, float] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if not self.terms or not bounds or not all(map(math.isfinite, bounds)) or bounds != sorted(bounds):
            raise SpaceError(f"a constraint needs terms and a finite bound, low before high: {self}")

    @classmethod
    def linear(
        cls, coefficients: Mapping[str, float], *, low: float | None = None, high: float | None = None
    ) -> Constraint:
        """Return bounds on a weighted sum.

        >>> print(Constraint.linear({"metal_uL": 1, "ligand_uL": 1}, high=500))
        metal_uL + ligand_uL <= 500
        """
        return cls(dict(coefficients), low=low, high=high)

    @classmethod
    def ratio(
        cls, numerator: str, denominator: str, *, low: float | None = None, high: float | None = None
    ) -> Constraint:
        """Return bounds on the quotient of two amounts.

        >>> print(Constraint.ratio("ligand_mM", "metal_mM", low=1, high=8))
        1 <= ligand_mM / metal_mM <= 8
        """
        return cls({numerator: 1.0}, {denominator: 1.0}, low, high)

    @classmethod
    def mixture(cls, names: Sequence[str], total: float = 1.0) -> Constraint:
        """Return the demand that shares or volumes add up.

        >>> print(Constraint.mixture(["x_water", "x_methanol"]))
        x_water + x_methanol = 1
        """
        return cls(dict.fromkeys(names, 1.0), low=total, high=total)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters it binds."""
        return tuple(dict.fromkeys((*self.terms, *self.per)))

    @property
    def is_equality(self) -> bool:
        """Whether it leaves no room, as a mixture does."""
        return self.low is not None and self.low == self.high

    def in_order(self, names: Sequence[str]) -> Constraint:
        """Return it with its terms in the order of `names`; a document keeps none.

        >>> print(Constraint.linear({"b": 1, "a": 1}, high=5).in_order(["a", "b"]))
        a + b <= 5
        """
        terms, per = ({name: each[name] for name in names if name in each} for each in (self.terms, self.per))
        return replace(self, terms=terms, per=per)

    def check_units(self, units: Mapping[str, str]) -> None:
        """Refuse to compare what has unlike units, given by parameter.

        Raises `SpaceError` for two units of one kind (uL and mL), and for a sum of different kinds without coefficients
        that could convert them.

        >>> Constraint.mixture(["metal", "solvent"], 10).check_units({"metal": "uL", "solvent": "mL"})
        Traceback (most recent call last):
        ...
        superatom.errors.SpaceError: metal + solvent = 10 has metal in uL and solvent in mL; give both in one unit
        """
        for a, b in combinations(self.names, 2):
            is_sum = {a, b} <= set(self.terms) or {a, b} <= set(self.per)
            of = self.terms if a in self.terms else self.per
            is_mixed = is_sum and not is_same_unit(units[a], units[b]) and abs(of[a]) == abs(of[b])
            if is_mixed or _is_other_size(units[a], units[b]):
                found = " and ".join(f"{name} in {units[name] or 'no unit'}" for name in (a, b))
                raise SpaceError(f"{self} has {found}; give both in one unit")

    def rows(self) -> tuple[tuple[dict[str, float], float], ...]:
        """Return it as ``sum of coefficient x value <= bound`` rows; a ratio is multiplied by its denominator."""
        rows = []
        for bound, sign in ((self.high, 1.0), (self.low, -1.0)):
            if bound is None:
                continue
            row = {name: sign * c for name, c in self.terms.items()}
            for name, c in self.per.items():
                row[name] = row.get(name, 0.0) - sign * bound * c
            rows.append((row, 0.0 if self.per else sign * bound))
        return tuple(rows)

    def is_met(self, values: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
        """Whether columns of values (n,) by parameter name meet it; a quotient by zero never does.

        >>> mixture = Constraint.mixture(["a", "b"])
        >>> mixture.is_met({"a": np.array([0.25, 0.25]), "b": np.array([0.75, 0.5])})
        array([ True, False])
        """
        met = np.ones(len(next(iter(values.values()))), dtype=bool)
        for row, bound in self.rows():
            total = sum((c * values[name] for name, c in row.items()), np.zeros(len(met)))
            size = sum((np.abs(c * values[name]) for name, c in row.items()), np.full(len(met), abs(bound)))
            met &= total <= bound + _TOLERANCE * np.maximum(size, 1e-12)
        if self.per:
            met &= sum((c * values[name] for name, c in self.per.items()), np.zeros(len(met))) > 0
        return met

    def __str__(self) -> str:
        middle = _sum(self.terms)
        if self.per:
            middle = f"{_bracketed(self.terms)} / {_bracketed(self.per)}"
        if self.is_equality:
            return f"{middle} = {self.low:g}"
        left = "" if self.low is None else f"{self.low:g} <= "
        return f"{left}{middle}" + ("" if self.high is None else f" <= {self.high:g}")


def is_same_unit(one: str, other: str) -> bool:
    """Whether two spellings are of one unit.

    >>> is_same_unit("°C", "degC"), is_same_unit("uL", "mL"), is_same_unit("a.u.", "a.u.")
    (True, False, True)
    """
    try:
        return all(convert(Fraction(number), one, other) == number for number in (1, 2))
    except UnitError:
        return False


def _is_other_size(one: str, other: str) -> bool:
    kind = dimension_of(one)
    return kind is not None and kind == dimension_of(other) and not is_same_unit(one, other)


def _sum(terms: Mapping[str, float]) -> str:
    text = ""
    for name, coefficient in terms.items():
        size = "" if abs(coefficient) == 1 else f"{abs(coefficient):g} "
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        text += f"{sign}{size}{name}"
    return text


def _bracketed(terms: Mapping[str, float]) -> str:
    return f"({_sum(terms)})" if len(terms) > 1 else _sum(terms)

"""A space of settings: parameters, constraints between them, or a plain table of candidates.

Inside the room settings are *points*: rows of numbers, one column per parameter; an option is its position.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superatom.conditions.space.constraints import Constraint
from superatom.conditions.space.parameters import Array, Parameter, Setting
from superatom.documents import DocumentFormat
from superatom.errors import SpaceError, did_you_mean

Settings = Mapping[str, Setting]
LISTED_AT_MOST = 1_000_000  # candidates; a million of ten parameters is 80 MB


@dataclass(frozen=True, slots=True)
class Space:
    """Where a campaign may look.

    Attributes
    ----------
    parameters
        The axes, with unique names.
    constraints
        Bounds on sums, ratios and mixtures of numeric parameters.
    table
        Where given, the only candidates: one row of settings each, in the order of the parameters.
    """

    parameters: tuple[Parameter, ...]
    constraints: tuple[Constraint, ...] = ()
    table: tuple[tuple[Setting, ...], ...] = ()

    def __post_init__(self) -> None:
        names = self.names
        if not names or len(set(names)) < len(names):
            raise SpaceError(f"a space needs parameters with different names; these are {', '.join(names) or 'none'}")
        numeric = [p.name for p in self.parameters if p.is_numeric]
        for constraint in self.constraints:
            if unknown := [name for name in constraint.names if name not in numeric]:
                raise SpaceError(f"the constraint {constraint} needs numeric parameters; not one: {', '.join(unknown)}")
        if any(len(row) != len(names) for row in self.table):
            raise SpaceError(f"each row of the table of candidates needs {len(names)} settings: {', '.join(names)}")
        if self.table and not len(self.candidates()):
            raise SpaceError("no row of the table of candidates lies within the bounds and meets the constraints")

    @classmethod
    def of_table(cls, columns: Mapping[str, Sequence[Setting]], parameters: Iterable[Parameter] = ()) -> Space:
        """Return the space whose candidates are the rows of a table, given by columns.

        Columns of numbers become continuous parameters over their range, columns of text categorical ones; `parameters`
        overrule that by name, for instance to make a column chemical.

        >>> Space.of_table({"time_h": [1, 5, 24], "solvent": ["THF", "THF", "toluene"]}).n_candidates
        3
        """
        given = {parameter.name: parameter for parameter in parameters}
        if unknown := [name for name in given if name not in columns]:
            raise SpaceError(f"the table has no column {', '.join(unknown)}; it has {', '.join(columns)}")
        made = tuple(given.get(name) or _parameter(name, values) for name, values in columns.items())
        return cls(made, table=tuple(zip(*columns.values(), strict=True)))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, in order."""
        return tuple(p.name for p in self.parameters)

    @property
    def n_candidates(self) -> int | float:
        """How many candidates there are before constraints, infinite for a number without step; counted, not listed.

        >>> many = Space(tuple(Parameter.integer(f"x{i}", 1, 1000) for i in range(5)))
        >>> many.n_candidates == 10**15
        True
        """
        return len(self.table) if self.table else math.prod(p.n_levels for p in self.parameters)

    def candidates(self, at_most: int = LISTED_AT_MOST) -> Array:
        """Return all legal candidates as points, shape (n, n_parameters).

        Raises `SpaceError`, before anything is built, for more than `at_most` candidates.

        >>> space = Space((Parameter.integer("a", 1, 3), Parameter.categorical("b", ["x", "y"])))
        >>> space.candidates().shape
        (6, 2)
        """
        if self.n_candidates > at_most:
            raise SpaceError(
                f"the space has {_count(self.n_candidates)} candidates; at most {at_most:,} are listed: "
                "widen steps, drop options, or let a recommender sample it"
            )
        if self.table:
            points = self.to_points(dict(zip(self.names, row, strict=True)) for row in self.table)
        else:
            levels = [p.levels for p in self.parameters]
            which = np.unravel_index(np.arange(int(self.n_candidates)), [len(column) for column in levels])
            points = np.column_stack([column[i] for column, i in zip(levels, which, strict=True)])
        return points[self.is_legal(points)]

    def to_points(self, settings: Iterable[Settings]) -> Array:
        """Return settings as points, shape (n, n_parameters); numbers outside the bounds pass.

        Raises `SpaceError` for a missing or unknown parameter, an unknown option, or text for a number.
        """
        rows = []
        for one in settings:
            if missing := [name for name in self.names if name not in one]:
                raise SpaceError(f"no setting for {', '.join(missing)}; a space needs {', '.join(self.names)}")
            if unknown := [name for name in one if name not in self.names]:
                hint = did_you_mean(unknown[0], list(self.names))
                raise SpaceError(f"the space has no parameter {unknown[0]!r}.{hint}")
            rows.append([p.code(one[p.name]) for p in self.parameters])
        return np.array(rows, dtype=float).reshape(len(rows), len(self.parameters))

    def to_settings(self, points: Array) -> tuple[dict[str, Setting], ...]:
        """Return points as settings by parameter name."""
        return tuple(
            {p.name: p.decode(number) for p, number in zip(self.parameters, row, strict=True)}
            for row in points.tolist()
        )

    def to_unit(self, points: Array) -> Array:
        """Return points in the unit cube, same shape: bounds at 0 and 1, options spread evenly in order."""
        return np.column_stack([p.to_unit(points[:, i]) for i, p in enumerate(self.parameters)])

    def is_legal(self, points: Array) -> NDArray[np.bool_]:
        """Whether each point can be made and meets the constraints, shape (n,); a table is not consulted."""
        legal = np.ones(len(points), dtype=bool)
        for i, parameter in enumerate(self.parameters):
            legal &= parameter.is_legal(points[:, i])
        values = dict(zip(self.names, points.T, strict=True))
        for constraint in self.constraints:
            legal &= constraint.is_met(values)
        return legal

    def why_illegal(self, settings: Settings) -> tuple[str, ...]:
        """Return what keeps settings out of the space, one clause each; empty for legal ones.

        >>> space = Space((Parameter.continuous("temperature_C", 0, 60, unit="degC"),))
        >>> space.why_illegal({"temperature_C": 80})
        ('temperature_C 80 degC is outside 0 to 60 degC',)
        """
        point = self.to_points([settings])
        clauses = [
            f"{p.name} {p.show(p.decode(point[0, i]))} is outside {p.low:g} to {p.high:g} {p.unit}".strip()
            if not p.low <= point[0, i] <= p.high
            else f"{p.name} {p.show(p.decode(point[0, i]))} cannot be set; the nearest is {_nearest(p, point[:, i])}"
            for i, p in enumerate(self.parameters)
            if not p.is_legal(point[:, i])[0]
        ]
        values = dict(zip(self.names, point.T, strict=True))
        return (*clauses, *(f"{c} is not met" for c in self.constraints if not c.is_met(values)[0]))


SPACE = DocumentFormat("superatom-space", Space)


def _parameter(name: str, values: Sequence[Setting]) -> Parameter:
    if all(isinstance(value, str) for value in values):
        return Parameter.categorical(name, tuple(dict.fromkeys(map(str, values))))
    numbers = [value for value in values if not isinstance(value, str)]
    if len(numbers) < len(values):
        raise SpaceError(f"the column {name} mixes numbers and text")
    return Parameter.continuous(name, min(numbers), max(numbers))


def _nearest(parameter: Parameter, numbers: Array) -> str:
    return parameter.show(parameter.decode(float(parameter.rounded(numbers)[0])))


def _count(n: float) -> str:
    if math.isinf(n):
        return "infinitely many"
    return f"{n:,.0f}" if n < 1e9 else f"about 10^{math.log10(n):.0f}"

"""Solvents of the bench: dielectric constant, density, boiling point, miscibility with water, hazards.

Relative permittivity at 25 degC and boiling point at 1 atm: C. Reichardt and T. Welton, Solvents and Solvent Effects in
Organic Chemistry, 4th ed., Wiley-VCH 2011, table A-1. Density at 25 degC: J. A. Riddick et al., Organic Solvents, 1986.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from superatom.data.rows import Row, packaged_rows
from superatom.errors import UnknownNameError, did_you_mean
from superatom.structures.ligands import normalise_name

_COLUMNS = ("name", "synonyms", "smiles", "dielectric_constant", "density_g_per_mL", "boiling_point_C")
_MORE_COLUMNS = ("miscible_with_water", "hazards", "source")


@dataclass(frozen=True, slots=True)
class Solvent:
    """One solvent; a figure that is not cited is None."""

    name: str
    synonyms: tuple[str, ...]
    smiles: str
    dielectric_constant: float | None
    density_g_per_mL: float | None
    boiling_point_C: float | None
    is_miscible_with_water: bool
    hazards: tuple[str, ...]
    source: str


def solvent(name: str) -> Solvent:
    """Return the solvent called `name` (any synonym); raises `UnknownNameError` with the closest names.

    >>> solvent("CH2Cl2").name, solvent("MeOH").dielectric_constant
    ('dichloromethane', 32.66)
    """
    table = _by_name()
    found = table.get(_key(name))
    if found is None:
        hint = did_you_mean(name, list(table))
        raise UnknownNameError(f"unknown solvent {name!r}.{hint} Known: {', '.join(s.name for s in solvents())}")
    return found


def is_solvent(name: str) -> bool:
    """Whether the table knows a solvent by this name.

    >>> is_solvent("DCM"), is_solvent("glue")
    (True, False)
    """
    return _key(name) in _by_name()


@cache
def solvents() -> tuple[Solvent, ...]:
    """Return the packaged table, in table order."""
    return tuple(map(_solvent, packaged_rows("solvents.csv", (*_COLUMNS, *_MORE_COLUMNS))))


@cache
def _by_name() -> Mapping[str, Solvent]:
    return {_key(name): item for item in solvents() for name in (item.name, *item.synonyms)}


def _key(name: str) -> str:
    return normalise_name(name).lower()


def _solvent(row: Row) -> Solvent:
    return Solvent(
        name=row["name"],
        synonyms=row.items("synonyms"),
        smiles=row["smiles"],
        dielectric_constant=row.number("dielectric_constant"),
        density_g_per_mL=row.number("density_g_per_mL"),
        boiling_point_C=row.number("boiling_point_C"),
        is_miscible_with_water=row.is_yes("miscible_with_water"),
        hazards=row.items("hazards"),
        source=row["source"],
    )

"""The metals superatom knows and how many electrons each brings to the superatom shell.

General rule (extends Walter et al., PNAS 2008, 105, 9157, doi:10.1073/pnas.0801001105, to dopants): Au, Ag, Cu bring
their one s electron; Zn, Cd, Hg two; Ni, Pd, Pt (d10) none; a metal of group g = 7-9 takes 10 - g electrons to fill
its d shell, so it counts as g - 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

# symbol -> group of the periodic table, in the order metals are written in a formula
METAL_GROUPS: Mapping[str, int] = {
    "Au": 11, "Ag": 11, "Cu": 11,
    "Pt": 10, "Pd": 10, "Ni": 10,
    "Hg": 12, "Cd": 12, "Zn": 12,
    "Ir": 9, "Rh": 9, "Co": 9,
    "Os": 8, "Ru": 8, "Fe": 8,
    "Re": 7, "Mn": 7,
}  # fmt: skip
METALS: tuple[str, ...] = tuple(METAL_GROUPS)


def metal_valence(symbol: str) -> int:
    """Return the electrons one atom of `symbol` brings to the superatom shell.

    >>> [metal_valence(m) for m in ("Au", "Cd", "Pt", "Rh", "Ru", "Re")]
    [1, 2, 0, -1, -2, -3]
    """
    return METAL_GROUPS[symbol] - 10


@cache
def _atomic_masses() -> dict[str, float]:
    from ase.data import atomic_masses, chemical_symbols

    return {s: float(m) for s, m in zip(chemical_symbols, atomic_masses, strict=True)}


def molar_mass(atoms: Mapping[str, int]) -> float:
    """Return the molar mass in g/mol of a composition {element: count} (IUPAC 2016 weights as in ASE).

    Raises ``KeyError`` for a pseudo-atom such as ``R``: a generic ligand has no mass.

    >>> round(molar_mass({"H": 2, "O": 1}), 3)
    18.015
    """
    masses = _atomic_masses()
    return sum(masses[element] * n for element, n in atoms.items())

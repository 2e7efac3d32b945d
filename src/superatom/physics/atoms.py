"""Energies of free metal atoms: named sets with their provenance, and which set goes with which level.

The packaged table is `tables/atoms.csv`; ``benchmarks/reference_tables.py`` makes it. Sets:

``gfn1``
    Lowest spin state of stock GFN1. It has no exchange, so open-shell atoms lie too high (Mn by 5 eV) and clusters of
    Mn, Re, Fe come out too stable. Kept to show what the choice does.
``spgfn1``
    Lowest state of spin-polarised GFN1: the default of ``gfn1`` as well, because in a closed-shell cluster the
    spin term is zero and both levels give the same energy. Clusters that prefer high spin (Mn, Fe, Co) need labels at
    ``spgfn1``: with ``gfn1`` they come out less stable than they are.
``chgnet-bulk``
    CHGNet knows no free atoms. Energy of the bulk metal per atom, relaxed at CHGNet, plus the measured cohesive energy
    (C. Kittel, Introduction to Solid State Physics, 8th ed., 2005, ch. 3, table 1). A convention of its own: it puts
    the error of CHGNet for the bulk metal on zero.
``pbe``
    Spin-polarised atoms in the basis of the clusters (GPAW, LCAO dzp), for ``pbe`` and ``pbe-spin`` alike. The confined
    basis puts an atom 0.5 to 0.8 eV above the basis limit (`how` gives the limit where the atom is spherical, from
    GPAW's radial solver) and the metals of a cluster about 0.5 eV; the limit itself would compare unlike with unlike.
    What is left, measured on Au4Pd2(SH)8: -4.1 eV per metal with these atoms, -3.4 with atoms at the limit, -3.8 with
    everything on a grid (finite differences). Au4M2(SH)8 of Ru, Ni, Pt, Pd and Ag lie 0.03 to 0.20 eV per metal below
    PBE/def2-SVP of PySCF, and 0.4 to 0.6 below it under the radical convention. Nothing was fitted. Fe, Co, Ni, Os, Pt
    and Ir converge only with a smearing that leaves their shells partly filled: trust them no further than the entropy
    in `how`, Ir and Ni less. Differences between clusters of the same metals do not depend on any of this.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from superatom.errors import MissingReferenceError, ReferenceDataError, UnknownNameError, did_you_mean

ATOMS_OF_LEVEL: Mapping[str, str] = {
    "gfn1": "spgfn1", "spgfn1": "spgfn1", "chgnet": "chgnet-bulk", "pbe": "pbe", "pbe-spin": "pbe",
}  # fmt: skip
_COLUMNS = ("set", "element", "energy_eV", "n_unpaired", "how", "source")


@dataclass(frozen=True, slots=True)
class AtomEnergy:
    """Energy of one free atom in eV; `n_unpaired` is None where the set knows no spin; `how` and `source` in words."""

    element: str
    energy_eV: float
    n_unpaired: int | None
    how: str
    source: str


@cache
def atom_sets() -> Mapping[str, Mapping[str, AtomEnergy]]:
    """Return every packaged set: name -> element -> energy. Raises `ReferenceDataError` for a table that is broken.

    >>> sorted(atom_sets())[0]
    'chgnet-bulk'
    """
    text = files("superatom.physics").joinpath("tables", "atoms.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        raise ReferenceDataError(f"atoms.csv has the columns {reader.fieldnames}; legal are {', '.join(_COLUMNS)}")
    found: dict[str, dict[str, AtomEnergy]] = {}
    for row in reader:
        atom = AtomEnergy(
            row["element"],
            float(row["energy_eV"]),
            int(row["n_unpaired"]) if row["n_unpaired"] else None,
            row["how"],
            row["source"],
        )
        if not math.isfinite(atom.energy_eV) or found.setdefault(row["set"], {}).setdefault(atom.element, atom) != atom:
            raise ReferenceDataError(f"atoms.csv, line {reader.line_num}: {row} repeats or has no finite energy")
    return MappingProxyType({name: MappingProxyType(atoms) for name, atoms in found.items()})


def atom_energies(name: str) -> dict[str, float]:
    """Return the energies of a set in eV by element.

    Raises `UnknownNameError` for a set that is not packaged.

    >>> round(atom_energies("gfn1")["Mn"] - atom_energies("spgfn1")["Mn"], 1)
    5.1
    """
    sets = atom_sets()
    if name not in sets:
        raise UnknownNameError(
            f"no set of atom energies is called {name!r}.{did_you_mean(name, list(sets))} Known: {', '.join(sets)}"
        )
    return {element: atom.energy_eV for element, atom in sets[name].items()}


def atoms_of_level(level: str) -> str:
    """Return the name of the set that the clusters of a level are compared with by default.

    Raises `MissingReferenceError` for a level that has none: give the energies of your atoms then.

    >>> atoms_of_level("gfn1")
    'spgfn1'
    """
    name = ATOMS_OF_LEVEL.get(level, level)
    if name not in atom_sets():
        raise MissingReferenceError(
            f"no energies of free atoms are packaged for the level {level!r}; packaged: {', '.join(atom_sets())}; "
            "give your own as a mapping of element to eV"
        )
    return name

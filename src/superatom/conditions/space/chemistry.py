"""Numbers that say how alike two chemicals are: of the element, the tables of this package, and the molecule."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from superatom.data.reagents import reagent_table
from superatom.data.solvents import Solvent, solvent
from superatom.errors import UnknownNameError
from superatom.structures.ligands import ligand_table

_MOLECULE = (
    "MolLogP", "MolMR", "TPSA", "LabuteASA", "ExactMolWt", "FractionCSP3", "NumHAcceptors", "NumHDonors",
    "NumRotatableBonds", "NumAromaticRings", "NumAliphaticRings", "NumHeteroatoms", "BertzCT", "HallKierAlpha",
    "Kappa1", "Chi0v", "Chi1v", "MaxEStateIndex", "MinEStateIndex", "fr_halogen", "qed",
)  # fmt: skip


def describe(options: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Return descriptor name to one number per option, for names of the tables, element symbols or SMILES.

    Of an element: atomic number, mass and covalent radius. Of the tables: relative permittivity and boiling point of a
    solvent, electrons delivered, standard potential and molar mass of a reagent. Of the molecule (the free form of a
    ligand), where every option has a SMILES: RDKit's two-dimensional descriptors of size, shape, polarity and
    branching. A descriptor that one of the options lacks is left out for all, never filled in; so is one that is the
    same for all.

    Raises `UnknownNameError` for a name that is in no table, no element and no SMILES.

    >>> sorted(describe(["NaBH4", "TBAB", "CO"]))[:2]
    ['electrons_delivered', 'molar_mass']
    """
    rows = [_known(option) for option in options]
    shared = [key for key in rows[0] if all(key in row for row in rows)] if rows else []
    columns = {key: tuple(round(row[key], 6) for row in rows) for key in shared}
    return {key: values for key, values in columns.items() if len(set(values)) > 1}


def _known(option: str) -> dict[str, float]:
    """Return what the tables and the molecule say of one option."""
    found: dict[str, float] = {}
    smiles = ""
    if option in ligand_table():
        smiles = ligand_table().find(option).smiles_free
    if (fluid := _solvent(option)) is not None:
        found |= _filled(dielectric_constant=fluid.dielectric_constant, boiling_point_C=fluid.boiling_point_C)
        smiles = smiles or fluid.smiles
    if option in reagent_table():
        reagent = reagent_table().find(option)
        found |= _filled(
            electrons_delivered=reagent.electrons_delivered,
            standard_potential_V=reagent.standard_potential_V,
            molar_mass=reagent.molar_mass,
        )
        smiles = smiles or reagent.smiles
    found |= _element(option)
    molecule = _molecule(smiles or option)
    if not found and molecule is None:
        raise UnknownNameError(f"{option!r} is in no ligand, solvent or reagent table, no element and no SMILES")
    return found | (molecule or {})


def _solvent(name: str) -> Solvent | None:
    try:
        return solvent(name)
    except UnknownNameError:
        return None


def _element(symbol: str) -> dict[str, float]:
    """Return what tells an element from another: atomic number, mass and covalent radius in Å.

    The radii are those of B. Cordero et al., Dalton Trans. 2008, 2832, doi:10.1039/b801115j, as in ASE.
    """
    from ase.data import atomic_masses, atomic_numbers, covalent_radii

    number = atomic_numbers.get(symbol, 0)
    if not number:
        return {}
    return {
        "atomic_number": float(number),
        "atomic_mass": float(atomic_masses[number]),
        "covalent_radius_A": float(covalent_radii[number]),
    }


def _filled(**values: float | None) -> dict[str, float]:
    return {key: float(value) for key, value in values.items() if value is not None}


def _molecule(smiles: str) -> dict[str, float] | None:
    """Return the descriptors of a molecule, or None for text that is no SMILES."""
    from rdkit import Chem, rdBase
    from rdkit.Chem import Descriptors

    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or molecule.GetNumAtoms() == 0:
        return None
    functions: dict[str, Callable[[Any], float]] = dict(Descriptors.descList)
    values = {name: float(functions[name](molecule)) for name in _MOLECULE}
    charge = sum(atom.GetFormalCharge() for atom in molecule.GetAtoms())
    values |= {
        "net_charge": float(charge),
        "phosphorus": float(_count(molecule, 15)),
        "sulfur": float(_count(molecule, 16)),
    }
    return {name: value for name, value in values.items() if math.isfinite(value)}


def _count(molecule: Any, number: int) -> int:
    return sum(atom.GetAtomicNum() == number for atom in molecule.GetAtoms())

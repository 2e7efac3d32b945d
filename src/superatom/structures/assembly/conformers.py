"""Shapes of one ligand as a metal sees it: the donor at the origin, the rest of the ligand towards +z.

Conformers come from RDKit: ETKDG (doi:10.1021/acs.jcim.5b00654) with a fixed seed, then MMFF94
(doi:10.1002/(SICI)1096-987X(199604)17:5/6<490::AID-JCC1>3.0.CO;2-P). Cp and Cp* are drawn with the ring distances of
metallocenes, because the free molecule is a diene.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from superatom.errors import ChemistryError, ReferenceDataError, UnknownLigandError
from superatom.structures.ligands import Ligand, ligand_from_smiles, ligand_table

Points = npt.NDArray[np.float64]

EMBED_SEED = 7
# class -> donor (first atom) in the free molecule; where the second atom is [H], it leaves on binding
_DONOR_SMARTS = {
    "thiolate": "[SX2][H]", "selenolate": "[SeX2][H]", "alkynyl": "[CX2H1](#C)[H]",
    "phosphine": "[PX3;!$(P=*)]",
}  # fmt: skip
PLACEABLE = (*_DONOR_SMARTS, "halide", "hydride", "cyclopentadienyl")

# metal-donor distances in Å a geometry starts from: textbook values for gold, shortened or lengthened by relaxation
_START_BOND_A = {"P": 2.30, "S": 2.35, "Se": 2.47, "F": 2.05, "Cl": 2.38, "Br": 2.50, "I": 2.65, "C": 2.00, "H": 1.65}
RING_HEIGHT_A = 1.85  # metal to the centre of a Cp ring; 1.82 in ruthenocene


@dataclass(frozen=True, slots=True, eq=False)
class DonorConformer:
    """One shape of a bound ligand.

    `symbols` and `positions` (Å, shape (n_atoms, 3), read-only) begin with the donor: `n_donor_atoms` is 1, or 5 for a
    Cp ring, whose centre is the origin. +z points away from the metal.
    """

    symbols: tuple[str, ...]
    positions: Points
    n_donor_atoms: int = 1


def named_ligand(name: str) -> Ligand:
    """Return the ligand of the table, or else the one whose free molecule has the SMILES `name`.

    Raises `UnknownLigandError` for a name that is neither.

    >>> named_ligand("PET").ligand_class, named_ligand("CCOc1ccc(S)cc1").ligand_class
    ('thiolate', 'thiolate')
    """
    table = ligand_table()
    if name in table:
        return table.find(name)
    try:
        return ligand_from_smiles(name, name)
    except ReferenceDataError:
        pass
    try:
        return table.find(name)  # raises with the closest names
    except UnknownLigandError as error:
        raise UnknownLigandError(f"{error} Or give the SMILES of the free molecule, such as CCCS.") from None


@lru_cache(maxsize=256)
def donor_conformers(ligand: str, n: int = 12) -> tuple[DonorConformer, ...]:
    """Return up to `n` shapes of a bound ligand (one where nothing in it turns), the same on every call.

    Parameters
    ----------
    ligand
        A name of the ligand table, such as ``"PET"``, or the SMILES of the free molecule (thiol, phosphine, alkyne).
    n
        How many shapes to embed.

    Raises
    ------
    UnknownLigandError
        for a name that is in no table and no SMILES.
    ChemistryError
        for a ligand that cannot be placed: several donors, an open group, a class without a rule.

    Examples
    --------
    >>> [conformer] = donor_conformers("SCH3")
    >>> conformer.symbols
    ('S', 'C', 'H', 'H', 'H')
    >>> round(float(conformer.positions[1, 2]), 1)
    1.8
    >>> len(donor_conformers("PET", 4))
    4
    """
    kind = named_ligand(ligand)
    if kind.ligand_class == "cyclopentadienyl":
        return (_ring(kind),)
    if kind.ligand_class in ("halide", "hydride"):
        [(element, _)] = kind.composition
        return (_conformer((element,), np.zeros((1, 3))),)
    if kind.ligand_class not in PLACEABLE or kind.denticity != 1 or not kind.smiles_free:
        why = f"it has {kind.denticity} donor atoms" if kind.denticity != 1 else f"its class is {kind.ligand_class}"
        why = why if kind.smiles_free else "its structure is open"
        raise ChemistryError(
            f"the ligand {ligand!r} cannot be placed on a cluster: {why}; "
            f"legal are ligands with one donor of a definite structure: {', '.join(PLACEABLE)}"
        )
    return _embedded(kind, n)


def bond_length(ligand: str) -> float:
    """Return the metal-donor distance in Å to start a geometry from (of a Cp ring: metal to ring centre).

    >>> bond_length("PMe3"), bond_length("Br"), bond_length("Cp*")
    (2.3, 2.5, 1.85)
    """
    shape = donor_conformers(ligand)[0]
    return RING_HEIGHT_A if shape.n_donor_atoms == 5 else _START_BOND_A[shape.symbols[0]]


def rotation_to(axis: npt.ArrayLike, target: npt.ArrayLike) -> Points:
    """Return the smallest rotation, shape (3, 3), that turns the direction `axis` into the direction `target`.

    >>> (rotation_to([0, 0, 1], [1, 0, 0]) @ [0, 0, 2]).round(6).tolist()
    [2.0, 0.0, 0.0]
    """
    a, b = (np.asarray(v, dtype=np.float64) / np.linalg.norm(v) for v in (axis, target))
    cosine = float(a @ b)
    if cosine < -1 + 1e-9:  # opposite: half a turn about any perpendicular
        perpendicular = np.cross(a, np.eye(3)[np.argmin(np.abs(a))])
        perpendicular /= np.linalg.norm(perpendicular)
        return np.asarray(2 * np.outer(perpendicular, perpendicular) - np.eye(3))
    x, y, z = np.cross(a, b)
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + cosine))


def _conformer(symbols: tuple[str, ...], positions: Points, n_donor_atoms: int = 1) -> DonorConformer:
    positions.flags.writeable = False
    return DonorConformer(symbols, positions, n_donor_atoms)


def _embedded(ligand: Ligand, n: int) -> tuple[DonorConformer, ...]:
    from rdkit import Chem
    from rdkit.Chem import rdDistGeom, rdForceFieldHelpers, rdMolDescriptors

    molecule = Chem.AddHs(Chem.MolFromSmiles(ligand.smiles_free))
    [donor, *rest] = molecule.GetSubstructMatch(Chem.MolFromSmarts(_DONOR_SMARTS[ligand.ligand_class]))
    leaving = {i for i in rest if molecule.GetAtomWithIdx(i).GetSymbol() == "H"}
    n_shapes = n if rdMolDescriptors.CalcNumRotatableBonds(molecule) else 1
    ids = list(rdDistGeom.EmbedMultipleConfs(molecule, n_shapes, randomSeed=EMBED_SEED))
    if not ids:
        raise ChemistryError(f"no 3D shape found for the ligand {ligand.name!r} ({ligand.smiles_free})")
    _clean_up(molecule, rdForceFieldHelpers)
    symbols = [atom.GetSymbol() for atom in molecule.GetAtoms()]
    neighbours = [a.GetIdx() for a in molecule.GetAtomWithIdx(donor).GetNeighbors() if a.GetIdx() not in leaving]
    kept = [donor, *(i for i in range(len(symbols)) if i != donor and i not in leaving)]
    shapes = []
    for i in ids:
        positions = np.array(molecule.GetConformer(i).GetPositions())
        positions -= positions[donor]
        bonds = positions[neighbours] / np.linalg.norm(positions[neighbours], axis=1, keepdims=True)
        outward = bonds.sum(axis=0) if neighbours else -positions[min(leaving)]
        shapes.append(_conformer(tuple(symbols[k] for k in kept), positions[kept] @ rotation_to(outward, [0, 0, 1]).T))
    return tuple(shapes)


def _clean_up(molecule: Any, force_fields: Any) -> None:
    """Relax every embedded conformer: MMFF94, or UFF where MMFF94 lacks an atom type."""
    if force_fields.MMFFHasAllMoleculeParams(molecule):
        force_fields.MMFFOptimizeMoleculeConfs(molecule)
    elif force_fields.UFFHasAllMoleculeParams(molecule):
        force_fields.UFFOptimizeMoleculeConfs(molecule)


def _ring(ligand: Ligand) -> DonorConformer:
    """Draw Cp or Cp*: C-C 1.42 Å, substituents bent slightly away from the metal."""
    turns = np.arange(5) * 2 * np.pi / 5
    outward = np.c_[np.cos(turns), np.sin(turns), np.zeros(5)]
    up = np.array([0.0, 0.0, 1.0])
    carbons = 1.21 * outward
    if ligand.atoms == {"C": 5, "H": 5}:
        return _conformer(("C",) * 5 + ("H",) * 5, np.vstack([carbons, 2.29 * outward + 0.05 * up]), 5)
    if ligand.atoms != {"C": 10, "H": 15}:
        raise ChemistryError(f"of the cyclopentadienyls only Cp and Cp* can be placed, not {ligand.name!r}")
    methyls = 2.71 * outward + 0.12 * up
    sideways = np.cross(up, outward)
    angles = np.pi / 2 + np.arange(3) * 2 * np.pi / 3
    hydrogens = [
        methyls + 1.09 * (0.33 * outward + 0.94 * (np.cos(angle) * sideways + np.sin(angle) * up)) for angle in angles
    ]
    return _conformer(("C",) * 10 + ("H",) * 15, np.vstack([carbons, methyls, *hydrogens]), 5)


def donor_element(ligand: str) -> str:
    """Return the element that binds the metal.

    >>> donor_element("PPh3"), donor_element("PhC≡C")
    ('P', 'C')
    """
    return donor_conformers(ligand)[0].symbols[0]

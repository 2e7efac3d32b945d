"""Molecules as arrays for the graph network: atoms, bonds, degrees, and which molecule an atom belongs to.

Atom and bond features follow Duvenaud et al., NIPS 2015 (arXiv:1509.09292): element, degree, hydrogens, aromaticity;
bond order, conjugation, ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from superatom.errors import ModelError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ELEMENTS = ("C", "N", "O", "S", "P", "F", "Cl", "Br", "B", "Si", "Se", "H")
MAX_DEGREE = 5
_BONDS = ("SINGLE", "DOUBLE", "TRIPLE", "AROMATIC")
N_ATOM_FEATURES = len(ELEMENTS) + 1 + (MAX_DEGREE + 1) + 5 + 1
N_BOND_FEATURES = len(_BONDS) + 2


@dataclass(frozen=True, slots=True, eq=False)
class Graphs:
    """A batch of molecules.

    Attributes
    ----------
    atoms
        Shape (n_atoms, N_ATOM_FEATURES).
    molecule
        Shape (n_atoms,): the molecule of each atom.
    degree
        Shape (n_atoms,): neighbours of each atom, at most `MAX_DEGREE`.
    source, target
        Shape (n_bonds * 2,): every bond in both directions.
    bonds
        Shape (n_atoms, N_BOND_FEATURES): features of all bonds of an atom, summed.
    n_molecules
        How many molecules.
    """

    atoms: FloatArray
    molecule: IntArray
    degree: IntArray
    source: IntArray
    target: IntArray
    bonds: FloatArray
    n_molecules: int


def graphs(molecules: Sequence[str]) -> Graphs:
    """Return SMILES as one batch; hydrogens are counted, not drawn. Several molecules in one SMILES are one graph.

    Raises `ModelError` for a text that is no SMILES.

    >>> batch = graphs(["CO", "O"])
    >>> batch.atoms.shape[0], batch.molecule.tolist(), batch.degree.tolist()
    (3, [0, 0, 1], [1, 1, 0])
    """
    return _graphs(tuple(molecules))


@lru_cache(maxsize=64)  # a search fits the same rows many times
def _graphs(molecules: tuple[str, ...]) -> Graphs:
    from rdkit import Chem, rdBase

    atoms: list[list[bool]] = []
    owner, degree, source, target = [list[int]() for _ in range(4)]
    bonds: list[FloatArray] = []
    for number, text in enumerate(molecules):
        with rdBase.BlockLogs():
            molecule = Chem.MolFromSmiles(text)
        if molecule is None or not molecule.GetNumAtoms():
            raise ModelError(f"{text!r} is not a readable SMILES")
        start = len(atoms)
        for atom in molecule.GetAtoms():
            symbol, n_hydrogens = atom.GetSymbol(), min(atom.GetTotalNumHs(), 4)
            atoms.append([
                *(symbol == e for e in ELEMENTS), symbol not in ELEMENTS,
                *(min(atom.GetDegree(), MAX_DEGREE) == d for d in range(MAX_DEGREE + 1)),
                *(n_hydrogens == h for h in range(5)), atom.GetIsAromatic(),
            ])  # fmt: skip
            owner.append(number)
            degree.append(min(atom.GetDegree(), MAX_DEGREE))
            bonds.append(np.sum([_bond(b) for b in atom.GetBonds()] or [[0.0] * N_BOND_FEATURES], axis=0))
        for bond in molecule.GetBonds():
            a, b = start + bond.GetBeginAtomIdx(), start + bond.GetEndAtomIdx()
            source += [a, b]
            target += [b, a]
    return Graphs(
        np.array(atoms, dtype=float).reshape(len(atoms), N_ATOM_FEATURES),
        np.array(owner, dtype=np.int64),
        np.array(degree, dtype=np.int64),
        np.array(source, dtype=np.int64),
        np.array(target, dtype=np.int64),
        np.array(bonds, dtype=float).reshape(len(atoms), N_BOND_FEATURES),
        len(molecules),
    )


def _bond(bond: object) -> list[float]:
    kind = str(bond.GetBondType())  # type: ignore[attr-defined]
    extra = (bond.GetIsConjugated(), bond.IsInRing())  # type: ignore[attr-defined]
    return [float(kind == k) for k in _BONDS] + [float(e) for e in extra]

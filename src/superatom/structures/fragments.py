"""What a group of non-metal atoms is: a ligand of the table, a solvent, a counter-ion, or something new with a SMILES.

A fragment is matched by its constitution: the canonical SMILES (RDKit) of its graph with every bond single and every
hydrogen explicit. That needs no bond orders, so it works on any geometry; files without hydrogens are matched on heavy
atoms and say so. Bond orders are perceived only for ligands the table does not know.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from superatom.structures.bonds import Graph
from superatom.structures.formula import element_formula
from superatom.structures.ligands import CLASSES, Ligand, ligand_table, parse_composition

MAX_PERCEIVED_ATOMS = 150


@dataclass(frozen=True, slots=True)
class Identity:
    """What a ligand fragment is; `ligand` is None where the table has no match."""

    ligand: Ligand | None
    name: str
    smiles: str
    ligand_class: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A molecule beside the cluster: atom indices, formula, and name, SMILES and charge (e) where they are known."""

    atoms: tuple[int, ...]
    formula: str
    name: str
    smiles: str
    charge: int | None


def bystander(atoms: Sequence[int], symbols: Sequence[str], graph: Graph) -> Fragment:
    """Name a molecule that is not bonded to the cluster, by its formula, else by its heavy atoms.

    >>> bystander([0, 1, 2], ["O", "H", "H"], [[1, 2], [0], [0]]).name
    'water'
    """
    formula = element_formula([symbols[i] for i in atoms])
    by_formula, by_heavy_atoms = _bystanders()
    heavy = [i for i in atoms if symbols[i] != "H"]
    found = by_formula.get(formula)
    if found is None and 1 < len(heavy) < MAX_PERCEIVED_ATOMS:
        # hydrogens of a solvent are often missing or wrong in a crystal structure; its skeleton is not
        found = by_heavy_atoms.get(_heavy_constitution(heavy, symbols, graph))
    return Fragment(tuple(atoms), formula, *(found or ("", "", None)))


@cache
def _bystanders() -> tuple[dict[str, tuple[str, str, int | None]], dict[str, tuple[str, str, int | None]]]:
    """Species with one common meaning beside a cluster: (name, SMILES, charge in e) by formula and by heavy atoms."""
    from rdkit import Chem

    text = files("superatom.structures").joinpath("bystanders.csv").read_text(encoding="utf-8")
    by_formula: dict[str, tuple[str, str, int | None]] = {}
    by_heavy_atoms: dict[str, tuple[str, str, int | None]] = {}
    shared = set()
    for row in csv.DictReader(text.splitlines()):
        entry = (row["name"], row["smiles"], int(row["charge"]))
        by_formula[row["formula"]] = entry
        skeleton = _mol_constitution(Chem.MolFromSmiles(row["smiles"]))
        if by_heavy_atoms.setdefault(skeleton, entry) != entry:
            shared.add(skeleton)  # benzene and cyclohexane: the hydrogens decide
    return by_formula, {skeleton: entry for skeleton, entry in by_heavy_atoms.items() if skeleton not in shared}


def _heavy_constitution(heavy: Sequence[int], symbols: Sequence[str], graph: Graph) -> str:
    at = {atom: k for k, atom in enumerate(heavy)}
    return constitution(
        [symbols[i] for i in heavy], [(at[a], at[b]) for a in heavy for b in graph[a] if a < b and b in at]
    )


def identify_ligand(atoms: Sequence[int], donors: Sequence[int], symbols: Sequence[str], graph: Graph) -> Identity:
    """Identify one bound ligand from its atoms, its donor atoms and the covalent graph.

    Examples
    --------
    >>> identify_ligand([0, 1, 2, 3, 4], [0], ["S", "C", "H", "H", "H"], [[1], [0, 2, 3, 4], [1], [1], [1]]).name
    'SCH3'
    >>> identify_ligand([0], [0], ["Cl"], [[]]).ligand_class
    'halide'
    """
    order = {atom: k for k, atom in enumerate(atoms)}
    elements = tuple(symbols[i] for i in atoms)
    edges = tuple((order[a], order[b]) for a in atoms for b in graph[a] if a < b and b in order)
    return _identify(elements, edges, tuple(order[d] for d in donors))


@lru_cache(maxsize=4096)
def _identify(elements: tuple[str, ...], edges: tuple[tuple[int, int], ...], donors: tuple[int, ...]) -> Identity:
    exact, by_heavy_atoms = _keys()
    key = constitution(elements, edges)
    if key in exact:
        ligand = exact[key]
        return Identity(ligand, ligand.name, ligand.smiles_bound or ligand.smiles_free, ligand.ligand_class)
    heavy = [i for i, e in enumerate(elements) if e != "H"]
    at = {i: k for k, i in enumerate(heavy)}
    skeleton = constitution([elements[i] for i in heavy], [(at[a], at[b]) for a, b in edges if a in at and b in at])
    n_hydrogen = len(elements) - len(heavy)
    candidates = by_heavy_atoms.get(skeleton, [])
    close = [c for c in candidates if abs(c.atoms.get("H", 0) - n_hydrogen) <= 1]
    if n_hydrogen == 0 and len(heavy) > 1 and len(candidates) == 1:
        close = candidates
    if len(close) == 1 and len(heavy) > 1:
        note = "matched on heavy atoms" + (
            ": no hydrogens in the file" if n_hydrogen == 0 else ": one hydrogen differs"
        )
        return Identity(close[0], close[0].name, close[0].smiles_bound, close[0].ligand_class, note)
    kind = _class_of(elements, edges, donors)
    formula = element_formula(elements)
    if n_hydrogen == 0 and len(candidates) > 1:
        options = " or ".join(c.name for c in candidates)
        return Identity(None, formula, "", kind, f"no hydrogens in the file: {options}")
    smiles = _perceived_smiles(elements, edges, donors, kind)
    return Identity(None, formula, smiles, kind, "" if smiles else "bonds unclear: no SMILES")


@cache
def _keys() -> tuple[dict[str, Ligand], dict[str, list[Ligand]]]:
    """Constitution of every ligand of the table, with hydrogens and without."""
    from rdkit import Chem
    from rdkit.rdBase import BlockLogs

    exact: dict[str, Ligand] = {}
    heavy: dict[str, list[Ligand]] = {}
    with BlockLogs():
        for ligand in ligand_table():
            smiles = ligand.smiles_bound or ligand.smiles_free
            molecule = None if ligand.is_generic or "." in smiles else Chem.MolFromSmiles(smiles)
            if molecule is None or molecule.GetNumAtoms() == 0:
                continue
            heavy.setdefault(_mol_constitution(molecule), []).append(ligand)
            exact.setdefault(_mol_constitution(Chem.AddHs(molecule)), ligand)
    return exact, heavy


def _mol_constitution(molecule: Any) -> str:
    elements = [a.GetSymbol() for a in molecule.GetAtoms()]
    return constitution(elements, [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in molecule.GetBonds()])


def constitution(elements: Sequence[str], edges: Sequence[tuple[int, int]]) -> str:
    """Return a canonical text of the bare graph: which atoms, which bonded, no bond orders, no charges.

    >>> constitution(["O", "C"], [(0, 1)]) == constitution(["C", "O"], [(1, 0)])
    True
    """
    from rdkit import Chem

    return str(Chem.MolToSmiles(_graph_molecule(elements, edges)))


def _graph_molecule(elements: Sequence[str], edges: Sequence[tuple[int, int]]) -> Any:
    from rdkit import Chem

    molecule = Chem.RWMol()
    for element in elements:
        atom = Chem.Atom(element)
        atom.SetNoImplicit(True)  # noqa: FBT003 -- RDKit's own signature
        molecule.AddAtom(atom)
    for a, b in edges:
        molecule.AddBond(int(a), int(b), Chem.BondType.SINGLE)
    return molecule


def _class_of(elements: tuple[str, ...], edges: tuple[tuple[int, int], ...], donors: tuple[int, ...]) -> str:
    """Name the class of a ligand the table does not hold, from its donor atoms."""
    neighbours: dict[int, list[int]] = {i: [] for i in range(len(elements))}
    for a, b in edges:
        neighbours[a].append(b)
        neighbours[b].append(a)
    kinds = Counter(elements[d] for d in donors)
    bare = len(elements) == 1
    if not donors:
        return "other"
    first = donors[0]
    around = [elements[n] for n in neighbours[first]]
    if bare:
        return {"S": "sulfide", "Se": "selenide", "Te": "telluride", "O": "oxide", "H": "hydride"}.get(
            elements[0], "halide"
        )
    if kinds.keys() & {"S", "Se", "Te"}:
        element = next(e for e in ("S", "Se", "Te") if e in kinds)
        if len([n for n in around if n != "H"]) > 1:
            return "thioether"
        return {"S": "thiolate", "Se": "selenolate", "Te": "tellurolate"}[element]
    if "P" in kinds:
        return "diphosphine" if kinds["P"] == 2 else "phosphine"
    if "C" in kinds:
        if "N" in around and len(around) > 1:
            return "NHC"
        return "carbonyl" if around == ["O"] else "alkynyl"
    if "N" in kinds:
        carbon = set(neighbours[first]).intersection(*(neighbours[d] for d in donors))
        return "amidinate" if kinds["N"] == 2 and carbon else "amine"
    return "carboxylate" if "O" in kinds and "C" in elements else "other"


def _perceived_smiles(
    elements: tuple[str, ...], edges: tuple[tuple[int, int], ...], donors: tuple[int, ...], kind: str
) -> str:
    """Perceive bond orders (RDKit) of the free molecule and return the SMILES of the bound form; empty if it fails."""
    from rdkit.rdBase import BlockLogs

    if len(elements) > MAX_PERCEIVED_ATOMS or ("H" not in elements and "C" in elements):
        return ""
    capped = [d for d in donors if CLASSES.get(kind, ("L", 0))[0] == "X"]
    if kind in ("amidinate", "carboxylate"):
        capped = capped[:1]
    free = _graph_molecule(
        [*elements, *("H" for _ in capped)], [*edges, *((d, len(elements) + k) for k, d in enumerate(capped))]
    )
    with BlockLogs():
        try:
            return _bound_smiles(free, capped, len(elements))
        except (ValueError, RuntimeError):
            return ""


def _bound_smiles(free: Any, capped: Sequence[int], n_atoms: int) -> str:
    """Give `free` its bond orders, take the capping hydrogens (atoms from `n_atoms` on) away, write SMILES."""
    from rdkit import Chem
    from rdkit.Chem.rdDetermineBonds import DetermineBondOrders

    DetermineBondOrders(free, charge=0, allowChargedFragments=True, embedChiral=False, maxIterations=20_000)
    for donor in capped:
        free.GetAtomWithIdx(donor).SetNoImplicit(True)  # noqa: FBT003 -- RDKit's own signature
    for k in reversed(range(len(capped))):
        free.RemoveAtom(n_atoms + k)
    bound = free.GetMol()
    Chem.SanitizeMol(bound)
    return str(Chem.MolToSmiles(Chem.RemoveHs(bound)))


def as_ligand(identity: Identity, elements: Sequence[str], n_donors: int) -> Ligand:
    """Return the ligand of the table, or one made from what the structure shows (electrons by its class)."""
    if identity.ligand is not None:
        return identity.ligand
    bond_type, withdrawn = CLASSES.get(identity.ligand_class, ("L", 0))
    each = n_donors if identity.ligand_class in ("thiolate", "selenolate", "tellurolate", "alkynyl") else 1
    return Ligand(
        name=identity.name, full_name=identity.name, ligand_class=identity.ligand_class, bond_type=bond_type,
        denticity=max(1, n_donors), electrons_withdrawn=withdrawn * each,
        composition=parse_composition(element_formula(elements)), smiles_bound=identity.smiles,
        source="read from the structure",
    )  # fmt: skip

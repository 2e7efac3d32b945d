"""What a group of non-metal atoms is: a ligand of the table, a solvent, a counter-ion, or something new with a SMILES.

A fragment is matched by its constitution: the canonical SMILES (RDKit) of its graph with every bond single and every
hydrogen explicit. That needs no bond orders, so it works on any geometry; files without hydrogens are matched on heavy
atoms and say so. Bond orders are perceived only for ligands the table does not know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from superatom.structures.bonds import Graph
from superatom.structures.ligands import CLASSES, Ligand, ligand_table, parse_composition
from superatom.structures.structure import element_formula

MAX_PERCEIVED_ATOMS = 150

# formula -> (name, SMILES, charge in e); only species with one common meaning beside a cluster
_BYSTANDERS: dict[str, tuple[str, str, int]] = {
    "CH2Cl2": ("dichloromethane", "ClCCl", 0), "CHCl3": ("chloroform", "ClC(Cl)Cl", 0), "C7H8": ("toluene", "Cc1ccccc1", 0),
    "C6H6": ("benzene", "c1ccccc1", 0), "C6H14": ("hexane", "CCCCCC", 0), "C5H12": ("pentane", "CCCCC", 0),
    "C7H16": ("heptane", "CCCCCCC", 0), "C4H8O": ("tetrahydrofuran", "C1CCOC1", 0), "C4H10O": ("diethyl ether", "CCOCC", 0),
    "CH4O": ("methanol", "CO", 0), "C2H6O": ("ethanol", "CCO", 0), "H2O": ("water", "O", 0), "C2H3N": ("acetonitrile", "CC#N", 0),
    "C3H6O": ("acetone", "CC(C)=O", 0), "C3H7NO": ("dimethylformamide", "CN(C)C=O", 0), "C2H6OS": ("dimethyl sulfoxide", "CS(C)=O", 0),
    "C2H4Cl2": ("1,2-dichloroethane", "ClCCCl", 0), "C6H5Cl": ("chlorobenzene", "Clc1ccccc1", 0), "C6H12": ("cyclohexane", "C1CCCCC1", 0),
    "F6P": ("hexafluorophosphate", "F[P-](F)(F)(F)(F)F", -1), "BF4": ("tetrafluoroborate", "F[B-](F)(F)F", -1),
    "F6Sb": ("hexafluoroantimonate", "F[Sb-](F)(F)(F)(F)F", -1), "ClO4": ("perchlorate", "[O-]Cl(=O)(=O)=O", -1),
    "NO3": ("nitrate", "O=[N+]([O-])[O-]", -1), "C24H20B": ("tetraphenylborate", "c1ccc([B-](c2ccccc2)(c2ccccc2)c2ccccc2)cc1", -1),
    "CF3O3S": ("triflate", "O=S(=O)([O-])C(F)(F)F", -1), "Cl": ("chloride", "[Cl-]", -1), "Br": ("bromide", "[Br-]", -1),
    "I": ("iodide", "[I-]", -1), "C32H68N": ("tetraoctylammonium", "CCCCCCCC[N+](CCCCCCCC)(CCCCCCCC)CCCCCCCC", 1),
    "C16H36N": ("tetrabutylammonium", "CCCC[N+](CCCC)(CCCC)CCCC", 1), "C8H20N": ("tetraethylammonium", "CC[N+](CC)(CC)CC", 1),
    "C24H20P": ("tetraphenylphosphonium", "c1ccc([P+](c2ccccc2)(c2ccccc2)c2ccccc2)cc1", 1),
    "C36H30NP2": ("bis(triphenylphosphine)iminium", "c1ccc(P(=[N+]=P(c2ccccc2)(c2ccccc2)c2ccccc2)(c2ccccc2)c2ccccc2)cc1", 1),
    "Na": ("sodium", "[Na+]", 1), "K": ("potassium", "[K+]", 1), "Cs": ("caesium", "[Cs+]", 1),
}  # fmt: skip


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


def bystander(atoms: Sequence[int], symbols: Sequence[str]) -> Fragment:
    """Name a molecule that is not bonded to the cluster, by its formula.

    >>> bystander([0, 1, 2], ["O", "H", "H"]).name
    'water'
    """
    formula = element_formula([symbols[i] for i in atoms])
    name, smiles, charge = _BYSTANDERS.get(formula, ("", "", None))
    return Fragment(tuple(atoms), formula, name, smiles, charge)


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


@cache
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
    return Identity(None, formula, _perceived_smiles(elements, edges, donors, kind), kind)


@cache
def _keys() -> tuple[dict[str, Ligand], dict[str, list[Ligand]]]:
    """Constitution of every ligand of the table, with hydrogens and without."""
    from rdkit import Chem, RDLogger

    RDLogger.DisableLog("rdApp.*")
    exact: dict[str, Ligand] = {}
    heavy: dict[str, list[Ligand]] = {}
    for ligand in ligand_table():
        molecule = Chem.MolFromSmiles(ligand.smiles_bound or ligand.smiles_free) if not ligand.is_generic else None
        if molecule is None or "." in (ligand.smiles_bound or ligand.smiles_free):
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
        atom.SetNoImplicit(True)
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
    from rdkit import Chem, RDLogger
    from rdkit.Chem.rdDetermineBonds import DetermineBondOrders

    if len(elements) > MAX_PERCEIVED_ATOMS or ("H" not in elements and "C" in elements):
        return ""
    RDLogger.DisableLog("rdApp.*")
    capped = [d for d in donors if CLASSES.get(kind, ("L", 0))[0] == "X"]
    if kind in ("amidinate", "carboxylate"):
        capped = capped[:1]
    all_elements = [*elements, *("H" for _ in capped)]
    all_edges = [*edges, *((d, len(elements) + k) for k, d in enumerate(capped))]
    molecule = _graph_molecule(all_elements, all_edges)
    try:
        DetermineBondOrders(molecule, charge=0, allowChargedFragments=True, embedChiral=False, maxIterations=20_000)
        for d in capped:
            molecule.GetAtomWithIdx(d).SetNoImplicit(True)
        for k in reversed(range(len(capped))):
            molecule.RemoveAtom(len(elements) + k)
        plain = molecule.GetMol()
        Chem.SanitizeMol(plain)
        return str(Chem.MolToSmiles(Chem.RemoveHs(plain)))
    except (ValueError, RuntimeError):
        return ""


def as_ligand(identity: Identity, elements: Sequence[str], n_donors: int) -> Ligand:
    """Return the ligand of the table, or one made from what the structure shows (electrons by its class)."""
    if identity.ligand is not None:
        return identity.ligand
    bond_type, withdrawn = CLASSES.get(identity.ligand_class, ("L", 0))
    each = n_donors if identity.ligand_class in ("thiolate", "selenolate", "tellurolate", "alkynyl") else 1
    return Ligand(
        name=identity.name, full_name=identity.name, ligand_class=identity.ligand_class, bond_type=bond_type,
        denticity=max(1, n_donors), electrons_withdrawn=withdrawn * each,
        composition=parse_composition(element_formula(elements)), smiles_bound=identity.smiles, source="read from the structure",
    )  # fmt: skip

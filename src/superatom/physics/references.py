"""Reference species: what a cluster is compared with in its formation energy, and their energies at a level.

A ligand bound through an unpaired electron (X-type) has two references. Under the convention ``dimer`` it is half of
its dimer: a disulfide, a butadiyne, X2, H2, the C-C dimer of a cyclopentadienyl; closed shells, and what is left when
no metal is there. Under ``radical`` it is the free radical, as the numbers of Gu et al. (doi:10.1039/d5sc04386g)
suggest. A ligand that brings its own pair (phosphine) is itself under both. A host-guest model is compared with its
metal-free host, a zeolite in its H-form with H2 leaving.

Geometries are minima of GFN1-xTB at every level, as those of the clusters are; those of common ligands are packaged.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from superatom.errors import CalculationError, ChemistryError
from superatom.physics.level import Level
from superatom.physics.reference_geometries import reference_geometry, replaced_hydrogens
from superatom.structures.assembly.blueprint import Blueprint, Topology
from superatom.structures.assembly.census import roles_of
from superatom.structures.assembly.conformers import named_ligand
from superatom.structures.assembly.topologies import topologies, topology
from superatom.structures.ligands import Ligand

Convention = Literal["dimer", "radical"]
CONVENTIONS: tuple[Convention, ...] = ("dimer", "radical")

# where the free molecule of an X-type ligand loses a hydrogen to become the radical
_LOSES_HYDROGEN = {
    "thiolate": "[SX2;!H0]", "selenolate": "[SeX2;!H0]", "alkynyl": "[CX2;!H0]#C", "cyclopentadienyl": "[CX4;R;!H0]",
}  # fmt: skip
_ATOMIC = ("halide", "hydride")
_SPIN_LEVEL = {"pbe": "pbe-spin"}  # what an open-shell species needs where the level itself has no spin


@dataclass(frozen=True, slots=True)
class ReferenceSpecies:
    """One species of the reference side.

    Attributes
    ----------
    key
        Such as ``"SCH3/dimer"``, ``"PMe3/neutral"``, ``"host/zeolite_10T"``, ``"atom/Au"``.
    kind
        A molecule, the metal-free host of a topology, or a free metal atom.
    smiles
        Of a molecule.
    topology
        Of a host.
    n_unpaired
        Unpaired electrons to compute it with; None where the level is to find out (atoms).
    """

    key: str
    kind: Literal["molecule", "host", "atom"]
    smiles: str = ""
    topology: str = ""
    n_unpaired: int | None = 0


HYDROGEN = ReferenceSpecies("H/dimer", "molecule", "[H][H]")


def ligand_reference(name: str, convention: Convention) -> tuple[ReferenceSpecies, float]:
    """Return the species one ligand is compared with, and how many of it: 0.5 of a dimer, else 1.

    Raises `ChemistryError` for a ligand class without a rule, `UnknownLigandError` for an unknown name.

    >>> species, count = ligand_reference("SMe", "dimer")
    >>> species.key, species.smiles, count
    ('SCH3/dimer', 'CSSC', 0.5)
    >>> [ligand_reference(name, "radical")[0].smiles for name in ("SCH3", "Cl", "PMe3", "PhC≡C")]
    ['C[S]', '[Cl]', 'CP(C)C', '[C]#Cc1ccccc1']
    """
    if convention not in CONVENTIONS:
        raise ChemistryError(f"unknown convention {convention!r}; legal: {', '.join(CONVENTIONS)}")
    return _ligand_reference(named_ligand(name), convention)


@lru_cache(maxsize=256)
def _ligand_reference(ligand: Ligand, convention: Convention) -> tuple[ReferenceSpecies, float]:
    if ligand.bond_type == "L" and ligand.smiles_free:
        return ReferenceSpecies(f"{ligand.name}/neutral", "molecule", ligand.smiles_free), 1.0
    from rdkit import Chem

    radical, site = _radical(ligand)
    if convention == "radical":
        smiles = str(Chem.MolToSmiles(radical))
        return ReferenceSpecies(f"{ligand.name}/radical", "molecule", smiles, n_unpaired=1), 1.0
    pair = Chem.RWMol(Chem.CombineMols(radical, radical))
    pair.AddBond(site, site + radical.GetNumAtoms(), Chem.BondType.SINGLE)
    for atom in (site, site + radical.GetNumAtoms()):
        pair.GetAtomWithIdx(atom).SetNumRadicalElectrons(0)
    return ReferenceSpecies(f"{ligand.name}/dimer", "molecule", str(Chem.MolToSmiles(pair))), 0.5


def _radical(ligand: Ligand) -> tuple[Any, int]:
    """Return the molecule of the free radical and the index of the atom with the unpaired electron."""
    from rdkit import Chem, rdBase

    if ligand.ligand_class in _ATOMIC:
        [(element, _)] = ligand.composition
        with rdBase.BlockLogs():
            molecule: Any = Chem.MolFromSmiles(f"[{element}]")
        site = 0
    else:
        pattern = _LOSES_HYDROGEN.get(ligand.ligand_class)
        molecule = Chem.MolFromSmiles(ligand.smiles_free) if pattern and ligand.denticity in (1, 5) else None
        sites = molecule.GetSubstructMatch(Chem.MolFromSmarts(pattern)) if molecule else ()
        if not sites:
            raise ChemistryError(
                f"no reference is known for the ligand {ligand.name} ({ligand.ligand_class}); legal are L-type "
                f"ligands and those with one donor of the classes {', '.join((*_LOSES_HYDROGEN, *_ATOMIC))}"
            )
        site = sites[0]
    radical = Chem.RWMol(molecule)
    atom = radical.GetAtomWithIdx(site)
    n_hydrogens = max(atom.GetTotalNumHs() - 1, 0)
    atom.SetNoImplicit(True)  # noqa: FBT003 -- RDKit's own signature
    atom.SetNumExplicitHs(n_hydrogens)
    atom.SetNumRadicalElectrons(1)
    return radical, site


def environment(
    blueprint: Blueprint,
    convention: Convention = "dimer",
    *,
    using: Topology | None = None,
    symbols: Sequence[str] = (),
) -> dict[ReferenceSpecies, float]:
    """Return what surrounds the metals, E_env of eqn 1, as numbers of reference species.

    A host counts once, and every two hydrogens that its metals replaced count as minus one H2.

    Parameters
    ----------
    using
        The topology, where it is not in the table (one read from a file).
    symbols
        The atoms of the cluster, from which the ligands are counted where there is no topology at all.

    Raises
    ------
    UnknownNameError
        for a topology that is not in the table, and no atoms to count.
    ChemistryError
        for a ligand without a reference, a kernel with atoms that are neither metals nor ligands, or a host that
        differs from the model by more than its metals and H.

    Examples
    --------
    >>> lantern = Blueprint("lantern", ("Pd",) * 2 + ("Au",) * 4, (("phosphine", "PMe3"), ("thiolate", "SCH3")))
    >>> {species.key: n for species, n in environment(lantern).items()}
    {'PMe3/neutral': 2.0, 'SCH3/dimer': 4.0}
    """
    is_counted = using is None and blueprint.topology not in topologies() and bool(symbols)
    plan = None if is_counted else using or topology(blueprint.topology)
    roles = plan.roles if plan else roles_of(blueprint, symbols)
    found: dict[ReferenceSpecies, float] = {}
    for role, name in blueprint.ligands:
        species, each = ligand_reference(name, convention)
        found[species] = found.get(species, 0.0) + each * roles.get(role, 0)
    if plan and plan.host:
        found[_host(plan.name)] = 1.0
        if n_replaced := replaced_hydrogens(plan.name):
            found[HYDROGEN] = -n_replaced / 2
    return found


def needed_references(blueprints: Iterable[Blueprint]) -> tuple[ReferenceSpecies, ...]:
    """Return every molecule and host that the formation energies of the blueprints need, under any convention.

    Metal atoms are not among them: their energies come from a table (`superatom.physics.atoms`).

    >>> metals = ("Pd",) * 2 + ("Au",) * 4
    >>> [one.key for one in needed_references([Blueprint("lantern", metals, (("thiolate", "SH"),))])]
    ['SH/dimer', 'SH/radical']
    """
    table = topologies()
    pairs = dict.fromkeys((one.topology, one.ligands) for one in blueprints)
    found: dict[ReferenceSpecies, None] = {}
    for name, ligands in pairs:
        found.update((ligand_reference(one, way)[0], None) for _, one in ligands for way in CONVENTIONS)
        if name in table and table[name].host:
            found.update({_host(name): None, HYDROGEN: None})
    return tuple(sorted(found, key=lambda one: one.key))


def evaluate_reference(species: ReferenceSpecies, level: Level | str) -> dict[str, Any]:
    """Return the record of a reference species at a level: plain JSON with energy, geometry and provenance.

    A calculation that fails gives a record with status "failed", its reason and no energy. An open-shell species at a
    level without spin is evaluated at the spin-polarised twin of that level, and the notes say so.

    Raises
    ------
    MissingEngineError
        The engine of the level, or ``xtb`` where the geometry is not packaged, is not installed.
    """
    from superatom.physics.levels import engine_of
    from superatom.physics.levels import level as level_called

    wanted = level_called(level) if isinstance(level, str) else level
    used = level_called(_SPIN_LEVEL[wanted.name]) if species.n_unpaired and wanted.name in _SPIN_LEVEL else wanted
    start = time.monotonic()
    record: dict[str, Any] = {
        "key": species.key, "kind": species.kind, "smiles": species.smiles, "topology": species.topology,
        "level": wanted.name, "status": "failed", "why": "", "energy_eV": None, "n_unpaired": species.n_unpaired,
    }  # fmt: skip
    try:
        structure, geometry = reference_geometry(species)
        record |= {
            "geometry": geometry, "symbols": " ".join(structure.symbols),
            "positions": structure.positions.ravel().tolist(),
        }  # fmt: skip
        found = engine_of(used).evaluate(structure, used, n_unpaired=species.n_unpaired)
    except CalculationError as error:
        return {**record, "why": str(error), "seconds": round(time.monotonic() - start, 2)}
    notes = [*structure.notes, *found.notes, *([f"evaluated at {used.name}"] if used is not wanted else [])]
    return {
        **record, "status": "converged", "energy_eV": found.energy_eV, "n_unpaired": found.n_unpaired,
        "engine": found.engine, "engine_version": found.engine_version, "parameters_sha256": found.parameters_sha256,
        "notes": notes, "seconds": round(time.monotonic() - start, 2),
    }  # fmt: skip


def _host(name: str) -> ReferenceSpecies:
    return ReferenceSpecies(f"host/{name}", "host", topology=name)

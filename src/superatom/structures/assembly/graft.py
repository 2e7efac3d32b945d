"""Replace the small ligands of a relaxed cluster by larger ones: its metals and donors stay where they are.

A core relaxed under SCH3 and PMe3 costs seconds; under PET and PPh3 it costs minutes. The graft keeps the cheap core
and leaves only the new ligands to be relaxed (GFN-FF does it in a second or two, `Assembly.fixed` held). In a crowded
shell, such as eight PPh3 round ten metals, a phosphine may lean and the best of several packings is taken: worth
1.5 eV per metal atom there (GFN1, Au9Pd(PPh3)8).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from superatom.errors import ChemistryError, StructureError
from superatom.structures.assembly.blueprint import Assembly, Blueprint, LigandSlot, Scaffold
from superatom.structures.assembly.conformers import donor_conformers, rotation_to
from superatom.structures.assembly.packing import place_ligands
from superatom.structures.assembly.slots import slot
from superatom.structures.bonds import connected, covalent_bonds
from superatom.structures.elements import METALS
from superatom.structures.neighbours import FloatArray
from superatom.structures.structure import Structure

N_PACKINGS = 4
_UNCROWDED_A2 = 3.0
_LEANS = np.radians([12, 24])


def graft(structure: Structure, blueprint: Blueprint, new_ligands: Mapping[str, str], seed: int) -> Assembly:
    """Return the cluster with new ligands on its donors; the same seed gives the same bytes.

    A new ligand points where the old one pointed (a phosphine up to 24 degrees off); its conformer and its turn about
    that axis are packed (`place_ligands`). Ligands of other roles stay as they are, and so does the order: metals, then
    ligand after ligand, each beginning with its donor.

    Parameters
    ----------
    structure
        A relaxed geometry of `blueprint`, atoms in the order in which `assemble` made them.
    blueprint
        What `structure` is.
    new_ligands
        Role -> new ligand, such as ``{"thiolate": "PET"}``; its donor must be the element of the old one's.
    seed
        Seeds the packing.

    Returns
    -------
    Assembly
        The blueprint with the new ligands, and `fixed` = metals and donors.

    Raises
    ------
    ChemistryError
        For a role the blueprint lacks, or another donor element.
    StructureError
        Where the metals or the ligands of `structure` are not those of the blueprint.

    Examples
    --------
    >>> small = Blueprint("file", ("Au",), (("thiolate", "SH"),))
    >>> relaxed = Structure(("Au", "S", "H"), [[0, 0, 0], [0, 0, 2.3], [1.3, 0, 2.5]])
    >>> grafted = graft(relaxed, small, {"thiolate": "SCH3"}, seed=0)
    >>> grafted.structure.symbols, grafted.fixed, grafted.blueprint.ligands
    (('Au', 'S', 'C', 'H', 'H', 'H'), (0, 1), (('thiolate', 'SCH3'),))
    """
    _check(structure, blueprint, new_ligands)
    n_metals = len(blueprint.metals)
    old = tuple(_bound(structure, blueprint))
    kept = [atom for ligand in old if ligand.role not in new_ligands for atom in ligand.atoms]
    frame = [*range(n_metals), *kept]
    scaffold = Scaffold(
        tuple(structure.symbols[i] for i in frame),
        structure.positions[frame],
        tuple(ligand.slot for ligand in old if ligand.role in new_ligands),
    )
    names = [new_ligands[place.role] for place in scaffold.slots]
    symbols, positions, clash_A2 = _best_packing(scaffold, names, np.random.default_rng(seed))
    order, donors, next_new = list(range(n_metals)), list(range(n_metals)), len(frame)
    for ligand in old:
        shape = donor_conformers(new_ligands.get(ligand.role, blueprint.ligand(ligand.role)))[0]
        donors += range(len(order), len(order) + shape.n_donor_atoms)
        if ligand.role in new_ligands:
            order += range(next_new, next_new + len(shape.symbols))
            next_new += len(shape.symbols)
        else:
            order += [frame.index(atom) for atom in ligand.atoms]
    renewed = replace(blueprint, ligands=tuple((role, new_ligands.get(role, name)) for role, name in blueprint.ligands))
    grafted = Structure(
        tuple(symbols[i] for i in order),
        positions[order],
        charge=blueprint.charge,
        source=f"{blueprint.topology}, grafted with seed {seed}",
    )
    return Assembly(renewed, seed, grafted, tuple(donors), clash_A2)


def _best_packing(
    scaffold: Scaffold, names: Sequence[str], rng: np.random.Generator
) -> tuple[tuple[str, ...], FloatArray, float]:
    """Pack again where ligands run into each other; return the packing with most ligands apart, then least overlap.

    A force field takes ligands within reach of a bond for bonded, so these are worse than any overlap.
    """

    def badness(packing: tuple[tuple[str, ...], FloatArray, float]) -> tuple[int, float]:
        symbols, positions, clash_A2 = packing
        others = [i for i, s in enumerate(symbols) if s not in METALS]
        return -len(connected(covalent_bonds(symbols, positions), others)), clash_A2

    packings = [place_ligands(scaffold, names, rng)]
    while packings[-1][2] > _UNCROWDED_A2 and len(packings) < N_PACKINGS:
        packings.append(place_ligands(scaffold, names, rng))
    return min(packings, key=badness)


@dataclass(frozen=True, slots=True)
class _Bound:
    """One ligand in place: its role, its atoms (donor first), and the slot it leaves when it is taken away."""

    role: str
    atoms: tuple[int, ...]
    slot: LigandSlot


def _bound(structure: Structure, blueprint: Blueprint) -> Iterator[_Bound]:
    """Recognise every ligand by the order of its elements."""
    symbols, positions = structure.symbols, structure.positions
    graph = covalent_bonds(symbols, positions)
    shapes = {role: donor_conformers(name)[0] for role, name in blueprint.ligands}
    metals = positions[: len(blueprint.metals)]
    for part in connected(graph, range(len(metals), structure.n_atoms)):
        elements = tuple(symbols[i] for i in part)
        role = next((role for role, shape in shapes.items() if shape.symbols == elements), None)
        if role is None:
            raise StructureError(
                f"{structure.source}: the atoms {part[0]} to {part[-1]} are no whole ligand of the blueprint "
                f"({', '.join(name for _, name in blueprint.ligands)}) in the order in which `assemble` writes it"
            )
        donors = part[: shapes[role].n_donor_atoms]
        yield _Bound(role, tuple(part), _slot(role, donors, positions, [positions[graph[d]] for d in donors], metals))


def _slot(
    role: str, donors: list[int], positions: FloatArray, neighbours: list[FloatArray], metals: FloatArray
) -> LigandSlot:
    """Return donor and axes: along the sum of its bonds; of a ring or a single atom, away from the nearest metal."""
    donor = positions[donors].mean(axis=0)
    away = donor - metals[np.linalg.norm(metals - donor, axis=1).argmin()]
    if len(donors) > 1:
        normal = np.linalg.svd(positions[donors] - donor)[2][-1]
        return slot(role, donor, normal * np.sign(normal @ away))
    if len(neighbours[0]) == 0:
        return slot(role, donor, away)
    bonds = neighbours[0] - donor
    axis = (bonds / np.linalg.norm(bonds, axis=1, keepdims=True)).sum(axis=0)
    return slot(role, donor, *(_leaning(axis) if len(bonds) > 1 else [axis]))


def _leaning(axis: FloatArray) -> list[FloatArray]:
    """Return the axis and others round it, leaning by each angle of `_LEANS` to six sides."""
    frame = rotation_to([0, 0, 1], axis)
    sides = np.arange(6) * np.pi / 3
    cones = [
        np.c_[np.sin(lean) * np.cos(sides), np.sin(lean) * np.sin(sides), np.full(6, np.cos(lean))] for lean in _LEANS
    ]
    return [axis, *(np.vstack(cones) @ frame.T)]


def _check(structure: Structure, blueprint: Blueprint, new_ligands: Mapping[str, str]) -> None:
    first = structure.symbols[: len(blueprint.metals)]
    if first != blueprint.metals:
        raise StructureError(
            f"{structure.source}: begins with {' '.join(first)}; legal are the metals of the blueprint in their order, "
            f"{' '.join(blueprint.metals)}"
        )
    old = dict(blueprint.ligands)
    if unknown := [role for role in new_ligands if role not in old]:
        raise ChemistryError(
            f"no ligand to replace in the role {unknown[0]}; roles there are: {', '.join(old) or 'none'}"
        )
    for role, name in new_ligands.items():
        before, after = donor_conformers(old[role])[0], donor_conformers(name)[0]
        if before.symbols[: before.n_donor_atoms] != after.symbols[: after.n_donor_atoms]:
            raise ChemistryError(
                f"{name} binds through {after.symbols[0]}, {old[role]} through {before.symbols[0]}; a graft keeps the "
                "donor atoms, so assemble the cluster anew"
            )

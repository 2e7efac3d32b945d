"""Does every geometry and label of a reference set make physical sense? The whole set, judged anew from what it stores.

Two yardsticks. The filters of the campaign (`superatom.physics.filters`) must hold without exception: what breaks them
is marked as filtered. `EXPECTED_A` are the narrower distances a chemist expects of a relaxed gold cluster; a distorted
copy, or a metal that only thiolates hold, may lie outside, so of them the fraction inside is told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from superatom.data.reference_set import ReferenceSet
from superatom.physics.filters import geometry_faults
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.assembly.conformers import named_ligand
from superatom.structures.assembly.topologies import topologies
from superatom.structures.bonds import connected, covalent_bonds
from superatom.structures.elements import METALS
from superatom.structures.structure import Structure
from superatom.structures.symbols import covalent_radius

BOND_SLACK_A = 0.25  # beyond the sum of the covalent radii; relaxed bonds keep well below, contacts of ligands above
EXPECTED_A: Mapping[str, tuple[float, float]] = {"S": (2.1, 2.6), "P": (2.1, 2.6), "metal": (2.4, 3.4)}

NOT_ITS_LIGANDS = "its ligands are not those of its blueprint"

Composition = tuple[tuple[str, int], ...]


def expected_ligands(blueprint: Blueprint) -> Counter[Composition]:
    """Return the ligands of a blueprint as {composition: number}; empty for a host-guest model.

    >>> lantern = Blueprint("lantern", ("Pd",) * 2 + ("Au",) * 4, (("thiolate", "SCH3"),))
    >>> expected_ligands(lantern)
    Counter({(('C', 1), ('H', 3), ('S', 1)): 8})
    """
    roles = topologies()[blueprint.topology].roles
    found: Counter[Composition] = Counter()
    for role, name in blueprint.ligands:
        found[tuple(sorted(named_ligand(name).composition))] += roles[role]
    return found


def ligands(structure: Structure) -> Counter[Composition]:
    """Return the molecules that the bonds between non-metals make, as {composition: number}, in a relaxed geometry.

    >>> ligands(Structure(("Au", "S", "H"), [[0, 0, 0], [0, 0, 2.3], [0, 1.34, 2.3]]))
    Counter({(('H', 1), ('S', 1)): 1})
    """
    symbols, positions = structure.symbols, structure.positions
    radii = [covalent_radius(symbol) for symbol in symbols]
    graph = [
        [b for b in near if np.linalg.norm(positions[a] - positions[b]) < radii[a] + radii[b] + BOND_SLACK_A]
        for a, near in enumerate(covalent_bonds(symbols, positions))
    ]
    others = [i for i, symbol in enumerate(symbols) if symbol not in METALS]
    parts = (Counter(symbols[i] for i in part) for part in connected(graph, others))
    return Counter(tuple(sorted(part.items())) for part in parts)


def has_its_ligands(structure: Structure, blueprint: Blueprint) -> bool:
    """Return whether a relaxed cluster has the ligands of its blueprint, whole and apart from each other.

    True for what has no ligands to compare: a host-guest model, or a topology that is not in the table.
    """
    if not blueprint.ligands or blueprint.topology not in topologies():
        return True
    return ligands(structure) == expected_ligands(blueprint)


def geometry_problems(found: ReferenceSet, i: int) -> tuple[str, ...]:
    """Return what is wrong with the geometry of row `i`, one sentence each; nothing for a geometry that makes sense.

    A distorted copy is compared with the minimum it was made from: its bonds and contacts must be there. Of any other
    geometry the ligands must be those of its blueprint. All distances are compared with the windows of the filters.
    """
    entry, structure = found.table[i], found.structure(i)
    if entry.kind == "off_equilibrium":
        return geometry_faults(structure, found.structure(found.index(entry.parent)), kind=entry.kind)
    faults = geometry_faults(structure, structure, kind=entry.kind)
    return faults if has_its_ligands(structure, entry.blueprint) else (*faults, NOT_ITS_LIGANDS)


def nearest_metal_distances_A(found: ReferenceSet, rows: Iterable[int]) -> dict[str, npt.NDArray[np.float64]]:  # noqa: N802 -- the unit is part of the name
    """Return the distances in Å to the nearest (other) metal of every S, every P and every metal of clusters.

    Host-guest models, whose two metals may stand apart, are left out.

    Returns
    -------
    dict
        By "S", "P" and "metal" (the keys of `EXPECTED_A`), one value per atom of that kind in all `rows` together.
    """
    from scipy.spatial.distance import cdist

    nearest: dict[str, list[npt.NDArray[np.float64]]] = defaultdict(list)
    for i in rows:
        entry, structure = found.table[i], found.structure(i)
        if entry.n_metals < 3:
            continue
        metals = structure.positions[: entry.n_metals]
        between = cdist(metals, metals)
        np.fill_diagonal(between, np.inf)
        nearest["metal"].append(between.min(axis=1))
        for symbol in ("S", "P"):
            atoms = structure.positions[[s == symbol for s in structure.symbols]]
            if len(atoms):
                nearest[symbol].append(cdist(atoms, metals).min(axis=1))
    return {kind: np.concatenate(nearest[kind]) if nearest[kind] else np.zeros(0) for kind in EXPECTED_A}


def fractions_expected(found: ReferenceSet, rows: Iterable[int]) -> dict[str, float]:
    """Return the fraction of the distances of `nearest_metal_distances_A` inside `EXPECTED_A`; NaN where none."""
    distances = nearest_metal_distances_A(found, rows)
    return {
        kind: float(((distances[kind] >= low) & (distances[kind] <= high)).mean()) if len(distances[kind]) else np.nan
        for kind, (low, high) in EXPECTED_A.items()
    }

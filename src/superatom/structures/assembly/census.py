"""Which ligands a geometry holds, counted from its bonds, against those its blueprint asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from superatom.errors import ChemistryError
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.assembly.conformers import donor_conformers, named_ligand
from superatom.structures.assembly.topologies import topologies
from superatom.structures.bonds import connected, covalent_bonds
from superatom.structures.elements import METALS
from superatom.structures.structure import Structure
from superatom.structures.symbols import covalent_radius

BOND_SLACK_A = 0.25  # beyond the sum of the covalent radii; relaxed bonds keep well below, contacts of ligands above

Composition = tuple[tuple[str, int], ...]


def roles_of(blueprint: Blueprint, symbols: Sequence[str]) -> Mapping[str, int]:
    """Return how many ligands fill each role, as the topology says.

    For a topology that is not in the table (a user's kernel) they are counted in the atoms, in the order `assemble` and
    `graft` write them: metals, what else belongs to the kernel, ligand after ligand, each as its conformers have it.

    Raises
    ------
    ChemistryError
        For a kernel with atoms that are neither metals nor ligands.

    Examples
    --------
    >>> roles_of(Blueprint("mine", ("Au", "Au"), (("halide", "Cl"), ("thiolate", "SH"))), ("Au", "Au", "S", "H", "Cl"))
    {'thiolate': 1, 'halide': 1}
    """
    if blueprint.topology in topologies():
        return topologies()[blueprint.topology].roles
    shapes = {role: donor_conformers(name)[0].symbols for role, name in blueprint.ligands}
    longest_first = sorted(shapes.items(), key=lambda pair: -len(pair[1]))
    found: dict[str, int] = {}
    atom = len(blueprint.metals)
    while atom < len(symbols):
        role = next((role for role, shape in longest_first if tuple(symbols[atom : atom + len(shape)]) == shape), None)
        if role is None:
            raise ChemistryError(
                f"the kernel {blueprint.topology} holds {symbols[atom]} beside its metals, which has no reference"
            )
        found[role] = found.get(role, 0) + 1
        atom += len(shapes[role])
    return found


def expected_ligands(blueprint: Blueprint, symbols: Sequence[str] = ()) -> Counter[Composition]:
    """Return the ligands of a blueprint as {composition: number}; empty for a host-guest model.

    `symbols` are the atoms of the cluster; only a topology that is not in the table needs them (`roles_of`).

    >>> lantern = Blueprint("lantern", ("Pd",) * 2 + ("Au",) * 4, (("thiolate", "SCH3"),))
    >>> expected_ligands(lantern)
    Counter({(('C', 1), ('H', 3), ('S', 1)): 8})
    """
    roles = roles_of(blueprint, symbols)
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

    True for what has no ligands to compare: a host-guest model, or a user's kernel with other atoms beside its metals.
    """
    if not blueprint.ligands:
        return True
    try:
        expected = expected_ligands(blueprint, structure.symbols)
    except ChemistryError:
        return True
    return ligands(structure) == expected

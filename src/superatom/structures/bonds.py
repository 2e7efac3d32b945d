"""Bonds inside ligands and from ligands to metals: what is bonded, what the donor atoms are.

Covalent bonds: distance below the sum of covalent radii (Cordero et al., doi:10.1039/b801115j) plus 0.45 Å; a hydrogen
keeps only its nearest heavy atom, so the graph survives thermal motion. Donors follow from the ligand graph, not from
distances alone: a carbon is a donor only as an alkynyl end, a carbene or a carbonyl.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superatom.structures.elements import METALS
from superatom.structures.neighbours import FloatArray, neighbour_pairs
from superatom.structures.symbols import covalent_radius

SLACK = 0.45
HALIDES = ("F", "Cl", "Br", "I")
CHALCOGENS = ("S", "Se", "Te")

Graph = list[list[int]]


def bonding_reach(symbols: Sequence[str]) -> FloatArray:
    """Return each atom's share of a bond length in Å: covalent radius plus half the slack; shape (n_atoms,)."""
    return np.array([covalent_radius(s) + SLACK / 2 for s in symbols])


def covalent_bonds(symbols: Sequence[str], positions: FloatArray) -> Graph:
    """Return the neighbours of every atom through covalent bonds between non-metals.

    Parameters
    ----------
    symbols, positions
        n_atoms symbols and coordinates in Å, shape (n_atoms, 3), of whole molecules.

    Examples
    --------
    >>> covalent_bonds(["O", "H", "H"], np.array([[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]]))
    [[1, 2], [0], [0]]
    """
    graph: Graph = [[] for _ in symbols]
    others = np.array([i for i, s in enumerate(symbols) if s not in METALS], dtype=np.int64)
    if len(others) == 0:
        return graph
    reach = bonding_reach(symbols)
    hydrogen = np.array([s == "H" for s in symbols])
    first, second, distance, _ = neighbour_pairs(positions[others], float(2 * reach[others].max()))
    first, second = others[first], others[second]
    near = (distance < reach[first] + reach[second]) & ~(hydrogen[first] & hydrogen[second])
    closest: dict[int, tuple[float, int]] = {}
    for a, b, d in zip(first[near].tolist(), second[near].tolist(), distance[near].tolist(), strict=True):
        if hydrogen[a] or hydrogen[b]:
            h, heavy = (a, b) if hydrogen[a] else (b, a)
            closest[h] = min(closest.get(h, (np.inf, -1)), (d, heavy))
        else:
            graph[a].append(b)
            graph[b].append(a)
    for h, (_, heavy) in closest.items():
        graph[h].append(heavy)
        graph[heavy].append(h)
    _pair_dihydrogen(hydrogen, first, second, distance, graph)
    return [sorted(neighbours) for neighbours in graph]


def _pair_dihydrogen(
    hydrogen: np.ndarray, first: np.ndarray, second: np.ndarray, distance: np.ndarray, graph: Graph
) -> None:
    """Bond two hydrogens that have nobody else and stand at the H2 distance."""
    for a, b, d in zip(first.tolist(), second.tolist(), distance.tolist(), strict=True):
        if hydrogen[a] and hydrogen[b] and d < 0.9 and not graph[a] and not graph[b]:
            graph[a].append(b)
            graph[b].append(a)


def connected(graph: Graph, atoms: Sequence[int]) -> list[list[int]]:
    """Return the connected parts of `graph` restricted to `atoms`, each sorted, ordered by their first atom.

    >>> connected([[1], [0], []], [0, 1, 2])
    [[0, 1], [2]]
    """
    allowed, seen, parts = set(atoms), set(), []
    for start in sorted(allowed):
        if start in seen:
            continue
        seen.add(start)
        queue = [start]
        for atom in queue:
            fresh = [n for n in graph[atom] if n in allowed and n not in seen]
            seen.update(fresh)
            queue += fresh
        parts.append(sorted(queue))
    return parts


def donor_kind(atom: int, symbols: Sequence[str], graph: Graph) -> str | None:
    """Return what kind of donor an atom can be, from the ligand graph alone; None where it is no donor.

    Kinds: ``chalcogen``, ``alkynyl``, ``carbene``, ``carbonyl``, ``phosphorus``, ``nitrogen``, ``oxygen``, ``halide``,
    ``hydride``.
    """
    symbol, neighbours = symbols[atom], [symbols[n] for n in graph[atom]]
    if symbol in CHALCOGENS:
        return "chalcogen" if len(neighbours) < 3 and "O" not in neighbours else None
    if symbol in HALIDES:
        return None if neighbours else "halide"
    if symbol == "H":
        return None if neighbours else "hydride"
    if symbol in ("P", "As", "Sb"):
        return "phosphorus" if len(neighbours) <= 3 else None
    if symbol == "C" and "H" not in neighbours:
        heavy = [n for n in neighbours if n != "H"]
        if len(heavy) == 1:
            return {"C": "alkynyl", "O": "carbonyl", "N": "carbonyl"}.get(heavy[0])
        if len(heavy) == 2 and "N" in heavy:
            return "carbene"
    if symbol == "N" and len(neighbours) <= 2:
        return "nitrogen"
    if symbol == "O" and len([n for n in neighbours if n != "H"]) <= 1:
        return "oxygen"
    return None

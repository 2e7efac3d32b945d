"""Which geometries and labels make physical sense; each fault is one sentence, no fault is an empty tuple.

A relaxation may break a ligand, lose one, or fuse metals and still "converge"; an electronic structure may collapse.
Nothing is repaired: what breaks a rule is kept, marked as filtered, with the sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from superatom.physics.configuration import Kind
from superatom.physics.level import Evaluation
from superatom.structures.bonds import Graph, connected, covalent_bonds, donor_kind
from superatom.structures.elements import METALS
from superatom.structures.neighbours import FloatArray, neighbour_pairs
from superatom.structures.structure import Structure
from superatom.structures.symbols import covalent_radius

Range = tuple[float, float]

MAX_CHARGE_E = 3.0
CLOSEST = 0.6  # of the sum of covalent radii
_METAL_REACH = 3.6  # Å, the furthest metal-metal contact
_SLACK, _HARD_SLACK = 0.75, 0.45  # Å beyond the sum of covalent radii a donor may reach; the latter for C, N, O
# Å beyond the sum of covalent radii up to which two ligand atoms that were apart count as bonded: P-Cl is a bond at
# 2.05 Å (2.14 in PCl5), not at the 2.4 to 2.8 Å at which a phosphine and a halide of one crowded shell meet
_NEW_BOND_SLACK = 0.25
NOT_ITS_LIGANDS = "its ligands are not those of its blueprint"
_RING = "ring"  # a carbon ring that lies flat on a metal, such as Cp*


@dataclass(frozen=True, slots=True)
class Windows:
    """Distances in Å to the nearest metal that make sense, by what is bound.

    `donors` has elements and ``ring`` (the nearest carbon of a flat-lying ring) as keys. `metals` is for the metals of
    a cluster; two or fewer metals in a host may stand apart and only have to keep `host_pair`.
    """

    donors: Mapping[str, Range]
    metals: Range
    host_pair: float


# Minima: the range of 88 crude GFN1 minima (48 lantern, 20 centred9, 16 centred10, 4 cp_bipyramid; SH, SCH3,
# PH3, PMe3, Cl, Cp*) with a margin: M-S 2.05 (Ni) to 2.51 (Re), M-P 2.20 to 2.78, M-Cl 2.31 to 2.80 (Cd), nearest ring
# carbon 2.21 to 2.37, nearest metal 2.40 to 3.94 Å. 22 of 692 metals are beyond 3.4 Å: those that thiolates hold and
# metals do not (Zn, Cd, Hg, Ag, some Mn and Cu). Outside were the phosphines that square-planar Pd and Pt reject (2.87
# to 3.09 Å), one Cd that left its belt (4.90 Å), and a Cp* that Zn holds by one carbon or not at all. Elements not
# measured have the window of their neighbour in the table, moved by the difference of the covalent radii.
WINDOWS: Mapping[str, Windows] = {
    "minimum": Windows(
        {
            "S": (2.0, 2.6), "Se": (2.1, 2.75), "Te": (2.3, 2.95), "P": (2.0, 2.82), "Cl": (2.05, 2.85),
            "Br": (2.2, 3.0), "I": (2.4, 3.2), "N": (1.7, 2.4), "O": (1.7, 2.5), "C": (1.75, 2.4),
            _RING: (1.9, 2.6),
        },
        (2.3, 4.1),
        2.0,
    ),
    "off_equilibrium": Windows(
        {
            "S": (1.8, 3.1), "Se": (1.9, 3.2), "Te": (2.1, 3.4), "P": (1.8, 3.2), "Cl": (1.85, 3.25),
            "Br": (2.0, 3.4), "I": (2.2, 3.6), "N": (1.5, 2.9), "O": (1.5, 3.0), "C": (1.6, 2.9), _RING: (1.7, 3.1),
        },
        (2.1, 4.5),
        1.8,
    ),
}  # fmt: skip


def bond_graph_changes(before: Structure, after: Structure) -> tuple[str, ...]:
    """Return what changed in the covalent bonds between the non-metals of two structures with the same atoms.

    A bond breaks beyond the sum of the covalent radii plus 0.45 Å and forms within that sum plus 0.25 Å: between the
    two lie stretched bonds and close contacts, and only what was there before tells them apart.

    Examples
    --------
    >>> whole = Structure(("Au", "S", "H"), [[0, 0, 0], [0, 0, 2.3], [0, 1.34, 2.3]])
    >>> torn = Structure(("Au", "S", "H"), [[0, 0, 0], [0, 0, 2.3], [0, 3.0, 2.3]])
    >>> bond_graph_changes(whole, torn)
    ('1 bond of the ligands broke: S1-H2',)
    """
    if before.symbols != after.symbols:
        return ("the atoms are not those it was made of",)
    old, new = (_edges(covalent_bonds(s.symbols, s.positions)) for s in (before, after))
    formed = {(a, b) for a, b in new - old if _excess(after, a, b) < _NEW_BOND_SLACK}
    found = []
    for edges, verb in ((old - new, "broke"), (formed, "formed")):
        if edges:
            names = [f"{before.symbols[a]}{a}-{before.symbols[b]}{b}" for a, b in sorted(edges)]
            few = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
            found.append(f"{len(names)} bond{'s' if len(names) > 1 else ''} of the ligands {verb}: {few}")
    return tuple(found)


def geometry_faults(
    structure: Structure, reference: Structure, *, kind: Kind = "minimum", windows: Windows | None = None
) -> tuple[str, ...]:
    """Return what is wrong with a geometry, one sentence each.

    Parameters
    ----------
    structure
        The geometry to judge.
    reference
        The same atoms as assembled: its bonds say what the ligands are, its contacts which atoms hold a metal.
    kind
        Off-equilibrium copies may go further than minima (`WINDOWS`).
    windows
        In place of those of the kind.

    Examples
    --------
    >>> made = Structure(("Au", "Cl"), [[0, 0, 0], [0, 0, 2.3]])
    >>> geometry_faults(made, made)
    ()
    >>> geometry_faults(Structure(("Au", "Cl"), [[0, 0, 0], [0, 0, 3.2]]), made)
    ('Cl1 is 3.20 Å from its nearest metal, not 2.05 to 2.85', 'it fell into 2 parts')
    """
    if not np.isfinite(structure.positions).all():
        return ("coordinates are not finite",)
    chosen = windows or WINDOWS["off_equilibrium" if kind == "off_equilibrium" else "minimum"]
    changes = bond_graph_changes(reference, structure)
    if structure.symbols != reference.symbols:
        return changes
    metals = [i for i, symbol in enumerate(structure.symbols) if symbol in METALS]
    graph = covalent_bonds(reference.symbols, reference.positions)
    return (
        *_collisions(structure),
        *changes,
        *_donor_faults(structure, reference, graph, metals, chosen),
        *_metal_faults(structure, metals, chosen),
        *_loose_parts(structure, graph, metals, chosen),
    )


def label_faults(evaluation: Evaluation, structure: Structure) -> tuple[str, ...]:
    """Return what is wrong with the numbers of a single point, one sentence each.

    Examples
    --------
    >>> found = Evaluation(-4105.0, "xtb", "6.5.1", "", charges_e=(18.2, -18.2))
    >>> label_faults(found, Structure(("Pt", "Au"), [[0, 0, 0], [0, 0, 2.7]]))
    ('the charge of Pt0 is 18.20 e; 3 e is the most that makes sense',)
    """
    faults = []
    if evaluation.charges_e:
        charges = np.asarray(evaluation.charges_e)
        worst = int(np.argmax(np.abs(charges)))
        if not abs(charges[worst]) < MAX_CHARGE_E:
            atom = f"{structure.symbols[worst]}{worst}"
            faults.append(
                f"the charge of {atom} is {charges[worst]:.2f} e; {MAX_CHARGE_E:g} e is the most that makes sense"
            )
    return tuple(faults)


def held_donors(structure: Structure) -> dict[int, str]:
    """Return the atoms through which ligands and hosts hold a metal: atom -> key of `Windows.donors`.

    Of a flat-lying carbon ring, every carbon that reaches the metal is listed.

    >>> held_donors(Structure(("Au", "S", "H"), [[0, 0, 0], [0, 0, 2.3], [0, 1.34, 2.3]]))
    {1: 'S'}
    """
    metals = [i for i, symbol in enumerate(structure.symbols) if symbol in METALS]
    return _held(structure, covalent_bonds(structure.symbols, structure.positions), metals)


def _held(structure: Structure, graph: Graph, metals: Sequence[int]) -> dict[int, str]:
    symbols = structure.symbols
    held: dict[int, str] = {}
    if not metals:
        return {}
    distance, nearest = _to_metals(structure.positions, metals)
    for molecule in connected(graph, [i for i in range(len(symbols)) if symbols[i] not in METALS]):
        near = [a for a in molecule if distance[a] < _reach(symbols[a], symbols[metals[int(nearest[a])]])]
        donors = [a for a in near if symbols[a] != "H" and donor_kind(a, symbols, graph) is not None]
        soft = [a for a in donors if symbols[a] not in ("O", "N")]
        ring = [a for a in near if symbols[a] == "C" and len(graph[a]) == 3 and distance[a] < 2.6]
        if donors:
            held |= {a: symbols[a] for a in soft or donors}
        elif len(ring) >= 4:
            held |= dict.fromkeys(ring, _RING)
    return held


def _donor_faults(
    structure: Structure, reference: Structure, graph: Graph, metals: Sequence[int], windows: Windows
) -> list[str]:
    held = _held(reference, graph, metals)
    if not held:
        return []
    distance, _ = _to_metals(structure.positions, metals)
    faults = []
    for parts in connected(graph, [a for a, key in held.items() if key == _RING]):
        held = {a: key for a, key in held.items() if a not in parts[1:]}
        distance[parts[0]] = min(distance[a] for a in parts)
    for atom, key in sorted(held.items()):
        low, high = windows.donors.get(key, (0.0, math.inf))
        if not low <= distance[atom] <= high:
            name = f"{structure.symbols[atom]}{atom}"
            faults.append(f"{name} is {distance[atom]:.2f} Å from its nearest metal, not {low:.2f} to {high:.2f}")
    return faults


def _metal_faults(structure: Structure, metals: Sequence[int], windows: Windows) -> list[str]:
    if len(metals) < 2:
        return []
    low, high = windows.metals if len(metals) > 2 else (windows.host_pair, math.inf)
    positions = structure.positions[list(metals)]
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    faults = []
    for i, nearest in enumerate(distances.min(axis=1).tolist()):
        if not low <= nearest <= high:
            name = f"{structure.symbols[metals[i]]}{metals[i]}"
            faults.append(f"{name} is {nearest:.2f} Å from its nearest metal, not {low:.2f} to {high:.2f}")
    return faults


def _collisions(structure: Structure) -> list[str]:
    radii = np.array([covalent_radius(symbol) for symbol in structure.symbols])
    i, j, distance, _ = neighbour_pairs(structure.positions, 2 * CLOSEST * float(radii.max()))
    close = np.flatnonzero(distance < CLOSEST * (radii[i] + radii[j]))
    if not len(close):
        return []
    worst = close[int(np.argmin(distance[close]))]
    first, second = (f"{structure.symbols[int(k[worst])]}{int(k[worst])}" for k in (i, j))
    return [f"{first} and {second} are only {distance[worst]:.2f} Å apart"]


def _loose_parts(structure: Structure, graph: Graph, metals: Sequence[int], windows: Windows) -> list[str]:
    """Say so where not everything hangs together through ligand bonds, metal contacts and metal-ligand contacts.

    Whatever a donor window allows is a contact: the oxygens of a zeolite ring reach Zn at 2.43 Å.
    """
    symbols, whole = structure.symbols, [set(neighbours) for neighbours in graph]
    is_metal = set(metals)
    if not metals:
        return []
    i, j, distance, _ = neighbour_pairs(structure.positions, 4.0)
    for a, b, d in zip(i.tolist(), j.tolist(), distance.tolist(), strict=True):
        n_metals = (a in is_metal) + (b in is_metal)
        ligand = symbols[b if a in is_metal else a]
        _, widest = windows.donors.get(_RING if ligand == "C" else ligand, (0.0, 0.0))
        reach = _METAL_REACH if n_metals == 2 else max(_reach(symbols[a], symbols[b]), widest)
        if n_metals and d < reach:
            whole[a].add(b)
            whole[b].add(a)
    n_parts = len(connected([sorted(neighbours) for neighbours in whole], range(len(symbols))))
    return [f"it fell into {n_parts} parts"] if n_parts > 1 else []


def _excess(structure: Structure, a: int, b: int) -> float:
    """Return the distance of two atoms in Å beyond the sum of their covalent radii."""
    apart = float(np.linalg.norm(structure.positions[a] - structure.positions[b]))
    return apart - covalent_radius(structure.symbols[a]) - covalent_radius(structure.symbols[b])


def _reach(one: str, other: str) -> float:
    slack = _HARD_SLACK if {one, other} & {"C", "N", "O"} else _SLACK
    return covalent_radius(one) + covalent_radius(other) + slack


def _to_metals(positions: FloatArray, metals: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Return each atom's distance in Å to the nearest metal and which of `metals` that is; shapes (n_atoms,)."""
    from scipy.spatial import cKDTree

    distance, nearest = cKDTree(positions[list(metals)]).query(positions)
    return np.asarray(distance), np.asarray(nearest)


def _edges(graph: Graph) -> set[tuple[int, int]]:
    return {(a, b) for a, neighbours in enumerate(graph) for b in neighbours if a < b}

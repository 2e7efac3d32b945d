"""Two metal atoms in nitrogen-doped graphene, cut down to a flake with hydrogen round its edge.

``carbon_n6``: four carbon atoms in a row are taken out, the six they leave unsaturated become pyridinic N, and the two
metals sit side by side in the hole. ``carbon_2n4``: two divacancies 6.5 Å apart, each with four pyridinic N round one
metal. The host of the formation energy is the same flake without metals, its N left bare (no hydrogen in the holes).
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from superatom.errors import UnknownNameError, did_you_mean
from superatom.structures.assembly.blueprint import Blueprint, Scaffold, Topology
from superatom.structures.structure import Structure

Points = npt.NDArray[np.float64]

_LATTICE_A = 2.46
_C_C_A, _C_H_A = _LATTICE_A / 3**0.5, 1.09
_REACH_A = 6.6  # of the flake beyond the line between the two metals
_CELLS = range(-10, 11)
# the carbon atoms taken out, as (cell along a, cell along b, sublattice); one pair per metal
_VACANCIES = {
    "carbon_n6": (((0, 1, 0), (0, 0, 1)), ((0, 0, 0), (0, -1, 1))),
    "carbon_2n4": (((0, 0, 0), (0, 0, 1)), ((2, 1, 0), (2, 1, 1))),
}


def host_structure(topology_name: str) -> Structure:
    """Return the flake without metals, its N left bare; neutral, not relaxed.

    Raises `UnknownNameError` for a name that is no carbon topology.

    >>> host_structure("carbon_n6").symbols.count("N")
    6
    """
    if topology_name not in _VACANCIES:
        hint = did_you_mean(topology_name, list(_VACANCIES))
        raise UnknownNameError(f"{topology_name!r} is no carbon flake.{hint} Known flakes: {', '.join(_VACANCIES)}")
    symbols, positions, _ = _flake(topology_name)
    return Structure(symbols, positions, charge=0, source=f"flake of {topology_name} without metals")


def _flake(name: str) -> tuple[tuple[str, ...], Points, Points]:
    """Return symbols and positions of the metal-free flake, and the places of its two metals, shape (2, 3)."""
    cells = [(i, j, k) for i in _CELLS for j in _CELLS for k in (0, 1)]
    a, b = _LATTICE_A * np.array([1, 0, 0]), _LATTICE_A * np.array([0.5, 3**0.5 / 2, 0])
    sheet = np.array([i * a + j * b + k * (a + b) / 3 for i, j, k in cells])
    removed = np.array([[cells.index(cell) for cell in pair] for pair in _VACANCIES[name]])
    places = sheet[removed].mean(axis=1)
    bonded = np.linalg.norm(sheet[:, None] - sheet[None], axis=-1) < 1.1 * _C_C_A
    np.fill_diagonal(bonded, val=False)
    kept = _distance_to_line(sheet, *places) < _REACH_A
    while (loose := kept & (bonded[:, kept].sum(axis=1) < 2)).any():  # an atom with one neighbour is in no ring
        kept &= ~loose
    hydrogens = []
    for atom in np.flatnonzero(kept & (bonded[:, kept].sum(axis=1) == 2)):
        outward = 2 * sheet[atom] - sheet[bonded[atom] & kept].sum(axis=0)
        hydrogens.append(sheet[atom] + _C_H_A * outward / np.linalg.norm(outward))
    kept[removed] = False
    beside = bonded[:, removed.ravel()].any(axis=1)
    symbols = (*np.where(beside[kept], "N", "C").tolist(), *("H",) * len(hydrogens))
    centre = places.mean(axis=0)
    return symbols, np.vstack([sheet[kept], hydrogens]) - centre, places - centre


def _distance_to_line(points: Points, start: Points, end: Points) -> Points:
    """Return the distances of points, shape (n, 3), from the line between two others."""
    line = end - start
    along = np.clip((points - start) @ line / (line @ line), 0, 1)
    return np.asarray(np.linalg.norm(points - start - along[:, None] * line, axis=1))


def _build(name: str, blueprint: Blueprint, rng: np.random.Generator) -> Scaffold:
    """Set the metals into the holes, shifted a little and off the plane by what is drawn."""
    symbols, positions, places = _flake(name)
    metals = places + rng.normal(0, 1, places.shape) * [0.08, 0.08, 0.15]
    return Scaffold((*blueprint.metals, *symbols), np.vstack([metals, positions]))


TOPOLOGIES: tuple[Topology, ...] = tuple(
    Topology(
        name=name,
        title=title,
        n_metals=2,
        roles={},
        placements={"first": (0,), "second": (1,), "both": (0, 1)},
        basis="drawn from geometry: a hydrogen-terminated flake of graphene with pyridinic N round the metals",
        build=partial(_build, name),
        host=host,
    )
    for name, title, host in (
        ("carbon_n6", "two metals side by side in one N6 hole of graphene", "graphene-N6"),
        ("carbon_2n4", "two metals in two N4 holes of graphene, 6.5 Å apart", "graphene-2N4"),
    )
)

"""Two metal atoms in a zeolite pore, cut down to one ring of 6 to 12 tetrahedral (T) atoms, two of them Al.

The ring stands for the window of a zeolite (8T: CHA; 10T: MFI; 12T: MOR, FAU); it is drawn from geometry, not cut out
of a framework. Every T atom is saturated with two OH groups, whose H atoms stay fixed in relaxations as the rest of the
crystal would hold them. Two Al bring two negative charges, which the metals balance; what the metals replace is the
H-form of the same ring, so the formation energy is that of ``host + 2 M -> M2@ring + H2``.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from superatom.errors import UnknownNameError, did_you_mean
from superatom.structures.assembly.blueprint import Blueprint, Scaffold, Topology
from superatom.structures.structure import Structure

Points = npt.NDArray[np.float64]

RING_SIZES = (6, 8, 10, 12)
_T_T_A = 3.12  # between neighbouring T atoms, with T-O 1.64 Å and T-O-T 144 degrees as in silicates
_BRIDGE_INWARD_A, _BRIDGE_UP_A = 0.45, 0.25
_OXYGEN_ARM, _HYDROGEN_ARM = (0.85, 1.40), (0.92, 0.27)  # of a terminal OH: outward and up, Å
_O_H_A = 0.96
_METAL_TO_RING_A = 2.75  # from the circle of the T atoms, which puts a metal about 2.1 Å from two bridging O
_LEAST_METAL_PAIR_A = 3.0


def host_structure(topology_name: str) -> Structure:
    """Return the H-form of a ring: no metals, an H on a bridging O beside each Al; neutral, not relaxed.

    Raises `UnknownNameError` for a name that is no zeolite topology.

    >>> host_structure("zeolite_10T").formula
    'Al2H22O30Si8'
    """
    n = _size(topology_name)
    symbols, positions, _ = _ring(n)
    acid = []
    for aluminium in _aluminium(n):
        bridge, at = positions[5 * n + aluminium], positions[[aluminium, (aluminium + 1) % n]]
        outward = bridge - at.mean(axis=0)
        acid.append(bridge + _O_H_A * outward / np.linalg.norm(outward))
    return Structure((*symbols, "H", "H"), np.vstack([positions, acid]), charge=0, source=f"H-form of {topology_name}")


def _size(topology_name: str) -> int:
    known = {f"zeolite_{n}T": n for n in RING_SIZES}
    if topology_name not in known:
        hint = did_you_mean(topology_name, list(known))
        raise UnknownNameError(f"{topology_name!r} is no zeolite ring.{hint} Known rings: {', '.join(known)}")
    return known[topology_name]


def _aluminium(n: int) -> tuple[int, int]:
    """Return which T atoms are Al: two opposite ones, as far apart as the ring allows."""
    return 0, n // 2


def _radius(n: int) -> float:
    return float(_T_T_A / (2 * np.sin(np.pi / n)))


def _ring(n: int) -> tuple[tuple[str, ...], Points, tuple[int, ...]]:
    """Return symbols, positions and terminal H of the ring: n T, 2n terminal O, 2n terminal H, n bridging O."""
    angles = np.arange(n) * 2 * np.pi / n
    between = angles + np.pi / n
    up = np.array([0.0, 0.0, 1.0])
    sides = np.repeat([1, -1], n)[:, None]
    outward = np.c_[np.cos(angles), np.sin(angles), np.zeros(n)]
    tetrahedral = _radius(n) * outward
    inner = _radius(n) * np.cos(np.pi / n) - _BRIDGE_INWARD_A
    bridges = inner * np.c_[np.cos(between), np.sin(between), np.zeros(n)]
    bridges += _BRIDGE_UP_A * ((-1) ** np.arange(n))[:, None] * up
    twice = np.tile(outward, (2, 1))
    oxygen = np.tile(tetrahedral, (2, 1)) + _OXYGEN_ARM[0] * twice + _OXYGEN_ARM[1] * sides * up
    hydrogen = oxygen + _HYDROGEN_ARM[0] * twice + _HYDROGEN_ARM[1] * sides * up
    metals = ["Al" if k in _aluminium(n) else "Si" for k in range(n)]
    symbols = (*metals, *("O",) * (2 * n), *("H",) * (2 * n), *("O",) * n)
    positions = np.vstack([tetrahedral, oxygen, hydrogen, bridges])
    return symbols, positions, tuple(range(3 * n, 5 * n))


def _build(n: int, blueprint: Blueprint, rng: np.random.Generator) -> Scaffold:
    """Put each metal inside the ring before its Al; in a small ring one above and one below the plane."""
    symbols, positions, fixed = _ring(n)
    inward = max(_radius(n) - _METAL_TO_RING_A, 0.0)
    lift = np.sqrt(max((_LEAST_METAL_PAIR_A / 2) ** 2 - inward**2, 0.0))
    metals = np.array([[sign * inward, 0.0, sign * lift] for sign in (1, -1)])
    metals += rng.normal(0, 1, metals.shape) * [0.10, 0.20, 0.25]
    return Scaffold((*blueprint.metals, *symbols), np.vstack([metals, positions]), fixed=tuple(i + 2 for i in fixed))


TOPOLOGIES: tuple[Topology, ...] = tuple(
    Topology(
        name=f"zeolite_{n}T",
        title=f"two metals in a zeolite ring of {n} T atoms, two of them Al",
        n_metals=2,
        roles={},
        placements={"first": (0,), "second": (1,), "both": (0, 1)},
        basis="drawn from geometry, not cut from a framework: a ring Al2Si(n-2)O(n)(OH)(2n)",
        build=partial(_build, n),
        host=f"zeolite-{n}T",
    )
    for n in RING_SIZES
)

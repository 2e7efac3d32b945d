"""Lanterns Au4M2(SR)8: two MS4 squares face to face, held together by four linear S-Au-S bridges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from superatom.structures.assembly.blueprint import Blueprint, Scaffold, Topology, Vector
from superatom.structures.assembly.conformers import bond_length
from superatom.structures.assembly.slots import as_vector, slot, terminal_slot

Points = npt.NDArray[np.float64]

_TILT = np.radians(55)  # of a sulfur's substituent from the M-S-Au bisector: pyramidal, as bridging thiolates are


def _lantern(blueprint: Blueprint, rng: np.random.Generator) -> Scaffold:
    """Draw the core parameters near those of relaxed Au4M2(SCH3)8; up or down of each SR is left to the packing."""
    half_metal = rng.uniform(1.55, 1.90)
    half_sulfur = rng.uniform(2.10, 2.30)
    radius = bond_length(blueprint.ligand("thiolate")) + rng.uniform(-0.08, 0.12)
    twist = rng.uniform(-0.25, 0.25)
    quarter = np.arange(4) * np.pi / 2
    belt = np.c_[np.cos(quarter), np.sin(quarter), np.zeros(4)] * (radius + 0.05)
    metals = np.vstack([[0, 0, half_metal], [0, 0, -half_metal], belt + rng.normal(0, 0.05, belt.shape)])
    slots = []
    for k, angle in enumerate(quarter):
        for end, sign in enumerate((1, -1)):
            turned = angle + sign * twist
            donor = np.array([radius * np.cos(turned), radius * np.sin(turned), sign * half_sulfur])
            slots.append(slot("thiolate", donor, *bridge_axes(donor, metals[end], metals[2 + k])))
    if "phosphine" in dict(blueprint.ligands):
        phosphine = blueprint.ligand("phosphine")
        slots += [terminal_slot("phosphine", phosphine, metals[k], [0, 0, axis]) for k, axis in ((0, 1.0), (1, -1.0))]
    return Scaffold(blueprint.metals, metals, tuple(slots))


def bridge_axes(donor: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Vector, Vector]:
    """Return the two directions (up, down) a substituent of a donor bridging two metals may take.

    >>> up, down = bridge_axes([0, 0, 1.0], [1.0, 0, 0], [-1.0, 0, 0])
    >>> np.round([up, down], 2).tolist()
    [[0.0, 0.82, 0.57], [0.0, -0.82, 0.57]]
    """
    apart = [np.asarray(donor, dtype=float) - np.asarray(metal, dtype=float) for metal in (first, second)]
    u, v = (d / np.linalg.norm(d) for d in apart)
    bisector, normal = u + v, np.cross(u, v)
    bisector, normal = bisector / np.linalg.norm(bisector), normal / np.linalg.norm(normal)
    away, across = np.cos(_TILT) * bisector, np.sin(_TILT) * normal
    return as_vector(away + across), as_vector(away - across)


TOPOLOGIES: tuple[Topology, ...] = (
    Topology(
        name="lantern",
        title="lantern A4M2(SR)8, with or without two axial phosphines",
        n_metals=6,
        roles={"thiolate": 8, "phosphine": 2},
        optional_roles=frozenset({"phosphine"}),
        placements={
            "axial1": (0,),
            "axial2": (0, 1),
            "belt1": (2,),
            "belt2_adjacent": (2, 3),
            "belt2_opposite": (2, 4),
            "axial1_belt1": (0, 2),
            "axial2_belt1": (0, 1, 2),
            "axial2_belt2_adjacent": (0, 1, 2, 3),
            "axial2_belt2_opposite": (0, 1, 2, 4),
            "belt4": (2, 3, 4, 5),
        },
        basis="inferred from the formula, after the paddle-wheel complexes M2Au4(SR)8; no crystal structure was used",
        build=_lantern,
    ),
)

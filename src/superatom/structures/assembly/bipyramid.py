"""Pentagonal bipyramids A5M2(Cp)2(PR3)3X2: the Cp rings cap the apices, phosphines and halides share the ring."""

from __future__ import annotations

import numpy as np

from superatom.structures.assembly.blueprint import Blueprint, Scaffold, Topology
from superatom.structures.assembly.slots import terminal_slot

_RING_RADIUS_A, _APEX_HEIGHT_A = 2.45, 1.45  # ring edge 2.88, apex to ring 2.85 Å
_RATTLE_A = 0.06


def _bipyramid(blueprint: Blueprint, rng: np.random.Generator) -> Scaffold:
    """Draw the size of the bipyramid and which two of its ring atoms carry the halides."""
    radius = _RING_RADIUS_A * rng.normal(1, 0.015)
    height = _APEX_HEIGHT_A * rng.normal(1, 0.02)
    turns = np.arange(5) * 2 * np.pi / 5
    outward = np.c_[np.cos(turns), np.sin(turns), np.zeros(5)]
    ring = radius * outward + rng.normal(0, _RATTLE_A, outward.shape)
    halides = set(rng.choice(5, size=2, replace=False).tolist())
    metals = np.vstack([[0, 0, height], [0, 0, -height], ring])
    axes = np.vstack([[0, 0, 1], [0, 0, -1], outward])
    roles = ["cp", "cp", *("halide" if k in halides else "phosphine" for k in range(5))]
    slots = [terminal_slot(role, blueprint.ligand(role), *at) for role, *at in zip(roles, metals, axes, strict=True)]
    return Scaffold(blueprint.metals, metals, tuple(slots))


TOPOLOGIES: tuple[Topology, ...] = (
    Topology(
        name="cp_bipyramid",
        title="pentagonal bipyramid A5M2(Cp)2(PR3)3X2 with the Cp rings on the apices",
        n_metals=7,
        roles={"cp": 2, "phosphine": 3, "halide": 2},
        placements={
            "apical2": (0, 1),
            "apical1": (0,),
            "ring1": (2,),
            "ring2_adjacent": (2, 3),
            "ring2_apart": (2, 4),
            "apical1_ring1": (0, 2),
        },
        basis="inferred from the formula; no crystal structure was used",
        build=_bipyramid,
    ),
)

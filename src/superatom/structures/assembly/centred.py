"""One metal in the middle of 9, 10 or 12: icosahedra, whole or with one face open or replaced by a single atom.

Shell sites are named along the three-fold axis through that face: apex (the atom replacing the face), rim (the three
round the face), waist (the next three), base (the three opposite).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from superatom.structures.assembly.blueprint import Blueprint, Scaffold, Topology
from superatom.structures.assembly.conformers import bond_length
from superatom.structures.assembly.slots import slot, terminal_slot

Points = npt.NDArray[np.float64]

SHELL_RADIUS_A = 2.68  # centre to shell; the shell's edge is then 2.82 Å
_RATTLE_A = 0.08
_BRIDGE_STRETCH_A = 0.2  # a bridging halide is farther from each metal than a terminal one
_LEAN = 0.5  # of the terminal ligands beside a bridge, away from it


def _ring(n: int, height: float, start: float) -> Points:
    """Return n points of the unit sphere at `height`, from the azimuth `start` in rad."""
    turns = start + np.arange(n) * 2 * np.pi / n
    radius = (1 - height**2) ** 0.5
    return np.asarray(np.c_[radius * np.cos(turns), radius * np.sin(turns), np.full(n, height)])


def _open_shell() -> Points:
    """Return the 9 directions of an icosahedron without its upper face: rim, waist, base; shape (9, 3)."""
    inner, outer = ((5 - 20**0.5) / 15) ** 0.5, ((5 + 20**0.5) / 15) ** 0.5
    third = np.pi / 3
    return np.vstack([_ring(3, inner, third), _ring(3, -inner, 0.0), _ring(3, -outer, third)])


def _capped_shell() -> Points:
    """Return 10 directions: the apex where the face was, then the open shell; shape (10, 3)."""
    return np.vstack([[0.0, 0.0, 1.0], _open_shell()])


def _full_shell() -> Points:
    """Return the 12 directions of an icosahedron: the poles, then the upper and the lower ring; shape (12, 3)."""
    height = 5**-0.5
    return np.vstack([[0, 0, 1.0], [0, 0, -1.0], _ring(5, height, 0.0), _ring(5, -height, np.pi / 5)])


def _centred(
    blueprint: Blueprint,
    rng: np.random.Generator,
    *,
    shell: Callable[[], Points],
    roles: Sequence[str],
    bridge: tuple[int, int] | None = None,
) -> Scaffold:
    """Put one terminal ligand of `roles` on each shell atom ("" for none) and a halide over the edge `bridge`."""
    radius = SHELL_RADIUS_A * rng.normal(1, 0.015)
    directions = shell()
    metals = np.vstack([np.zeros(3), directions * radius + rng.normal(0, _RATTLE_A, directions.shape)])
    outward = _unit(metals)
    slots = []
    if bridge:
        pair = list(bridge)
        apart = metals[pair] - metals[pair[::-1]]
        outward[pair] = _unit(outward[pair] + _LEAN * _unit(apart))  # make room for the bridge between their ligands
        middle, half = metals[pair].mean(axis=0), float(np.linalg.norm(apart[0])) / 2
        length = bond_length(blueprint.ligand("halide")) + _BRIDGE_STRETCH_A
        donor = middle + _unit(middle) * (length**2 - half**2) ** 0.5
        slots.append(slot("halide", donor, middle))
    for metal, axis, role in zip(metals[1:], outward[1:], roles, strict=True):
        if role:
            slots.append(terminal_slot(role, blueprint.ligand(role), metal, axis))
    return Scaffold(blueprint.metals, metals, tuple(slots))


def _unit(vectors: Points) -> Points:
    """Return vectors of length 1 along the last axis; the zero vector stays."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length == 0, 1, length))


_P, _X = "phosphine", "halide"

TOPOLOGIES: tuple[Topology, ...] = (
    Topology(
        name="centred9",
        title="centred M@A9(PR3)8: icosahedron with one face open, one base atom bare",
        n_metals=10,
        roles={"phosphine": 8},
        placements={
            "centre": (0,),
            "shell_rim": (1,),
            "shell_waist": (4,),
            "shell_base": (7,),
            "shell_bare": (9,),
            "centre_rim": (0, 1),
            "centre_bare": (0, 9),
            "shell_rim2": (1, 2),
        },
        basis="inferred from the formula, after undecagold without its apex; which atom stays bare is a guess",
        build=partial(_centred, shell=_open_shell, roles=(_P,) * 8 + ("",)),
    ),
    Topology(
        name="centred9_halide",
        title="centred M@A9(PR3)7X3: icosahedron with one face open, a halide on two base atoms and one bridging them",
        n_metals=10,
        roles={"phosphine": 7, "halide": 3},
        placements={
            "centre": (0,),
            "shell_rim": (1,),
            "shell_waist": (4,),
            "shell_base": (7,),
            "shell_halide": (8,),
            "centre_rim": (0, 1),
            "centre_halide": (0, 8),
        },
        basis="inferred from the formula; which atoms the halides take is a guess",
        build=partial(_centred, shell=_open_shell, roles=(_P,) * 7 + (_X,) * 2, bridge=(8, 9)),
    ),
    Topology(
        name="centred10",
        title="undecagold M@A10(PR3)7X3: icosahedron with one face replaced by an atom, halides on the base",
        n_metals=11,
        roles={"phosphine": 7, "halide": 3},
        placements={
            "centre": (0,),
            "shell_apex": (1,),
            "shell_rim": (2,),
            "shell_waist": (5,),
            "shell_halide": (8,),
            "centre_apex": (0, 1),
            "centre_rim": (0, 2),
            "centre_halide": (0, 8),
            "shell_halide3": (8, 9, 10),
        },
        basis="structure type of Au11(PPh3)7Cl3 (McKenzie et al., J. Am. Chem. Soc. 2014, 136, 13426), drawn from its "
        "description, not from coordinates",
        build=partial(_centred, shell=_capped_shell, roles=(_P,) * 7 + (_X,) * 3),
    ),
    Topology(
        name="centred12",
        title="centred icosahedron M@A12(PR3)10X2, the halides opposite each other",
        n_metals=13,
        roles={"phosphine": 10, "halide": 2},
        placements={
            "centre": (0,),
            "shell_halide": (1,),
            "shell_ring": (3,),
            "centre_halide": (0, 1),
            "centre_shell": (0, 3),
            "shell_halide2": (1, 2),
            "shell_ring2_adjacent": (3, 4),
            "shell_ring2_opposite": (3, 10),
            "shell_ring4": (3, 5, 8, 11),
        },
        basis="structure type of [Au13(PMe2Ph)10Cl2]3+ (Briant et al., J. Chem. Soc., Chem. Commun. 1981, 201), drawn "
        "from its description, not from coordinates",
        build=partial(_centred, shell=_full_shell, roles=(_X,) * 2 + (_P,) * 10),
    ),
)

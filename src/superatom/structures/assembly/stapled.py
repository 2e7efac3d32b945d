"""Au25(SR)18: a centred icosahedron under six V-shaped staples S-Au-S-Au-S, one over each end of three axes."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt

from superatom.structures.assembly.blueprint import Blueprint, Scaffold, Topology
from superatom.structures.assembly.lantern import bridge_axes
from superatom.structures.assembly.slots import slot

Points = npt.NDArray[np.float64]

N_VERTICES, N_STAPLES = 12, 6
_GOLDEN = (1 + 5**0.5) / 2
# of a staple seen from the centre, in Å: along its own direction and up the axis it crosses, for an icosahedron of
# radius 2.80 (terminal S, Au, and the central S at the top)
_TERMINAL_S, _METAL, _TOP_S = (3.98, 3.26), (1.95, 4.40), (0.0, 5.68)


def _staple25(blueprint: Blueprint, rng: np.random.Generator) -> Scaffold:
    """Draw the icosahedron's radius and small errors of the metals; up or down of each SR is left to the packing."""
    radius = rng.uniform(2.74, 2.88)
    core = np.vstack([np.zeros(3), icosahedron() * radius])
    core += rng.normal(0, 0.04, core.shape)
    metals, bridges = [], []
    for axis, sign in product(range(3), (1, -1)):
        up, along = sign * np.eye(3)[axis], np.eye(3)[(axis + 1) % 3]
        arms = [_METAL[0] * side * along + _METAL[1] * up for side in (1, -1)]
        for side, arm in zip((1, -1), arms, strict=True):
            end = _TERMINAL_S[0] * side * along + _TERMINAL_S[1] * up
            vertex = core[1 + np.linalg.norm(core[1:] - end, axis=1).argmin()]
            bridges.append((end, vertex, arm))
        bridges.append((_TOP_S[1] * up, *arms))
        metals += arms
    swelling = (radius - 2.80) * np.array(metals) / np.linalg.norm(metals, axis=1, keepdims=True)
    slots = tuple(slot("thiolate", donor, *bridge_axes(donor, *pair)) for donor, *pair in bridges)
    return Scaffold(blueprint.metals, np.vstack([core, metals + swelling]), slots)


def icosahedron() -> Points:
    """Return twelve vertices at distance 1 from the centre, shape (12, 3); two-fold axes along x, y and z.

    >>> round(float(np.linalg.norm(icosahedron()[0])), 6)
    1.0
    """
    base = [(0.0, a, b * _GOLDEN) for a, b in product((1, -1), repeat=2)]
    return np.asarray(np.array([v[k:] + v[:k] for k in range(3) for v in base]) / np.hypot(1, _GOLDEN))


def _placements() -> dict[str, tuple[int, ...]]:
    """Name the sites: 0 is the centre, 1-12 the icosahedron, then two metals for each of the six staples."""
    vertices, first_staple = icosahedron(), 1 + N_VERTICES
    near_to_far = 1 + np.argsort(-(vertices @ vertices[0]), kind="stable")
    ranked = near_to_far.tolist()
    staples = tuple(range(first_staple, first_staple + 2 * N_STAPLES))
    return {
        "centre": (0,),
        "icosahedron1": (1,),
        "staple1": (first_staple,),
        "centre_icosahedron1": (0, 1),
        "centre_staple1": (0, first_staple),
        "icosahedron1_staple1": (1, first_staple),
        "icosahedron2_adjacent": (1, ranked[1]),
        "icosahedron2_opposite": (1, ranked[-1]),
        "icosahedron4": tuple(sorted(ranked[:4])),
        "icosahedron6": tuple(sorted(ranked[:6])),
        "icosahedron12": tuple(range(1, first_staple)),
        "centre_icosahedron12": tuple(range(first_staple)),
        "staple2_same": staples[:2],
        "staple2_opposite": (staples[0], staples[2]),
        "staple6": staples[::2],
        "staple12": staples,
        "icosahedron6_staple6": (*sorted(ranked[:6]), *staples[::2]),
    }


TOPOLOGIES: tuple[Topology, ...] = (
    Topology(
        name="staple25",
        title="A25(SR)18: centred icosahedron under six dimeric staples",
        n_metals=1 + N_VERTICES + 2 * N_STAPLES,
        roles={"thiolate": 3 * N_STAPLES},
        placements=_placements(),
        basis="published structure, idealised (Heaven 2008, doi:10.1021/ja077561b; Zhu 2008, doi:10.1021/ja801173r)",
        build=_staple25,
    ),
)

"""Rods of two icosahedra sharing a vertex, Au25(PR3)10(SR)5X2: phosphines outside, thiolates round the waist."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from superatom.structures.assembly.blueprint import Blueprint, Scaffold, Topology
from superatom.structures.assembly.conformers import bond_length
from superatom.structures.assembly.lantern import bridge_axes
from superatom.structures.assembly.slots import slot, terminal_slot

Points = npt.NDArray[np.float64]

N_METALS = 25
_CENTRES, _SHARED = (0, 1), 2
_WAIST, _OUTER, _APEXES = range(3, 13), range(13, 23), (23, 24)


def _rod(blueprint: Blueprint, rng: np.random.Generator) -> Scaffold:
    """Draw the radius and small errors of the metals; up or down of each SR is left to the packing."""
    metals = rod25() * rng.uniform(2.70, 2.84)
    metals += rng.normal(0, 0.04, metals.shape)
    slots = []
    for lower, upper in zip(_WAIST[:5], _WAIST[5:], strict=True):
        middle = (metals[lower] + metals[upper]) / 2
        half = min(float(np.linalg.norm(metals[lower] - metals[upper])) / 2, 1.8)
        outward = middle * [1, 1, 0]
        length = bond_length(blueprint.ligand("thiolate"))
        donor = middle + outward / np.linalg.norm(outward) * np.sqrt(length**2 - half**2)
        slots.append(slot("thiolate", donor, *bridge_axes(donor, metals[lower], metals[upper])))
    for role, sites in (("phosphine", _OUTER), ("halide", _APEXES)):
        for site in sites:
            outward = metals[site] - metals[_CENTRES[0] if metals[site][2] > 0 else _CENTRES[1]]
            outward /= np.linalg.norm(outward)
            slots.append(terminal_slot(role, blueprint.ligand(role), metals[site], outward))
    return Scaffold(blueprint.metals, metals, tuple(slots))


def rod25() -> Points:
    """Return the sites at icosahedron radius 1, shape (25, 3), the rod along z.

    Two centres, the shared vertex, two waist rings (5 + 5, eclipsed), two outer rings, two apexes; of each pair the one
    at positive z comes first.

    >>> sites = rod25()
    >>> [round(float(np.linalg.norm(sites[0] - site)), 6) for site in (sites[2], sites[3], sites[13], sites[23])]
    [1.0, 1.0, 1.0, 1.0]
    """
    height, ring = 5**-0.5, 2 * 5**-0.5
    angles = np.arange(5) * 2 * np.pi / 5
    circle = ring * np.c_[np.cos(angles), np.sin(angles), np.zeros(5)]
    turned = ring * np.c_[np.cos(angles + np.pi / 5), np.sin(angles + np.pi / 5), np.zeros(5)]
    up = np.array([0.0, 0.0, 1.0])
    pieces = [np.array([up, -up, 0 * up])]
    pieces += [circle + sign * (1 - height) * up for sign in (1, -1)]
    pieces += [turned + sign * (1 + height) * up for sign in (1, -1)]
    return np.vstack([*pieces, [2 * up, -2 * up]])


TOPOLOGIES: tuple[Topology, ...] = (
    Topology(
        name="biicosahedron25",
        title="A25(PR3)10(SR)5X2: two icosahedra sharing a vertex",
        n_metals=N_METALS,
        roles={"thiolate": 5, "phosphine": 10, "halide": 2},
        placements={
            "centre1": _CENTRES[:1],
            "centre2": _CENTRES,
            "shared": (_SHARED,),
            "waist1": (_WAIST[0],),
            "outer1": (_OUTER[0],),
            "apex1": _APEXES[:1],
            "apex2": _APEXES,
            "centre1_apex1": (_CENTRES[0], _APEXES[0]),
            "centre2_shared": (*_CENTRES, _SHARED),
            "waist2": (_WAIST[0], _WAIST[5]),
            "waist5": tuple(_WAIST[:5]),
            "waist10": tuple(_WAIST),
            "waist10_apex2": (*_WAIST, *_APEXES),
            "outer10": tuple(_OUTER),
        },
        basis="published structure, idealised ([Au25(PPh3)10(SR)5Cl2]2+, Shichibu 2007, doi:10.1021/jp073101t)",
        build=_rod,
    ),
)

"""Which metal atoms belong to the surface motifs: "divide and protect", decided by rank and angle, not by cutoffs.

Picture: a core of metal atoms under a layer of metal(I)-ligand chains (Häkkinen, Walter & Grönbeck, J. Phys. Chem. B
2006, 110, 9927, doi:10.1021/jp0619787); in a chain every metal holds two bridging donors (S, Se, Te or alkynyl C) in a
nearly straight line. Two quantities say how well a metal m and a pair of donors fit that, and both survive noise
because neither compares a distance with a constant:

* bend, 180 degrees minus the donor-m-donor angle;
* excess, by how much a donor's bond to m is longer than its bond to the second nearest *other* metal. A bridging donor
  has two metals, so an excess below zero means m is one of them.

m is a motif metal when, for the worse donor of its best pair, ``bend + 0.54 clip(excess, -0.5, 1) < limit``. The limit
is 0.60 rad for gold, which stays straight (up to 50 degrees of bend for undisputed bonds, 34 for disputed ones).
Silver and the other metals bend more and sink towards the core, so theirs is 0.77 rad, shifted by 0.7 rad/Å times how
much further the six nearest metals are than the three nearest (0.15 Å for an atom embedded in metal). A metal with
three donors of its own, or three flat around it (Cd(SR)3, the mounts of Ag44), is a motif metal too. The constants
were set on the structures of `benchmarks/partition_noise.py`, which reports what they achieve there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from superatom.structures.neighbours import FloatArray

GOLD_LIMIT_RAD = 0.60
OTHER_LIMIT_RAD = 0.77
EXCESS_WEIGHT = 0.54  # rad per Å
EMBEDDING_WEIGHT = 0.7  # rad per Å
EMBEDDED_A, FREE_A = 0.15, 0.4  # mean distance of six nearest metals less that of three nearest
EXCESS_RANGE_A = (-0.5, 1.0)
UNDISPUTED_A = -0.3
FLAT = 0.5
REACH_A = 3.6  # no donor further away is considered; bonds are 2.0-2.7
N_NEAREST = 4


def motif_metals(
    symbols: Sequence[str], positions: FloatArray, metals: Sequence[int], donors: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """Return the metals of the surface motifs, each with the donors that hold it.

    Parameters
    ----------
    symbols, positions
        All atoms; Å, shape (n_atoms, 3).
    metals, donors
        Indices of the metal atoms and of the bridging donors.

    Returns
    -------
    dict
        Motif metal index -> two (linear) or three (trigonal) donor indices, sorted.

    Examples
    --------
    A straight S-Au-S over two core atoms:

    >>> xyz = np.array([[-2.3, 0, 0], [0, 0, 0], [2.3, 0, 0], [-2.3, 0, -2.4], [2.3, 0, -2.4]])
    >>> motif_metals(["S", "Au", "S", "Au", "Au"], xyz, metals=[1, 3, 4], donors=[0, 2])
    {1: (0, 2)}
    """
    if len(metals) == 0 or len(donors) == 0:
        return {}
    from scipy.spatial import cKDTree

    metal_xyz, donor_xyz = positions[list(metals)], positions[list(donors)]
    near_d, near_i = _query(cKDTree(donor_xyz), metal_xyz, N_NEAREST)
    metal_tree = cKDTree(metal_xyz)
    rivals = _query(metal_tree, donor_xyz, 3)
    limits = _bend_limits([symbols[m] for m in metals], _query(metal_tree, metal_xyz, 7)[0][:, 1:])
    found: dict[int, tuple[int, ...]] = {}
    for m in range(len(metals)):
        close = [(float(d), int(i)) for d, i in zip(near_d[m], near_i[m], strict=True) if d < REACH_A]
        if len(close) < 2:
            continue
        excess = {i: _excess(m, i, d, rivals) for d, i in close}
        arms = {i: (donor_xyz[i] - metal_xyz[m]) / d for d, i in close}
        score, pair = max(
            (limits[m] - EXCESS_WEIGHT * max(excess[a], excess[b]) - _bend(arms[a], arms[b]), (a, b))
            for a, b in combinations(sorted(i for _, i in close), 2)
        )
        three = _trigonal([i for _, i in close], excess, arms)
        if three:
            found[metals[m]] = tuple(sorted(donors[i] for i in three))
        elif score > 0:
            found[metals[m]] = tuple(sorted(donors[i] for i in pair))
    return found


def _query(tree: object, points: FloatArray, k: int) -> tuple[FloatArray, np.ndarray]:
    """Nearest `k` neighbours as 2-D arrays, padded with infinity where there are fewer."""
    distances, indices = tree.query(points, k=k)  # type: ignore[attr-defined]
    return np.reshape(distances, (len(points), k)), np.reshape(indices, (len(points), k))


def _excess(metal: int, donor: int, distance: float, rivals: tuple[FloatArray, np.ndarray]) -> float:
    """Return distance minus that to the second nearest other metal of the donor (−inf when it has no second)."""
    others = [d for d, i in zip(rivals[0][donor], rivals[1][donor], strict=True) if i != metal]
    return float(np.clip(distance - others[1], *EXCESS_RANGE_A))


def _bend(first: FloatArray, second: FloatArray) -> float:
    return float(np.pi - np.arccos(np.clip(first @ second, -1.0, 1.0)))


def _trigonal(donors: Sequence[int], excess: Mapping[int, float], arms: Mapping[int, FloatArray]) -> tuple[int, ...]:
    """Return the three nearest donors where they hold the metal together, else nothing.

    Either none of the three has a second metal nearly as close, or all lie flat around the metal (the unit vectors to
    them cancel, which a straight pair with a third donor beside it does not do).
    """
    three = tuple(donors[:3])
    if len(three) < 3:
        return ()
    worst = max(excess[i] for i in three)
    flat = float(np.linalg.norm(sum(arms[i] for i in three))) < FLAT
    return three if worst < UNDISPUTED_A or (flat and worst < 0.1) else ()


def _bend_limits(elements: Sequence[str], near: FloatArray) -> FloatArray:
    """Return the bend in rad that each metal may show, from the distances to its six nearest metals, (n_metals, 6)."""
    near = np.where(np.isfinite(near), near, 9.0)  # fewer than seven metals: nothing to be embedded in
    gap = near.mean(axis=1) - near[:, :3].mean(axis=1)
    others = OTHER_LIMIT_RAD + EMBEDDING_WEIGHT * (np.clip(gap, 0.0, FREE_A) - EMBEDDED_A)
    return np.where(np.array(elements) == "Au", GOLD_LIMIT_RAD, others)


def chains(units: Mapping[int, Sequence[int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Join motif metals that share a donor; returns (metals, donors) per motif, both sorted, in order of first metal.

    >>> chains({1: (10, 11), 2: (11, 12), 3: (20, 21)})
    [((1, 2), (10, 11, 12)), ((3,), (20, 21))]
    """
    holders: dict[int, list[int]] = {}
    for metal, donors in units.items():
        for donor in donors:
            holders.setdefault(donor, []).append(metal)
    motifs, seen = [], set()
    for start in sorted(units):
        if start in seen:
            continue
        seen.add(start)
        queue, held = [start], set()
        for metal in queue:
            for donor in units[metal]:
                held.add(donor)
                fresh = [m for m in holders[donor] if m not in seen]
                seen.update(fresh)
                queue += fresh
        motifs.append((tuple(sorted(queue)), tuple(sorted(held))))
    return motifs

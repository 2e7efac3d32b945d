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
were set on the structures of `benchmarks/partition_noise.py`, which reports what they achieve there; those for silver
rest on two families of alloys, and `benchmarks/partition_constants.py` shows the loss when one is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from superatom.structures.neighbours import FloatArray, IntArray

REACH_A = 3.6  # no donor further away is considered; bonds are 2.0-2.7
N_NEAREST = 4  # donors of a metal that are looked at
UNDISPUTED_A = -0.3
FLAT = 0.5
EMBEDDED_A, FREE_A = 0.15, 0.4  # mean distance of six nearest metals less that of three nearest


@dataclass(frozen=True, slots=True)
class Limits:
    """The constants of the rule; `embedding` and `excess` in rad per Å, the others in rad."""

    gold: float = 0.60
    other: float = 0.77
    excess: float = 0.54
    embedding: float = 0.7
    undisputed_A: float = -0.5


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the geometry says, before any judgement.

    Per metal (rows of (n_metals, 4) arrays) its nearest donors `donor` with unit vectors `arm` and bond `excess` in Å;
    `within` marks those in reach. Per metal `is_gold` and `gap` in Å, how much further six metals are than three.
    """

    donor: IntArray
    arm: FloatArray
    excess: FloatArray
    within: npt.NDArray[np.bool_]
    is_gold: npt.NDArray[np.bool_]
    gap: FloatArray

    def scores(self, limits: Limits) -> tuple[FloatArray, IntArray]:
        """Return by how much each pair of donors stays within the limit, rad, (n_metals, 6), and the pairs, (6, 2)."""
        pairs = np.array(list(combinations(range(N_NEAREST), 2)))
        first, second = pairs.T
        cosine = np.einsum("mpx,mpx->mp", self.arm[:, first], self.arm[:, second])
        bend = np.pi - np.arccos(np.clip(cosine, -1.0, 1.0))
        worse = np.clip(np.maximum(self.excess[:, first], self.excess[:, second]), limits.undisputed_A, 1.0)
        embedded = limits.embedding * (np.clip(self.gap, 0.0, FREE_A) - EMBEDDED_A)
        limit = np.where(self.is_gold, limits.gold, limits.other + embedded)
        both = self.within[:, first] & self.within[:, second]
        return np.where(both, limit[:, None] - limits.excess * worse - bend, -np.inf), pairs


def candidates(
    symbols: Sequence[str], positions: FloatArray, metals: Sequence[int], donors: Sequence[int]
) -> Candidates:
    """Measure every metal against its nearest donors; arguments as in `motif_metals`."""
    from scipy.spatial import cKDTree

    metal_xyz, donor_xyz = positions[list(metals)], positions[list(donors)]
    metal_tree = cKDTree(metal_xyz)
    distance, donor = cKDTree(donor_xyz).query(metal_xyz, k=N_NEAREST)
    within = distance < REACH_A
    donor = np.where(within, donor, 0)
    # a donor's second nearest other metal is its third nearest metal where this one is among the first two
    rival_d, rival_i = metal_tree.query(donor_xyz, k=3)
    among_two = (rival_i[donor, :2] == np.arange(len(metals))[:, None, None]).any(axis=2)
    rival = np.where(among_two, rival_d[donor, 2], rival_d[donor, 1])
    excess = np.where(within, distance, REACH_A) - rival
    arm = donor_xyz[donor] - metal_xyz[:, None]
    near = metal_tree.query(metal_xyz, k=7)[0][:, 1:]
    near = np.where(np.isfinite(near), near, 9.0)  # fewer than seven metals: nothing to be embedded in
    return Candidates(
        donor,
        arm / np.linalg.norm(arm, axis=2, keepdims=True),
        excess,
        within,
        np.array([symbols[m] == "Au" for m in metals]),
        near.mean(axis=1) - near[:, :3].mean(axis=1),
    )


def motif_metals(
    symbols: Sequence[str],
    positions: FloatArray,
    metals: Sequence[int],
    donors: Sequence[int],
    limits: Limits | None = None,
) -> dict[int, tuple[int, ...]]:
    """Return the metals of the surface motifs, each with the donors that hold it.

    Parameters
    ----------
    symbols, positions
        All atoms; Å, shape (n_atoms, 3).
    metals, donors
        Indices of the metal atoms and of the bridging donors.
    limits
        The constants of the rule; those of `Limits` by default.

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
    seen = candidates(symbols, positions, metals, donors)
    scores, pairs = seen.scores(limits or Limits())
    best = scores.argmax(axis=1)
    trigonal = _trigonal(seen)
    found: dict[int, tuple[int, ...]] = {}
    for m, metal in enumerate(metals):
        if trigonal[m]:
            held = seen.donor[m, :3]
        elif scores[m, best[m]] > 0:
            held = seen.donor[m, pairs[best[m]]]
        else:
            continue
        found[metal] = tuple(sorted(donors[i] for i in held.tolist()))
    return found


def _trigonal(seen: Candidates) -> npt.NDArray[np.bool_]:
    """Mark metals that their three nearest donors hold together.

    Either none of the three has a second metal nearly as close, or all lie flat around the metal (the unit vectors to
    them cancel, which a straight pair with a third donor beside it does not do).
    """
    worst = seen.excess[:, :3].max(axis=1)
    flat = np.linalg.norm(seen.arm[:, :3].sum(axis=1), axis=1) < FLAT
    held: npt.NDArray[np.bool_] = seen.within[:, :3].all(axis=1) & ((worst < UNDISPUTED_A) | (flat & (worst < 0.1)))
    return held


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

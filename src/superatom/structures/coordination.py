"""Which donor atom holds which metal atoms.

A bridging thiolate holds two metals: first those whose motif it is part of (`superatom.structures.staples`), then its
nearest. A further metal counts only on clear evidence, within 0.35 Å of the second bond. Phosphorus, nitrogen, oxygen
and carbene carbon hold their nearest metal; halides, hydrides, sulfides all that are about equally close.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from superatom.structures.bonds import Graph, connected, donor_kind
from superatom.structures.neighbours import FloatArray
from superatom.structures.symbols import covalent_radius

# furthest a donor of this kind binds, in Å beyond the sum of covalent radii (the reach of the worst known real bonds)
_SLACK = {
    "chalcogen": 0.75, "alkynyl": 0.45, "carbene": 0.45, "carbonyl": 0.40, "phosphorus": 0.50, "nitrogen": 0.40,
    "oxygen": 0.45, "halide": 0.60, "hydride": 0.55,
}  # fmt: skip
# metals a donor of this kind normally bridges, and how much longer (Å) a further bond may be
_SHARES = {"chalcogen": (2, 0.35), "alkynyl": (2, 0.35), "halide": (1, 0.45), "hydride": (1, 0.45)}


@dataclass(frozen=True, slots=True)
class LigandSite:
    """One ligand in place: its atoms, its donors with their kind, and for each donor the metals it can reach."""

    atoms: tuple[int, ...]
    donors: tuple[int, ...]
    kinds: tuple[str, ...]


def ligand_sites(
    symbols: Sequence[str], positions: FloatArray, graph: Graph, metals: Sequence[int]
) -> tuple[list[LigandSite], list[tuple[int, ...]]]:
    """Split the non-metal atoms into ligands that reach a metal and molecules that do not.

    Returns (ligand sites, unbound molecules), both in order of their first atom.
    """
    metal_set = set(metals)
    molecules = connected(graph, [i for i in range(len(symbols)) if i not in metal_set])
    if not metals:
        return [], [tuple(m) for m in molecules]
    from scipy.spatial import cKDTree

    nearest_d, nearest_i = cKDTree(positions[list(metals)]).query(positions)
    sites, unbound = [], []
    for molecule in molecules:
        donors = []
        for atom in molecule:
            kind = donor_kind(atom, symbols, graph)
            if kind is None:
                continue
            radii = covalent_radius(symbols[atom]) + covalent_radius(symbols[metals[int(nearest_i[atom])]])
            if nearest_d[atom] < radii + _SLACK[kind]:
                donors.append((atom, kind))
        donors = _strongest(donors)
        if not donors:
            donors = [(a, "contact") for a in molecule if symbols[a] == "C" and nearest_d[a] < 2.35]
        if donors:
            sites.append(LigandSite(tuple(molecule), tuple(a for a, _ in donors), tuple(k for _, k in donors)))
        else:
            unbound.append(tuple(molecule))
    return sites, unbound


def _strongest(donors: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Keep the soft donors of a ligand that has both soft and hard ones (an acid group near a thiolate's metal)."""
    soft = [d for d in donors if d[1] not in ("oxygen", "nitrogen")]
    return soft or donors


def metals_of_donors(
    symbols: Sequence[str],
    positions: FloatArray,
    sites: Sequence[LigandSite],
    metals: Sequence[int],
    units: Mapping[int, Sequence[int]],
) -> dict[int, tuple[int, ...]]:
    """Return donor atom -> metals it holds (sorted), given the motif metals `units` found before."""
    from scipy.spatial import cKDTree

    in_motif: dict[int, list[int]] = {}
    for metal, donors in units.items():
        for donor in donors:
            in_motif.setdefault(donor, []).append(metal)
    tree = cKDTree(positions[list(metals)])
    held: dict[int, tuple[int, ...]] = {}
    k = min(6, len(metals))
    for site in sites:
        for donor, kind in zip(site.donors, site.kinds, strict=True):
            distances, indices = tree.query(positions[donor], k=k)
            close = [(float(d), metals[int(i)]) for d, i in zip(np.ravel(distances), np.ravel(indices), strict=True)]
            chosen = list(in_motif.get(donor, []))
            n_normal, further = _SHARES.get(kind, (1, 0.0))
            for d, metal in close:
                limit = covalent_radius(symbols[donor]) + covalent_radius(symbols[metal]) + _SLACK.get(kind, 0.45)
                if metal in chosen or d > limit:
                    continue
                reference = close[min(n_normal, len(close)) - 1][0]
                if len(chosen) < n_normal or (further and d < reference + further):
                    chosen.append(metal)
            held[donor] = tuple(sorted(chosen or [close[0][1]]))
    return held


def main_cluster(positions: FloatArray, metals: Sequence[int], donor_metals: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the metal atoms of the largest group joined by metal-metal contacts (3.6 Å) or shared donors."""
    from superatom.structures.neighbours import neighbour_pairs

    at = {m: k for k, m in enumerate(metals)}
    graph: Graph = [[] for _ in metals]
    first, second, _, _ = neighbour_pairs(positions[list(metals)], 3.6)
    pairs = [*zip(first.tolist(), second.tolist(), strict=True)]
    pairs += [(at[a], at[b]) for held in donor_metals.values() for a, b in pairwise(held)]
    for a, b in pairs:
        graph[a].append(b)
        graph[b].append(a)
    groups = connected(graph, range(len(metals)))
    return [metals[k] for k in max(groups, key=len)]

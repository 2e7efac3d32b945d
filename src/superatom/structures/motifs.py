"""Building units of a metal core: icosahedra and how they are fused, cuboctahedra, decahedra, Au4 and Au3 blocks.

Thirteen-atom polyhedra are told by how many of a centre's twelve nearest metals touch each other (common-neighbour
analysis, Honeycutt & Andersen, J. Phys. Chem. 1987, 91, 4950, doi:10.1021/j100303a014): an icosahedron has five
contacts at every shell atom, a cuboctahedron four. Two-electron blocks follow the grand unified model (Xu, Zhu, Zeng &
Gao, Nat. Commun. 2016, 7, 13574, doi:10.1038/ncomms13574): the core is covered by tetrahedra Au4 and triangles Au3 that
share corners only, one block per two valence electrons; of all such covers the one with the shortest edges is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from superatom.structures.neighbours import FloatArray, neighbour_pairs

MAX_BLOCK_CORE = 60
_TOUCH = 1.28  # two shell atoms touch within this multiple of the centre-to-shell distance: 1.05 touch, 1.41 do not
_FUSIONS = {1: "vertex-sharing", 2: "edge-sharing", 3: "face-sharing"}

# what one unit is called, and what many of them mean
_PHRASES = {
    "icosahedron": "{n} icosahedra",
    "hollow icosahedron": "{n} hollow icosahedra",
    "cuboctahedron": "face-centred cubic packing ({n} cuboctahedral sites)",
    "anticuboctahedron": "hexagonal stacking or twinning ({n} anticuboctahedral sites)",
    "decahedron axis": "five-fold axes as in a decahedron ({n} sites)",
}


def _phrase(kind: str, n: int) -> str:
    return kind if n == 1 else _PHRASES[kind].format(n=n)


@dataclass(frozen=True, slots=True)
class Unit:
    """A recognised unit: its kind and its atoms (the centre first where there is one)."""

    kind: str
    atoms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CoreMotifs:
    """What a core is built of; indices into the structure."""

    polyhedra: tuple[Unit, ...]
    fusions: tuple[str, ...]
    blocks: tuple[Unit, ...]
    remark: str

    def summary(self) -> list[str]:
        """Return the motifs as short phrases, most telling first."""
        from collections import Counter

        n = Counter(u.kind for u in self.polyhedra)
        phrases = [_phrase(kind, n[kind]) for kind in _PHRASES if n[kind]]
        phrases += [f"{k} x {f}" if k > 1 else f for f, k in Counter(self.fusions).items()]
        blocks = Counter(u.kind for u in self.blocks)
        if blocks:
            named = " + ".join(f"{k} {kind}" for kind, k in sorted(blocks.items(), reverse=True))
            phrases.append(f"{named} two-electron block{'s' if len(self.blocks) > 1 else ''}")
        shared = _vertex_pairs(self.blocks)
        if shared:
            phrases.append(f"{shared} x bitetrahedron" if shared > 1 else "bitetrahedron")
        return phrases


def core_motifs(
    positions: FloatArray, core: Sequence[int], valence_electrons: int | None, metal: str = "Au"
) -> CoreMotifs:
    """Recognise the units of a metal core.

    Parameters
    ----------
    positions
        All atoms, Å, shape (n_atoms, 3).
    core
        Indices of the core metals.
    valence_electrons
        N*, which sets the number of two-electron blocks; None where the charge is not known.
    metal
        What the blocks are named after: ``Au4``, ``Ag4``, or ``M4`` for a mixed core.

    Examples
    --------
    >>> t = (1 + 5**0.5) / 2
    >>> shell = [(0, a, b * t) for a in (1, -1) for b in (1, -1)]
    >>> xyz = np.array([(0, 0, 0), *shell, *[(b, 0, a) for _, a, b in shell], *[(a, b, 0) for _, a, b in shell]]) * 1.46
    >>> core_motifs(xyz, range(13), 8).summary()
    ['icosahedron']
    """
    polyhedra = _polyhedra(positions, core)
    icosahedra = [u for u in polyhedra if u.kind == "icosahedron"]
    fusions = tuple(_fusion(a, b) for a, b in combinations(icosahedra, 2) if set(a.atoms) & set(b.atoms))
    blocks, remark = _two_electron_blocks(positions, core, valence_electrons, icosahedral=bool(icosahedra))
    blocks = tuple(Unit(f"{metal}{len(b.atoms)}", b.atoms) for b in blocks)
    return CoreMotifs(polyhedra, fusions, blocks, remark)


def _polyhedra(positions: FloatArray, core: Sequence[int]) -> tuple[Unit, ...]:
    atoms = np.array(core, dtype=np.int64)
    if len(atoms) < 12:
        return ()
    from scipy.spatial import cKDTree

    xyz = positions[atoms]
    tree = cKDTree(xyz)
    found = []
    if len(atoms) >= 13:
        distances, nearest = tree.query(xyz, k=min(14, len(atoms)))
        for i in range(len(atoms)):
            if len(atoms) > 13 and distances[i, 13] < 1.12 * distances[i, 12]:
                continue
            kind = _shell_kind(xyz[nearest[i, 1:13]], xyz[i])
            if kind:
                found.append(Unit(kind, tuple(int(atoms[k]) for k in nearest[i, :13])))
    centre = xyz.mean(axis=0)
    distances, nearest = tree.query(centre, k=12)
    if (
        distances[0] > 2.0
        and distances[11] < 1.15 * distances[0]
        and _shell_kind(xyz[nearest], centre) == "icosahedron"
    ):
        found.append(Unit("hollow icosahedron", tuple(int(atoms[k]) for k in nearest)))
    return tuple(found)


def _shell_kind(shell: FloatArray, centre: FloatArray) -> str | None:
    """Name the polyhedron of twelve atoms around a centre, or None."""
    arms = shell - centre
    radius = float(np.linalg.norm(arms, axis=1).mean())
    gaps = np.linalg.norm(shell[:, None] - shell[None], axis=2)
    contacts = ((gaps < _TOUCH * radius) & (gaps > 0)).sum(axis=1)
    five, four = int((contacts == 5).sum()), int((contacts == 4).sum())
    if five >= 10:
        return "icosahedron"
    directions = arms / np.linalg.norm(arms, axis=1)[:, None]
    opposed = int((directions @ directions.T < -0.94).any(axis=1).sum())
    if four >= 10 and five <= 1:
        return "cuboctahedron" if opposed >= 11 else "anticuboctahedron" if opposed <= 7 else None
    if five == 2 and four == 10:
        return "decahedron axis"
    return None


def _fusion(first: Unit, second: Unit) -> str:
    shared = len(set(first.atoms) & set(second.atoms))
    if first.atoms[0] in second.atoms:
        return "interpenetrating icosahedra"
    return f"{_FUSIONS.get(shared, f'{shared}-atom-sharing')} bi-icosahedron"


def _two_electron_blocks(
    positions: FloatArray, core: Sequence[int], valence_electrons: int | None, *, icosahedral: bool
) -> tuple[tuple[Unit, ...], str]:
    """Cover the core by N*/2 corner-sharing tetrahedra and triangles; empty with a remark where that says nothing."""
    if icosahedral:
        return (), "icosahedral core: counted by its icosahedra, not by two-electron blocks"
    if valence_electrons is None:
        return (), "two-electron blocks need the charge"
    if len(core) < 3 or len(core) > MAX_BLOCK_CORE:
        return (), f"two-electron blocks are sought in cores of 3 to {MAX_BLOCK_CORE} atoms"
    if valence_electrons < 2 or valence_electrons % 2:
        return (), f"{valence_electrons} valence electrons make no whole number of two-electron blocks"
    blocks = _cover(positions, core, valence_electrons // 2)
    if not blocks:
        return (), f"no cover of the core by {valence_electrons // 2} corner-sharing tetrahedra and triangles"
    return blocks, ""


def _cover(positions: FloatArray, core: Sequence[int], n_blocks: int) -> tuple[Unit, ...]:
    from scipy.optimize import Bounds, LinearConstraint, milp

    atoms = list(core)
    xyz = positions[atoms]
    first, second, lengths, _ = neighbour_pairs(xyz, 3.35)
    length = dict(zip(zip(first.tolist(), second.tolist(), strict=True), lengths.tolist(), strict=True))
    near: dict[int, set[int]] = {i: set() for i in range(len(atoms))}
    for a, b in length:
        near[a].add(b)
        near[b].add(a)
    triangles = [(a, b, c) for a, b in length for c in sorted(near[a] & near[b]) if c > b]
    tetrahedra = [(*t, d) for t in triangles for d in sorted(near[t[0]] & near[t[1]] & near[t[2]]) if d > t[2]]
    candidates = [*tetrahedra, *triangles]
    if not candidates:
        return ()
    edges = {edge: k for k, edge in enumerate(length)}
    covers = np.zeros((len(atoms), len(candidates)))
    uses = np.zeros((len(edges), len(candidates)))
    cost = np.zeros(len(candidates))
    for j, block in enumerate(candidates):
        covers[list(block), j] = 1
        sides = list(combinations(block, 2))
        uses[[edges[s] for s in sides], j] = 1
        # a triangle costs a little more than a tetrahedron of the same edges: the model prefers Au4
        cost[j] = float(np.mean([length[s] for s in sides])) + (0.15 if len(block) == 3 else 0.0)
    result = milp(
        cost,
        integrality=np.ones(len(candidates)),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(covers, 1, np.inf),
            LinearConstraint(uses, 0, 1),
            LinearConstraint(np.ones((1, len(candidates))), n_blocks, n_blocks),
        ],
        options={"time_limit": 5.0},
    )
    if not result.success:
        return ()
    chosen = [candidates[j] for j in np.flatnonzero(result.x > 0.5)]
    return tuple(Unit("block", tuple(atoms[i] for i in b)) for b in sorted(chosen, key=lambda b: (-len(b), b)))


def _vertex_pairs(blocks: Sequence[Unit]) -> int:
    """Count pairs of tetrahedra that share one corner."""
    tetrahedra = [set(b.atoms) for b in blocks if len(b.atoms) == 4]
    return sum(len(a & b) == 1 for a, b in combinations(tetrahedra, 2))

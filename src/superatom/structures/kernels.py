"""Ideal kernels: the polyhedra metal atoms of a cluster core sit on, built from geometry alone.

For a sketch when no structure is at hand: icosahedron, cuboctahedron, icosahedra fused at a vertex or a face, and the
tetrahedra of the grand unified model (Xu, Zhu, Zeng, Gao, Nat. Commun. 2016, 7, 13574, doi:10.1038/ncomms13574). All
edges are equal; a real core is distorted. Never use these coordinates as data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superatom.errors import UnknownNameError
from superatom.structures.elements import METALS

Points = NDArray[np.float64]

# twice the 12-coordinate metallic radius of gold and silver, 1.44 Å (Wells, Structural Inorganic Chemistry, 1984)
METALLIC_BOND_A = 2.88


@dataclass(frozen=True, slots=True)
class IdealKernel:
    """A sketch of a core: element symbols and positions, (n_atoms, 3) in Å; `remark` says that it is one."""

    name: str
    symbols: tuple[str, ...]
    positions: tuple[tuple[float, float, float], ...]
    remark: str = "idealised kernel, not a crystal structure"

    def to_xyz(self) -> str:
        """Return the kernel as an XYZ file."""
        rows = (f"{s} {x:.4f} {y:.4f} {z:.4f}" for s, (x, y, z) in zip(self.symbols, self.positions, strict=True))
        return f"{len(self.symbols)}\n{self.name}; {self.remark}\n" + "\n".join(rows) + "\n"


def ideal_kernel(description: str, *, metal: str = "Au", bond_A: float = METALLIC_BOND_A) -> IdealKernel:
    """Build the kernel that a description in the field's words names, of `metal` unless the description says else.

    Raises `UnknownNameError` when the words name no single ideal polyhedron; nothing is guessed.

    >>> kernel = ideal_kernel("Au13 icosahedron")
    >>> kernel.name, len(kernel.symbols)
    ('centred icosahedron', 13)
    >>> ideal_kernel("Pt-centred icosahedron").symbols[:2]
    ('Pt', 'Au')
    >>> len(ideal_kernel("face-fused bi-icosahedral Au23").symbols)
    23
    """
    text = description.strip()
    if not _VAGUE.search(text):
        for pattern, name, build in _KERNELS:
            if re.search(pattern, text, re.IGNORECASE):
                positions = build() * bond_A
                symbols = _symbols(text, metal, len(positions), is_centred=name in _CENTRED)
                rows = tuple((float(x), float(y), float(z)) for x, y, z in positions)
                return IdealKernel(name, symbols, rows)
    known = ", ".join(name for _, name, _ in _KERNELS)
    raise UnknownNameError(f"{description!r} names no single ideal kernel; drawn from geometry are: {known}")


def _symbols(text: str, metal: str, n: int, *, is_centred: bool) -> tuple[str, ...]:
    """Place the metals a description names: host, central atom, one atom of the shell."""
    choice = "|".join(METALS)
    host = re.search(rf"\b({choice})\d+\b", text.rsplit("@", maxsplit=1)[-1])
    symbols = [host[1] if host else metal] * n
    centre = re.search(rf"\b({choice})(?:-centr?ed|-centered|1?@)", text)
    shell = re.search(rf"\b({choice}) on shell", text)
    if centre and is_centred:
        symbols[0] = centre[1]
    if shell:
        symbols[1] = shell[1]
    return tuple(symbols)


# -- geometry, in units of the edge; a centred kernel lists its centre first ------------------------------------------


def _icosahedron() -> Points:
    """12 vertices of edge 1 round a centre; one vertex on +z."""
    radius = np.sin(2 * np.pi / 5)  # circumradius of edge 1 is 0.951
    z, ring = radius / 5**0.5, 2 * radius / 5**0.5
    angles = np.arange(5) * 2 * np.pi / 5
    upper = np.c_[ring * np.cos(angles), ring * np.sin(angles), np.full(5, z)]
    lower = np.c_[ring * np.cos(angles + np.pi / 5), ring * np.sin(angles + np.pi / 5), np.full(5, -z)]
    return np.vstack([[0, 0, 0], [0, 0, radius], upper, lower, [0, 0, -radius]])


def _close_packed(*, twisted: bool) -> Points:
    """Layers 3-7-3 of touching spheres: cuboctahedron when the triangles are twisted, anticuboctahedron when not."""
    hexagon = np.arange(6) * np.pi / 3
    triangle = np.pi / 6 + np.arange(3) * 2 * np.pi / 3
    height, radius = (2 / 3) ** 0.5, 3**-0.5
    below = triangle + np.pi / 3 if twisted else triangle
    return np.vstack(
        [
            [0, 0, 0],
            np.c_[np.cos(hexagon), np.sin(hexagon), np.zeros(6)],
            np.c_[radius * np.cos(triangle), radius * np.sin(triangle), np.full(3, height)],
            np.c_[radius * np.cos(below), radius * np.sin(below), np.full(3, -height)],
        ]
    )


def _vertex_fused(n: int) -> Points:
    """`n` icosahedra in a row, neighbours sharing a vertex and eclipsed, as in [Au25(PPh3)10(SR)5Cl2]2+."""
    unit = _icosahedron()
    step = 2 * unit[1, 2]
    parts = [unit * [1, 1, (-1) ** k] + [0, 0, k * step] for k in range(n)]
    return _merged(np.vstack(parts))


def _face_fused() -> Points:
    """Two icosahedra sharing a triangle, mirror images of each other, as in Au38(SR)24."""
    unit = _icosahedron()
    face = unit[[1, 2, 3]].mean(axis=0)
    normal = face / np.linalg.norm(face)
    mirrored = unit - 2 * np.outer((unit - face) @ normal, normal)
    return _merged(np.vstack([unit, mirrored]))


def _tetrahedron() -> Points:
    return np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=float) / 8**0.5


def _vertex_sharing_tetrahedra() -> Points:
    unit = _tetrahedron() - _tetrahedron()[0]
    return _merged(np.vstack([unit, -unit]))


def _antiprismatic_tetrahedra() -> Points:
    """Two tetrahedra whose facing triangles form an octahedron (a face-joint pair of Au4)."""
    octahedron = np.vstack([np.eye(3), -np.eye(3)]) / 2**0.5
    axis = np.ones(3) / 3**0.5
    apex = axis * ((1 / 6) ** 0.5 + (2 / 3) ** 0.5)  # half the octahedron's height, plus a tetrahedron's
    return np.vstack([octahedron, apex, -apex])


def _merged(points: Points) -> Points:
    """Drop repeated points, keeping first occurrences in order, and centre the rest."""
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    first = np.argmax(distances < 1e-6, axis=1) == np.arange(len(points))
    return np.asarray(points[first] - points[first].mean(axis=0))


# words that say: not one ideal polyhedron, or not settled
_VAGUE = re.compile(
    r"\+|distort|capping|kept|predict|propos|dodecahed|keplerate|crossed|parallel|cross-joint|\btwo\b|\btri-tetra|cyclic"
    r"|\d\s*Au7\b|Au\d+Ag\d+|decahedr",
    re.IGNORECASE,
)
_CENTRED = frozenset({"centred icosahedron", "centred cuboctahedron", "centred anticuboctahedron"})
_KERNELS: tuple[tuple[str, str, Callable[[], Points]], ...] = (
    (r"face-(?:fused|sharing) bi-?icosahed", "face-fused bi-icosahedron", _face_fused),
    (r"vertex-(?:fused|sharing) bi-?icosahed|bi-?icosahedral Au25", "vertex-fused bi-icosahedron",
     lambda: _vertex_fused(2)),
    (r"tri-?icosahedral Au37", "linear tri-icosahedron", lambda: _vertex_fused(3)),
    (r"anti-?cuboctahed", "centred anticuboctahedron", lambda: _close_packed(twisted=False)),
    (r"cuboctahed", "centred cuboctahedron", lambda: _close_packed(twisted=True)),
    (r"(?<![a-z]-)(?<!bi)(?<!tri)icosahed", "centred icosahedron", _icosahedron),
    (r"bi-?tetrahedral (?:Au|Ag)7", "vertex-sharing bitetrahedron", _vertex_sharing_tetrahedra),
    (r"bi-?tetrahedral (?:Au|Ag)8", "face-joint bitetrahedron", _antiprismatic_tetrahedra),
    (r"^(?:Au|Ag|Cu)4(?: tetrahedron)?$|^tetrahedr", "tetrahedron", _tetrahedron),
)  # fmt: skip

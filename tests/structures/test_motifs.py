import numpy as np
import pytest

from superatom.structures.motifs import core_motifs
from worlds_structures import au25, cuboctahedron, icosahedron, tetrahedron


def of(positions: np.ndarray, electrons: int | None = None) -> list[str]:
    return core_motifs(positions, range(len(positions)), electrons).summary()


def merged(*parts: np.ndarray) -> np.ndarray:
    points: list[np.ndarray] = []
    for p in np.vstack(parts):
        if not any(np.linalg.norm(p - q) < 0.5 for q in points):
            points.append(p)
    return np.array(points)


def two_icosahedra(shared: int) -> np.ndarray:
    """Two icosahedra that share a vertex, an edge or a face, or interpenetrate; the second mirrors the first."""
    first = icosahedron()
    if shared == 13:  # centre of one is vertex of the other
        axis = first[1] / np.linalg.norm(first[1])
        return merged(first, first - 2 * np.outer(first @ axis - np.linalg.norm(first[1]) / 2, axis))
    near = sorted(range(1, 13), key=lambda i: np.linalg.norm(first[i] - first[1]))[:6]
    if shared == 3:
        third = next(i for i in near[1:] for j in near[1:] if i < j and np.linalg.norm(first[i] - first[j]) < 3.2)
        other = next(j for j in near[1:] if j != third and np.linalg.norm(first[third] - first[j]) < 3.2)
        face = first[[1, third, other]]
    else:
        face = first[[1, near[1]]] if shared == 2 else first[[1]]
    normal = face.mean(axis=0) / np.linalg.norm(face.mean(axis=0))
    mirror = first - 2 * np.outer((first - face.mean(axis=0)) @ normal, normal)
    return merged(first, mirror)


FUSIONS = {
    1: "vertex-sharing bi-icosahedron", 2: "edge-sharing bi-icosahedron", 3: "face-sharing bi-icosahedron",
    13: "interpenetrating icosahedra",
}  # fmt: skip


@pytest.mark.parametrize(("shared", "name"), FUSIONS.items())
def test_fusion_of_icosahedra(shared: int, name: str) -> None:
    points = two_icosahedra(shared)
    if shared < 13:
        assert len(points) == 26 - shared
    found = of(points)
    assert name in found


def test_thirteen_atom_polyhedra() -> None:
    assert of(icosahedron()) == ["icosahedron"]
    assert of(cuboctahedron()) == ["cuboctahedron"]


def test_a_hollow_icosahedron_is_no_filled_one() -> None:
    assert of(icosahedron()[1:]) == ["hollow icosahedron"]


def test_two_tetrahedra_on_one_corner_are_a_bitetrahedron() -> None:
    t = tetrahedron()
    bitetrahedron = merged(t - t[0], -(t - t[0]))
    assert len(bitetrahedron) == 7
    assert of(bitetrahedron, 4) == ["2 Au4 two-electron blocks", "bitetrahedron"]


def test_blocks_need_an_even_known_count() -> None:
    t = tetrahedron()
    assert of(t, 2) == ["1 Au4 two-electron block"]
    assert of(t, None) == []
    assert "no whole number" in core_motifs(t, range(4), 3).remark
    assert "no cover" in core_motifs(t, range(4), 8).remark


def test_icosahedron_survives_the_staples() -> None:
    p = au25().partition
    assert core_motifs(au25().positions, p.metal_core, 8).summary() == ["icosahedron"]

"""Ideal kernels: right atom counts, equal edges, honest refusals."""

from __future__ import annotations

import numpy as np
import pytest

from superatom.errors import UnknownNameError
from superatom.structures.kernels import METALLIC_BOND_A, ideal_kernel

KERNELS = {
    "Au13 icosahedron": (13, 30),
    "cuboctahedral Au13": (13, 36),
    "anti-cuboctahedral Cu13": (13, 36),
    "vertex-sharing bi-icosahedral Au25": (25, 60),
    "face-fused bi-icosahedral Au23": (23, 57),
    "tri-icosahedral Au37": (37, 90),
    "bitetrahedral Au7": (7, 12),
    "bitetrahedral Au8": (8, 18),
    "Au4 tetrahedron": (4, 6),
}


@pytest.mark.parametrize("description", KERNELS)
def test_kernel_has_equal_edges(description: str) -> None:
    n_atoms, n_edges = KERNELS[description]
    positions = np.array(ideal_kernel(description).positions)
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=-1)[np.triu_indices(len(positions), 1)]
    assert len(positions) == n_atoms
    assert distances.min() > 0.95 * METALLIC_BOND_A  # an icosahedron's radius is 0.951 of its edge
    assert np.isclose(distances, METALLIC_BOND_A).sum() == n_edges


def test_named_metals_are_placed() -> None:
    assert ideal_kernel("Pt-centred icosahedron").symbols == ("Pt", *["Au"] * 12)
    assert ideal_kernel("icosahedron, Cd on shell").symbols.count("Cd") == 1
    assert set(ideal_kernel("Ag13 icosahedron").symbols) == {"Ag"}
    assert ideal_kernel("icosahedron", metal="Cu").to_xyz().startswith("13\ncentred icosahedron; idealised kernel")


@pytest.mark.parametrize(
    "description",
    ["", "rod-like", "fcc", "predicted: one Au4 + bitetrahedral Au7", "two crossed Au7", "bi-icosahedral",
     "Pd@Ag12 icosahedron + 8 capping Ag", "Keplerate icosahedron@dodecahedron", "Au79 decahedron"],
)  # fmt: skip
def test_vague_words_draw_nothing(description: str) -> None:
    with pytest.raises(UnknownNameError, match="names no single ideal kernel"):
        ideal_kernel(description)

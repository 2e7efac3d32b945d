import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from superatom.structures.symmetry import point_group
from worlds_structures import au25, cuboctahedron, icosahedron, tetrahedron

SQUARE = np.array([(1, 0, 0), (0, 1, 0), (-1, 0, 0), (0, -1, 0)]) * 2.0
PRISM = np.array([(np.cos(t), np.sin(t), z) for t in (0, 2.0944, 4.1888) for z in (-1, 1)]) * 2.0
ANTIPRISM = np.array([(np.cos(t + (z > 0) * np.pi / 4), np.sin(t + (z > 0) * np.pi / 4), z * 0.7)
                      for t in np.arange(4) * np.pi / 2 for z in (-1, 1)]) * 2.0  # fmt: skip
GROUPS = {
    "Ih": icosahedron(), "Oh": cuboctahedron(), "Td": tetrahedron(), "D4h": SQUARE, "D3h": PRISM, "D4d": ANTIPRISM,
    "C4v": np.vstack([SQUARE, [(0, 0, 3.0)]]), "D∞h": np.array([(0, 0, 0), (0, 0, 2.8)]),
    "Cs": np.array([(0, 0, 0), (2.8, 0, 0), (2.2, 5.1, 0)]),
    "C1": np.array([(0, 0, 0), (2.8, 0, 0), (2.2, 5.1, 0), (0.5, 1, 7.8)]),
    "Ci": np.array([np.array(p) * s for s in (1, -1) for p in ((2, 0.3, 0.1), (0.4, 3.1, 0.9), (1.2, 1.1, 4.2))]),
}  # fmt: skip


@pytest.mark.parametrize("name", GROUPS)
def test_textbook_groups(name: str) -> None:
    points = GROUPS[name]
    assert point_group(["Au"] * len(points), points) == name


def test_the_staples_of_au25_lower_ih_to_th() -> None:
    world = au25("S")
    assert point_group(world.symbols, world.positions) == "Th"


def test_a_dopant_counts() -> None:
    points = icosahedron()
    assert point_group(["Pt"] + ["Au"] * 12, points) == "Ih"
    assert point_group(["Au", "Ag"] + ["Au"] * 11, points) == "C5v"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(sorted(GROUPS)))
def test_order_orientation_origin_and_small_noise_change_nothing(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    points = GROUPS[name] + rng.uniform(-0.03, 0.03, GROUPS[name].shape)
    moved = rng.permutation(points) @ Rotation.random(random_state=seed).as_matrix() + rng.normal(size=3)
    assert point_group(["Au"] * len(points), moved) == name

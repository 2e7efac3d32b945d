import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.errors import StructureError
from superatom.structures.neighbours import neighbour_pairs


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 60), cutoff=st.floats(0.5, 6.0))
def test_molecule_and_crystal_agree_in_a_large_box(seed: int, n: int, cutoff: float) -> None:
    points = np.random.default_rng(seed).uniform(0, 12, (n, 3))
    here = neighbour_pairs(points, cutoff)
    there = neighbour_pairs(points + 10, cutoff, cell=np.eye(3) * 60)
    brute = sum(np.linalg.norm(points[i] - points[j]) <= cutoff for i in range(n) for j in range(i))
    assert len(here[0]) == len(there[0]) == brute
    assert (here[0] == there[0]).all()
    assert (here[1] == there[1]).all()
    assert np.allclose(here[2], there[2])


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_shifts_lead_to_the_neighbour(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cell = np.eye(3) * 6 + rng.uniform(-1, 1, (3, 3))
    points = rng.uniform(0, 1, (8, 3)) @ cell
    i, j, d, shift = neighbour_pairs(points, 5.0, cell)
    assert np.allclose(np.linalg.norm(points[j] - points[i] + shift @ cell, axis=1), d)
    assert (i <= j).all()


def test_no_atoms_have_no_neighbours() -> None:
    assert len(neighbour_pairs(np.empty((0, 3)), 3.0)[0]) == 0


@pytest.mark.parametrize(("cutoff", "cell"), [(0.0, None), (3.0, np.zeros((3, 3)))])
def test_nonsense_is_refused(cutoff: float, cell: np.ndarray | None) -> None:
    with pytest.raises(StructureError):
        neighbour_pairs([[0, 0, 0]], cutoff, cell)

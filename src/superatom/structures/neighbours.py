"""Which atoms are near each other: one function for molecules and crystals.

Molecules use scipy's cKDTree, crystals vesin (minimum-image is not enough for small cells, so all images count). Both
answer the same thing, which a test checks against the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from superatom.errors import StructureError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def neighbour_pairs(
    positions: npt.ArrayLike, cutoff: float, cell: npt.ArrayLike | None = None
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    """Return every pair of atoms closer than `cutoff`, each pair once.

    Parameters
    ----------
    positions
        Cartesian coordinates in Å, shape (n_atoms, 3).
    cutoff
        In Å, positive.
    cell
        None for a molecule, or the three cell vectors as rows in Å, shape (3, 3): then neighbours in other cells count
        too, and an atom can be its own neighbour.

    Returns
    -------
    i, j, distance, shift
        Arrays of length n_pairs (shift: (n_pairs, 3)), sorted by i, then j, then distance; i <= j. The vector from i
        to j is ``positions[j] - positions[i] + shift @ cell``.

    Raises
    ------
    StructureError
        If the cell has no volume or the cutoff is not positive.

    Examples
    --------
    >>> i, j, d, _ = neighbour_pairs([[0, 0, 0], [2.8, 0, 0], [9, 0, 0]], 3.0)
    >>> i.tolist(), j.tolist(), d.tolist()
    ([0], [1], [2.8])
    >>> _, _, d, shift = neighbour_pairs([[0, 0, 0], [9, 0, 0]], 3.0, cell=[[10, 0, 0], [0, 10, 0], [0, 0, 10]])
    >>> d.tolist(), shift.tolist()
    ([1.0], [[-1, 0, 0]])
    """
    points = np.ascontiguousarray(positions, dtype=np.float64).reshape(-1, 3)
    if not cutoff > 0:
        raise StructureError(f"a neighbour cutoff must be a positive length in Å, not {cutoff}")
    if len(points) == 0:
        return _sorted(np.empty((0, 2), np.int64), np.empty(0), np.empty((0, 3), np.int64))
    if cell is None:
        from scipy.spatial import cKDTree

        pairs = cKDTree(points).query_pairs(cutoff, output_type="ndarray").astype(np.int64)
        distances = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
        return _sorted(pairs, distances, np.zeros((len(pairs), 3), np.int64))
    box = np.ascontiguousarray(cell, dtype=np.float64)
    if box.shape != (3, 3) or abs(np.linalg.det(box)) < 1e-3:
        raise StructureError("the unit cell has no volume; give three independent vectors in Å or none")
    return _sorted(*_periodic(points, box, cutoff))


def _periodic(points: FloatArray, box: FloatArray, cutoff: float) -> tuple[IntArray, FloatArray, IntArray]:
    from vesin import NeighborList

    first, second, distances, shifts = NeighborList(cutoff=cutoff, full_list=False).compute(
        points=points, box=box, periodic=True, quantities="ijdS"
    )
    pairs = np.stack([first, second], axis=1).astype(np.int64)
    shifts = np.asarray(shifts, dtype=np.int64)
    swap = pairs[:, 0] > pairs[:, 1]
    pairs[swap] = pairs[swap, ::-1]
    shifts[swap] = -shifts[swap]
    return pairs, np.asarray(distances, dtype=np.float64), shifts


def _sorted(
    pairs: IntArray, distances: FloatArray, shifts: IntArray
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    order: Any = np.lexsort((distances, pairs[:, 1], pairs[:, 0]))
    return pairs[order, 0], pairs[order, 1], distances[order], shifts[order]

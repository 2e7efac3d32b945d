"""Which geometries of a set are the same one: however turned, mirrored, shifted, or with like atoms in another order.

Two geometries of one composition are compared by their interatomic distances, sorted within every pair of elements. If
some superposition (a mirror image counts: it has the same energy) lays every atom of one within t/2 of a like atom of
the other, no distance changes by more than t, and sorting cannot make the largest difference larger. So a pair that
close is always found. The reverse can fail only for different arrangements with equal distances, which is rare; it errs
on the side of caution.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from superatom.errors import SplitError
from superatom.structures.structure import Structure

TOLERANCE_A = 0.01  # far below the 0.02 Å rattle of an off-equilibrium copy, far above the 1e-4 Å of stored coordinates

SAME_GEOMETRY = "same geometry as "  # begins the reason why a row of a set is filtered; the id of the kept one follows

FloatArray = npt.NDArray[np.float64]


def duplicates(structures: Sequence[Structure], *, tolerance_A: float = TOLERANCE_A) -> tuple[tuple[int, int], ...]:
    """Return every pair of near-identical geometries as sorted index pairs (i, j) with i < j.

    Parameters
    ----------
    structures
        Any geometries; only those of equal composition are compared. Charge and cell are not looked at.
    tolerance_A
        Largest difference in Å between the sorted distances of two geometries that count as one, not negative.

    Raises
    ------
    SplitError
        If the tolerance is negative or no number.

    Notes
    -----
    Candidates come from a tree over a short invariant vector (means of the sorted distances, which differ by no more
    than the distances do), so 11,000 structures of 100 atoms take seconds.

    Examples
    --------
    >>> bent = Structure(("O", "H", "H"), [[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]])
    >>> turned = Structure(("H", "O", "H"), [[5, 0.59, 0.76], [5, 0, 0], [5, 0.59, -0.76]])
    >>> straight = Structure(("O", "H", "H"), [[0, 0, 0], [0.96, 0, 0], [-0.96, 0, 0]])
    >>> duplicates([bent, straight, turned])
    ((0, 2),)
    """
    if not tolerance_A >= 0:
        raise SplitError(f"the tolerance is {tolerance_A} Å; it is a length, 0 or more")
    by_composition: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, structure in enumerate(structures):
        by_composition[tuple(sorted(structure.symbols))].append(i)
    found = [
        (members[a], members[b])
        for composition, members in by_composition.items()
        if len(members) > 1 and composition  # rows without atoms have no geometry to share
        for a, b in _alike(composition, [structures[i] for i in members], tolerance_A)
    ]
    return tuple(sorted(found))


def drop_duplicates(
    structures: Sequence[Structure], ids: Sequence[str], *, tolerance_A: float = TOLERANCE_A
) -> npt.NDArray[np.int64]:
    """Return the indices to keep so that no two of them are near-identical, in their order.

    Of near-identical geometries the one with the smallest id stays, whatever the order of the rows.

    >>> one, other = Structure(("Au",), [[0, 0, 0]]), Structure(("Ag",), [[0, 0, 0]])
    >>> drop_duplicates([one, other, one], ["b", "c", "a"]).tolist()
    [1, 2]
    """
    partners: dict[int, list[int]] = defaultdict(list)
    for i, j in duplicates(structures, tolerance_A=tolerance_A):
        partners[i].append(j)
        partners[j].append(i)
    kept: set[int] = set()
    for i in sorted(range(len(structures)), key=lambda i: ids[i]):
        if not kept.intersection(partners[i]):
            kept.add(i)
    return np.array(sorted(kept), dtype=np.int64)


def _alike(composition: tuple[str, ...], group: list[Structure], tolerance: float) -> Iterator[tuple[int, int]]:
    from scipy.spatial import cKDTree

    distances, slices = _sorted_distances(composition, group)
    if not slices:  # single atoms
        yield from ((i, j) for i in range(len(group)) for j in range(i + 1, len(group)))
        return
    short = np.array([_short_vector(distances(i), slices) for i in range(len(group))])
    slack = tolerance + 1e-9  # rounding of the distances themselves
    for i, j in cKDTree(short).query_pairs(slack, p=np.inf, output_type="ndarray").tolist():
        if np.abs(distances(i) - distances(j)).max() <= slack:
            yield min(i, j), max(i, j)


def _sorted_distances(
    composition: tuple[str, ...], group: list[Structure]
) -> tuple[Callable[[int], FloatArray], list[slice]]:
    """Return a function of the index giving all distances, sorted within each slice; one slice per pair of elements."""
    from scipy.spatial.distance import pdist

    _, element = np.unique(np.array(composition), return_inverse=True)
    first, second = np.triu_indices(len(composition), k=1)
    kind = element[first] * (element.max() + 1) + element[second]  # first <= second: atoms are in the order of elements
    by_kind = np.argsort(kind, kind="stable")
    ends = np.flatnonzero(np.diff(kind[by_kind])) + 1
    slices = [slice(a, b) for a, b in zip([0, *ends], [*ends, len(kind)], strict=True) if b > a]

    @lru_cache(maxsize=256)
    def distances(i: int) -> FloatArray:
        order = np.argsort(np.array(group[i].symbols), kind="stable")
        found: FloatArray = pdist(group[i].positions[order])[by_kind]
        for part in slices:
            found[part].sort()
        return found

    return distances, slices


def _short_vector(distances: FloatArray, slices: list[slice]) -> FloatArray:
    """Return the mean of each slice and of its shortest tenth: no more apart than the distances are."""
    means = [distances[part].mean() for part in slices]
    return np.array(means + [distances[part][: 1 + (part.stop - part.start) // 10].mean() for part in slices])

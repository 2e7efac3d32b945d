"""Does every geometry and label of a reference set make physical sense? The whole set, judged anew from what it stores.

Two yardsticks. The filters of the campaign (`superatom.physics.filters`) must hold without exception: what breaks them
is marked as filtered. `EXPECTED_A` are the narrower distances a chemist expects of a relaxed gold cluster; a distorted
copy, or a metal that only thiolates hold, may lie outside, so of them the fraction inside is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from superatom.data.reference_set import ReferenceSet
from superatom.physics.filters import NOT_ITS_LIGANDS, geometry_faults
from superatom.structures.assembly.census import has_its_ligands

EXPECTED_A: Mapping[str, tuple[float, float]] = {"S": (2.1, 2.6), "P": (2.1, 2.6), "metal": (2.4, 3.4)}


def geometry_problems(found: ReferenceSet, i: int) -> tuple[str, ...]:
    """Return what is wrong with the geometry of row `i`, one sentence each; nothing for a geometry that makes sense.

    A distorted copy is compared with the minimum it was made from: its bonds and contacts must be there. Of any other
    geometry the ligands must be those of its blueprint. All distances are compared with the windows of the filters.
    """
    entry, structure = found.table[i], found.structure(i)
    if entry.kind == "off_equilibrium":
        return geometry_faults(structure, found.structure(found.index(entry.parent)), kind=entry.kind)
    faults = geometry_faults(structure, structure, kind=entry.kind)
    return faults if has_its_ligands(structure, entry.blueprint) else (*faults, NOT_ITS_LIGANDS)


def nearest_metal_distances_A(found: ReferenceSet, rows: Iterable[int]) -> dict[str, npt.NDArray[np.float64]]:  # noqa: N802 -- the unit is part of the name
    """Return the distances in Å to the nearest (other) metal of every S, every P and every metal of clusters.

    Host-guest models, whose two metals may stand apart, are left out.

    Returns
    -------
    dict
        By "S", "P" and "metal" (the keys of `EXPECTED_A`), one value per atom of that kind in all `rows` together.
    """
    from scipy.spatial.distance import cdist

    nearest: dict[str, list[npt.NDArray[np.float64]]] = defaultdict(list)
    for i in rows:
        entry, structure = found.table[i], found.structure(i)
        if entry.n_metals < 3:
            continue
        metals = structure.positions[: entry.n_metals]
        between = cdist(metals, metals)
        np.fill_diagonal(between, np.inf)
        nearest["metal"].append(between.min(axis=1))
        for symbol in ("S", "P"):
            atoms = structure.positions[[s == symbol for s in structure.symbols]]
            if len(atoms):
                nearest[symbol].append(cdist(atoms, metals).min(axis=1))
    return {kind: np.concatenate(nearest[kind]) if nearest[kind] else np.zeros(0) for kind in EXPECTED_A}


def fractions_expected(found: ReferenceSet, rows: Iterable[int]) -> dict[str, float]:
    """Return the fraction of the distances of `nearest_metal_distances_A` inside `EXPECTED_A`; NaN where none."""
    distances = nearest_metal_distances_A(found, rows)
    return {
        kind: float(((distances[kind] >= low) & (distances[kind] <= high)).mean()) if len(distances[kind]) else np.nan
        for kind, (low, high) in EXPECTED_A.items()
    }

"""Make ligand slots from arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from superatom.structures.assembly.blueprint import LigandSlot, Vector
from superatom.structures.assembly.conformers import bond_length


def slot(role: str, donor: npt.ArrayLike, *axes: npt.ArrayLike) -> LigandSlot:
    """Return a slot with its donor at `donor` (Å) and the unit vectors along `axes`.

    >>> slot("thiolate", [0, 0, 2], [0, 0, 5]).axes
    ((0.0, 0.0, 1.0),)
    """
    vectors = [np.asarray(axis, dtype=np.float64) for axis in axes]
    return LigandSlot(role, as_vector(donor), tuple(as_vector(v / np.linalg.norm(v)) for v in vectors))


def terminal_slot(role: str, ligand: str, metal: npt.ArrayLike, axis: npt.ArrayLike) -> LigandSlot:
    """Return the slot of `ligand` standing on one metal (Å) along the unit vector `axis`, at its starting distance.

    >>> terminal_slot("phosphine", "PMe3", [0, 0, 1.0], [0, 0, 1.0]).donor
    (0.0, 0.0, 3.3)
    """
    outward = np.asarray(axis, dtype=np.float64)
    return slot(role, np.asarray(metal, dtype=np.float64) + bond_length(ligand) * outward, outward)


def as_vector(values: npt.ArrayLike) -> Vector:
    """Return three numbers as a tuple, the form a slot keeps them in.

    >>> as_vector(np.array([1, 2, 3]))
    (1.0, 2.0, 3.0)
    """
    x, y, z = np.asarray(values, dtype=np.float64).tolist()
    return (x, y, z)

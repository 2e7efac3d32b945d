"""A geometry: which atoms, where, in which charge state. What it means chemically is asked of it (`partition`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from superatom.errors import StructureError
from superatom.structures.formula import element_formula
from superatom.structures.nanocluster import Nanocluster
from superatom.structures.partition import Partition, partition_atoms

MAX_ATOMS = 100_000


@dataclass(frozen=True, eq=False)
class Structure:
    """One geometry: a whole cluster with what surrounds it, no atom cut by a cell border.

    Attributes
    ----------
    symbols
        Element symbols, length n_atoms.
    positions
        Cartesian coordinates in Å, shape (n_atoms, 3), read-only.
    cell
        Cell vectors as rows in Å, shape (3, 3), or None for a molecule. Kept for the record: `positions` are already
        those of whole molecules.
    charge
        Net charge of the cluster in e where the file or the caller states it, else None.
    source
        File name or description.
    notes
        What was done on reading, one sentence each.
    charge_basis
        Where `charge` comes from, in words.

    Examples
    --------
    >>> s = Structure(("Au", "Cl"), [[0, 0, 0], [0, 0, 2.3]])
    >>> s.formula, s.n_atoms
    ('AuCl', 2)
    """

    symbols: tuple[str, ...]
    positions: npt.NDArray[np.float64]
    cell: npt.NDArray[np.float64] | None = None
    charge: int | None = None
    source: str = "in memory"
    notes: tuple[str, ...] = ()
    charge_basis: str = ""

    def __post_init__(self) -> None:
        positions = np.array(self.positions, dtype=np.float64)
        if positions.ndim != 2 or positions.shape != (len(self.symbols), 3):
            raise StructureError(
                f"{self.source}: {len(self.symbols)} symbols need coordinates of shape ({len(self.symbols)}, 3), "
                f"not {positions.shape}"
            )
        positions.flags.writeable = False
        object.__setattr__(self, "symbols", tuple(self.symbols))
        object.__setattr__(self, "positions", positions)
        if self.cell is not None:
            cell = np.array(self.cell, dtype=np.float64)
            cell.flags.writeable = False
            object.__setattr__(self, "cell", cell)
        if self.charge is not None and not self.charge_basis:
            object.__setattr__(self, "charge_basis", "given")

    @property
    def n_atoms(self) -> int:
        """Number of atoms, solvent and counter-ions included."""
        return len(self.symbols)

    @property
    def formula(self) -> str:
        """All atoms, metals first, then alphabetically, as in ``Au25C144H162S18``."""
        return element_formula(self.symbols)

    @cached_property
    def partition(self) -> Partition:
        """Metal core, staples, ligands, solvent (`superatom.structures.partition`)."""
        return partition_atoms(
            self.symbols, self.positions, charge=self.charge, charge_basis=self.charge_basis, source=self.source
        )

    @cached_property
    def nanocluster(self) -> Nanocluster:
        """Composition and charge of the cluster; raises `StructureError` where the charge is not known."""
        charge, basis = self.partition.charge, self.partition.charge_basis
        if charge is None:
            raise StructureError(f"{self.source}: {basis}")
        return self.partition.nanocluster(charge)

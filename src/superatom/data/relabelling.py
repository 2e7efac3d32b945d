"""One label of a reference set computed again, to see that the stored number is what its geometry and level give."""

from __future__ import annotations

from dataclasses import dataclass

from superatom.data.reference_set import ReferenceSet
from superatom.errors import ReferenceDataError
from superatom.physics.configuration import Label
from superatom.physics.labels import label

SAME_XTB_EV = 1e-5 * 27.211386  # 1e-5 Eh per configuration: xtb is one program without a grid
SAME_EV_PER_ATOM = (
    1e-3  # other engines: other versions of their libraries move energies by less, a wrong number by more
)


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A stored label and the one computed now; `n_atoms` is that of the geometry."""

    stored: Label
    now: Label
    n_atoms: int

    @property
    def difference_eV(self) -> float | None:  # noqa: N802 -- the unit is part of the name
        """Energy now minus energy stored in eV, or None where one of the two has none."""
        if self.stored.energy_eV is None or self.now.energy_eV is None:
            return None
        return self.now.energy_eV - self.stored.energy_eV

    @property
    def is_same(self) -> bool:
        """Whether both ended alike, with energies within `SAME_XTB_EV`, or `SAME_EV_PER_ATOM` for other engines."""
        if self.difference_eV is None or self.stored.status != self.now.status:
            return self.stored.status == self.now.status
        legal = SAME_XTB_EV if self.stored.engine == "xtb" else SAME_EV_PER_ATOM * self.n_atoms
        return abs(self.difference_eV) <= legal


def relabel(found: ReferenceSet, id: str, level: str) -> Relabelled:  # noqa: A002 -- the word of the table
    """Compute the label of a configuration again, as the campaign did: one single point at the stored geometry.

    Raises
    ------
    UnknownNameError
        For a configuration or level the set does not have.
    ReferenceDataError
        Where the configuration has no label at the level.
    MissingEngineError
        Where the program of the level is not installed.
    """
    row = found.index(id)
    stored = found.labels(level)[row]
    if stored is None:
        others = [one for one in found.levels if found.labels(one)[row]]
        raise ReferenceDataError(f"{id} has no label at {level}; it has {', '.join(others) or 'none at all'}")
    configuration = found.configuration(row)
    return Relabelled(stored, label(configuration, level), configuration.structure.n_atoms)

"""What to assemble: a topology, a metal for every site, a ligand for every role; and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from superatom.structures.structure import Structure

Points = npt.NDArray[np.float64]
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One isomer of one cluster or host-guest model, said in names.

    Attributes
    ----------
    topology
        Name in the table of topologies (`superatom.structures.assembly.topologies`).
    metals
        Element of every metal site, in the topology's order.
    ligands
        (role, ligand name) pairs: the name is one of the ligand table, such as ``("thiolate", "SCH3")``.
    charge
        Net charge in e.
    """

    topology: str
    metals: tuple[str, ...]
    ligands: tuple[tuple[str, str], ...] = ()
    charge: int = 0

    def ligand(self, role: str) -> str:
        """Return the ligand of a role; ``KeyError`` where the blueprint names none.

        >>> Blueprint("lantern", ("Pd", "Pd", "Au", "Au", "Au", "Au"), (("thiolate", "SCH3"),)).ligand("thiolate")
        'SCH3'
        """
        return dict(self.ligands)[role]


@dataclass(frozen=True, slots=True)
class LigandSlot:
    """Where one ligand goes: its role, its donor atom (Å; of a Cp ring: the ring centre), the directions it may take.

    `axes` are unit vectors pointing away from the metal; a ligand's own outward axis is laid on one of them.
    """

    role: str
    donor: Vector
    axes: tuple[Vector, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scaffold:
    """Metals (first, in the blueprint's order) and frame atoms of a host, with the slots its ligands will fill.

    `positions` in Å, shape (n_atoms, 3); `fixed` are atoms that stay where they are in every relaxation.
    """

    symbols: tuple[str, ...]
    positions: Points
    slots: tuple[LigandSlot, ...] = ()
    fixed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """A way metals, ligands and hosts are arranged, with the sites a dopant may take.

    Attributes
    ----------
    name, title
        Key of the table, and one phrase for people.
    n_metals
        Number of metal sites.
    roles
        Role -> number of ligands of that role; a role may be optional (`optional_roles`).
    placements
        Name of a dopant placement -> the metal sites the dopant takes, such as ``{"axial2": (0, 1)}``.
    basis
        What the arrangement rests on: a published structure type or an inference from the formula.
    build
        Makes the scaffold of a blueprint; what is random in it is drawn from the generator.
    """

    name: str
    title: str
    n_metals: int
    roles: Mapping[str, int]
    placements: Mapping[str, tuple[int, ...]]
    basis: str
    build: Callable[[Blueprint, np.random.Generator], Scaffold]
    optional_roles: frozenset[str] = frozenset()
    host: str = ""  # of a host-guest model: what the metals sit in

    def metals_of(self, host: str, dopant: str, placement: str) -> tuple[str, ...]:
        """Return the element of every site: `dopant` on the sites of `placement`, `host` elsewhere."""
        sites = self.placements[placement]
        return tuple(dopant if i in sites else host for i in range(self.n_metals))


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """A geometry made from a blueprint and a seed, before any relaxation.

    `clash_A2` is what is left of the squared overlaps of soft spheres between ligands, in Å^2 (0: none touch).
    """

    blueprint: Blueprint
    seed: int
    structure: Structure
    fixed: tuple[int, ...] = ()
    clash_A2: float = 0.0

"""Push a relaxed geometry off its minimum: the metals breathe, ligands shift and turn, every atom rattles.

Relaxed minima of one prototype differ by 0.01 eV per metal atom only; distorted copies spread over some tenths of an
eV, which is what a model of the energy surface needs to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from superatom.errors import StructureError
from superatom.structures.bonds import bonding_reach, connected, covalent_bonds
from superatom.structures.elements import METALS
from superatom.structures.structure import Structure

Points = npt.NDArray[np.float64]

_SAME_DONOR_A = 0.45  # an atom as near to the metal as the nearest one of its ligand, within this, is a donor too
_ROOM_A = 0.4  # beyond the reach of a bond: closer contacts are not made by turning a ligand
_HALVINGS = 4


def distort(
    structure: Structure,
    seed: int,
    *,
    breathing: float = 0.04,
    ligand_shift_A: float = 0.10,
    ligand_turn_rad: float = 0.35,
    rattle_A: float = 0.02,
    fixed: Sequence[int] = (),
) -> Structure:
    """Return a distorted copy; the same seed gives the same bytes.

    The distances of the metals from their centre are scaled by one factor; every ligand follows its donor, shifts along
    the radius and turns about the axis from its donor to its own centre, as a rigid body (by half as much, and so on,
    where it would run into a neighbour; a shift inwards is not held back, and may bring ligands of a crowded shell
    within reach of a bond); in the end every atom rattles. A host that holds the metals (the one connected framework
    of a zeolite or carbon model) neither shifts nor turns: there every metal shifts instead.

    Parameters
    ----------
    structure
        A relaxed geometry.
    seed
        Of all random numbers, which are normally distributed round zero.
    breathing
        Standard deviation of the factor less 1, without unit. Metals do not breathe where one of them is fixed.
    ligand_shift_A, ligand_turn_rad, rattle_A
        Standard deviations: of a ligand's shift in Å, of its turn in rad, of every coordinate of every atom in Å.
    fixed
        Indices of atoms that do not move. A ligand that holds one does not shift; it turns if that one is its only
        donor.

    Raises
    ------
    StructureError
        For a structure without metal, or a fixed atom that does not exist.

    Examples
    --------
    >>> dimer = Structure(("Au", "Cl"), [[0, 0, 0], [0, 0, 2.25]], charge=0)
    >>> distort(dimer, 7).charge
    0
    >>> bool((distort(dimer, 7).positions == distort(dimer, 7).positions).all())
    True
    >>> distort(dimer, 7, fixed=[0, 1]).positions.tolist() == dimer.positions.tolist()
    True
    """
    metals = [i for i, s in enumerate(structure.symbols) if s in METALS]
    if not metals:
        raise StructureError(f"{structure.source}: no cluster metal among {structure.formula}; nothing to distort")
    if wrong := [i for i in fixed if not 0 <= i < structure.n_atoms]:
        legal = f"0 to {structure.n_atoms - 1}"
        raise StructureError(f"{structure.source}: there is no atom {wrong[0]} to hold fixed; legal are {legal}")
    rng = np.random.default_rng(seed)
    held = np.zeros(structure.n_atoms, dtype=bool)
    held[list(fixed)] = True
    start = structure.positions
    moved = np.array(start)
    centre = start[metals].mean(axis=0)
    growth = rng.normal(0, breathing) * (not held[metals].any())
    moved[metals] += growth * (start[metals] - centre)
    ligands = _ligands(structure, metals)
    if len(ligands) == 1 and len(ligands[0].donors) > len(metals) > 1:
        moved[metals] += rng.normal(0, ligand_shift_A, (len(metals), 3))
        ligands = []
    for ligand in ligands:
        shift = rng.normal(0, ligand_shift_A)
        outward = ligand.origin - centre
        if not held[ligand.atoms].any():
            moved[ligand.atoms] += (growth + shift / max(float(np.linalg.norm(outward)), 1.0)) * outward
    reach = bonding_reach(structure.symbols)
    for ligand in ligands:
        turn = rng.normal(0, ligand_turn_rad)
        if ligand.may_turn and held[ligand.atoms].sum() <= held[ligand.donors].sum():
            _turn(moved, ligand, turn, reach)
    moved += rng.normal(0, rattle_A, moved.shape)
    moved[held] = start[held]
    return replace(structure, positions=moved)


@dataclass(frozen=True, slots=True, eq=False)
class _Ligand:
    """Atoms of a ligand, its donors among them; `origin` is the mean of the donors, `axis` what it turns about."""

    atoms: list[int]
    donors: list[int]
    origin: Points
    axis: Points

    @property
    def may_turn(self) -> bool:
        """Whether a turn leaves the bonds to the metal as they are: one donor, or a ring of them."""
        return len(self.atoms) > 1 and (len(self.donors) == 1 or len(self.donors) > 3)


def _ligands(structure: Structure, metals: Sequence[int]) -> list[_Ligand]:
    """Find the ligands: connected non-metal atoms; their donors are the heavy atoms nearest to a metal."""
    from scipy.spatial import cKDTree

    symbols, positions = structure.symbols, structure.positions
    graph = covalent_bonds(symbols, positions)
    tree = cKDTree(positions[list(metals)])
    found = []
    for atoms in connected(graph, [i for i, s in enumerate(symbols) if s not in METALS]):
        heavy = [i for i in atoms if symbols[i] != "H"] or atoms
        distance, nearest = tree.query(positions[heavy])
        donors = [i for i, d in zip(heavy, distance, strict=True) if d < distance.min() + _SAME_DONOR_A]
        origin = positions[donors].mean(axis=0)
        axis = positions[atoms].mean(axis=0) - origin
        if np.linalg.norm(axis) < 0.3:  # a flat ring: its own centre says nothing, the metal below does
            axis = origin - positions[metals[int(nearest[distance.argmin()])]]
        found.append(_Ligand(atoms, donors, origin, axis))
    return found


def _turn(positions: Points, ligand: _Ligand, angle: float, reach: Points) -> None:
    """Turn a ligand in place, by half, a quarter, ... of the angle where it would run into its surroundings."""
    from scipy.spatial.transform import Rotation

    pivot = positions[ligand.donors].mean(axis=0)
    unit = ligand.axis / np.linalg.norm(ligand.axis)
    arms = positions[ligand.atoms] - pivot
    room = min(_ROOM_A, _room(positions, ligand, positions[ligand.atoms], reach))
    for _ in range(_HALVINGS):
        turned = pivot + arms @ Rotation.from_rotvec(angle * unit).as_matrix().T
        if _room(positions, ligand, turned, reach) >= room:
            positions[ligand.atoms] = turned
            return
        angle /= 2


def _room(positions: Points, ligand: _Ligand, placed: Points, reach: Points) -> float:
    """Return by how much, in Å, the nearest contact of a ligand's body exceeds the reach of a bond."""
    body = [k for k, atom in enumerate(ligand.atoms) if atom not in ligand.donors]
    around = np.ones(len(positions), dtype=bool)
    around[ligand.atoms] = False
    if not body or not around.any():
        return np.inf
    apart = np.linalg.norm(placed[body][:, None] - positions[around][None], axis=-1)
    return float((apart - reach[np.array(ligand.atoms)[body]][:, None] - reach[around][None]).min())

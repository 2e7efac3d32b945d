"""Put ligands on the slots of a scaffold so that they do not run into each other.

Monte-Carlo over each ligand's conformer, axis and turn about the axis, with a soft-sphere overlap as energy and a
falling temperature; every visit of a slot weighs a batch of poses at once (heat bath). Where that leaves a crowd, as
eight PPh3 on ten metals do, the ligands may then tilt, and step back from their metals as far as the caller allows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from superatom.errors import ChemistryError
from superatom.structures.assembly.blueprint import Scaffold
from superatom.structures.assembly.conformers import DonorConformer, donor_conformers, rotation_to

Points = npt.NDArray[np.float64]

# soft radii in Å, some 0.2 below van der Waals: contacts that a force field can still push apart are allowed
_SOFT_RADIUS_A = {"H": 1.0, "C": 1.5, "N": 1.45, "O": 1.4, "F": 1.3, "S": 1.6, "P": 1.6, "Cl": 1.6, "Br": 1.7,
                  "Si": 1.6, "Se": 1.7, "I": 1.8}  # fmt: skip
_OTHER_RADIUS_A = 1.45
N_SWEEPS = 30
N_POSES = 8  # weighed per visit: half anywhere, half a small turn away
_START_TEMPERATURE_A2, _COOLING = 0.5, 0.8
_GOOD_ENOUGH_A2 = 0.02

_CROWDED_A2 = 10.0  # overlap in total from which ligands may tilt and step back
_N_LOOSENING_SWEEPS, _N_MOVES = 40, 16
_STEP, _STEP_DECAY = 0.3, 0.95  # rad of tilt; of a step back 0.7 times as much, in Å
_LOOSENING_TEMPERATURE_A2, _LOOSENING_COOLING = 0.3, 0.9
_TILT_COST_A2, _RETREAT_COST = 24.0, 4.0  # times (1 - cosine of the tilt); times the squared step in Å^2


def place_ligands(
    scaffold: Scaffold, names: Sequence[str], rng: np.random.Generator, *, retreat_A: float = 0.0
) -> tuple[tuple[str, ...], Points, float]:
    """Return symbols, positions in Å (shape (n_atoms, 3)) and what is left of the squared overlaps in Å^2.

    The scaffold's atoms come first and do not move; then the ligands in the order of the slots, each beginning with
    its donor.

    Parameters
    ----------
    scaffold
        Metals, frame and slots.
    names
        One ligand name or SMILES per slot.
    rng
        Draws everything random: the same state gives the same bytes.
    retreat_A
        How far in Å a donor may step back along its axis where the ligands are crowded; a relaxation brings it back.

    Raises
    ------
    ChemistryError
        where the number of names is not that of the slots, or a ligand cannot be placed.

    Examples
    --------
    >>> from superatom.structures.assembly.blueprint import LigandSlot
    >>> slots = tuple(LigandSlot("halide", (0, 0, z), ((0, 0, 1.0),)) for z in (-2.3, 2.3))
    >>> scaffold = Scaffold(("Au",), np.zeros((1, 3)), slots)
    >>> place_ligands(scaffold, ["Cl", "Br"], np.random.default_rng(0))[0]
    ('Au', 'Cl', 'Br')
    """
    if len(names) != len(scaffold.slots):
        raise ChemistryError(f"{len(scaffold.slots)} slots need as many ligand names, not {len(names)}")
    pack = _Pack(scaffold, [donor_conformers(name) for name in names], rng, retreat_A)
    pack.settle()
    if pack.total_clash() > _CROWDED_A2:
        pack.loosen()
    symbols = scaffold.symbols + tuple(s for shapes in pack.shapes for s in shapes[0].symbols)
    return symbols, np.vstack([scaffold.positions.reshape(-1, 3), *pack.placed]), pack.total_clash()


class _Pack:
    """The ligands while they are being moved; `placed[i]` are the coordinates of ligand i."""

    def __init__(
        self,
        scaffold: Scaffold,
        shapes: Sequence[tuple[DonorConformer, ...]],
        rng: np.random.Generator,
        retreat_A: float,
    ) -> None:
        self.rng, self.shapes, self.slots, self.retreat_A = rng, shapes, scaffold.slots, retreat_A
        self.frame = scaffold.positions.reshape(-1, 3)
        self.frame_radii = _soft_radii(scaffold.symbols)
        self.radii = [_soft_radii(options[0].symbols) for options in shapes]
        self.n_donors = [options[0].n_donor_atoms for options in shapes]
        self.turns_of_axes = [np.stack([rotation_to([0, 0, 1], axis) for axis in slot.axes]) for slot in scaffold.slots]
        reach = [
            max(float((np.linalg.norm(s.positions, axis=1) + r).max()) for s in options)
            for options, r in zip(shapes, self.radii, strict=True)
        ]
        donors = np.array([slot.donor for slot in scaffold.slots]).reshape(-1, 3)
        apart = np.linalg.norm(donors[:, None] - donors[None], axis=-1)
        near = apart < np.add.outer(np.array(reach), np.array(reach)) + 2 * retreat_A
        self.near = [[j for j in np.flatnonzero(row).tolist() if j != i] for i, row in enumerate(near)]
        self.pose = [self._anywhere(i, 1)[0] for i in range(len(shapes))]
        self.placed = [self._positions(i, np.array([pose]))[0] for i, pose in enumerate(self.pose)]
        self.movable = [i for i, options in enumerate(shapes) if len(options[0].symbols) > 1]

    def settle(self) -> None:
        """Lower the temperature sweep by sweep until nothing overlaps or the sweeps are used up."""
        temperature = _START_TEMPERATURE_A2
        for _ in range(N_SWEEPS):
            worst = max((self._visit(i, temperature) for i in self.movable), default=0.0)
            if worst < _GOOD_ENOUGH_A2:
                return
            temperature *= _COOLING

    def loosen(self) -> None:
        """Let every ligand tilt about its donor, and the donor step back by up to `retreat_A`."""
        from scipy.spatial.transform import Rotation

        axes = [np.asarray(slot.axes[int(pose[1])]) for slot, pose in zip(self.slots, self.pose, strict=True)]
        tilted = [axis.copy() for axis in axes]
        stepped = [0.0 for _ in axes]
        temperature, step = _LOOSENING_TEMPERATURE_A2, _STEP
        for _ in range(_N_LOOSENING_SWEEPS):
            for i in self.movable:
                turns = np.vstack([np.zeros(3), self.rng.normal(0, step, (_N_MOVES, 3))])
                rotations = Rotation.from_rotvec(turns).as_matrix()
                steps = np.clip(stepped[i] + np.r_[0, self.rng.normal(0, 0.7 * step, _N_MOVES)], 0, self.retreat_A)
                donor = np.asarray(self.slots[i].donor)
                local = self.placed[i] - donor - stepped[i] * axes[i]
                positions = local @ rotations.transpose(0, 2, 1) + donor + steps[:, None, None] * axes[i]
                outward = rotations @ tilted[i]
                cost = _TILT_COST_A2 * (1 - outward @ axes[i]) + _RETREAT_COST * steps**2
                chosen = self._drawn(self._clash(i, positions) + cost, temperature)
                self.placed[i], tilted[i], stepped[i] = positions[chosen], outward[chosen], float(steps[chosen])
            temperature, step = temperature * _LOOSENING_COOLING, step * _STEP_DECAY

    def total_clash(self) -> float:
        """Return the squared overlaps of all ligands with each other and with the frame, in Å^2, each pair once."""
        total = 0.0
        for i, positions in enumerate(self.placed):
            with_frame = self._with_frame(i, positions[None])[0]
            total += with_frame + (self._clash(i, positions[None])[0] - with_frame) / 2
        return float(total)

    def _visit(self, i: int, temperature: float) -> float:
        """Give ligand i one of a batch of poses by its Boltzmann weight; return the overlap it then has."""
        turned = np.repeat(np.array([self.pose[i]]), N_POSES // 2, axis=0)
        turned[:, 2] += self.rng.normal(0, 0.4, len(turned))
        poses = np.vstack([self.pose[i], self._anywhere(i, N_POSES // 2), turned])
        positions = self._positions(i, poses)
        clash = self._clash(i, positions)
        chosen = self._drawn(clash, temperature)
        self.pose[i], self.placed[i] = poses[chosen], positions[chosen]
        return float(clash[chosen])

    def _drawn(self, energies: npt.NDArray[np.float64], temperature: float) -> int:
        """Draw an index by its Boltzmann weight."""
        weights = np.exp((energies.min() - energies) / temperature)
        return int(np.searchsorted(np.cumsum(weights), self.rng.random() * weights.sum()))

    def _anywhere(self, i: int, n: int) -> Points:
        """Draw n poses (conformer, axis, turn in rad) of ligand i, shape (n, 3)."""
        return np.column_stack(
            [
                self.rng.integers(len(self.shapes[i]), size=n),
                self.rng.integers(len(self.slots[i].axes), size=n),
                self.rng.uniform(0, 2 * np.pi, n),
            ]
        )

    def _positions(self, i: int, poses: Points) -> Points:
        """Return coordinates in Å of ligand i in every pose, shape (n_poses, n_atoms, 3)."""
        shape, axis = poses[:, 0].astype(int), poses[:, 1].astype(int)
        cosine, sine, zero = np.cos(poses[:, 2]), np.sin(poses[:, 2]), np.zeros(len(poses))
        spin = np.stack(
            [np.c_[cosine, -sine, zero], np.c_[sine, cosine, zero], np.c_[zero, zero, zero + 1]],
            axis=1,
        )
        local = np.stack([self.shapes[i][k].positions for k in shape])
        rotations = self.turns_of_axes[i][axis] @ spin
        return np.asarray(local @ rotations.transpose(0, 2, 1) + np.asarray(self.slots[i].donor))

    def _clash(self, i: int, positions: Points) -> npt.NDArray[np.float64]:
        """Return the squared overlaps in Å^2 of ligand i with all that is near, shape (n_poses,)."""
        total = self._with_frame(i, positions)
        if not self.near[i]:
            return total
        others = np.vstack([self.placed[j] for j in self.near[i]])
        radii = np.concatenate([self.radii[j] for j in self.near[i]])
        donors = np.concatenate([np.arange(len(self.radii[j])) < self.n_donors[j] for j in self.near[i]])
        free = slice(self.n_donors[i], None)  # where donors stand is the scaffold's business: among them nothing counts
        total += _squared_overlaps(positions[:, free], self.radii[i][free], others, radii)
        own = slice(None, self.n_donors[i])
        return total + _squared_overlaps(positions[:, own], self.radii[i][own], others[~donors], radii[~donors])

    def _with_frame(self, i: int, positions: Points) -> npt.NDArray[np.float64]:
        free = slice(self.n_donors[i], None)
        return _squared_overlaps(positions[:, free], self.radii[i][free], self.frame, self.frame_radii)


def _soft_radii(symbols: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.array([_SOFT_RADIUS_A.get(s, _OTHER_RADIUS_A) for s in symbols])


def _squared_overlaps(
    positions: Points, radii: npt.NDArray[np.float64], others: Points, other_radii: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the sum of max(0, r_a + r_b - d)^2 over all pairs of atoms in Å^2, shape (n_poses,)."""
    n_poses, n_atoms, _ = positions.shape
    if not n_atoms or not len(others):
        return np.zeros(n_poses)
    reach = radii.max() + other_radii.max()
    low, high = positions.min(axis=(0, 1)) - reach, positions.max(axis=(0, 1)) + reach
    close = ((others > low) & (others < high)).all(axis=1)
    others, other_radii = others[close], other_radii[close]
    flat = positions.reshape(-1, 3)
    squared = (flat**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * flat @ others.T
    touching = np.tile(np.add.outer(radii, other_radii), (n_poses, 1))
    row, column = np.nonzero(squared < touching**2)
    overlap = touching[row, column] - np.sqrt(np.maximum(squared[row, column], 0))
    return np.bincount(row // n_atoms, weights=overlap**2, minlength=n_poses).astype(np.float64)  # int of no overlap

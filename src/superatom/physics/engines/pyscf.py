"""PBE/def2-SVP with density fitting through PySCF (doi:10.1063/5.0006074): an anchor from another code.

Energies are the total energies of the valence and semicore electrons beyond the def2 effective core potentials,
extrapolated to zero electronic temperature (the mean of energy and free energy, exact to second order in the smearing).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.engines.electrons import n_electrons, refuse_wrong_parity
from superatom.physics.level import Evaluation, Level, Setting
from superatom.structures.structure import Structure
from superatom.units import HARTREE_EV

NAME = "pyscf"
INSTALL = 'pip install "superatom[pyscf]"'
SETTINGS: Mapping[str, Setting] = {
    "xc": "PBE",
    "basis": "def2-SVP",  # with the effective core potential of the same name
    "grid_level": 1,
    "smearing_Eh": 0.004,
    "energy_tolerance_Eh": 1e-6,
    "max_iterations": 80,
}
_LAST_ALL_ELECTRON = 36  # Kr: the def2 sets have core potentials from Rb on


def evaluate(
    structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
) -> Evaluation:
    """Return energy (eV), Mulliken charges (e) and gap (eV) of one geometry.

    Spin-restricted with Fermi smearing; `n_unpaired`, or an odd number of electrons, makes it unrestricted at that
    spin. The limit of time is looked at in every iteration. Raises `CalculationError` where the cycle does not converge
    or runs out of time, `MissingEngineError` where the package is not installed.
    """
    if not is_available():
        raise MissingEngineError(f"the package pyscf is not installed; {INSTALL}")
    from pyscf import dft

    start = time.perf_counter()
    limit_s = level.timeout_s if timeout_s is None else timeout_s
    settings = level.settings
    molecule = _molecule(structure, str(settings["basis"]), n_unpaired)
    restricted = molecule.spin == 0 and n_unpaired is None
    field = (dft.RKS if restricted else dft.UKS)(molecule).density_fit()
    field.xc = str(settings["xc"])
    field.grids.level = int(settings["grid_level"])
    field.conv_tol = float(settings["energy_tolerance_Eh"])
    field.max_cycle = int(settings["max_iterations"])
    field = field.smearing(sigma=float(settings["smearing_Eh"]), method="fermi", fix_spin=True)

    def stop_late(_: Mapping[str, Any]) -> None:
        if time.perf_counter() - start > limit_s:
            raise CalculationError(f"out of time: PySCF was stopped after {limit_s:g} s")

    field.callback = stop_late
    field.kernel()
    if not field.converged:
        raise CalculationError(f"PySCF did not converge within {field.max_cycle} iterations")
    energy_eV = float(field.e_zero) * HARTREE_EV
    if not math.isfinite(energy_eV):
        raise CalculationError(f"PySCF returned the energy {energy_eV}")
    return Evaluation(
        energy_eV=energy_eV,
        engine=NAME,
        engine_version=version("pyscf"),
        parameters_sha256=hashlib.sha256(json.dumps(dict(settings), sort_keys=True).encode()).hexdigest(),
        charges_e=tuple(float(q) for q in field.mulliken_pop(verbose=0)[1]),
        charge_model="Mulliken",
        gap_eV=_gap_eV(field),
        n_unpaired=int(molecule.spin),
        magnetic_moment=float(molecule.spin),
        seconds=time.perf_counter() - start,
    )


def is_available() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec("pyscf") is not None


def _molecule(structure: Structure, basis: str, n_unpaired: int | None) -> Any:
    from ase.data import atomic_numbers
    from pyscf import gto, lib

    lib.num_threads(1)
    spin = n_electrons(structure) % 2 if n_unpaired is None else n_unpaired
    refuse_wrong_parity(structure, spin)
    return gto.M(
        atom=list(zip(structure.symbols, structure.positions.tolist(), strict=True)),
        unit="Angstrom",
        charge=structure.charge or 0,
        spin=spin,
        basis=basis,
        ecp={symbol: basis for symbol in set(structure.symbols) if atomic_numbers[symbol] > _LAST_ALL_ELECTRON},
        verbose=0,
    )


def _gap_eV(field: Any) -> float | None:  # noqa: N802 -- the unit is part of the name
    """Return the smallest HOMO-LUMO gap of the spins; None where a spin has no empty level or no electron."""
    gaps = []
    for levels, filling in zip(np.atleast_2d(field.mo_energy), np.atleast_2d(field.mo_occ), strict=True):
        is_filled = filling > 0.5 * (2 if np.ndim(field.mo_energy) == 1 else 1)
        if is_filled.any() and not is_filled.all():
            gaps.append(float(levels[~is_filled].min() - levels[is_filled].max()) * HARTREE_EV)
    return max(0.0, min(gaps)) if gaps else None

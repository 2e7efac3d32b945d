"""Spin-polarised GFN1-xTB through the package ``tblite``: GFN1 with an exchange term, lowest of several spin states.

GFN1-xTB: doi:10.1021/acs.jctc.7b00118; its spin term: doi:10.1002/jcc.27185. Stock GFN1 pairs electrons that Mn, Fe, Co
or Re keep apart. The third-order term of Rh, Ir and Pt is clamped as at level ``gfn1``.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.level import Evaluation, Level, Setting
from superatom.structures.structure import Structure
from superatom.units import HARTREE_EV

NAME = "tblite"
INSTALL = 'pip install "superatom[tblite]"'
SETTINGS: Mapping[str, Setting] = {
    "method": "gfn1",
    "gam3_Rh_Ir_Pt": 0.03,
    "spin_polarisation": 1.0,
    "n_unpaired_scan": "0 2 4 6 8 10",  # one more each where the number of electrons is odd
    "electronic_temperatures_K": "300 1000",
    "accuracy": 1.0,
    "max_iterations": 250,
}
_CLAMPED = ("Rh", "Ir", "Pt")
_KELVIN_HARTREE = 3.166811563e-6  # CODATA 2018
_WRONG_SUM_E = 0.01


@dataclass(frozen=True, slots=True)
class _State:
    """One converged spin state."""

    energy_Eh: float
    n_unpaired: int
    charges_e: tuple[float, ...]
    gap_eV: float | None


def evaluate(
    structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
) -> Evaluation:
    """Return energy (eV), Mulliken charges (e) and gap (eV) of the lowest spin state of the scan, or of the one given.

    All states are compared at one electronic temperature: the one at which most converge, the first of equals. The
    limit of time is looked at between states. Raises `CalculationError` where none converges or `n_unpaired` does not
    go with the number of electrons, `MissingEngineError` where the package is not installed.
    """
    if not is_available():
        raise MissingEngineError(f"the package tblite is not installed; {INSTALL}")
    start = time.perf_counter()
    end = start + (level.timeout_s if timeout_s is None else timeout_s)
    parameters = _parameters(float(level.settings["gam3_Rh_Ir_Pt"]))
    spins = _spins(_n_electrons(structure, parameters), level, n_unpaired)
    temperatures = str(level.settings["electronic_temperatures_K"]).split()
    states: list[_State] = []
    temperature = temperatures[0]
    for warmer in temperatures:
        found = []
        for spin in spins:
            if time.perf_counter() > end:
                raise CalculationError(f"{level.name}: the scan of {len(spins)} spin states ran out of time")
            state = _converged(structure, level, parameters, spin, float(warmer))
            found += [] if state is None else [state]
        if len(found) > len(states):
            states, temperature = found, warmer
        if len(states) == len(spins):
            break
    if not states:
        raise CalculationError(f"{level.name}: the charges did not converge at {' or '.join(temperatures)} K")
    best = min(states, key=lambda state: state.energy_Eh)
    notes = [f"n_unpaired {s.n_unpaired}: {(s.energy_Eh - best.energy_Eh) * HARTREE_EV:+.3f} eV" for s in states]
    missed = sorted(set(spins) - {s.n_unpaired for s in states})
    notes += [f"n_unpaired {', '.join(map(str, missed))} did not converge"] if missed else []
    if temperature != temperatures[0]:
        notes.append(f"electronic temperature {temperature} K, as at {temperatures[0]} K more failed")
    return Evaluation(
        energy_eV=best.energy_Eh * HARTREE_EV,
        engine=NAME,
        engine_version=version("tblite"),
        parameters_sha256=_sha256(json.dumps([parameters, dict(level.settings)], sort_keys=True)),
        charges_e=best.charges_e,
        charge_model="Mulliken",
        gap_eV=best.gap_eV,
        n_unpaired=best.n_unpaired,
        magnetic_moment=float(best.n_unpaired),
        seconds=time.perf_counter() - start,
        notes=tuple(notes),
    )


def is_available() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec("tblite") is not None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _parameters(gam3: float) -> dict[str, Any]:
    """Return the GFN1 parameters of the package with the third-order term of Rh, Ir and Pt set to `gam3`, in Eh/e^3."""
    from tblite import library

    record, table = library.new_param(), library.new_table()
    library.export_gfn1_param(record)
    library.dump_param(record, table)
    parameters: dict[str, Any] = copy.deepcopy(library.table_to_dict(table))
    for symbol in _CLAMPED:
        parameters["element"][symbol]["gam3"] = gam3
    return parameters


def _n_electrons(structure: Structure, parameters: Mapping[str, Any]) -> int:
    valence = sum(sum(parameters["element"][symbol]["refocc"]) for symbol in structure.symbols)
    return round(valence) - (structure.charge or 0)


def _spins(n_electrons: int, level: Level, n_unpaired: int | None) -> list[int]:
    """Return the numbers of unpaired electrons to try: those of the scan that the number of electrons allows."""
    if n_unpaired is None:
        odd = n_electrons % 2
        scan = [int(n) + odd for n in str(level.settings["n_unpaired_scan"]).split()]
        return [n for n in scan if n <= n_electrons]
    if n_unpaired > n_electrons or (n_electrons - n_unpaired) % 2:
        raise CalculationError(f"{n_electrons} valence electrons cannot leave {n_unpaired} unpaired")
    return [n_unpaired]


def _converged(
    structure: Structure, level: Level, parameters: dict[str, Any], n_unpaired: int, temperature_K: float
) -> _State | None:
    """Return one spin state, or None where its charges do not converge or the basis has no room for it."""
    from ase.data import atomic_numbers
    from ase.units import Bohr
    from tblite.exceptions import TBLiteRuntimeError
    from tblite.interface import Calculator

    numbers = np.array([atomic_numbers[symbol] for symbol in structure.symbols])
    calculator = Calculator(
        parameters, numbers, structure.positions / Bohr, float(structure.charge or 0), n_unpaired, logger=_ignore
    )
    calculator.set("verbosity", 0)
    calculator.set("temperature", temperature_K * _KELVIN_HARTREE)
    calculator.set("accuracy", float(level.settings["accuracy"]))
    calculator.set("max-iter", int(level.settings["max_iterations"]))
    calculator.add("spin-polarization", float(level.settings["spin_polarisation"]))
    try:
        result = calculator.singlepoint()
    except TBLiteRuntimeError:
        return None
    energy, charges = float(result.get("energy")), tuple(float(q) for q in result.get("charges"))
    if not math.isfinite(energy) or abs(sum(charges) - (structure.charge or 0)) > _WRONG_SUM_E:
        return None  # a spin with more electrons than orbitals loses some
    return _State(energy, n_unpaired, charges, _gap_eV(result))


def _gap_eV(result: Any) -> float | None:  # noqa: N802 -- the unit is part of the name
    """Return the smallest HOMO-LUMO gap of the two spins; None where a spin has no empty level or no electron."""
    energies, occupations = (np.atleast_2d(result.get(f"orbital-{what}")) for what in ("energies", "occupations"))
    gaps = []
    for levels, filling in zip(energies, occupations, strict=True):
        is_filled = filling > 0.5
        if is_filled.any() and not is_filled.all():
            gaps.append(float(levels[~is_filled].min() - levels[is_filled].max()) * HARTREE_EV)
    return max(0.0, min(gaps)) if gaps else None


def _ignore(message: str) -> None:
    """Take what the package wants to print, and leave it."""

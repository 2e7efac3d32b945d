"""Effective medium theory of ASE for bare metal clusters (doi:10.1016/0039-6028(96)00816-3): instant, and rough.

For trying the pipeline and for tests. ASE's EMT also takes H, C, N and O, with numbers that are no physics: refused.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping

from superatom.errors import CalculationError
from superatom.physics.engines.electrons import what_is_not_known
from superatom.physics.level import Evaluation, Level, Setting
from superatom.structures.structure import Structure

NAME = "emt"
ELEMENTS = ("Al", "Ni", "Cu", "Pd", "Ag", "Pt", "Au")
SETTINGS: Mapping[str, Setting] = {"asap_cutoff": False}


def evaluate(
    structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
) -> Evaluation:
    """Return the energy of a bare metal cluster in eV, relative to the bulk metals.

    A charge or spin that was asked for is in the notes: the theory knows neither. `timeout_s` has no meaning here.
    Raises `CalculationError` for an element the theory has no parameters for.

    >>> from superatom.physics.level import Level
    >>> pair = Structure(("Au", "Au"), [[0, 0, 0], [0, 0, 2.6]])
    >>> round(evaluate(pair, Level("emt", "", "emt", SETTINGS)).energy_eV, 3)
    3.237
    """
    del timeout_s
    others = sorted(set(structure.symbols) - set(ELEMENTS))
    if others:
        raise CalculationError(
            f"EMT has no parameters for {', '.join(others)}; it knows bare clusters of {', '.join(ELEMENTS)}"
        )
    import ase
    from ase import Atoms
    from ase.calculators.emt import EMT

    start = time.perf_counter()
    atoms = Atoms(structure.symbols, positions=structure.positions, calculator=EMT(**dict(level.settings)))
    energy_eV = float(atoms.get_potential_energy())
    if not math.isfinite(energy_eV):
        raise CalculationError(f"EMT returned the energy {energy_eV}")
    return Evaluation(
        energy_eV=energy_eV,
        engine=NAME,
        engine_version=ase.__version__,
        parameters_sha256=hashlib.sha256(json.dumps(dict(level.settings), sort_keys=True).encode()).hexdigest(),
        seconds=time.perf_counter() - start,
        notes=what_is_not_known("the theory", structure, n_unpaired),
    )

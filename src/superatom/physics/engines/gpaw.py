"""PBE with GPAW in LCAO mode, run as its own process by the Python that has GPAW (often the system's).

GPAW: doi:10.1088/0953-8984/22/25/253202; its LCAO mode: doi:10.1103/PhysRevB.80.195112; PBE:
doi:10.1103/PhysRevLett.77.3865. The energy is GPAW's, on the scale of its setups' reference atoms, extrapolated to zero
electronic temperature (what ASE calls the potential energy), not the free energy.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.engines.electrons import n_electrons, refuse_wrong_parity
from superatom.physics.engines.gpaw_worker import NO_GPAW
from superatom.physics.engines.process import run_limited
from superatom.physics.level import Evaluation, Level, Setting
from superatom.structures.structure import Structure

NAME = "gpaw"
PYTHON_VARIABLE = "SUPERATOM_GPAW_PYTHON"
INSTALL = (
    "apt-get install -y --no-install-recommends gpaw gpaw-data, or name the Python that has GPAW in the environment "
    f"variable {PYTHON_VARIABLE}"
)
SETTINGS: dict[str, Setting] = {
    "mode": "lcao",
    "basis": "dzp",
    "xc": "PBE",
    "h_A": 0.22,
    "vacuum_A": 3.2,
    "smearing_eV": 0.086,
    "density_tolerance": 2e-4,  # electrons per valence electron
    "energy_tolerance_eV": 5e-5,  # per valence electron
    "max_iterations": 90,
}
SPIN_SETTINGS: dict[str, Setting] = SETTINGS | {
    "density_tolerance": 1e-3,
    "mixer_beta": 0.05,
    "mixer_history": 8,
    "mixer_metric_weight": 1.0,
    # where the self-consistent cycle starts, in Bohr magnetons per atom; it is free to go elsewhere
    "initial_moments": "Mn 4 Fe 3 Co 2 Ni 1 Ru 2 Rh 1 Re 3 Os 2 Ir 1",
}
_FOREIGN_PYTHON = {"PYTHONPATH": "", "PYTHONHOME": ""}  # ours are not meant for another Python
_NO_PROGRAM = (126, 127)  # exit status of a shell that cannot execute a program


def evaluate(
    structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
) -> Evaluation:
    """Return energy (eV), Hirshfeld charges (e) and gap (eV) of one geometry.

    A level with `initial_moments` is spin-polarised and finds its own moment, unless `n_unpaired` fixes it; a level
    without is spin-paired, takes only ``n_unpaired`` None or 0, and says in the notes where the number of electrons is
    odd, so that its highest filled level holds one. Raises `CalculationError` for a spin that does not go with level or
    number of electrons and where the self-consistent cycle does not converge, crashes or runs out of time,
    `MissingEngineError` where there is no GPAW.
    """
    request = {
        "symbols": list(structure.symbols),
        "positions": structure.positions.tolist(),
        "charge": structure.charge or 0,
        "settings": dict(level.settings),
        "initial_moments": _initial_moments(structure, level, n_unpaired),
        "is_moment_fixed": n_unpaired is not None and "initial_moments" in level.settings,
    }
    start = time.perf_counter()
    answer = _ask(request, level.timeout_s if timeout_s is None else timeout_s)
    is_half_filled = request["initial_moments"] is None and n_electrons(structure) % 2
    if not answer["converged"]:
        raise CalculationError(f"GPAW did not converge within {level.settings['max_iterations']} iterations")
    if not math.isfinite(answer["energy_eV"]):
        raise CalculationError(f"GPAW returned the energy {answer['energy_eV']}")
    return Evaluation(
        energy_eV=answer["energy_eV"],
        engine=NAME,
        engine_version=answer["version"],
        parameters_sha256=_parameters_sha256(answer["setups_sha256"], level.settings),
        charges_e=tuple(answer["charges_e"]),
        charge_model="Hirshfeld",
        gap_eV=answer["gap_eV"],
        n_unpaired=n_unpaired,
        magnetic_moment=answer["magnetic_moment"],
        seconds=time.perf_counter() - start,
        notes=(
            f"{answer['iterations']} iterations",
            *(["spin-paired with an odd number of electrons"] if is_half_filled else []),
        ),
    )


def is_available() -> bool:
    """Whether the Python that this engine would use can import GPAW; asked once per process."""
    try:
        _version(_python())
    except MissingEngineError:
        return False
    return True


@cache
def _version(python: str) -> str:
    del python  # part of the cache's key
    return str(_ask({"only": "setups"}, timeout_s=60.0)["version"])


def _ask(request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
    """Send a request to a worker process and return its answer."""
    worker = Path(__file__).with_name("gpaw_worker.py")
    with tempfile.TemporaryDirectory(prefix="superatom-gpaw-") as name:
        request_file, answer_file = Path(name, "request.json"), Path(name, "answer.json")
        request_file.write_text(json.dumps(request), encoding="utf-8")
        command = [_python(), str(worker), str(request_file), str(answer_file)]
        status, printed = run_limited(command, Path(name), timeout_s, _FOREIGN_PYTHON)
        last_words = (printed.strip().splitlines() or ["it said nothing"])[-1]
        if status in (NO_GPAW, *_NO_PROGRAM):
            raise MissingEngineError(f"{_python()} cannot run GPAW ({last_words}); install it with: {INSTALL}")
        if status != 0 or not answer_file.exists():
            raise CalculationError(f"GPAW ended with status {status}: {last_words}")
        answer: dict[str, Any] = json.loads(answer_file.read_text(encoding="utf-8"))
    return answer


def _python() -> str:
    """Return the Python that is to have GPAW: the one named, else this one if it has it, else the system's."""
    named = os.environ.get(PYTHON_VARIABLE)
    if named:
        return named
    package = importlib.util.find_spec("gpaw")
    is_here = package is not None and package.submodule_search_locations is not None
    return sys.executable if is_here else "/usr/bin/python3"


def _initial_moments(structure: Structure, level: Level, n_unpaired: int | None) -> list[float] | None:
    """Return where the moments start; None for a spin-paired calculation."""
    if "initial_moments" not in level.settings:
        if n_unpaired:
            raise CalculationError(
                f"level {level.name} pairs all spins; {n_unpaired} unpaired need a spin-polarised one"
            )
        return None
    if n_unpaired is not None:
        refuse_wrong_parity(structure, n_unpaired)
    words = str(level.settings["initial_moments"]).split()
    start = {symbol: float(moment) for symbol, moment in zip(words[::2], words[1::2], strict=True)}
    moments = [start.get(symbol, 0.0) for symbol in structure.symbols]
    if not any(moments):  # a radical of light atoms, a coinage cluster with an odd electron
        start_e = n_electrons(structure) % 2 if n_unpaired is None else n_unpaired
        return [start_e / structure.n_atoms] * structure.n_atoms
    return moments if n_unpaired is None else [moment * n_unpaired / sum(moments) for moment in moments]


def _parameters_sha256(setups_sha256: str, settings: Mapping[str, Setting]) -> str:
    text = json.dumps({"setups": setups_sha256, "settings": dict(settings)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()

"""GFN1-xTB and GFN-FF through the ``xtb`` program: one process per evaluation, in a folder of its own.

Stock GFN1 collapses where Rh, Ir or Pt sits in a highly coordinated site: the cubic third-order term (parameter GAM3)
is not bounded from below, and the "converged" charge on the metal reaches 20 e. A level may clamp that parameter
(setting ``gam3_Rh_Ir_Pt``); a probe with a known energy shows, once per process, that the clamp is in force.

Methods: GFN1-xTB, doi:10.1021/acs.jctc.7b00118; GFN-FF, doi:10.1002/anie.202004239; program, doi:10.1002/wcms.1493.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.engines.process import run_limited
from superatom.physics.engines.xtb_parameters import INSTALL, clamped, parameter_file, program
from superatom.physics.level import Evaluation, Level, Setting
from superatom.structures.structure import Structure
from superatom.units import HARTREE_EV

GFN1_SETTINGS: Mapping[str, Setting] = {
    "method": "gfn1",
    "gam3_Rh_Ir_Pt": 0.03,
    "electronic_temperatures_K": "300 1000",
    "accuracy": 1.0,
    "max_iterations": 250,
}
GFNFF_SETTINGS: Mapping[str, Setting] = {"method": "gfnff"}
_GFN1_FILE, _GFNFF_FILE = "param_gfn1-xtb.txt", ".param_gfnff.xtb"
_CLAMP_SETTING = "gam3_Rh_Ir_Pt"
_FLAGS = {"gfn1": ("--gfn", "1"), "gfnff": ("--gfnff",)}
_NUMBER = r"(-?\d+\.\d+(?:[eE][+-]?\d+)?|NaN|-?Infinity)"
_ENERGY = re.compile(rf"\|\s*TOTAL ENERGY\s+{_NUMBER}\s+Eh", re.IGNORECASE)
_GEOMETRY = re.compile(r"GEOMETRY OPTIMIZATION (CONVERGED AFTER|IN) (\d+) ITERATIONS")
_VERSION = re.compile(r"xtb version (\d+(?:\.\d+)+)")
_CHARGES, _ELECTRONS, _UNPAIRED = "partial charges", "number of electrons", "number of unpaired electrons"
_LOST_GEOMETRY = "Geometry optimization did not converge"
_WRONG_SUM_E = 0.01

# PtCl2, RhCl and IrCl, 10 Å apart, and their GFN1 energy in Eh with GAM3 = 0.03 (stock: 6.2e-4 Eh higher)
_PROBE = Structure(
    ("Pt", "Cl", "Cl", "Rh", "Cl", "Ir", "Cl"),
    [[0, 0, 0], [2.25, 0, 0], [-2.25, 0, 0], [0, 10, 0], [0, 12.2, 0], [0, -10, 0], [0, -12.2, 0]],  # type: ignore[arg-type]
    charge=0,
)
_PROBE_GAM3, _PROBE_EH, _PROBE_TOLERANCE_EH = 0.03, -29.368679122, 1e-5


@dataclass(frozen=True, slots=True)
class _Printed:
    """What one run of the program left behind."""

    energy_Eh: float
    version: str
    text: str
    properties: dict[str, Any]  # xtbout.json; empty for GFN-FF
    structure: Structure | None  # after an optimisation


def evaluate(
    structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
) -> Evaluation:
    """Return the energy, Mulliken charges and gap of one geometry.

    Parameters
    ----------
    structure
        Its `charge` counts (None: 0).
    level
        Settings: ``method`` (gfn1, gfnff), ``electronic_temperatures_K`` (tried in turn until the charges converge; a
        later one is recorded in the notes), ``max_iterations``, ``accuracy``, ``gam3_Rh_Ir_Pt``.
    n_unpaired
        Number of unpaired electrons; None: as few as the number of electrons allows.
    timeout_s
        Limit in s, all temperatures together; None: that of the level.

    Raises
    ------
    CalculationError
        Not converged, out of time, numbers that no electronic structure has, or unpaired electrons for GFN-FF.
    MissingEngineError
        No program, no parameter files, or a program that ignores the clamped parameters.
    """
    if n_unpaired and level.settings["method"] == "gfnff":
        raise CalculationError(f"{level.name} knows no spin; {n_unpaired} unpaired electrons need another level")
    start = time.monotonic()
    digest = _checked_parameters(level)
    printed, notes = _run_at_temperatures(
        structure, level, [], n_unpaired=n_unpaired, timeout_s=level.timeout_s if timeout_s is None else timeout_s
    )
    _refuse_nonsense(structure, level, printed, n_unpaired)
    charges = tuple(float(q) for q in printed.properties.get(_CHARGES, ()))
    unpaired = printed.properties.get(_UNPAIRED)
    gap = printed.properties.get("HOMO-LUMO gap/eV")
    return Evaluation(
        energy_eV=printed.energy_Eh * HARTREE_EV,
        engine="xtb",
        engine_version=printed.version,
        parameters_sha256=digest,
        charges_e=charges,
        charge_model="Mulliken" if charges else "",
        gap_eV=None if gap is None or not math.isfinite(gap) else float(gap),
        n_unpaired=None if unpaired is None else int(unpaired),
        seconds=time.monotonic() - start,
        notes=notes,
    )


def relax(
    structure: Structure,
    level: Level,
    *,
    fixed: Sequence[int] = (),
    optimisation: str = "crude",
    max_cycles: int | None = None,
    must_converge: bool = True,
    timeout_s: float | None = None,
) -> Structure:
    """Return the structure after an optimisation of its geometry, with a note on how it ended.

    Where only a later electronic temperature of the level converged, a second note says so.

    Parameters
    ----------
    fixed
        Atoms (counted from 0) that stay where they are.
    optimisation
        Threshold of the program: crude, sloppy, loose, normal, tight.
    max_cycles
        None: the program's own limit, which grows with the number of atoms.
    must_converge
        Whether running into the limit of cycles is an error.
    timeout_s
        Limit in s; None: ten times that of one evaluation.

    Raises
    ------
    CalculationError, MissingEngineError
        As `evaluate`; also for an optimisation that did not converge.
    """
    if structure.n_atoms - len(set(fixed)) < 1 or structure.n_atoms == 1:
        return structure
    _checked_parameters(level)
    arguments = ["--opt", optimisation, *(() if max_cycles is None else ("--cycles", str(max_cycles)))]
    limit_s = 10 * level.timeout_s if timeout_s is None else timeout_s
    printed, notes = _run_at_temperatures(structure, level, arguments, fixed=fixed, timeout_s=limit_s)
    relaxed, outcome = printed.structure, _GEOMETRY.search(printed.text)
    if relaxed is None or outcome is None:
        raise CalculationError(f"{level.name}: the optimisation left no geometry ({_complaint(printed.text)})")
    is_converged, cycles = outcome[1] == "CONVERGED AFTER", int(outcome[2])
    if must_converge and not is_converged:
        raise CalculationError(f"{level.name}: the geometry did not converge in {cycles} cycles")
    moved = relaxed.positions - structure.positions
    if len(fixed) and float(np.abs(moved[list(fixed)]).max()) > 1e-3:
        raise CalculationError(f"{level.name}: atoms that should stay fixed have moved")
    end = f"converged in {cycles} cycles" if is_converged else f"not converged in {cycles} cycles"
    return Structure(
        structure.symbols,
        relaxed.positions,
        charge=structure.charge,
        source=structure.source,
        notes=(*structure.notes, *(f"{level.name} {optimisation}: {note}" for note in (end, *notes))),
    )


def _parameters(level: Level) -> dict[str, str]:
    """Return the parameter files a run at `level` reads: file name -> text."""
    if level.settings["method"] == "gfnff":
        return {_GFNFF_FILE: parameter_file(_GFNFF_FILE).read_text(encoding="utf-8")}
    text = parameter_file(_GFN1_FILE).read_text(encoding="utf-8")
    gam3 = level.settings.get(_CLAMP_SETTING)
    return {_GFN1_FILE: text if gam3 is None else clamped(text, float(gam3))}


def _checked_parameters(level: Level) -> str:
    """Return the hash of all that decides a number of `level`, after showing that the clamp is in force."""
    parameters = _parameters(level)
    if _CLAMP_SETTING in level.settings:
        _probe(str(program()), parameters[_GFN1_FILE], float(level.settings[_CLAMP_SETTING]))
    text = json.dumps([parameters, dict(level.settings)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _probe(path: str, parameters: str, gam3: float) -> None:
    """Raise `MissingEngineError` unless the program gives the known clamped energy of the probe."""
    if gam3 != _PROBE_GAM3:
        raise MissingEngineError(f"the check of the xtb parameters knows GAM3 = {_PROBE_GAM3} only, not {gam3}")
    level = Level("probe", "", "xtb", {"method": "gfn1"})
    found = _run(path, {_GFN1_FILE: parameters}, _PROBE, level, ["--etemp", "300"], timeout_s=60.0)
    if not abs(found.energy_Eh - _PROBE_EH) < _PROBE_TOLERANCE_EH:
        raise MissingEngineError(
            f"{path} does not use the clamped GFN1 parameters: the probe has {found.energy_Eh:.9f} Eh, "
            f"not {_PROBE_EH:.9f} Eh; use xtb 6.5 with its own parameter files ({INSTALL})"
        )


def _run_at_temperatures(
    structure: Structure,
    level: Level,
    arguments: Sequence[str],
    *,
    timeout_s: float,
    n_unpaired: int | None = None,
    fixed: Sequence[int] = (),
) -> tuple[_Printed, tuple[str, ...]]:
    """Run at the electronic temperatures of the level in turn until one converges; say so where it is not the first."""
    path, parameters, end = str(program()), _parameters(level), time.monotonic() + timeout_s
    options = [*arguments, "--chrg", str(structure.charge or 0)]
    options += [] if n_unpaired is None else ["--uhf", str(n_unpaired)]
    temperatures = str(level.settings.get("electronic_temperatures_K", "300")).split()
    for temperature in temperatures:
        remaining_s = end - time.monotonic()
        try:
            warm = [*options, "--etemp", temperature]
            printed = _run(path, parameters, structure, level, warm, timeout_s=remaining_s, fixed=fixed)
        except _UnconvergedError as error:
            failure = error
            continue
        first = temperature == temperatures[0]
        return printed, () if first else (f"electronic temperature {temperature} K, as {temperatures[0]} K failed",)
    where = f" at {' or '.join(temperatures)} K" if "electronic_temperatures_K" in level.settings else ""
    raise CalculationError(f"{level.name}: {failure}{where}")


class _UnconvergedError(CalculationError):
    """The charges, or an optimisation, did not converge; another electronic temperature may help."""


def _run(
    path: str,
    parameters: dict[str, str],
    structure: Structure,
    level: Level,
    options: Sequence[str],
    *,
    timeout_s: float,
    fixed: Sequence[int] = (),
) -> _Printed:
    method = str(level.settings["method"])
    command = [path, "in.xyz", *_FLAGS[method], "--json", "--norestart", *options]
    if method != "gfnff":
        command += ["--iterations", str(level.settings.get("max_iterations", 250))]
        command += ["--acc", str(level.settings.get("accuracy", 1.0))]
    with tempfile.TemporaryDirectory(prefix="superatom-xtb-") as name:
        folder = Path(name)
        for file, text in parameters.items():
            (folder / file).write_text(text, encoding="utf-8")
        (folder / "in.xyz").write_text(_xyz(structure), encoding="utf-8")
        if len(fixed):
            atoms = ",".join(str(i + 1) for i in sorted(set(fixed)))
            (folder / "fixed.inp").write_text(f"$fix\n   atoms: {atoms}\n$end\n", encoding="utf-8")
            command += ["--input", "fixed.inp"]
        environment = {"XTBPATH": name, "XTBHOME": name, "HOME": name}
        status, text = run_limited(command, folder, timeout_s, environment)
        return _read(folder, status, text, structure)


def _read(folder: Path, status: int, text: str, structure: Structure) -> _Printed:
    if (folder / ".sccnotconverged").exists() or "did not converge" in text:
        lost_geometry = _LOST_GEOMETRY in text and not (folder / ".sccnotconverged").exists()
        raise _UnconvergedError(
            f"the optimisation went astray: {_complaint(text)}" if lost_geometry else "the charges did not converge"
        )
    if status:
        raise CalculationError(f"xtb stopped with status {status} ({_complaint(text)})")
    energies = _ENERGY.findall(text)
    if not energies or "normal termination of xtb" not in text:
        raise CalculationError(f"xtb printed no total energy or did not end normally ({_complaint(text)})")
    json_file, xyz_file = folder / "xtbout.json", folder / "xtbopt.xyz"
    try:
        properties = json.loads(json_file.read_text(encoding="utf-8")) if json_file.exists() else {}
        relaxed = _positions(xyz_file, structure) if xyz_file.exists() else None
    except ValueError as error:
        raise CalculationError(f"xtb left a file that cannot be read: {error}") from error
    version = _VERSION.search(text)
    return _Printed(float(energies[-1]), version[1] if version else "unknown", text, properties, relaxed)


def _xyz(structure: Structure) -> str:
    rows = (
        f"{symbol} {x:.10f} {y:.10f} {z:.10f}"
        for symbol, (x, y, z) in zip(structure.symbols, structure.positions.tolist(), strict=True)
    )
    return "\n".join((str(structure.n_atoms), "", *rows, ""))


def _positions(file: Path, structure: Structure) -> Structure:
    rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines()[2:]]
    if tuple(row[0] for row in rows) != structure.symbols:
        raise ValueError(f"{file.name} has other atoms than {structure.source}")
    return Structure(structure.symbols, np.array([row[1:4] for row in rows], dtype=np.float64))


def _complaint(text: str) -> str:
    """Return what the program itself says went wrong, in one line."""
    said = [line.strip() for line in text.splitlines() if re.match(r"-\d+- ", line.strip())]
    return "; ".join(re.sub(r"^-\d+- ", "", line) for line in said[-3:]) or "it does not say why"


def _refuse_nonsense(structure: Structure, level: Level, printed: _Printed, n_unpaired: int | None) -> None:
    """Raise `CalculationError` for numbers that no electronic structure has or that answer another question."""
    if not math.isfinite(printed.energy_Eh):
        raise CalculationError("xtb returned an energy that is not a finite number")
    if level.settings["method"] == "gfnff":
        return
    found, charge = printed.properties, structure.charge or 0
    if missing := [key for key in (_CHARGES, _ELECTRONS, _UNPAIRED) if key not in found]:
        raise CalculationError(f"xtb did not say {', '.join(missing)}; xtb 6.5 does")
    charges, n_electrons, unpaired = found[_CHARGES], found[_ELECTRONS], found[_UNPAIRED]
    if len(charges) != structure.n_atoms or not abs(sum(charges) - charge) < _WRONG_SUM_E:
        raise CalculationError(
            f"xtb returned {len(charges)} charges with the sum {sum(charges):.3f} e for {structure.n_atoms} atoms "
            f"and the charge {charge} e"
        )
    if n_electrons > 0 and printed.energy_Eh >= 0:
        raise CalculationError(f"xtb returned an energy above zero ({printed.energy_Eh:.3f} Eh)")
    wanted = unpaired if n_unpaired is None else n_unpaired
    if unpaired != wanted or (n_electrons - wanted) % 2 or wanted > n_electrons:
        raise CalculationError(f"{n_electrons} electrons cannot have {wanted} unpaired ones")

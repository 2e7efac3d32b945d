"""One label: a single point at exactly the stored geometry, and how it ended.

A label is converged, filtered (it has numbers and breaks a rule of physical sense) or failed (it has none), always with
the reason; a failed calculation never raises.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.configuration import Configuration, Label
from superatom.physics.filters import label_faults
from superatom.physics.level import Engine, Level
from superatom.physics.levels import engine_of
from superatom.physics.levels import level as level_called

if TYPE_CHECKING:
    from ase.calculators.calculator import Calculator


def label(
    configuration: Configuration,
    level: str | Level | Calculator,
    *,
    n_unpaired: int | None = None,
    timeout_s: float | None = None,
) -> Label:
    """Return the outcome of one configuration at one level.

    Parameters
    ----------
    level
        A name of `superatom.physics.levels`, a `Level`, or any ASE calculator (its class names the level).
    n_unpaired
        Number of unpaired electrons; None: what the level does by default.
    timeout_s
        Limit in s; None: that of the level.

    Raises
    ------
    MissingEngineError
        The engine is not installed.
    UnknownNameError
        No level has this name.
    CalculationError
        The level is for geometries only.
    OSError
        The disk is full, or another such thing that no other geometry would escape.
    """
    theory, engine = _theory(level)
    if not theory.has_comparable_energies:
        raise CalculationError(f"level {theory.name!r} is for geometries only; its energies are no labels")
    if configuration.status != "converged":
        why = f"the geometry is {configuration.status}: {configuration.why}"
        return Label(configuration.id, theory.name, "failed", why)
    start = time.monotonic()
    try:
        found = engine.evaluate(configuration.structure, theory, n_unpaired=n_unpaired, timeout_s=timeout_s)
    except (MissingEngineError, OSError):  # it is not the geometry that fails on a full disk
        raise
    except Exception as error:  # noqa: BLE001 - any way a calculator fails is a failed label, with its words
        why = str(error) if isinstance(error, CalculationError) else f"{type(error).__name__}: {error}"
        seconds = time.monotonic() - start
        return Label(configuration.id, theory.name, "failed", why, engine=theory.engine, seconds=seconds)
    if not math.isfinite(found.energy_eV):
        why = "the energy is not a finite number"
        return Label(configuration.id, theory.name, "failed", why, engine=found.engine, seconds=found.seconds)
    faults = label_faults(found, configuration.structure)
    return Label(
        id=configuration.id,
        level=theory.name,
        status="filtered" if faults else "converged",
        why="; ".join(faults),
        energy_eV=found.energy_eV,
        charges_e=found.charges_e,
        charge_model=found.charge_model,
        gap_eV=found.gap_eV,
        n_unpaired=found.n_unpaired,
        magnetic_moment=found.magnetic_moment,
        engine=found.engine,
        engine_version=found.engine_version,
        parameters_sha256=found.parameters_sha256,
        seconds=found.seconds,
        notes=found.notes,
    )


def _theory(level: str | Level | Calculator) -> tuple[Level, Engine]:
    if isinstance(level, str):
        level = level_called(level)
    if isinstance(level, Level):
        return level, engine_of(level)
    from superatom.physics.engines.ase import AseEngine

    name = type(level).__name__
    return Level(name.lower(), f"ASE calculator {name}", "ase"), AseEngine(level)

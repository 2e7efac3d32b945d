"""The one table of levels of theory: name -> engine, settings, limit of time.

Three doors: a name of this table; an entry point of the group ``superatom.calculators`` in another package, a function
that returns an ASE calculator (`superatom.physics.engines.entry_point`); any ASE calculator instance
(`superatom.physics.labels.label`). Engine modules are imported on use; each carries its own default settings and the
line that installs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from superatom.errors import MissingEngineError, UnknownNameError, did_you_mean
from superatom.physics.level import Engine, Level

ENTRY_POINTS = "superatom.calculators"


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table: what `Level` needs, with the name of the engine's constant that holds the settings."""

    title: str
    engine: str
    settings: str = "SETTINGS"
    has_comparable_energies: bool = True
    timeout_s: float = 300.0


_TABLE: Mapping[str, _Row] = {
    "gfn1": _Row("GFN1-xTB, third-order term of Rh, Ir and Pt clamped", "xtb", "GFN1_SETTINGS"),
    "gfnff": _Row("GFN-FF, for geometries only", "xtb", "GFNFF_SETTINGS", has_comparable_energies=False),
    "spgfn1": _Row("GFN1-xTB with spin, lowest of several states", "tblite"),
    "chgnet": _Row("CHGNet 0.3.0, a universal potential", "chgnet"),
    "pbe": _Row("PBE, GPAW with LCAO dzp", "gpaw", timeout_s=1200.0),
    "pbe-spin": _Row("spin-polarised PBE, GPAW with LCAO dzp", "gpaw", "SPIN_SETTINGS", timeout_s=2400.0),
    "pyscf-pbe": _Row("PBE/def2-SVP, PySCF", "pyscf", timeout_s=3600.0),
    "emt": _Row("effective medium theory of ASE, bare metals only", "emt"),
}


def levels() -> Mapping[str, Level]:
    """Return every level by name: those of the table, then those of installed packages.

    >>> list(levels())[:3]
    ['gfn1', 'gfnff', 'spgfn1']
    """
    return {name: level(name) for name in (*_TABLE, *_plugins())}


def level(name: str) -> Level:
    """Return the level called `name`; raises `UnknownNameError`.

    >>> level("gfn1").engine
    'xtb'
    >>> level("gfn")
    Traceback (most recent call last):
        ...
    superatom.errors.UnknownNameError: unknown level 'gfn'. Did you mean gfn1, ...? Known: gfn1, gfnff, ...
    """
    if name not in _TABLE:
        plugins = _plugins()
        if name in plugins:
            value = plugins[name].value
            return Level(name, f"ASE calculator of {value}", "ase", {"entry_point": value})
        known = [*_TABLE, *plugins]
        raise UnknownNameError(f"unknown level {name!r}.{did_you_mean(name, known)} Known: {', '.join(known)}")
    row = _TABLE[name]
    module = import_module(f"superatom.physics.engines.{row.engine}")
    return Level(
        name=name,
        title=row.title,
        engine=row.engine,
        settings=getattr(module, row.settings),
        install=getattr(module, "INSTALL", ""),
        has_comparable_energies=row.has_comparable_energies,
        timeout_s=row.timeout_s,
    )


def engine_of(level: Level) -> Engine:
    """Return what evaluates `level`; raises `MissingEngineError` where a package's calculator cannot be made."""
    if level.engine != "ase":
        return cast("Engine", import_module(f"superatom.physics.engines.{level.engine}"))
    from superatom.physics.engines.entry_point import EntryPointEngine

    point = _plugins().get(level.name)
    if point is None:
        raise MissingEngineError(
            f"no installed package has the calculator {level.name!r}; pass an ASE calculator itself"
        )
    try:
        return EntryPointEngine.of(point.load())
    except Exception as error:  # foreign code may raise anything, and no geometry would fare better
        raise MissingEngineError(f"the calculator {level.name!r} ({point.value}) cannot be made: {error}") from error


def _plugins() -> dict[str, EntryPoint]:
    """Return the entry points of other packages; a name of the table cannot be taken."""
    return {point.name: point for point in entry_points(group=ENTRY_POINTS) if point.name not in _TABLE}

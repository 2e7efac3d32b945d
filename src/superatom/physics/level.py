"""A level of theory, and what an engine returns for one geometry at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from superatom.structures.structure import Structure

Setting = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Level:
    """A named level of theory: one engine, its settings, and how to get it.

    Attributes
    ----------
    name, title
        Key of the table of levels (`superatom.physics.levels`), and one phrase for people.
    engine
        Module of `superatom.physics.engines` that has `evaluate`.
    settings
        What the engine needs to know; the whole mapping goes into the hash of every label.
    install
        What to type where the engine is missing.
    has_comparable_energies
        False for a level good for geometries only (GFN-FF).
    timeout_s
        Default limit of one evaluation, in s.
    """

    name: str
    title: str
    engine: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    install: str = ""
    has_comparable_energies: bool = True
    timeout_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an engine found for one geometry.

    Attributes
    ----------
    energy_eV
        Total energy in eV, on the engine's own scale.
    charges_e
        Atomic partial charges in e, in the order of the atoms; empty where the engine has none.
    charge_model
        Such as "Mulliken"; empty where there are no charges.
    gap_eV
        HOMO-LUMO gap in eV, or None.
    n_unpaired
        Number of unpaired electrons the calculation was run with, or None where the engine knows no spin.
    magnetic_moment
        Total moment in Bohr magnetons that came out, or None.
    engine, engine_version
        Such as "xtb", "6.5.1".
    parameters_sha256
        Hash of everything that decides the number beside the geometry: parameter files, weights, settings.
    seconds
        Wall time.
    notes
        What the reader of the label should know, one sentence each.
    """

    energy_eV: float
    engine: str
    engine_version: str
    parameters_sha256: str
    charges_e: tuple[float, ...] = ()
    charge_model: str = ""
    gap_eV: float | None = None
    n_unpaired: int | None = None
    magnetic_moment: float | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


class Engine(Protocol):
    """A module or object that evaluates a geometry at a level."""

    def evaluate(
        self, structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
    ) -> Evaluation:
        """Return energy and charges; raise `CalculationError` (it failed, why) or `MissingEngineError`."""
        ...

"""Any ASE calculator as an engine: VASP, CP2K, ORCA, another potential, for those who have them."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.level import Evaluation, Level
from superatom.structures.structure import Structure

if TYPE_CHECKING:
    from ase import Atoms


class AseEngine:
    """An engine made of an ASE calculator instance; it takes its charge and spin from how the calculator was set up.

    Parameters
    ----------
    calculator
        Has ASE's calculator interface. Its name, and the hash of what its ``todict`` returns, go into every label.

    Examples
    --------
    >>> from ase.calculators.lj import LennardJones
    >>> engine = AseEngine(LennardJones(epsilon=0.01, sigma=2.0))
    >>> pair = Structure(("Au", "Au"), [[0, 0, 0], [0, 0, 2.6]])
    >>> found = engine.evaluate(pair, Level("mine", "", "ase"))
    >>> found.engine, round(found.energy_eV, 4)
    ('lennardjones', -0.0065)
    """

    def __init__(self, calculator: Any) -> None:
        if not callable(getattr(calculator, "get_potential_energy", None)):
            raise MissingEngineError(
                f"{type(calculator).__name__} is no ASE calculator instance: it has no get_potential_energy()"
            )
        self.calculator = calculator

    def evaluate(
        self, structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
    ) -> Evaluation:
        """Return the energy (eV) and, where the calculator has them, charges (e) and the magnetic moment.

        The time limit cannot be held here: a calculator instance runs in this process or minds its own. Raises
        `CalculationError` for whatever goes wrong in the calculator, in its own words, and for unpaired electrons: a
        spin state is the calculator's own setting. So is the charge; that of a charged cluster is in the notes.
        """
        del level, timeout_s
        if n_unpaired:
            raise CalculationError(f"set the spin state on the {self._name()} calculator; n_unpaired cannot do it")
        from ase import Atoms

        charge = structure.charge or 0
        found = self.evaluate_atoms(Atoms(structure.symbols, positions=structure.positions, cell=structure.cell))
        if not charge:
            return found
        return replace(found, notes=(f"the cluster has {charge:+d} e, which is for the calculator's own settings",))

    def evaluate_atoms(self, atoms: Atoms) -> Evaluation:
        """Return what the calculator finds for these very atoms: their box, their magnetic moments; as `evaluate`."""
        start = time.perf_counter()
        atoms.calc = self.calculator
        try:
            energy_eV = float(atoms.get_potential_energy())
        except Exception as error:  # foreign code may raise anything; it must not end a campaign
            raise CalculationError(f"{self._name()} failed with {type(error).__name__}: {error}") from error
        if getattr(self.calculator, "converged", True) is False:
            raise CalculationError(f"{self._name()} did not converge")
        if not math.isfinite(energy_eV):
            raise CalculationError(f"{self._name()} returned the energy {energy_eV}")
        results = getattr(self.calculator, "results", {})
        charges, moment = results.get("charges"), results.get("magmom")
        return Evaluation(
            energy_eV=energy_eV,
            engine=self._name(),
            engine_version=self._version(),
            parameters_sha256=hashlib.sha256(self._settings().encode()).hexdigest(),
            charges_e=() if charges is None else tuple(float(q) for q in charges),
            charge_model="" if charges is None else f"the one of {self._name()}",
            magnetic_moment=None if moment is None else float(moment),
            seconds=time.perf_counter() - start,
        )

    def _name(self) -> str:
        return str(getattr(self.calculator, "name", None) or type(self.calculator).__name__).lower()

    def _version(self) -> str:
        """Return the version of the calculator, else of the package it comes from, else ``"unknown"``."""
        from importlib.metadata import PackageNotFoundError, version

        stated = getattr(self.calculator, "version", None)
        if isinstance(stated, str) and stated:
            return stated
        package = type(self.calculator).__module__.split(".")[0]
        try:
            return version(package)
        except PackageNotFoundError:
            return "unknown"

    def _settings(self) -> str:
        """Return the calculator's class and parameters as text, the same for the same settings."""
        describe = getattr(self.calculator, "todict", None)
        parameters = describe() if callable(describe) else getattr(self.calculator, "parameters", {})
        kind = f"{type(self.calculator).__module__}.{type(self.calculator).__qualname__}"
        return kind + json.dumps(dict(parameters), sort_keys=True, default=repr)

"""A function of another package that returns an ASE calculator, as an engine: how a group brings its own DFT.

The function is called anew for every geometry. One that takes an argument gets the ``ase.Atoms``, with the charge (e)
and the number of unpaired electrons (None: as the calculator finds them) in ``atoms.info["charge"]`` and
``atoms.info["n_unpaired"]``, and may prepare them: put them in a box, set magnetic moments. One that takes none makes
the same calculator for all.
"""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.engines.ase import AseEngine
from superatom.physics.level import Evaluation, Level
from superatom.structures.structure import Structure


@dataclass(frozen=True, slots=True)
class EntryPointEngine:
    """An engine that has a calculator, or asks `make` for one with the atoms; `of` tells which.

    Examples
    --------
    >>> from ase.calculators.lj import LennardJones
    >>> def boxed(atoms):
    ...     atoms.center(vacuum=5.0)
    ...     return LennardJones(epsilon=0.01 * (1 + atoms.info["charge"]), sigma=2.0)
    >>> pair = Structure(("Au", "Au"), [[0, 0, 0], [0, 0, 2.6]], charge=1)
    >>> round(EntryPointEngine.of(boxed).evaluate(pair, Level("mine", "", "ase")).energy_eV, 3)
    -0.013
    """

    make: Callable[..., Any]
    calculator: Any = None

    @classmethod
    def of(cls, make: Callable[..., Any]) -> Self:
        """Return the engine of a function; lets through whatever it raises where it takes no atoms."""
        return cls(make) if _takes_atoms(make) else cls(make, make())

    def evaluate(
        self, structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
    ) -> Evaluation:
        """Return what the calculator finds, run in a new folder where it has not named one.

        Raises `CalculationError` where the function or the calculator fails, in its own words, `MissingEngineError`
        where the function cannot import what it needs.
        """
        if self.calculator is not None:
            engine = AseEngine(self.calculator)
            with _folder_of_its_own(self.calculator):
                return engine.evaluate(structure, level, n_unpaired=n_unpaired, timeout_s=timeout_s)
        from ase import Atoms

        info = {"charge": structure.charge or 0, "n_unpaired": n_unpaired}
        atoms = Atoms(structure.symbols, positions=structure.positions, cell=structure.cell, info=info)
        try:
            calculator = self.make(atoms)
        except ImportError as error:
            raise MissingEngineError(f"the calculator {level.name!r} cannot be made: {error}") from error
        except Exception as error:  # foreign code may raise anything; it must not end a campaign
            raise CalculationError(f"{level.name} cannot be set up: {type(error).__name__}: {error}") from error
        with _folder_of_its_own(calculator):
            found = AseEngine(calculator).evaluate_atoms(atoms)
        return replace(found, n_unpaired=n_unpaired)


def _takes_atoms(make: Callable[..., Any]) -> bool:
    """Whether a function must be given an argument; a class, such as a calculator itself, is made without.

    >>> _takes_atoms(lambda atoms: None), _takes_atoms(lambda: None), _takes_atoms(int)
    (True, False, False)
    """
    if inspect.isclass(make):
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(make).parameters.values()
    return any(one.kind in kinds and one.default is inspect.Parameter.empty for one in parameters)


@contextmanager
def _folder_of_its_own(calculator: Any) -> Iterator[None]:
    """Let a calculator that writes files write them where no other worker and no earlier geometry does."""
    if str(getattr(calculator, "directory", "")) != ".":
        yield
        return
    with tempfile.TemporaryDirectory(prefix="superatom-ase-") as name:
        calculator.directory = Path(name)
        yield

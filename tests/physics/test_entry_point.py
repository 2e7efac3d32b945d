"""Calculators of other packages: told charge and spin, in a folder of their own, never silently unconverged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.engines.ase import AseEngine
from superatom.physics.engines.entry_point import EntryPointEngine
from superatom.physics.level import Level
from superatom.structures.structure import Structure

LEVEL = Level("mine", "", "ase")
ANION = Structure(("Au", "Au"), [[0, 0, 0], [0, 0, 2.6]], charge=-1)


def emt(**settings: Any) -> Any:
    from ase.calculators.emt import EMT

    return EMT(**settings)


def test_a_function_is_told_what_it_computes_and_may_prepare_it() -> None:
    seen: list[Any] = []

    def boxed(atoms: Any) -> Any:
        atoms.center(vacuum=5.0)
        seen.append(atoms)
        return emt()

    found = EntryPointEngine.of(boxed).evaluate(ANION, LEVEL, n_unpaired=1)
    assert [(one.info["charge"], one.info["n_unpaired"]) for one in seen] == [(-1, 1)]
    assert seen[0].cell.lengths().tolist() == [10.0, 10.0, 12.6]
    assert (found.engine, found.n_unpaired, found.notes) == ("emt", 1, ())


def test_a_function_without_atoms_is_one_calculator_for_all() -> None:
    engine = EntryPointEngine.of(emt)
    assert engine.evaluate(ANION, LEVEL).notes == ("the cluster has -1 e, which is for the calculator's own settings",)
    assert engine.evaluate(ANION, LEVEL, n_unpaired=0).engine == "emt"  # as for a closed-shell reference molecule
    with pytest.raises(CalculationError, match="set the spin state"):
        engine.evaluate(ANION, LEVEL, n_unpaired=1)


def test_a_calculator_class_needs_no_function() -> None:
    from ase.calculators.emt import EMT

    assert EntryPointEngine.of(EMT).evaluate(ANION, LEVEL).engine == "emt"


def test_files_of_two_geometries_never_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders: list[Path] = []

    class WritesFiles:
        directory = "."

        def get_potential_energy(self, _atoms: object = None, **_: object) -> float:
            folder = Path(self.directory)
            assert not any(folder.iterdir())
            (folder / "WAVECAR").write_text("large", encoding="utf-8")
            folders.append(folder)
            return -1.0

    monkeypatch.chdir(tmp_path)
    for make in (lambda _atoms: WritesFiles(), WritesFiles):
        engine = EntryPointEngine.of(make)
        engine.evaluate(ANION, LEVEL)
    assert len(set(folders)) == 2
    assert not any(folder.exists() for folder in folders)
    assert not any(tmp_path.iterdir())


def test_a_folder_that_was_named_is_kept(tmp_path: Path) -> None:
    def named(_atoms: object) -> Any:
        calculator = emt()
        calculator.directory = tmp_path
        return calculator

    engine = EntryPointEngine.of(named)
    engine.evaluate(ANION, LEVEL)
    assert tmp_path.is_dir()


def test_what_did_not_converge_is_a_failure() -> None:
    calculator = emt()
    calculator.converged = False
    with pytest.raises(CalculationError, match="emt did not converge"):
        AseEngine(calculator).evaluate(ANION, LEVEL)


def test_a_function_that_fails_does_so_in_its_own_words() -> None:
    def broken(_atoms: object) -> Any:
        raise ValueError("no pseudopotential for Xx")

    def missing(_atoms: object) -> Any:
        raise ImportError("no licence")

    with pytest.raises(CalculationError, match="mine cannot be set up: ValueError: no pseudopotential for Xx"):
        EntryPointEngine.of(broken).evaluate(ANION, LEVEL)
    with pytest.raises(MissingEngineError, match="'mine' cannot be made: no licence"):
        EntryPointEngine.of(missing).evaluate(ANION, LEVEL)

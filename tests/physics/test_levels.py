"""The table of levels: every row has an engine; plugins come in by entry point and cannot take a name of the table."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from superatom.errors import CalculationError, MissingEngineError, UnknownNameError
from superatom.physics import levels as table
from superatom.physics.levels import engine_of, level, levels
from superatom.physics.relaxation import description, relax
from superatom.structures.structure import Structure

PAIR = Structure(("Au", "Au"), [[0, 0, 0], [0, 0, 2.6]])


def calculator() -> object:
    from ase.calculators.lj import LennardJones

    return LennardJones(epsilon=0.01, sigma=2.0)


def broken() -> object:
    raise ImportError("no licence")


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("mine", f"{__name__}:calculator", table.ENTRY_POINTS),
        EntryPoint("torn", f"{__name__}:broken", table.ENTRY_POINTS),
        EntryPoint("gfn1", f"{__name__}:broken", table.ENTRY_POINTS),
    ]
    monkeypatch.setattr(table, "entry_points", lambda group: points if group == table.ENTRY_POINTS else [])
    monkeypatch.setattr(EntryPoint, "load", lambda self: globals()[self.attr])


@pytest.mark.parametrize("name", ["gfn1", "gfnff", "spgfn1", "chgnet", "pbe", "pbe-spin", "pyscf-pbe", "emt"])
def test_every_level_has_settings_and_an_engine(name: str) -> None:
    found = level(name)
    assert found.name == name
    assert found.settings
    assert found.timeout_s > 0
    assert callable(engine_of(found).evaluate)
    assert found.has_comparable_energies == (name != "gfnff")
    assert found.install or name == "emt"


def test_names_are_listed_and_unknown_ones_refused() -> None:
    assert list(levels())[:2] == ["gfn1", "gfnff"]
    with pytest.raises(UnknownNameError, match=r"unknown level 'pbe0'\. Did you mean pbe.* Known: gfn1, gfnff"):
        level("pbe0")


@pytest.mark.usefixtures("plugins")
def test_a_calculator_of_another_package_is_a_level() -> None:
    assert {"mine", "torn"} <= set(levels())
    mine = level("mine")
    assert mine.settings == {"entry_point": f"{__name__}:calculator"}
    assert engine_of(mine).evaluate(PAIR, mine).energy_eV < 0
    assert level("gfn1").engine == "xtb"
    with pytest.raises(MissingEngineError, match=r"calculator 'torn' .* cannot be made: no licence"):
        engine_of(level("torn"))


def test_a_chain_of_steps_says_what_it_did(xtb_program: str) -> None:  # noqa: ARG001 - skips where absent
    relaxed = relax(PAIR, ("gfnff", "gfn1"))
    assert [note.split(":")[0] for note in relaxed.notes] == ["gfnff crude", "gfn1 crude"]
    assert description(("gfnff", "gfn1")) == "gfnff crude > gfn1 crude"
    assert relax(PAIR, ()) is PAIR
    with pytest.raises(CalculationError, match="level 'emt' does not optimise geometries"):
        relax(PAIR, ("emt",))
    with pytest.raises(CalculationError, match="out of time"):
        relax(PAIR, ("gfnff", "gfn1"), timeout_s=0.0)

"""When a label computed again counts as the stored one: xtb to 1e-5 Eh, other engines to 1 meV per atom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from superatom.data.relabelling import Relabelled
from superatom.physics.configuration import Label

_STORED = Label("lantern", "gfn1", "converged", energy_eV=-1606.9, engine="xtb")


@pytest.mark.parametrize(
    ("engine", "shift_eV", "is_same"),
    [("xtb", 2.6e-4, True), ("xtb", 2.9e-4, False), ("gpaw", 0.021, True), ("gpaw", -0.023, False)],
)
def test_engines_are_held_to_their_own_precision(engine: str, shift_eV: float, is_same: bool) -> None:
    stored = replace(_STORED, engine=engine)
    found = Relabelled(stored, replace(stored, energy_eV=-1606.9 + shift_eV), n_atoms=22)
    assert found.is_same is is_same


def test_a_label_that_fails_now_is_not_the_same() -> None:
    assert not Relabelled(_STORED, Label("lantern", "gfn1", "failed", "no charges"), n_atoms=22).is_same

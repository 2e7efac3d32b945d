"""A label is always converged, filtered (why) or failed (why); only a missing engine or a wrong question raises."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from superatom.errors import CalculationError, MissingEngineError, UnknownNameError
from superatom.physics import labels
from superatom.physics.configuration import Configuration, Label
from superatom.physics.labels import label
from superatom.physics.level import Evaluation, Level
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.structure import Structure


def configuration(structure: Structure | None = None) -> Configuration:
    pair = structure or Structure(("Au", "Cu"), np.array([[0, 0, 0], [0, 0, 2.5]]), charge=0)
    return Configuration(
        id="pair/AuCu/m000", tier="T", prototype="pair AuCu", kind="minimum", parent="",
        blueprint=Blueprint("pair", ("Au", "Cu")), placement="one", host="Au", dopant="Cu", seed=0,
        geometry="by hand", structure=pair,
    )  # fmt: skip


class Pretended:
    """An engine that returns or raises what it is given."""

    def __init__(self, outcome: Evaluation | Exception) -> None:
        self.outcome = outcome

    def evaluate(self, *_: object, **__: object) -> Evaluation:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


FOUND = Evaluation(-10.0, "pretended", "1", "0", charges_e=(0.2, -0.2), charge_model="Mulliken", gap_eV=1.0)


@pytest.mark.parametrize(
    ("outcome", "status", "why"),
    [
        (FOUND, "converged", ""),
        (replace(FOUND, charges_e=(18.0, -18.0)), "filtered", "the charge of Au0 is 18.00 e"),
        (replace(FOUND, energy_eV=float("nan")), "failed", "not a finite number"),
        (CalculationError("did not converge"), "failed", "did not converge"),
        (ZeroDivisionError("by zero"), "failed", "ZeroDivisionError: by zero"),
    ],
)
def test_every_outcome_is_a_label(
    monkeypatch: pytest.MonkeyPatch, outcome: Evaluation | Exception, status: str, why: str
) -> None:
    monkeypatch.setattr(labels, "engine_of", lambda _: Pretended(outcome))
    found = label(configuration(), Level("mine", "", "pretended"))
    assert (found.id, found.level, found.status) == ("pair/AuCu/m000", "mine", status)
    assert why in found.why
    assert (found.energy_eV is None) == (status == "failed")
    assert Label.from_record(json.loads(json.dumps(found.to_record()))).status == status


def test_a_missing_engine_and_a_wrong_question_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError):
        label(configuration(), "gfn7")
    with pytest.raises(CalculationError, match="for geometries only"):
        label(configuration(), "gfnff")
    monkeypatch.setattr(labels, "engine_of", lambda _: Pretended(MissingEngineError("install it")))
    with pytest.raises(MissingEngineError, match="install it"):
        label(configuration(), Level("mine", "", "pretended"))


def test_a_geometry_that_failed_gets_no_numbers() -> None:
    bad = replace(configuration(), status="filtered", why="it fell into 2 parts")
    assert label(bad, "emt").why == "the geometry is filtered: it fell into 2 parts"
    assert label(bad, "emt").status == "failed"


def test_any_ase_calculator_is_a_level() -> None:
    from ase.calculators.emt import EMT

    found = label(configuration(), EMT())
    assert (found.level, found.status, found.engine) == ("emt", "converged", "emt")


def test_a_label_is_made_again_by_one_single_point(xtb_program: str) -> None:  # noqa: ARG001 - skips where absent
    stored = Configuration.from_record(json.loads(json.dumps(configuration().to_record())))
    first, second = label(configuration(), "gfn1"), label(stored, "gfn1")
    assert (first.status, first.energy_eV, first.charges_e) == ("converged", second.energy_eV, second.charges_e)
    assert first.parameters_sha256 == second.parameters_sha256
    assert label(configuration(), "gfn1", n_unpaired=1).why == "22 electrons cannot have 1 unpaired ones"
    assert label(configuration(), "gfn1", timeout_s=0.0).why.startswith("out of time")

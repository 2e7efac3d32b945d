"""The designs that are shipped: the reference set's own, and the example of a kernel from a file."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from superatom.data.packing import pack
from superatom.data.reference_set import load_reference_set
from superatom.data.sanity import geometry_problems
from superatom.physics.labelling.campaign import run_campaign
from superatom.physics.labelling.design import read_design
from superatom.physics.labelling.items import WorkItem, expand
from superatom.physics.labelling.making import make

SHIPPED = sorted(Path(str(files("superatom.data"))).joinpath("nc_multi/designs").glob("*.toml"))
OWN = Path(__file__).parents[3] / "examples/own_kernel.toml"


def items(file: Path) -> dict[str, WorkItem]:
    return expand(read_design(file), file.parent)


def test_no_two_shipped_designs_make_the_same_geometry() -> None:
    made = Counter(item for file in SHIPPED for item in items(file))
    assert len(SHIPPED) == 5
    assert max(made.values()) == 1
    assert len({tomllib.loads(file.read_text(encoding="utf-8"))["seed"] for file in SHIPPED}) == len(SHIPPED)


def test_the_bi_icosahedra_are_few_and_have_the_electrons_of_known_ones() -> None:
    found = items(next(file for file in SHIPPED if file.stem == "f"))
    assert len(found) <= 40
    assert {item.blueprint.topology for item in found.values()} == {"biicosahedron25"}
    for item in found.values():
        n_electrons = sum(metal in ("Au", "Ag", "Cu") for metal in item.blueprint.metals) - 7 - item.blueprint.charge
        assert n_electrons == (16 if item.placement.startswith("centre") or item.blueprint.charge else 18)


@pytest.fixture(scope="module")
def own() -> dict[str, WorkItem]:
    return items(OWN)


def test_the_kernel_of_the_example_is_dressed_anew(own: dict[str, WorkItem]) -> None:
    assert len(own) == 18
    drawn = make(replace(own["own_kernel/Au3AgI2(PH3)4/site1/m000"], relax=()), None, OWN.parent)
    other = make(replace(own["own_kernel/Au3CuBr2(PMe3)4/site1/m000"], relax=()), None, OWN.parent)
    assert (drawn.status, drawn.structure.formula) == ("converged", "AgAu3H12I2P4")
    assert other.structure.formula == "CuAu3Br2C12H36P4"
    assert abs(drawn.structure.positions[:4] - other.structure.positions[:4]).max() == 0


@pytest.mark.usefixtures("xtb_program")
def test_a_kernel_from_a_file_gets_a_formation_energy(tmp_path: Path) -> None:
    summary = run_campaign(OWN, tmp_path / "run", workers=1, limit=2)
    assert summary.n_new_labels == 2
    pack([tmp_path / "run"], tmp_path / "pack")
    found = load_reference_set(tmp_path / "pack")
    assert found.card["without_formation_energy"] == {}
    for i, energy in enumerate(found.formation_energies("gfn1").tolist()):
        assert -6 < energy < 0
        assert geometry_problems(found, i) == ()

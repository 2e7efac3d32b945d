"""The census: ligands counted from the order of atoms are those of the topology; a geometry must have its own."""

from __future__ import annotations

import pytest

from superatom.errors import ChemistryError
from superatom.structures.assembly.assemble import assemble
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.assembly.census import expected_ligands, has_its_ligands, roles_of
from superatom.structures.assembly.graft import graft
from superatom.structures.assembly.topologies import topologies, topology
from superatom.structures.structure import Structure

SMALL = {"thiolate": "SCH3", "phosphine": "PH3", "halide": "Cl", "cp": "Cp"}
WITH_LIGANDS = [name for name, plan in topologies().items() if plan.roles]


def made(name: str) -> tuple[Blueprint, Structure]:
    plan = topology(name)
    blueprint = Blueprint(name, ("Au",) * plan.n_metals, tuple((role, SMALL[role]) for role in plan.roles))
    return blueprint, assemble(blueprint, 1).structure


def as_kernel(blueprint: Blueprint) -> Blueprint:
    """Return the same cluster under a name that no table knows."""
    return Blueprint("a_kernel_of_mine", blueprint.metals, blueprint.ligands, blueprint.charge)


@pytest.mark.parametrize("name", WITH_LIGANDS)
def test_what_no_table_knows_is_counted_from_the_atoms(name: str) -> None:
    blueprint, structure = made(name)
    assert roles_of(as_kernel(blueprint), structure.symbols) == dict(topology(name).roles)
    assert expected_ligands(as_kernel(blueprint), structure.symbols) == expected_ligands(blueprint)


def test_a_grafted_kernel_is_counted_too() -> None:
    blueprint, structure = made("lantern")
    grafted = graft(structure, as_kernel(blueprint), {"thiolate": "PET"}, seed=1)
    assert roles_of(grafted.blueprint, grafted.structure.symbols) == {"thiolate": 8, "phosphine": 2}


def test_a_ligand_that_fell_apart_is_noticed_in_a_kernel() -> None:
    kernel = Blueprint("a_kernel_of_mine", ("Au", "Au"), (("thiolate", "SH"),))
    whole = Structure(("Au", "Au", "S", "H"), [[0, 0, 0], [2.7, 0, 0], [1.35, 0, 2.0], [1.35, 1.34, 2.0]])
    torn = Structure(whole.symbols, [*whole.positions[:3].tolist(), [1.35, 9.0, 2.0]])
    assert has_its_ligands(whole, kernel)
    assert not has_its_ligands(torn, kernel)


def test_what_belongs_to_the_kernel_has_no_reference_and_is_not_judged() -> None:
    kernel = Blueprint("a_kernel_of_mine", ("Au", "Au"), (("halide", "Cl"),))
    structure = Structure(("Au", "Au", "S", "Cl"), [[0, 0, 0], [2.7, 0, 0], [1.35, 0, 2.0], [-2.3, 0, 0]])
    with pytest.raises(ChemistryError, match="a_kernel_of_mine holds S beside its metals"):
        roles_of(kernel, structure.symbols)
    assert has_its_ligands(structure, kernel)

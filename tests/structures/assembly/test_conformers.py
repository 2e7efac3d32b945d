"""Ligands as a metal sees them: donor at the origin, the rest outward, no acid hydrogen left."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.errors import ChemistryError, UnknownLigandError
from superatom.structures.assembly.blueprint import Scaffold
from superatom.structures.assembly.conformers import (
    bond_length,
    donor_conformers,
    donor_element,
    named_ligand,
    rotation_to,
)
from superatom.structures.assembly.packing import place_ligands
from superatom.structures.assembly.slots import slot
from superatom.structures.bonds import covalent_bonds
from superatom.structures.ligands import ligand_table

SETS_LIGANDS = [
    "SH",
    "SCH3",
    "PET",
    "SPh",
    "TBBT",
    "PH3",
    "PMe3",
    "PPh3",
    "FPh3P",
    "PhC≡C",
    "Cl",
    "Br",
    "H",
    "Cp",
    "Cp*",
]
FREE_MOLECULES = {"CCCCS": "S", "CP(C)c1ccccc1": "P", "C#CC(C)(C)C": "C", "C[SeH]": "Se", "C#C": "C", "CC(C)(C)S": "S"}


@pytest.mark.parametrize("name", SETS_LIGANDS)
def test_atoms_are_those_of_the_bound_ligand(name: str) -> None:
    for shape in donor_conformers(name):
        assert Counter(shape.symbols) == ligand_table().find(name).atoms


@pytest.mark.parametrize("name", SETS_LIGANDS)
def test_donor_is_first_at_the_origin_and_the_rest_points_away_from_the_metal(name: str) -> None:
    for shape in donor_conformers(name, 3):
        donors = shape.positions[: shape.n_donor_atoms]
        assert np.allclose(donors.mean(axis=0), 0, atol=1e-9)
        metal = np.array([0, 0, -bond_length(name)])
        to_metal = np.linalg.norm(shape.positions - metal, axis=1)
        assert to_metal[: shape.n_donor_atoms].max() < to_metal[shape.n_donor_atoms :].min(initial=99)
        if len(shape.symbols) > 1:
            assert shape.positions[:, 2].mean() > 0


@pytest.mark.parametrize("name", SETS_LIGANDS)
def test_a_shape_is_one_molecule(name: str) -> None:
    [shape, *_] = donor_conformers(name)
    graph, reached = covalent_bonds(shape.symbols, np.array(shape.positions)), {0}
    for _ in shape.symbols:
        reached |= {n for atom in reached for n in graph[atom]}
    assert len(reached) == len(shape.symbols)


@pytest.mark.parametrize(("smiles", "donor"), FREE_MOLECULES.items())
def test_a_free_molecule_by_its_smiles(smiles: str, donor: str) -> None:
    assert donor_element(smiles) == donor
    assert Counter(donor_conformers(smiles)[0].symbols) == named_ligand(smiles).atoms


def test_what_turns_has_several_shapes_and_what_does_not_has_one() -> None:
    assert [len(donor_conformers(name, 5)) for name in ("PET", "PPh3", "SCH3", "PMe3", "Cl")] == [
        5, 5, 1, 1, 1,
    ]  # fmt: skip


def test_shapes_are_the_same_on_every_call_and_read_only() -> None:
    again = donor_conformers.__wrapped__("PET", 3)
    for one, other in zip(donor_conformers("PET", 3), again, strict=True):
        assert one.positions.tobytes() == other.positions.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        again[0].positions[0] = 1


@pytest.mark.parametrize("name", ["Cp", "Cp*"])
def test_cyclopentadienyl_rings_are_flat_and_regular(name: str) -> None:
    [shape] = donor_conformers(name)
    ring = shape.positions[:5]
    bonds = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1)
    assert shape.n_donor_atoms == 5
    assert np.allclose(bonds, 1.42, atol=0.01)
    assert np.allclose(ring[:, 2], 0)


@pytest.mark.parametrize(
    ("name", "why"),
    [("dppm", "2 donor atoms"), ("SR", "structure is open"), ("CO", "carbonyl"), ("TFA", "carboxylate")],
)
def test_a_ligand_that_cannot_be_placed_says_why(name: str, why: str) -> None:
    with pytest.raises(ChemistryError, match=why) as error:
        donor_conformers(name)
    assert "legal are" in str(error.value)


def test_neither_name_nor_smiles() -> None:
    with pytest.raises(UnknownLigandError, match="Did you mean PhTe"):
        donor_conformers("PTE")


vectors = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: float(np.linalg.norm(v)) > 0.01)


@given(vectors, vectors)
def test_rotation_turns_one_direction_into_the_other(axis: tuple[float, ...], target: tuple[float, ...]) -> None:
    rotation = rotation_to(axis, target)
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(rotation) == pytest.approx(1, abs=1e-6)
    assert np.allclose(rotation @ axis / np.linalg.norm(axis), target / np.linalg.norm(target), atol=1e-4)


def test_opposite_directions_are_half_a_turn() -> None:
    assert np.allclose(rotation_to([0, 0, 1], [0, 0, -1]) @ [0, 0, 1], [0, 0, -1])


# -- packing ----------------------------------------------------------------------------------------------------------


def test_two_thiolates_turn_away_from_each_other() -> None:
    # S 3.4 Å apart on one gold; each methyl may lean towards the other ligand or away from it
    lean = [slot("thiolate", [x, 0, 0], [1, 0, 0.3], [-1, 0, 0.3]) for x in (-1.7, 1.7)]
    scaffold = Scaffold(("Au",), np.array([[0.0, 0, -1.7]]), tuple(lean))
    for seed in range(5):
        _, positions, clash_A2 = place_ligands(scaffold, ["SCH3", "SCH3"], np.random.default_rng(seed))
        assert positions[2, 0] < -2.5
        assert positions[7, 0] > 2.5
        assert clash_A2 < 0.1


def test_what_is_left_of_a_clash_is_the_same_wherever_the_scaffold_stands() -> None:
    def clash(shift: float) -> float:
        slots = tuple(slot("phosphine", [x, shift, 0], [0, 0, 1]) for x in (0, 2.0))
        return place_ligands(Scaffold((), np.zeros((0, 3)), slots), ["PMe3", "PMe3"], np.random.default_rng(2))[2]

    assert clash(0) > 1
    assert clash(5) == pytest.approx(clash(0), rel=1e-6)


def test_crowded_ligands_may_tilt_and_step_back_as_far_as_allowed() -> None:
    slots = tuple(slot("phosphine", [x, y, 0], [0, 0, 1]) for x in (0, 4.5) for y in (0, 4.5))
    scaffold = Scaffold((), np.zeros((0, 3)), slots)
    n = len(donor_conformers("PPh3")[0].symbols)

    def packed(retreat_A: float) -> tuple[np.ndarray, float]:
        _, positions, clash_A2 = place_ligands(scaffold, ["PPh3"] * 4, np.random.default_rng(3), retreat_A=retreat_A)
        return positions[::n] - np.array([s.donor for s in slots]), clash_A2

    stayed, tight = packed(0)
    moved, loose = packed(0.8)
    assert np.abs(stayed).max() < 1e-9
    assert np.abs(moved[:, :2]).max() < 1e-9
    assert moved[:, 2].min() > -1e-9
    assert 0.1 < moved[:, 2].max() < 0.8 + 1e-9
    assert loose < tight


def test_one_name_per_slot() -> None:
    with pytest.raises(ChemistryError, match="1 slots need as many ligand names, not 2"):
        place_ligands(
            Scaffold((), np.zeros((0, 3)), (slot("halide", [0, 0, 0], [0, 0, 1]),)),
            ["Cl", "Cl"],
            np.random.default_rng(0),
        )

"""How alike two ligands are: the order a chemist would give."""

from __future__ import annotations

import pytest

from superatom.routes.likeness import ligand_distance, traits
from superatom.structures.ligands import ligand_table

FIND = ligand_table().find


def far(a: str, b: str) -> float:
    distance = ligand_distance(FIND(a), FIND(b))
    assert distance is not None
    return distance


@pytest.mark.parametrize(
    ("name", "aromatic", "crowding", "soluble"),
    [
        ("PET", False, 1, False),
        ("SPh", True, 1, False),
        ("TBBT", True, 2, False),
        ("S-c-C6H11", False, 2, False),
        ("S-tBu", False, 3, False),
        ("S-Adm", False, 3, False),
        ("SG", False, 1, True),
        ("cysteamine", False, 1, True),
        ("p-MBA", True, 1, True),
    ],
)
def test_traits_read_from_the_smiles(name: str, aromatic: bool, crowding: int, soluble: bool) -> None:
    found = traits(FIND(name))
    assert (found.aromatic_donor, found.crowding, found.water_soluble) == (aromatic, crowding, soluble)


def test_order_of_likeness() -> None:
    assert far("PET", "SC6H13") < far("PET", "S-c-C6H11") < far("PET", "S-tBu")
    assert far("SPh", "o-MBT") < far("SPh", "TBBT") < far("SPh", "S-tBu")
    assert far("SG", "cysteamine") < far("SG", "TBBT")


def test_distance_is_symmetric_and_zero_only_for_the_same_ligand() -> None:
    names = ("PET", "TBBT", "SG", "S-tBu", "S-Adm", "p-MBA", "SR")
    for a in names:
        for b in names:
            assert far(a, b) == far(b, a)
            assert (far(a, b) == 0) == (a == b)


def test_other_classes_do_not_stand_for_each_other() -> None:
    assert ligand_distance(FIND("PET"), FIND("PPh3")) is None
    assert ligand_distance(FIND("PPh3"), FIND("dppe")) is None
    assert ligand_distance(FIND("PET"), FIND("PhC≡C")) is None
    assert far("SPh", "SePh") > 0.5

"""The filters: each broken rule is one sentence, good chemistry passes, order and place do not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.physics.filters import (
    WINDOWS,
    bond_graph_changes,
    geometry_faults,
    held_donors,
    label_faults,
)
from superatom.physics.level import Evaluation
from superatom.structures.structure import Structure


def cluster() -> Structure:
    """Return three metals with a thiolate (SCH3), a phosphine (PH3) and a chloride: Au3(SCH3)(PH3)Cl."""
    symbols = ("Au", "Au", "Pd", "S", "C", "H", "H", "H", "P", "H", "H", "H", "Cl")
    positions = np.array([
        [0, 0, 0], [2.8, 0, 0], [1.4, 2.4, 0],
        [1.4, -1.85, 0], [1.4, -2.7, 1.6], [0.5, -3.33, 1.65], [2.3, -3.33, 1.65], [1.4, -2.05, 2.48],
        [1.4, 4.7, 0], [2.6, 5.3, 0], [0.8, 5.3, 1.04], [0.8, 5.3, -1.04],
        [-2.0, -1.2, 0],
    ])  # fmt: skip
    return Structure(symbols, positions, charge=0)


def moved(structure: Structure, atoms: list[int], by: tuple[float, float, float]) -> Structure:
    positions = structure.positions.copy()
    positions[atoms] += by
    return replace(structure, positions=positions)


def ferrocene_half() -> Structure:
    """Return Ru over the middle of a C5H5 ring."""
    angle = 2 * np.pi * np.arange(5) / 5
    ring = [(r * np.cos(angle), r * np.sin(angle), np.zeros(5)) for r in (1.21, 2.29)]
    carbons, hydrogens = (np.stack(part, axis=1) for part in ring)
    return Structure(("Ru",) + ("C",) * 5 + ("H",) * 5, np.vstack([[[0, 0, 1.85]], carbons, hydrogens]))


def test_a_sensible_cluster_has_no_fault() -> None:
    assert geometry_faults(cluster(), cluster()) == ()
    assert held_donors(cluster()) == {3: "S", 8: "P", 12: "Cl"}


@pytest.mark.parametrize(
    ("atoms", "by", "sentences"),
    [
        ([8, 9, 10, 11], (0, 0.6, 0), ["P8 is 2.90 Å from its nearest metal, not 2.00 to 2.82"]),
        ([3, 4, 5, 6, 7], (0, 0.6, 0), ["S3 is 1.88 Å from its nearest metal, not 2.00 to 2.60"]),
        ([12], (-0.5, -0.3, 0), ["Cl12 is 2.92 Å from its nearest metal, not 2.05 to 2.85"]),
        ([12], (-5, 0, 0), ["Cl12 is 7.10 Å from its nearest metal, not 2.05 to 2.85", "it fell into 2 parts"]),
        ([5], (-1.5, 0, 0), ["1 bond of the ligands broke: C4-H5"]),
        ([0, 12], (0.9, 0, 0), ["Au0 is 1.90 Å from its nearest metal, not 2.30 to 4.10"]),
        ([5], (0.85, 0.6, 0), ["C4 and H5 are only 0.08 Å apart"]),
    ],
)
def test_each_broken_rule_is_named(atoms: list[int], by: tuple[float, float, float], sentences: list[str]) -> None:
    faults = geometry_faults(moved(cluster(), atoms, by), cluster())
    assert set(sentences) <= set(faults)


def test_off_equilibrium_copies_may_go_further() -> None:
    stretched = moved(cluster(), [8, 9, 10, 11], (0, 0.6, 0))
    assert geometry_faults(stretched, cluster(), kind="off_equilibrium") == ()
    assert geometry_faults(stretched, cluster(), kind="grafted") != ()
    assert geometry_faults(stretched, cluster(), windows=WINDOWS["off_equilibrium"]) == ()


def test_every_minimum_window_lies_inside_the_wide_one() -> None:
    narrow, wide = WINDOWS["minimum"], WINDOWS["off_equilibrium"]
    assert narrow.donors.keys() == wide.donors.keys()
    for key, (low, high) in narrow.donors.items():
        assert wide.donors[key][0] < low < high < wide.donors[key][1]
    assert wide.metals[0] < narrow.metals[0] < narrow.metals[1] < wide.metals[1]


def test_formed_bonds_and_other_atoms_are_named() -> None:
    two = Structure(("S", "S"), np.array([[0, 0, 0], [0, 0, 3.5]]))
    fused = replace(two, positions=np.array([[0, 0, 0], [0, 0, 2.05]]))
    assert bond_graph_changes(two, fused) == ("1 bond of the ligands formed: S0-S1",)
    assert bond_graph_changes(two, Structure(("S", "P"), two.positions)) == ("the atoms are not those it was made of",)
    assert geometry_faults(two, Structure(("S", "P"), two.positions)) == ("the atoms are not those it was made of",)
    assert geometry_faults(replace(two, positions=np.full((2, 3), np.nan)), two) == ("coordinates are not finite",)


@pytest.mark.parametrize(("other", "contact", "bond"), [("Cl", 2.45, 2.05), ("Br", 2.62, 2.22)])
def test_a_crowded_shell_has_contacts_that_are_no_bonds(other: str, contact: float, bond: float) -> None:
    apart, near, bonded = (Structure(("P", other), np.array([[0, 0, 0], [0, 0, d]])) for d in (2.9, contact, bond))
    assert bond_graph_changes(apart, near) == ()
    assert bond_graph_changes(apart, bonded) == (f"1 bond of the ligands formed: P0-{other}1",)
    assert bond_graph_changes(bonded, near) == ()  # a stretched bond is still one
    assert bond_graph_changes(bonded, apart) == (f"1 bond of the ligands broke: P0-{other}1",)


def test_a_flat_ring_counts_as_one_donor() -> None:
    good = ferrocene_half()
    assert held_donors(good) == dict.fromkeys(range(1, 6), "ring")
    assert geometry_faults(good, good) == ()
    assert geometry_faults(moved(good, [0], (0, 0, 0.6)), good) == (
        "C1 is 2.73 Å from its nearest metal, not 1.90 to 2.60",
        "it fell into 2 parts",
    )


def test_two_metals_in_a_host_may_stand_apart() -> None:
    pair = Structure(
        ("Cu", "Ir", "O", "O", "Si"),
        np.array([[0, 0, 0], [4.9, 0, 0], [1.1, 1.6, 0], [3.8, 1.6, 0], [2.45, 2.4, 0]]),
    )
    assert geometry_faults(pair, pair) == ()
    fused = replace(pair, positions=np.vstack([[[3.2, 0, 0]], pair.positions[1:]]))
    assert any("1.70 Å from its nearest metal" in fault for fault in geometry_faults(fused, pair))


@pytest.mark.parametrize(("distance", "faults"), [(2.05, ()), (2.46, ()), (2.9, ("it fell into 2 parts",))])
def test_a_metal_held_by_the_oxygens_of_a_host_is_part_of_it(distance: float, faults: tuple[str, ...]) -> None:
    host = [[-1.3, 0, 0], [1.3, 0, 0], [0, 1.0, 0]]  # O, O and the Al that joins them
    out = -np.sqrt(distance**2 - 1.3**2)
    made = Structure(("Zn", "O", "O", "Al"), np.array([[0, out, 0], *host]))
    assert geometry_faults(made, made) == faults


@given(st.permutations(range(13)), st.tuples(*[st.floats(-50, 50)] * 3), st.floats(0, 6.28))
def test_order_place_and_orientation_do_not_matter(order: list[int], shift: tuple[float, ...], angle: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])

    def changed(structure: Structure) -> Structure:
        symbols = tuple(structure.symbols[i] for i in order)
        return Structure(symbols, (structure.positions @ turn.T + shift)[order])

    made, broken = cluster(), moved(cluster(), [8, 9, 10, 11], (0, 0.6, 0))
    assert geometry_faults(changed(made), changed(made)) == ()
    assert len(geometry_faults(changed(broken), changed(made))) == len(geometry_faults(broken, made)) == 1


def test_collapsed_charges_are_a_fault_and_large_ones_are_not() -> None:
    metals = Structure(("Pt", "Au"), np.array([[0, 0, 0], [0, 0, 2.7]]))
    found = Evaluation(-100.0, "xtb", "6.5.1", "", charges_e=(-2.9, 2.9))
    assert label_faults(found, metals) == ()
    assert label_faults(replace(found, charges_e=()), metals) == ()
    assert label_faults(replace(found, charges_e=(0.1, -3.2)), metals) == (
        "the charge of Au1 is -3.20 e; 3 e is the most that makes sense",
    )
    assert label_faults(replace(found, charges_e=(float("nan"), 0.0)), metals) != ()

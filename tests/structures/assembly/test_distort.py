from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from superatom.errors import StructureError
from superatom.structures.assembly.assemble import assemble
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.assembly.distort import distort
from superatom.structures.assembly.topologies import topology
from superatom.structures.bonds import covalent_bonds
from superatom.structures.structure import Structure
from worlds_structures import au25


def lantern() -> Structure:
    metals = topology("lantern").metals_of("Au", "Pd", "axial2")
    return assemble(Blueprint("lantern", metals, (("thiolate", "SCH3"), ("phosphine", "PMe3"))), 1).structure


def cp_bipyramid() -> Structure:
    plan = topology("cp_bipyramid")
    ligands = {"cp": "Cp*", "phosphine": "PMe3", "halide": "Cl"}
    return assemble(
        Blueprint(plan.name, ("Ru", "Ru", *("Au",) * 5), tuple((r, ligands[r]) for r in plan.roles)), 2
    ).structure


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_ligands_stay_whole_and_metals_move(seed: int) -> None:
    """No bond breaks; a large shift inwards may bring a ligand near its neighbour, as 1 in 100 does in this lantern."""
    world = lantern()
    after = distort(world, seed)
    before, now = (covalent_bonds(s.symbols, s.positions) for s in (world, after))
    assert all(set(old) <= set(new) for old, new in zip(before, now, strict=True))
    assert (after.symbols, after.charge) == (world.symbols, world.charge)
    assert 0.001 < np.linalg.norm(after.positions - world.positions, axis=1).mean() < 1.5


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_turned_world_is_distorted_alike(seed: int) -> None:
    world = lantern()
    turn = Rotation.random(random_state=seed % 1000).as_matrix()
    elsewhere = Structure(world.symbols, world.positions @ turn.T + [1.0, -2.0, 3.0], charge=0)
    here, there = (distort(s, seed, rattle_A=0.0).positions for s in (world, elsewhere))
    np.testing.assert_allclose(there, here @ turn.T + [1.0, -2.0, 3.0], atol=1e-8)


def test_the_seed_decides() -> None:
    world = lantern()
    assert distort(world, 3).positions.tobytes() == distort(world, 3).positions.tobytes()
    assert not np.allclose(distort(world, 3).positions, distort(world, 4).positions)


def test_no_amplitude_no_change() -> None:
    still = distort(au25(), 0, breathing=0, ligand_shift_A=0, ligand_turn_rad=0, rattle_A=0)
    np.testing.assert_allclose(still.positions, au25().positions, atol=1e-12)


def test_all_metals_and_single_atom_ligands_breathe_as_one() -> None:
    chain = Structure(("Au", "Au", "Cl", "Cl"), [[0, 0, -1.3], [0, 0, 1.3], [0, 0, -3.6], [0, 0, 3.6]])
    factor = distort(chain, 5, ligand_shift_A=0, rattle_A=0).positions[:, 2] / chain.positions[:, 2]
    np.testing.assert_allclose(factor, factor[0])
    assert factor[0] != 1


def test_fixed_atoms_stay_where_they_are() -> None:
    world = lantern()
    held = [i for i, s in enumerate(world.symbols) if s in ("Au", "Pd", "S", "P")]
    after = distort(world, 11, fixed=held)
    assert (after.positions[held] == world.positions[held]).all()
    hydrogens = [i for i, s in enumerate(world.symbols) if s == "H"]
    assert np.linalg.norm((after.positions - world.positions)[hydrogens], axis=1).max() > 0.2  # the ligands turned


@pytest.mark.parametrize("seed", range(5))
def test_a_cp_ring_turns_in_its_own_plane(seed: int) -> None:
    world = cp_bipyramid()
    after = distort(world, seed, breathing=0, ligand_shift_A=0, rattle_A=0)
    ru = world.symbols.index("Ru")
    distances = [np.sort(np.linalg.norm(s.positions - s.positions[ru], axis=1))[1:6] for s in (world, after)]
    np.testing.assert_allclose(*distances, atol=0.05)


@pytest.mark.parametrize("seed", range(8))
def test_no_ligand_is_turned_into_its_neighbour(seed: int) -> None:
    metals = topology("lantern").metals_of("Au", "Pd", "axial2")
    world = assemble(Blueprint("lantern", metals, (("thiolate", "PET"),)), 1).structure
    after = distort(world, seed, ligand_turn_rad=2.0)
    assert Counter(b.name for b in after.partition.ligands) == {"PET": 8}


def test_staples_survive() -> None:
    found = [Counter(m.name for m in distort(au25(), seed).partition.staples) for seed in range(5)]
    assert found == [{"(SR-Au)2-SR dimeric": 6}] * 5


def test_bad_input_is_refused_in_one_sentence() -> None:
    with pytest.raises(StructureError, match="nothing to distort"):
        distort(Structure(("H", "H"), [[0, 0, 0], [0, 0, 0.74]]), 0)
    with pytest.raises(StructureError, match="no atom 9 to hold fixed; legal are 0 to 1"):
        distort(Structure(("Au", "Cl"), [[0, 0, 0], [0, 0, 2.25]]), 0, fixed=[9])

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.errors import StructureError
from superatom.structures.description import describe
from superatom.structures.partition import Partition
from superatom.structures.structure import Structure
from worlds_structures import alkynyl_staple, au25, dressed, icosahedron, tetrahedron


def with_more(base: Structure, symbols: tuple[str, ...], positions: list[tuple[float, float, float]]) -> Structure:
    return Structure(base.symbols + symbols, np.vstack([base.positions, positions]))


def test_au25_is_a_core_of_thirteen_under_six_dimers() -> None:
    p = au25().partition
    assert p.formula(p.metal_core) == "Au13"
    assert p.formula(p.inorganic_core) == "Au25"
    assert Counter(m.name for m in p.staples) == {"(SR-Au)2-SR dimeric": 6}
    assert Counter(b.binding for b in p.ligands) == {"μ2-S": 18}
    assert au25().nanocluster.formula == "[Au25(SH)18]-"
    assert au25().nanocluster.valence_electrons == 8


def test_a_stripped_structure_speaks_of_sr() -> None:
    p = au25("S").partition
    assert {b.name for b in p.ligands} == {"SR"}
    assert p.nanocluster(-1).formula == "[Au25(SR)18]-"


def marks(p: Partition, order: np.ndarray) -> tuple[frozenset[int], frozenset[tuple[frozenset[int], str]]]:
    core = frozenset(int(order[i]) for i in p.metal_core)
    return core, frozenset((frozenset(int(order[i]) for i in m.atoms), m.name) for m in p.surface_motifs)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_orientation_origin_and_noise_change_nothing(seed: int) -> None:
    world = au25()
    rng = np.random.default_rng(seed)
    order = rng.permutation(world.n_atoms)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    noisy = world.positions + rng.normal(0, 0.05, world.positions.shape)
    shaken = Structure(tuple(world.symbols[i] for i in order), (noisy @ turn)[order] + 3)
    assert marks(shaken.partition, order) == marks(world.partition, np.arange(world.n_atoms))


def test_chemistry_of_a_doped_staple_is_named_atom_by_atom() -> None:
    world = au25()
    metal = next(m for s in world.partition.staples for m in s.metals)
    doped = Structure(tuple("Cu" if i == metal else s for i, s in enumerate(world.symbols)), world.positions)
    assert Counter(m.name for m in doped.partition.staples) == {"(SR-Au)2-SR dimeric": 5, "SR-Au-SR-Cu-SR dimeric": 1}
    assert doped.partition.nanocluster(-1).formula == "[CuAu24(SH)18]-"


def test_phosphine_carbene_and_alkynyl_are_told_apart() -> None:
    phosphine = dressed(tetrahedron(), "CP(C)C", "P", 2.28).partition
    assert [(b.name, b.ligand_class, b.binding) for b in phosphine.ligands] == [("PMe3", "phosphine", "P")] * 4
    assert phosphine.nanocluster(2).valence_electrons == 2
    carbene = dressed(tetrahedron(), "CN1C=CN(C)[C]1", "C", 2.03).partition
    assert {(b.ligand_class, b.binding) for b in carbene.ligands} == {("NHC", "C")}
    assert {b.smiles for b in carbene.ligands} == {"Cn1[c-][n+](C)cc1"}  # the neutral carbene, written as its ylide
    alkynyl = alkynyl_staple().partition
    assert [m.name for m in alkynyl.staples] == ["C≡CR-Au-C≡CR monomeric"]
    assert {(b.ligand_class, b.binding) for b in alkynyl.ligands} == {("alkynyl", "μ2-C")}


def test_diphosphine_holds_two_metals() -> None:
    xyz = [(0, 0, 0), (3.0, 0, 0), (0, 2.3, 0), (3.0, 2.3, 0), (1.5, 3.1, 0)]
    base = Structure(("Au", "Au", "P", "P", "C"), np.array(xyz))
    hydrogens = [
        (1.5, 3.75, 0.88),
        (1.5, 3.75, -0.88),
        *[(x + s * 0.5, 2.75, z) for x, s in ((0, -1), (3, 1)) for z in (1.2, -1.2)],
    ]
    p = with_more(base, ("H",) * 6, hydrogens).partition
    assert [(b.ligand_class, b.binding, len(b.metals)) for b in p.ligands] == [("diphosphine", "μ2-κ2-P,P", 2)]


def test_halide_hydride_and_sulfide_belong_to_the_inorganic_core() -> None:
    t = tetrahedron()
    face = t[[0, 1, 2]].mean(axis=0)
    up = face / np.linalg.norm(face)
    edge = t[[0, 3]].mean(axis=0)
    out = edge / np.linalg.norm(edge)
    base = dressed(t[3:4], "CP(C)C", "P", 2.28)
    world = Structure(
        ("Cu",) * 3 + base.symbols[:1] + base.symbols[1:] + ("S", "H", "Cl"),
        np.vstack([t[:3], base.positions, face + up * 1.6, edge + out * 0.9, t[1] * (1 + 2.3 / np.linalg.norm(t[1]))]),
    )
    p = world.partition
    assert {b.ligand_class: b.binding for b in p.ligands} == {
        "phosphine": "P", "sulfide": "μ3-S", "hydride": "μ2-H", "halide": "Cl",
    }  # fmt: skip
    assert p.formula(p.inorganic_core) == "AuCu3ClHS"


def test_solvent_and_counter_ions_stand_apart_and_give_the_charge() -> None:
    chloride = with_more(
        au25("S"), ("Cs", "O", "H", "H"), [(12.0, 0, 0), (0, 12, 0), (0.76, 12.59, 0), (-0.76, 12.59, 0)]
    )
    p = chloride.partition
    assert sorted(f.name for f in p.solvents_and_counter_ions) == ["caesium", "water"]
    assert p.charge == -1
    assert len(p.ligands) == 18


def test_an_unknown_molecule_beside_the_cluster_leaves_the_charge_open() -> None:
    odd = with_more(au25("S"), ("Cs", "C", "N"), [(12.0, 0, 0), (0, 12, 0), (0, 13.15, 0)])
    assert odd.partition.charge is None
    with pytest.raises(StructureError, match="give it"):
        _ = odd.nanocluster


def test_a_metal_complex_beside_the_cluster_is_no_part_of_it() -> None:
    p = with_more(au25("S"), ("Cl", "Au", "Cl"), [(13, 0, -2.3), (13, 0, 0), (13, 0, 2.3)]).partition
    assert p.formula(p.metals) == "Au25"
    assert [f.formula for f in p.solvents_and_counter_ions] == ["AuCl2"]


def test_three_flat_donors_make_a_motif_metal() -> None:
    around = [(2.45 * np.cos(t), 2.45 * np.sin(t), 0) for t in (0, 2.0944, 4.1888)]
    under = [(2.6 * np.cos(t), 2.6 * np.sin(t), -2.45) for t in (0, 2.0944, 4.1888)]
    p = Structure(("Ag",) * 4 + ("S",) * 3, np.array([(0, 0, 0.0), *under, *around])).partition
    assert [(m.length, m.name) for m in p.staples] == [(1, "Ag(SR)3 branched")]


def test_a_ring_is_a_ring() -> None:
    n = 4
    angle = np.arange(2 * n) * np.pi / n
    radius = 2.32 / (2 * np.sin(np.pi / (2 * n)))
    xyz = np.c_[radius * np.cos(angle), radius * np.sin(angle), np.zeros(2 * n)]
    xyz[1::2] *= 1.25  # sulfur outside, gold inside, as in Au4(SR)4
    p = Structure(("Au", "S") * n, xyz).partition
    assert [(m.name, m.is_ring) for m in p.staples] == [("(SR-Au)4 tetrameric ring", True)]
    assert p.metal_core == ()


def test_no_metal_is_refused_and_a_bare_metal_is_all_core() -> None:
    with pytest.raises(StructureError, match="no cluster metal"):
        _ = Structure(("C", "O"), np.array([(0, 0, 0), (0, 0, 1.13)])).partition
    p = Structure(("Au",) * 13, icosahedron()).partition
    assert len(p.metal_core) == 13
    assert p.surface_motifs == ()


def test_description_is_what_the_command_line_promises() -> None:
    answer = describe(au25())
    assert answer["metal_core"] == {"formula": "Au13", "n_atoms": 13}
    assert answer["staples"] == [{"name": "(SR-Au)2-SR dimeric", "length": 2, "is_ring": False, "count": 6}]
    assert answer["motifs"] == ["icosahedron"]
    assert answer["point_group"] == "Ih"
    assert answer["metal_metal_distance_A"] == pytest.approx(2.95, abs=0.1)
    assert (answer["charge"], answer["valence_electrons"]) == (-1, 8)
    unknown = describe(au25(charge=None))
    assert unknown["charge"] is None
    assert "-1 would mean 8 electrons (closed shell)" in unknown["charge_basis"]


def test_partition_is_json_ready() -> None:
    import json

    assert json.loads(json.dumps(au25().partition.to_dict()))["metal_core"] == list(au25().partition.metal_core)

"""Staples, bi-icosahedra, zeolite rings, carbon flakes, and topologies read from files."""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from superatom.errors import ChemistryError, StructureError, UnknownNameError
from superatom.structures.assembly import carbon, zeolites
from superatom.structures.assembly.assemble import assemble, cluster_formula
from superatom.structures.assembly.blueprint import Assembly, Blueprint
from superatom.structures.assembly.kernels_from_file import file_topology
from superatom.structures.assembly.topologies import topology
from superatom.structures.bonds import covalent_bonds
from superatom.structures.files import read
from superatom.structures.motifs import core_motifs
from superatom.structures.structure import Structure
from worlds_structures import au25, dressed, tetrahedron, xyz_text

MIRROR = Path(os.environ.get("SUPERATOM_DATA_MIRROR") or "/nowhere")
HOST_GUEST = (*zeolites.TOPOLOGIES, *carbon.TOPOLOGIES)
ROD = {"thiolate": "SCH3", "phosphine": "PMe3", "halide": "Cl"}


def staple25(placement: str, dopant: str, seed: int = 1) -> Assembly:
    metals = topology("staple25").metals_of("Au", dopant, placement)
    return assemble(Blueprint("staple25", metals, (("thiolate", "SCH3"),)), seed)


def rod(placement: str, dopant: str, seed: int = 1) -> Assembly:
    metals = topology("biicosahedron25").metals_of("Au", dopant, placement)
    return assemble(Blueprint("biicosahedron25", metals, tuple(ROD.items()), charge=2), seed)


def distances(structure: Structure) -> np.ndarray:
    return np.linalg.norm(structure.positions[:, None] - structure.positions[None], axis=-1) + 99 * np.eye(
        structure.n_atoms
    )


# -- Au25(SR)18 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placement", "core", "staples"),
    [
        ("centre", "PdAu12", {"(SR-Au)2-SR dimeric": 6}),
        ("icosahedron12", "AuPd12", {"(SR-Au)2-SR dimeric": 6}),
        ("staple1", "Au13", {"(SR-Au)2-SR dimeric": 5, "SR-Au-SR-Pd-SR dimeric": 1}),
        ("staple6", "Au13", {"SR-Au-SR-Pd-SR dimeric": 6}),
        ("staple12", "Au13", {"(SR-Pd)2-SR dimeric": 6}),
    ],
)
def test_staple25_is_thirteen_under_six_dimers(placement: str, core: str, staples: dict[str, int]) -> None:
    for seed in range(3):
        partition = staple25(placement, "Pd", seed).structure.partition
        assert partition.formula(partition.metal_core) == core
        assert Counter(m.name for m in partition.staples) == staples
        assert Counter(b.binding for b in partition.ligands) == {"μ2-S": 18}


def test_staple25_placements_are_what_they_are_called() -> None:
    plan, positions = topology("staple25"), staple25("centre", "Pd").structure.positions
    first, second = plan.placements["icosahedron2_adjacent"]
    assert 2.5 < np.linalg.norm(positions[first] - positions[second]) < 3.3
    first, second = plan.placements["icosahedron2_opposite"]
    assert 5.2 < np.linalg.norm(positions[first] - positions[second]) < 6.0
    assert len(plan.placements["icosahedron6_staple6"]) == 12
    for name, sites in plan.placements.items():
        assert sum(int(digits) for digits in "".join(c if c.isdigit() else " " for c in name).split()) + (
            "centre" in name
        ) == len(sites)


def test_staple25_bond_lengths_are_those_of_the_crystal() -> None:
    structure = staple25("centre", "Pd").structure
    apart = distances(structure)
    sulphur = [i for i, s in enumerate(structure.symbols) if s == "S"]
    nearest_two = np.sort(apart[sulphur, :25], axis=1)[:, :2]
    assert 2.25 < nearest_two.min() < nearest_two.max() < 2.60
    assert 2.6 < apart[0, 1:13].min() < apart[0, 1:13].max() < 3.1
    assert apart.min() > 1.0


# -- two icosahedra ---------------------------------------------------------------------------------------------------


def test_the_rod_is_two_icosahedra_sharing_a_vertex() -> None:
    structure = rod("waist10_apex2", "Ag").structure
    partition = structure.partition
    assert partition.formula(partition.metals) == "Au13Ag12"
    assert Counter(b.binding for b in partition.ligands) == {"P": 10, "μ2-S": 5, "Cl": 2}
    motifs = core_motifs(structure.positions, partition.metal_core, None).summary()
    assert "2 icosahedra" in motifs
    assert "vertex-sharing bi-icosahedron" in motifs
    assert structure.nanocluster.charge == 2


def test_the_centres_of_the_rod_touch_twelve_metals_and_no_ligand() -> None:
    structure = rod("centre2", "Pd").structure
    apart = distances(structure)
    for centre in (0, 1):
        assert (apart[centre, :25] < 3.1).sum() == 12
        assert apart[centre, 25:].min() > 3.0


# -- hosts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", HOST_GUEST, ids=lambda plan: plan.name)
def test_host_models_are_whole_and_sane(plan) -> None:
    made = [assemble(Blueprint(plan.name, ("Cu", "Ir")), seed) for seed in (1, 2)]
    structure = made[0].structure
    assert structure.symbols[:2] == ("Cu", "Ir")
    assert not np.allclose(structure.positions, made[1].structure.positions)
    assert distances(structure).min() > 0.9
    donors = [i for i, s in enumerate(structure.symbols) if s in ("O", "N")]
    assert (distances(structure)[:2, donors].min(axis=1) < 2.6).all()
    assert 2.0 < distances(structure)[0, 1] < 8.0
    graph = covalent_bonds(structure.symbols, structure.positions)
    valence = {"Si": 4, "Al": 4, "O": 2, "H": 1, "C": 3, "N": 2}
    assert all(len(graph[i]) == valence[structure.symbols[i]] for i in range(2, structure.n_atoms))


@pytest.mark.parametrize("plan", zeolites.TOPOLOGIES, ids=lambda plan: plan.name)
def test_the_h_form_has_two_acid_protons_more_and_the_same_rim(plan) -> None:
    host, made = zeolites.host_structure(plan.name), assemble(Blueprint(plan.name, ("Cu", "Ir")), 1)
    assert Counter(host.symbols) == Counter(made.structure.symbols[2:]) + Counter("HH")
    assert host.charge == 0
    np.testing.assert_array_equal(host.positions[:-2], made.structure.positions[2:])
    assert {made.structure.symbols[i] for i in made.fixed} == {"H"}
    assert len(made.fixed) == Counter(made.structure.symbols)["H"]
    graph = covalent_bonds(host.symbols, host.positions)
    for proton in (-2, -1):
        [oxygen] = graph[host.n_atoms + proton]
        assert {host.symbols[i] for i in graph[oxygen]} == {"H", "Al", "Si"}


@pytest.mark.parametrize(("name", "nitrogens"), [("carbon_n6", 6), ("carbon_2n4", 8)])
def test_a_flake_without_metals_keeps_its_nitrogens_bare(name: str, nitrogens: int) -> None:
    host, made = carbon.host_structure(name), assemble(Blueprint(name, ("Ni", "Pt")), 1)
    assert Counter(host.symbols) == Counter(made.structure.symbols[2:])
    assert Counter(host.symbols)["N"] == nitrogens
    graph = covalent_bonds(host.symbols, host.positions)
    assert all([host.symbols[j] for j in graph[i]] == ["C", "C"] for i, s in enumerate(host.symbols) if s == "N")
    assert np.ptp(host.positions[:, 2]) == 0


def test_metals_of_two_holes_are_where_the_volcano_wants_them() -> None:
    together, apart = (assemble(Blueprint(name, ("Ni", "Pt")), 1).structure for name in ("carbon_n6", "carbon_2n4"))
    assert 2.0 < distances(together)[0, 1] < 2.8
    assert 6.0 < distances(apart)[0, 1] < 7.0


def test_an_unknown_host_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean .*zeolite_10T.*Known rings: zeolite_6T"):
        zeolites.host_structure("zeolite_11T")
    with pytest.raises(UnknownNameError, match=r"Known flakes: carbon_n6, carbon_2n4"):
        carbon.host_structure("lantern")


# -- a topology from a file -------------------------------------------------------------------------------------------


def saved(structure: Structure, folder: Path, name: str) -> Path:
    file = folder / name
    file.write_text(xyz_text(structure))
    return file


@pytest.mark.parametrize("ligand_atoms", ["SH", "S"])
def test_a_file_becomes_a_topology(tmp_path: Path, ligand_atoms: str) -> None:
    plan = file_topology(saved(au25(ligand_atoms), tmp_path, "ideal.xyz"))
    assert (plan.name, plan.n_metals, dict(plan.roles)) == ("ideal", 25, {"thiolate": 18})
    assert plan.placements["centre"] == plan.placements["core1"] == (0,)
    assert [sum(name.startswith(word) for name in plan.placements) for word in ("site", "core", "staple")] == [
        25,
        13,
        12,
    ]
    blueprint = Blueprint("ideal", plan.metals_of("Au", "Ag", "staple3"), (("thiolate", "SCH3"),), charge=-1)
    structure = assemble(blueprint, 1, using=plan).structure
    assert cluster_formula(blueprint, using=plan) == "[Au24Ag(SCH3)18]-"
    assert Counter(m.name for m in structure.partition.staples) == {
        "(SR-Au)2-SR dimeric": 5,
        "SR-Ag-SR-Au-SR dimeric": 1,
    }
    where_they_were = au25().positions[list(au25().partition.metals)]
    np.testing.assert_allclose(structure.positions[:25], where_they_were, atol=1e-5)


def test_phosphines_of_a_file_point_where_they_did(tmp_path: Path) -> None:
    world = dressed(tetrahedron(), "CP(C)C", "P", 2.28)
    plan = file_topology(saved(world, tmp_path, "au4.xyz"))
    assert dict(plan.roles) == {"phosphine": 4}
    structure = assemble(Blueprint("au4", ("Au",) * 4, (("phosphine", "PMe3"),)), 1, using=plan).structure
    assert {b.name for b in structure.partition.ligands} == {"PMe3"}
    donors = [i for i, s in enumerate(structure.symbols) if s == "P"]
    np.testing.assert_allclose(distances(structure)[donors, :4].min(axis=1), 2.28, atol=1e-6)


def test_a_ligand_with_two_donors_is_refused(tmp_path: Path) -> None:
    chelate = Structure(
        ("Au", "Au", "O", "O", "C", "H"),
        [[0, 0, 0], [2.8, 0, 0], [0.3, 0, 2.1], [2.5, 0, 2.1], [1.4, 0, 2.7], [1.4, 0, 3.8]],
    )
    with pytest.raises(ChemistryError, match=r"cannot be replaced; legal are ligands with one donor"):
        file_topology(saved(chelate, tmp_path, "formate.xyz"))


def test_a_file_without_metal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StructureError, match="no cluster metal"):
        file_topology(saved(Structure(("H", "H"), [[0, 0, 0], [0, 0, 0.74]]), tmp_path, "h2.xyz"))


@pytest.mark.skipif(
    not (MIRROR / "mpc-structures-misc").is_dir(),
    reason="SUPERATOM_DATA_MIRROR names no mirror with mpc-structures-misc",
)
def test_a_crystal_is_rebuilt_with_small_ligands() -> None:
    plan = file_topology(MIRROR / "mpc-structures-misc" / "au25_pet18_neutral_COD-1540567.cif")
    assert (plan.n_metals, dict(plan.roles)) == (25, {"thiolate": 18})
    blueprint = Blueprint(plan.name, plan.metals_of("Au", "Pd", "centre"), (("thiolate", "SCH3"),))
    partition = assemble(blueprint, 1, using=plan).structure.partition
    assert partition.formula(partition.metal_core) == "PdAu12"
    assert Counter(b.name for b in partition.ligands) == {"SCH3": 18}


# -- with the force field ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("xtb") is None, reason="the program xtb is not installed")
def test_a_force_field_keeps_the_six_dimers(tmp_path: Path) -> None:
    saved(staple25("centre", "Pd").structure, tmp_path, "in.xyz")
    command = ["xtb", "in.xyz", "--gfnff", "--opt", "crude"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_STACKSIZE": "1G"}
    subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=120, check=True)
    partition = read(tmp_path / "xtbopt.xyz").partition
    assert partition.formula(partition.metal_core) == "PdAu12"
    assert Counter(m.name for m in partition.staples) == {"(SR-Au)2-SR dimeric": 6}

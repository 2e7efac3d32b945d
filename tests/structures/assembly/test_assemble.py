"""Every kernel of the first families with its ligands: right formula, sane distances, the same seed the same bytes."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from superatom.errors import ChemistryError, UnknownLigandError, UnknownNameError
from superatom.structures.assembly import bipyramid, centred, lantern
from superatom.structures.assembly.assemble import assemble, cluster_formula, prototype_name
from superatom.structures.assembly.blueprint import Assembly, Blueprint
from superatom.structures.assembly.topologies import topologies, topology
from superatom.structures.bonds import connected, covalent_bonds
from superatom.structures.elements import METALS
from superatom.structures.ligands import ligand_table
from superatom.structures.structure import Structure

FAMILIES = (*lantern.TOPOLOGIES, *centred.TOPOLOGIES, *bipyramid.TOPOLOGIES)
SHELLS = [
    ("lantern", {"thiolate": "SH"}),
    ("lantern", {"thiolate": "PET"}),
    ("lantern", {"thiolate": "SCH3", "phosphine": "PMe3"}),
    ("lantern", {"thiolate": "CCCC[SeH]"}),
    ("centred9", {"phosphine": "PH3"}),
    ("centred9", {"phosphine": "PPh3"}),
    ("centred9_halide", {"phosphine": "PMe3", "halide": "Br"}),
    ("centred10", {"phosphine": "PMe3", "halide": "Cl"}),
    ("centred12", {"phosphine": "PMe3", "halide": "I"}),
    ("cp_bipyramid", {"cp": "Cp*", "phosphine": "PMe3", "halide": "Cl"}),
    ("cp_bipyramid", {"cp": "Cp", "phosphine": "PH3", "halide": "Br"}),
]


def blueprint(name: str, ligands: dict[str, str], placement: str = "", dopant: str = "Pd") -> Blueprint:
    plan = topology(name)
    return Blueprint(
        name, plan.metals_of("Au", dopant, placement or next(iter(plan.placements))), tuple(ligands.items())
    )


def distances(structure: Structure) -> np.ndarray:
    apart = np.linalg.norm(structure.positions[:, None] - structure.positions[None], axis=-1)
    return apart + 99 * np.eye(structure.n_atoms)


def molecules(structure: Structure) -> Counter[str]:
    """Formulas of what is left when the metals are taken out."""
    graph = covalent_bonds(structure.symbols, structure.positions)
    others = [i for i, s in enumerate(structure.symbols) if s not in METALS]
    parts = [Counter(structure.symbols[i] for i in part) for part in connected(graph, others)]
    return Counter("".join(f"{e}{n}" for e, n in sorted(part.items())) for part in parts)


@pytest.mark.parametrize(("name", "ligands"), SHELLS)
def test_atoms_are_metals_then_the_ligands_of_every_role(name: str, ligands: dict[str, str]) -> None:
    plan, made = topology(name), assemble(blueprint(name, ligands), 0)
    expected = Counter(made.blueprint.metals)
    for role, ligand in ligands.items():
        known = ligand_table().find(ligand).atoms if ligand in ligand_table() else {"C": 4, "H": 9, "Se": 1}
        expected.update({element: n * plan.roles[role] for element, n in known.items()})
    assert made.structure.symbols[: plan.n_metals] == made.blueprint.metals
    assert Counter(made.structure.symbols) == expected
    assert made.structure.charge == 0
    assert made.fixed == ()


@pytest.mark.parametrize(("name", "ligands"), SHELLS)
def test_distances_are_sane_before_any_relaxation(name: str, ligands: dict[str, str]) -> None:
    n = topology(name).n_metals
    for seed in range(1 if "PPh3" in ligands.values() else 3):
        structure = assemble(blueprint(name, ligands), seed).structure
        apart = distances(structure)
        donors = [i for i, s in enumerate(structure.symbols) if s in ("S", "Se", "P", "Cl", "Br", "I")]
        to_metal = apart[donors][:, :n].min(axis=1)
        assert apart.min() > 0.7
        assert to_metal.min() > 2.05
        assert to_metal.max() < 3.2
        assert apart[:n, :n].min() > 2.3
        assert apart[:n, :n].min(axis=1).max() < 3.5


@pytest.mark.parametrize(
    ("name", "ligands"), [s for s in SHELLS if "PPh3" not in s[1].values() and "PET" not in s[1].values()]
)
def test_small_ligands_do_not_touch(name: str, ligands: dict[str, str]) -> None:
    made = assemble(blueprint(name, ligands), 1)
    assert made.clash_A2 < 6
    assert sum(molecules(made.structure).values()) == sum(
        n for role, n in topology(name).roles.items() if role in ligands
    )


def test_lantern_has_four_bridges_between_two_squares() -> None:
    structure = assemble(blueprint("lantern", {"thiolate": "SCH3"}), 4).structure
    apart = distances(structure)
    sulfurs = [i for i, s in enumerate(structure.symbols) if s == "S"]
    bonded = apart[:6][:, sulfurs] < 2.75
    assert bonded.sum(axis=1).tolist() == [4, 4, 2, 2, 2, 2]
    assert not (bonded[0] & bonded[1]).any()


def test_cp_rings_cap_the_apices() -> None:
    made = assemble(blueprint("cp_bipyramid", {"cp": "Cp*", "phosphine": "PMe3", "halide": "Cl"}, dopant="Ru"), 0)
    carbons = [i for i, s in enumerate(made.structure.symbols) if s == "C"]
    near = distances(made.structure)[:7][:, carbons] < 2.4
    assert made.blueprint.metals[:2] == ("Ru", "Ru")
    assert near.sum(axis=1).tolist() == [5, 5, 0, 0, 0, 0, 0]


def test_halides_of_a_bipyramid_move_with_the_seed() -> None:
    def apart(seed: int) -> bool:
        made = assemble(blueprint("cp_bipyramid", {"cp": "Cp", "phosphine": "PH3", "halide": "Cl"}), seed)
        first, second = (i for i, s in enumerate(made.structure.symbols) if s == "Cl")
        return bool(distances(made.structure)[first, second] > 7)

    assert {apart(seed) for seed in range(12)} == {True, False}


def test_a_bridging_halide_stands_between_two_atoms_that_have_their_own() -> None:
    structure = assemble(blueprint("centred9_halide", {"phosphine": "PMe3", "halide": "Cl"}), 0).structure
    chlorines = [i for i, s in enumerate(structure.symbols) if s == "Cl"]
    near = distances(structure)[chlorines][:, :10] < 2.8
    assert sorted(near.sum(axis=1).tolist()) == [1, 1, 2]
    assert set(np.flatnonzero(near.any(axis=0))) == {8, 9}


def test_same_seed_same_bytes_other_seed_other_geometry() -> None:
    plan = blueprint("lantern", {"thiolate": "PET", "phosphine": "PMe3"})
    first, again, other = (assemble(plan, seed).structure.positions for seed in (5, 5, 6))
    assert first.tobytes() == again.tobytes()
    assert np.abs(first - other).max() > 0.1


@pytest.mark.parametrize("plan", FAMILIES, ids=lambda plan: plan.name)
def test_placements_name_sites_that_exist_once(plan: object) -> None:
    table = topologies()
    assert table[plan.name] is plan  # type: ignore[attr-defined]
    sites = list(plan.placements.values())  # type: ignore[attr-defined]
    assert len(set(sites)) == len(sites)
    for taken in sites:
        assert len(set(taken)) == len(taken)
        assert set(taken) <= set(range(plan.n_metals))  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["centred9", "centred10", "centred12"])
def test_the_shell_is_that_of_an_icosahedron(name: str) -> None:
    plan = topology(name)
    ligands = {role: {"phosphine": "PH3", "halide": "Cl"}[role] for role in plan.roles}
    metals = assemble(blueprint(name, ligands), 3).structure.positions[: plan.n_metals]
    to_centre = np.linalg.norm(metals[1:], axis=1)
    assert np.abs(to_centre - centred.SHELL_RADIUS_A).max() < 0.4
    shell = np.linalg.norm(metals[1:, None] - metals[None, 1:], axis=-1)
    contacts = (shell < 3.8).sum(axis=1) - 1
    assert (
        contacts.tolist()
        == {
            "centred9": [3, 3, 3, 4, 4, 4, 5, 5, 5],
            "centred10": [3, 4, 4, 4, 4, 4, 4, 5, 5, 5],
            "centred12": [5] * 12,
        }[name]
    )


# -- names ------------------------------------------------------------------------------------------------------------


def test_names_of_prototypes() -> None:
    lanterns = [blueprint("lantern", {"thiolate": "SCH3"}, placement) for placement in ("axial1", "belt1")]
    assert {prototype_name(plan) for plan in lanterns} == {"lantern Au5Pd(SCH3)8"}
    ring = blueprint("cp_bipyramid", {"halide": "Cl", "phosphine": "PPh3", "cp": "Cp*"}, dopant="Rh")
    assert cluster_formula(ring) == "Au5Rh2(Cp*)2(PPh3)3Cl2"
    charged = Blueprint("lantern", ("Ag",) * 6, (("thiolate", "SH"),), charge=-2)
    assert cluster_formula(charged) == "[Ag6(SH)8]2-"


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (Blueprint("lantern", ("Au",) * 5, (("thiolate", "SH"),)), "has 6 metal sites, not 5"),
        (Blueprint("lantern", ("Au",) * 5 + ("gold",), (("thiolate", "SH"),)), "'gold' is no element symbol"),
        (Blueprint("lantern", ("Au",) * 6), "no ligand given for thiolate"),
        (Blueprint("lantern", ("Au",) * 6, (("thiolate", "SH"), ("halide", "Cl"))), "unknown role halide.*takes thio"),
        (Blueprint("lantern", ("Au",) * 6, (("thiolate", "SH"), ("thiolate", "PET"))), "every role is given once"),
        (Blueprint("lantern", ("Au",) * 6, (("thiolate", "PPh3"),)), "PPh3 is a phosphine; the role thiolate takes"),
        (Blueprint("centred9", ("Au",) * 10, (("phosphine", "dppm"),)), "dppm is a diphosphine"),
    ],
)
def test_bad_blueprints_get_one_clear_sentence(plan: Blueprint, sentence: str) -> None:
    with pytest.raises(ChemistryError, match=sentence):
        assemble(plan, 0)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean lantern"):
        assemble(Blueprint("lanterns", ("Au",) * 6), 0)
    with pytest.raises(UnknownLigandError):
        assemble(Blueprint("lantern", ("Au",) * 6, (("thiolate", "XYZ99"),)), 0)


# -- what relaxation makes of it --------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("xtb") is None, reason="the xtb program is not installed")
@pytest.mark.parametrize(
    ("name", "ligands"),
    [
        ("lantern", {"thiolate": "SCH3"}),
        ("centred9", {"phosphine": "PMe3"}),
        ("centred9_halide", {"phosphine": "PH3", "halide": "Br"}),
        ("cp_bipyramid", {"cp": "Cp*", "phosphine": "PH3", "halide": "Cl"}),
    ],
)
def test_ligands_survive_a_force_field(name: str, ligands: dict[str, str], tmp_path: Path) -> None:
    made = assemble(blueprint(name, ligands), 1)
    relaxed = gfnff(made, tmp_path)
    assert molecules(relaxed) == molecules(made.structure)
    donors = [i for i, s in enumerate(relaxed.symbols) if s in ("S", "P", "Cl", "Br")]
    to_metal = distances(relaxed)[donors][:, : topology(name).n_metals].min(axis=1)
    assert to_metal.min() > 2.1
    assert to_metal.max() < 2.75


def gfnff(made: Assembly, folder: Path) -> Structure:
    """Relax crudely with GFN-FF, in a fresh folder: the program reads the topology an earlier run left behind."""
    rows = [
        f"{s} {x:.6f} {y:.6f} {z:.6f}"
        for s, (x, y, z) in zip(made.structure.symbols, made.structure.positions, strict=True)
    ]
    (folder / "in.xyz").write_text("\n".join([str(len(rows)), "", *rows, ""]))
    subprocess.run(
        ["xtb", "in.xyz", "--gfnff", "--opt", "crude"], cwd=folder, check=True, capture_output=True, timeout=120
    )
    lines = (folder / "xtbopt.xyz").read_text().splitlines()[2 : len(rows) + 2]
    return Structure(made.structure.symbols, np.array([[float(x) for x in line.split()[1:4]] for line in lines]))

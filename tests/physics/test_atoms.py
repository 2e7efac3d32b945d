"""Free atoms at PBE: one for every metal, and formation energies near those of another program."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from superatom.physics.atoms import atom_energies, atom_sets, atoms_of_level
from superatom.physics.formation_energy import formation_energy_eV_per_atom
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.elements import METALS

HSSH_EV = -13.70466  # GPAW, LCAO dzp, as the clusters below
# total energy of Au4M2(SH)8 in eV; its formation energy at PBE/def2-SVP with PySCF, in eV per metal
LANTERNS = {
    "Ru": (-85.00586, -4.60), "Ni": (-81.73500, -4.41), "Pt": (-80.38328, -4.39),
    "Pd": (-75.86199, -4.00), "Ag": (-71.76769, -3.25),
}  # fmt: skip


@pytest.mark.parametrize("name", ["pbe", "pbe-spin"])
def test_both_pbe_levels_have_the_same_atoms_for_every_metal(name: str) -> None:
    assert atoms_of_level(name) == "pbe"
    assert set(atom_energies("pbe")) == set(METALS)
    assert all(atom.how and atom.source for atom in atom_sets()["pbe"].values())


def test_atoms_have_the_moments_of_their_ground_states() -> None:
    found = {metal: atom.n_unpaired for metal, atom in atom_sets()["pbe"].items()}
    assert found == {
        "Au": 1, "Ag": 1, "Cu": 1, "Pt": 2, "Pd": 0, "Ni": 2, "Hg": 0, "Cd": 0, "Zn": 0,
        "Ir": 3, "Rh": 3, "Co": 3, "Os": 4, "Ru": 4, "Fe": 4, "Re": 5, "Mn": 5,
    }  # fmt: skip


@pytest.mark.parametrize("metal", LANTERNS)
def test_formation_energies_are_near_those_of_another_program(metal: str) -> None:
    energy_eV, elsewhere = LANTERNS[metal]
    lantern = Blueprint("lantern", (metal,) * 2 + ("Au",) * 4, (("thiolate", "SH"),))
    found = formation_energy_eV_per_atom(lantern, energy_eV, {"SH/dimer": HSSH_EV}, atoms="pbe")
    assert found == pytest.approx(elsewhere, abs=0.25)


def test_atoms_computed_elsewhere_come_in_with_their_words(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "benchmarks/reference_tables.py"
    if not script.exists():
        pytest.skip("the benchmarks are not here")
    take = runpy.run_path(str(script))["computed_elsewhere"]
    table = tmp_path / "atoms.csv"
    header = "element,method,energy_eV,magnetic_moment,converged,how,source\n"
    table.write_text(
        header + "Mn,fine,-5.03,-4.998,True,by hand,a code\nFe,fine,,,False,,\nMn,rough,-4.0,5,1,,\n", encoding="utf-8"
    )
    [found] = take("mine", str(table), "fine")
    assert (found["set"], found["element"], found["energy_eV"]) == ("mine", "Mn", "-5.030000")
    assert (found["n_unpaired"], found["how"], found["source"]) == (5, "by hand", "a code")
    with pytest.raises(SystemExit, match=r"the converged atoms none of 'exact'.*its methods: fine, rough"):
        take("mine", str(table), "exact")

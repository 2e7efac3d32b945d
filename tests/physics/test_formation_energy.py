"""Formation energies: what surrounds the metals, eqn 1 on small true worlds, free atoms, charge transfer."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.errors import ChemistryError, MissingReferenceError, UnknownNameError
from superatom.physics.atoms import atom_energies, atom_sets, atoms_of_level
from superatom.physics.formation_energy import (
    charge_transfer,
    formation_energy_eV_per_atom,
    formation_energy_or_nan,
    reference_energies,
)
from superatom.physics.reference_geometries import make_geometry, packaged_geometries, reference_geometry
from superatom.physics.references import (
    CONVENTIONS,
    HYDROGEN,
    Convention,
    ReferenceSpecies,
    environment,
    evaluate_reference,
    ligand_reference,
    needed_references,
)
from superatom.structures.assembly.assemble import assemble
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.assembly.topologies import topologies
from superatom.structures.elements import METALS
from superatom.structures.formula import element_formula

LANTERN = Blueprint("lantern", ("Pd",) * 2 + ("Au",) * 4, (("phosphine", "PMe3"), ("thiolate", "SCH3")))
ZEOLITE = Blueprint("zeolite_10T", ("Cu", "Ir"))
ATOMS = {"Au": -106.0, "Pd": -120.0, "Cu": -119.0, "Ir": -107.0}
REFERENCES = {
    "SCH3/dimer": -404.0, "SCH3/radical": -200.0, "PMe3/neutral": -376.0, "host/zeolite_10T": -4700.0, "H/dimer": -28.0,
}  # fmt: skip


def counts(blueprint: Blueprint, convention: Convention = "dimer") -> dict[str, float]:
    return {species.key: n for species, n in environment(blueprint, convention).items()}


@pytest.mark.parametrize(
    ("name", "dimer", "radical"),
    [
        ("SH", "SS", "[SH]"),
        ("PET", "c1ccc(CCSSCCc2ccccc2)cc1", "[S]CCc1ccccc1"),
        ("Br", "BrBr", "[Br]"),
        ("H", "[H][H]", "[H]"),
        ("PhC≡C", "C(C#Cc1ccccc1)#Cc1ccccc1", "[C]#Cc1ccccc1"),
        ("Cp*", "CC1=C(C)C(C)(C2(C)C(C)=C(C)C(C)=C2C)C(C)=C1C", "C[C]1C(C)=C(C)C(C)=C1C"),
    ],
)
def test_an_x_type_ligand_is_half_a_dimer_or_a_radical(name: str, dimer: str, radical: str) -> None:
    pair, half = ligand_reference(name, "dimer")
    alone, one = ligand_reference(name, "radical")
    assert (pair.smiles, half, pair.n_unpaired) == (dimer, 0.5, 0)
    assert (alone.smiles, one, alone.n_unpaired) == (radical, 1.0, 1)


def test_a_phosphine_is_itself_under_both_conventions() -> None:
    assert ligand_reference("PPh3", "dimer") == ligand_reference("PPh3", "radical")


@pytest.mark.parametrize("name", ["OAc", "S", "1,2-BDT"])
def test_a_ligand_without_a_rule_is_refused_by_name(name: str) -> None:
    with pytest.raises(ChemistryError, match=name):
        ligand_reference(name, "dimer")


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(ChemistryError, match="dimer, radical"):
        ligand_reference("SH", "monomer")  # type: ignore[arg-type]


def test_the_surroundings_hold_the_atoms_of_the_cluster_but_its_metals() -> None:
    for blueprint in (LANTERN, ZEOLITE, Blueprint("carbon_n6", ("Ni", "Pt"))):
        atoms: dict[str, float] = {}
        for species, n in environment(blueprint).items():
            for symbol in reference_geometry(species)[0].symbols:
                atoms[symbol] = atoms.get(symbol, 0) + n
        rest = [s for s in assemble(blueprint, seed=1).structure.symbols if s not in blueprint.metals]
        assert {s: n for s, n in atoms.items() if n} == {s: rest.count(s) for s in set(rest)}


def test_the_surroundings_of_a_kernel_that_no_table_knows_are_counted() -> None:
    mine, symbols = replace(LANTERN, topology="mine"), assemble(LANTERN, seed=1).structure.symbols
    assert environment(mine, symbols=symbols) == environment(LANTERN)
    known = formation_energy_eV_per_atom(LANTERN, -3000.0, REFERENCES, atoms=ATOMS)
    assert formation_energy_or_nan(mine, -3000.0, REFERENCES, atoms=ATOMS, symbols=symbols) == known
    with pytest.raises(UnknownNameError, match="unknown topology 'mine'"):
        environment(mine)


def test_formation_energy_is_eqn_1_worked_by_hand() -> None:
    energy = 4 * -106 + 2 * -120 + 4 * -404 + 2 * -376 - 6 * 3.5
    found = formation_energy_eV_per_atom(LANTERN, energy, REFERENCES, atoms=ATOMS)
    assert found == pytest.approx(-3.5)
    radical = formation_energy_eV_per_atom(LANTERN, energy, REFERENCES, atoms=ATOMS, convention="radical")
    assert radical - found == pytest.approx(8 * (200 - 202) / 6)


def test_a_zeolite_is_compared_with_its_acid_form_and_hydrogen_leaves() -> None:
    assert counts(ZEOLITE) == {"host/zeolite_10T": 1.0, "H/dimer": -1.0}
    energy = -4700 + 28 - 119 - 107 - 2 * 1.25
    assert formation_energy_eV_per_atom(ZEOLITE, energy, REFERENCES, atoms=ATOMS) == pytest.approx(-1.25)


@given(shift=st.floats(-10, 10), n=st.integers(-3, 3))
def test_the_scale_of_the_engine_does_not_matter(shift: float, n: int) -> None:
    """Moving the zero of every metal atom moves the cluster by six times as much, and its formation energy not."""
    moved = {metal: energy + shift * n for metal, energy in ATOMS.items()}
    before = formation_energy_eV_per_atom(LANTERN, -3000.0, REFERENCES, atoms=ATOMS)
    after = formation_energy_eV_per_atom(LANTERN, -3000.0 + 6 * shift * n, REFERENCES, atoms=moved)
    assert after == pytest.approx(before, abs=1e-9)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(MissingReferenceError, match="PMe3/neutral"):
        formation_energy_eV_per_atom(LANTERN, -1.0, {"SCH3/dimer": -404.0}, atoms=ATOMS)
    with pytest.raises(MissingReferenceError, match="no free-atom energy of Pd"):
        formation_energy_eV_per_atom(LANTERN, -1.0, REFERENCES, atoms={"Au": -106.0})
    with pytest.raises(ChemistryError, match=r"charge \+1 e"):
        formation_energy_eV_per_atom(replace(LANTERN, charge=1), -1.0, REFERENCES, atoms=ATOMS)
    assert math.isnan(formation_energy_or_nan(replace(LANTERN, charge=1), -1.0, REFERENCES, atoms=ATOMS))


def test_needed_references_serve_both_conventions_and_hosts() -> None:
    found = {species.key for species in needed_references([LANTERN, LANTERN, ZEOLITE])}
    assert found == {"SCH3/dimer", "SCH3/radical", "PMe3/neutral", "host/zeolite_10T", "H/dimer"}
    wanted = {species.key for one in (LANTERN, ZEOLITE) for c in CONVENTIONS for species in environment(one, c)}
    assert wanted == found


def test_failed_references_have_no_energy() -> None:
    assert reference_energies([{"key": "a", "status": "failed", "energy_eV": None}]) == {}


def test_packaged_geometries_are_the_species_they_are_called() -> None:
    from rdkit import Chem, rdBase

    for key, stored in packaged_geometries().items():
        name, _, form = key.rpartition("/")
        positions = np.array(stored["positions"]).reshape(-1, 3)
        assert len(positions) == len(stored["symbols"].split())
        assert np.array_equal(positions, positions.round(4))
        if not key.startswith("host/"):
            species = ligand_reference(name, "radical" if form == "radical" else "dimer")[0]
            with rdBase.BlockLogs():
                molecule = Chem.AddHs(Chem.MolFromSmiles(species.smiles))
            counted = element_formula([atom.GetSymbol() for atom in molecule.GetAtoms()])
            assert element_formula(stored["symbols"].split()) == counted, key


def test_every_host_is_packaged() -> None:
    hosts = {f"host/{name}" for name, topology in topologies().items() if topology.host}
    assert hosts <= set(packaged_geometries())


# -- free atoms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gfn1", "spgfn1", "chgnet-bulk"])
def test_every_set_of_atoms_has_every_metal_and_says_where_from(name: str) -> None:
    assert set(atom_energies(name)) == set(METALS)
    assert all(atom.how and atom.source for atom in atom_sets()[name].values())


def test_spin_only_lowers_an_atom_and_most_where_it_is_known_to() -> None:
    plain, polarised = atom_energies("gfn1"), atom_energies("spgfn1")
    gain = {metal: plain[metal] - polarised[metal] for metal in METALS}
    assert min(gain.values()) > -1e-5
    assert gain["Mn"] == pytest.approx(5.07, abs=0.02)
    assert gain["Re"] == pytest.approx(2.25, abs=0.02)
    assert gain["Fe"] == pytest.approx(0.89, abs=0.02)
    assert gain["Pd"] == pytest.approx(0.0, abs=1e-4)


def test_levels_without_atoms_say_so() -> None:
    assert atoms_of_level("gfn1") == "spgfn1"
    with pytest.raises(MissingReferenceError, match="give your own"):
        atoms_of_level("my-vasp")
    with pytest.raises(UnknownNameError, match="Did you mean gfn1"):
        atom_energies("gfn")


# -- evaluated ones ---------------------------------------------------------------------------------------------------


def test_a_reference_that_fails_is_recorded(monkeypatch: pytest.MonkeyPatch, xtb_program: str) -> None:
    del xtb_program
    from superatom.errors import CalculationError
    from superatom.physics.engines import xtb

    def broken(*_: object, **__: object) -> None:
        raise CalculationError("the charges did not converge")

    monkeypatch.setattr(xtb, "evaluate", broken)
    record = evaluate_reference(HYDROGEN, "gfn1")
    assert (record["status"], record["why"], record["energy_eV"]) == ("failed", "the charges did not converge", None)


def test_bond_energies_of_gfn1(xtb_program: str) -> None:
    """H2 at GFN1, and the S-S bond of dimethyl disulfide that makes the radical convention too negative."""
    del xtb_program
    found = {}
    for name in ("H", "SCH3"):
        for convention in CONVENTIONS:
            record = evaluate_reference(ligand_reference(name, convention)[0], "gfn1")
            assert record["status"] == "converged", record["why"]
            assert record["engine"] == "xtb"
            assert len(record["positions"]) == 3 * len(record["symbols"].split())
            found[record["key"]] = record["energy_eV"]
    assert found["SCH3/dimer"] - 2 * found["SCH3/radical"] == pytest.approx(-4.15, abs=0.02)
    assert found["H/dimer"] < 2 * found["H/radical"]


def test_a_geometry_that_is_not_packaged_is_made_and_the_same_each_time(xtb_program: str) -> None:
    del xtb_program
    species = ReferenceSpecies("water", "molecule", "O")
    first, how = make_geometry(species)
    make_geometry.cache_clear()
    second, _ = make_geometry(species)
    assert np.array_equal(first.positions, second.positions)
    assert "gfn1" in how
    assert evaluate_reference(species, "gfn1")["notes"][0].startswith("gfn1 normal: converged in")
    assert np.linalg.norm(first.positions[1] - first.positions[0]) == pytest.approx(0.96, abs=0.02)


# -- charge transfer --------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=12), st.floats(-1, 1))
def test_charge_transfer_ignores_a_common_shift_and_turns_with_the_host(charges: list[float], shift: float) -> None:
    found = charge_transfer(LANTERN.metals, charges, "Au")
    moved = charge_transfer(LANTERN.metals, [q + shift for q in charges], "Au")
    turned = charge_transfer(LANTERN.metals, charges, "Pd")
    assert found is not None
    assert moved is not None
    assert turned is not None
    assert moved.between_e == pytest.approx(found.between_e, abs=1e-9)
    assert turned.between_e == pytest.approx(-found.between_e, abs=1e-9)
    assert found.on_dopants_e == pytest.approx(charges[0] + charges[1])


def test_charge_transfer_needs_two_metals_and_their_charges() -> None:
    assert charge_transfer(("Au", "Au"), (0.1, 0.2), "Au") is None
    with pytest.raises(ChemistryError, match="2 metal atoms"):
        charge_transfer(("Au", "Pd"), (0.1,), "Au")

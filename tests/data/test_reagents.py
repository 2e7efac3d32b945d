"""Reagents: found by any name, balanced half-reactions, units that agree with the formula."""

from __future__ import annotations

from pathlib import Path

import pytest

from superatom.data.reagents import ROLES, Reagent, reagent_table
from superatom.data.solvents import solvent, solvents
from superatom.errors import ReferenceDataError, UnknownNameError
from superatom.structures.ligands import ligand_table

LIGAND_UNITS = ("PPh3", "PEt3", "dppe", "dppm", "OAc", "TFA", "HCOO", "NO3", "BF4", "SbF6", "CN")


@pytest.mark.parametrize("reagent", [r for r in reagent_table() if r.half_reaction], ids=lambda r: r.name)
def test_half_reaction_is_balanced(reagent: Reagent) -> None:
    half = reagent_table().half_reaction(reagent)
    assert half.imbalance() == {}
    assert half.electrons != 0
    if reagent.electrons_delivered is not None:
        assert half.electrons == reagent.electrons_delivered


def test_units_and_composition_count_the_same_atoms() -> None:
    for reagent in reagent_table():
        atoms: dict[str, int] = {}
        for unit, n in reagent.units:
            parts = ligand_table().find(unit).composition if unit in LIGAND_UNITS else ((unit, 1),)
            for element, k in parts:
                atoms[element] = atoms.get(element, 0) + n * k
        whole = dict(reagent.composition)
        rest = {e: whole.get(e, 0) - atoms.get(e, 0) for e in {*whole, *atoms}}
        water = rest.pop("O", 0)
        assert rest.pop("H", 0) == 2 * water >= 0, reagent.name  # crystal water only
        assert not any(rest.values()), (reagent.name, rest)
        assert (water > 0) == ("·" in reagent.formula), reagent.name


def test_oxidation_state_of_metal_salts_fits_their_ions() -> None:
    charges = {"Cl": -1, "NO3": -1, "OAc": -1, "TFA": -1, "BF4": -1, "SbF6": -1, "H": 1, "Na": 1, "K": 1, "PPh3": 0}
    checked = 0
    for salt in reagent_table().with_role("metal_salt"):
        units = {u: n for u, n in salt.units if u != salt.metal}
        if salt.oxidation_state is None or not units.keys() <= charges.keys():
            continue
        balance = salt.oxidation_state * dict(salt.units)[salt.metal] + sum(charges[u] * n for u, n in units.items())
        assert balance == salt.charge, salt.name
        checked += 1
    assert checked > 30


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("HAuCl4.3H2O", "HAuCl4·3H2O"), ("HAuCl4*3H2O", "HAuCl4·3H2O"), ("Chloroauric Acid", "HAuCl4"),
        ("borane tert-butylamine", "TBAB"), ("sodium borohydride", "NaBH4"), ("tetraoctylammonium bromide", "TOAB"),
        ("CO", "CO"), ("CoCl2", "CoCl2"), ("CO3(2-)", "CO3_2-"), ("Au(PPh3)Cl", "AuPPh3Cl"), ("AgOAc", "CH3COOAg"),
        ("Cd(NO3)2", "Cd(NO3)2·4H2O"),
    ],
)  # fmt: skip
def test_any_name_finds_the_reagent(name: str, found: str) -> None:
    assert reagent_table().find(name).name == found


def test_no_two_reagents_share_a_name_by_case_alone_silently() -> None:
    table = reagent_table()
    assert all(table.find(r.name) is r for r in table)


def test_unknown_reagent_is_told_what_is_close() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown reagent 'HAuCl5'\. Did you mean HAuCl4"):
        reagent_table().find("HAuCl5")
    with pytest.raises(UnknownNameError, match="unknown role 'poison'; legal"):
        reagent_table().with_role("poison")


def test_every_hazardous_classic_is_named() -> None:
    table = reagent_table()
    for name, word in {
        "CO": "toxic",
        "NaBH4": "hydrogen",
        "NaBH3CN": "HCN",
        "HgCl2": "fatal",
        "CdCl2": "cancer",
    }.items():
        assert any(word in hazard for hazard in table.find(name).hazards), name


def test_user_reagents_and_their_mistakes(tmp_path: Path) -> None:
    head = "name,full_name,formula,composition,units,charge,roles,source\n"
    table = tmp_path / "mine.csv"
    table.write_text(head + "K2RuCl5,a salt,K2RuCl5,K2RuCl5,K:2;Ru:1;Cl:5,0,metal_salt,supplier\n", encoding="utf-8")
    assert reagent_table().with_file(table).find("K2RuCl5").molar_mass == pytest.approx(356.5, abs=0.1)
    for change, sentence in {
        ("metal_salt", "magic"): "roles is 'magic'; legal",
        ("metal_salt", "reductant"): "a reductant needs electrons_delivered",
        ("K:2;Ru", "K2;Ru"): "units holds 'K2'",
        (",0,", ",half,"): "charge is 'half'",
        (",0,", ",0.5,"): "charge is '0.5'; a whole number",
        ("supplier", ""): "source is empty",
    }.items():
        text = table.read_text(encoding="utf-8").replace(*change)
        broken = tmp_path / "broken.csv"
        broken.write_text(text, encoding="utf-8")
        with pytest.raises(ReferenceDataError, match=sentence):
            reagent_table().with_file(broken)


def test_roles_are_all_used() -> None:
    assert {role for r in reagent_table() for role in r.roles} == set(ROLES)


def test_solvents() -> None:
    assert solvent("dcm").density_g_per_mL == 1.317
    assert not solvent("hexane").is_miscible_with_water
    assert solvent("THF").is_miscible_with_water
    assert len({s.name for s in solvents()}) == len(solvents()) >= 20
    with pytest.raises(UnknownNameError, match=r"unknown solvent 'tolune'\. Did you mean toluene"):
        solvent("tolune")

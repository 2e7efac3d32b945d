"""Chemicals as species: written as on the bottle, counted as an equation needs."""

from __future__ import annotations

import pytest

from superatom.data.reagents import reagent_table
from superatom.errors import UnknownNameError
from superatom.routes.balance import balance
from superatom.routes.chemicals import (
    ELECTRON,
    chemical,
    cluster_species,
    disulfide,
    donor,
    donor_named,
    donor_products,
    donors,
    feed_complex,
    free_ligand,
    is_feed,
    ligand_anion,
    mixture_of,
    of_cluster,
    phosphine_oxide,
    salt,
    salts,
)
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster

FIND, PARSE = ligand_table().find, Nanocluster.parse


def test_free_ligands_are_written_as_chemists_write_them() -> None:
    names = ("SG", "PET", "PPh3", "PhC≡C", "Cl", "HCOO", "1,2-BDT")
    written = [free_ligand(FIND(n)).formula for n in names]
    assert written == ["HSG", "H(PET)", "PPh3", "PhC≡CH", "HCl", "H(HCOO)", "H2(1,2-BDT)"]
    assert ligand_anion(FIND("PET")).charge == -1
    assert ligand_anion(FIND("Cl")) == chemical("Cl-")
    assert disulfide(FIND("PET")).counts == {"PET": 2}
    assert phosphine_oxide(FIND("dppe")).counts == {"dppe": 1, "O": 2}


def test_bought_salts_and_parsed_complexes_are_one_species() -> None:
    assert of_cluster(PARSE("CuCl")) == salt("CuCl")
    assert of_cluster(PARSE("Cu(OAc)")) == salt("Cu(OAc)")
    assert of_cluster(PARSE("Au(PET)")).kind == "complex"
    assert of_cluster(PARSE("Cd(PET)2")).name == "Cd(II)–PET complex"


def test_what_is_a_feed() -> None:
    feeds = {f: is_feed(PARSE(f)) for f in ("Au(PET)", "Au6(SR)6", "Au2(dppe)Cl2", "Cu6H6(PPh3)6", "[Au25(PET)18]-")}
    assert feeds == {
        "Au(PET)": True, "Au6(SR)6": True, "Au2(dppe)Cl2": True, "Cu6H6(PPh3)6": False, "[Au25(PET)18]-": False,
    }  # fmt: skip


def test_feed_complexes_by_metal_and_class() -> None:
    made = {(m, n): feed_complex(m, FIND(n)) for m, n in (("Au", "PET"), ("Cd", "PET"), ("Au", "dppe"), ("Ag", "PPh3"))}
    assert [c.formula if c else None for c in made.values()] == ["Au(PET)", "Cd(PET)2", "Au2(dppe)Cl2", None]
    assert feed_complex("Au", FIND("Cl")) is None


def test_a_mixture_conserves_nothing_but_knows_its_complex() -> None:
    mixture = mixture_of(PARSE("Au2(dppe)Cl2"))
    assert mixture.units == ()
    assert mixture.kind == "mixture"
    assert mixture.cluster == PARSE("Au2(dppe)Cl2")
    assert mixture != mixture_of(PARSE("Au(SG)"))


@pytest.mark.parametrize("name", [n for n in donors() if n != "ascorbic acid"])
def test_every_reductant_has_a_balanced_half_reaction_with_its_stated_electrons(name: str) -> None:
    ions = [chemical(ion) for ion in ("Na+", "Li+", "NMe4+", "NBu4+")]
    water = [chemical("H2O"), chemical("OH-")]
    half = balance([donor(name)], [*donor_products(name), ELECTRON], by_products=ions, side_species=water)
    given = dict(half.products)[ELECTRON] / dict(half.reactants)[donor(name)]
    assert given == reagent_table().find(name).electrons_delivered


def test_reductant_named_in_free_text() -> None:
    assert donor_named("NaBH4 in 8 equal portions") == "NaBH4"
    assert donor_named("CO2 bubbling") == ""
    assert donor_named("") == ""


def test_names_that_are_no_salt_or_reductant_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="no simple metal salt"):
        salt("NaBH4")
    with pytest.raises(UnknownNameError, match="no reductant"):
        donor("HAuCl4")
    with pytest.raises(UnknownNameError):
        chemical("unobtainium")


def test_every_salt_is_neutral_and_named_once() -> None:
    assert all(entry.species.charge == 0 for entry in salts())
    assert len({entry.species for entry in salts()}) == len(salts())
    assert cluster_species("[Au25(PET)18]-").kind == "cluster"

"""Hazards: synonyms, ligands that are no stench, pairs that clash, what air spoils."""

from __future__ import annotations

import pytest

from superatom.conditions.hazards import clashes, hazards_of, kept_from_air


@pytest.mark.parametrize(("synonym", "word"), [("MeOH", "toxic"), ("DCM", "carcinogen"), ("PhMe", "unborn")])
def test_a_synonym_of_a_solvent_has_the_hazards_of_the_solvent(synonym, word):
    [hazard] = hazards_of(solvents=[synonym])
    assert word in hazard.danger


def test_a_solvent_without_a_rule_has_the_words_of_the_solvent_table():
    [cyclohexane] = hazards_of(solvents=["cyclohexane"])
    assert "highly flammable" in cyclohexane.danger
    [chlorobenzene] = hazards_of(solvents=["chlorobenzene"])
    assert "cancer" not in chlorobenzene.danger, "benzene is another solvent"
    assert not hazards_of(solvents=["water", "a solvent nobody knows"])


def test_glutathione_is_not_called_a_volatile_stench():
    [glutathione], [pet] = hazards_of(ligands=["SG"]), hazards_of(ligands=["PET"])
    assert "stench" not in glutathione.danger
    assert "stench" in pet.danger


def test_borohydride_in_methanol_is_a_clash_by_any_name():
    for name in ("methanol", "MeOH"):
        assert "NaBH4 + methanol" in {h.reagent for h in clashes(["NaBH4"], [name], has_acid=False)}
    assert not clashes(["NaBH4"], ["water", "toluene"], has_acid=False)


def test_what_air_oxidises_is_named():
    assert kept_from_air(["CuOAc", "CuCl", "CuCl2·2H2O"], ["SePh", "dppe", "PET", "PPh3"]) == [
        "CuOAc",
        "CuCl",
        "SePh",
        "dppe",
    ]

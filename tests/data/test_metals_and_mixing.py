"""Metal data and Miedema enthalpies against the papers and, where a mirror is, against 2,628 tabulated pairs."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.data.ligand_properties import has_log_p, log_p
from superatom.data.metals import electronegativity, metal, metals
from superatom.data.mixing import mixing_enthalpy_kJ_per_mol
from superatom.errors import ChemistryError, UnknownLigandError, UnknownNameError
from superatom.structures.elements import METALS, molar_mass
from superatom.structures.ligands import ligand_table

TABLE = (
    Path(os.environ.get("SUPERATOM_DATA_MIRROR", "")) / "element-and-mixing-tables/matminer/MiedemaLiquidDeltaHf.tsv"
)
# the tabulated values leave out copper's hybridisation with these (docs/data.md)
COPPER_EXCEPTIONS = [{"Cu", "Zn"}, {"Cu", "Cd"}, {"Cu", "Hg"}]


def test_all_metals_of_the_house_have_data() -> None:
    assert set(METALS) <= set(metals())
    for symbol in METALS:
        assert metal(symbol).molar_mass == pytest.approx(molar_mass({symbol: 1}), abs=0.01)
        assert 1.2 < metal(symbol).metallic_radius_A < 1.6


def test_values_of_the_papers() -> None:
    assert electronegativity("Au") == 2.54
    assert electronegativity("Cu") == 1.90
    assert metal("Au").metallic_radius_A == metal("Ag").metallic_radius_A == 1.44
    pairs = {"Ru": 15, "Ir": 13, "Rh": 7}
    assert {m: round(mixing_enthalpy_kJ_per_mol("Au", m)) for m in pairs} == pairs


@pytest.mark.skipif(not TABLE.is_file(), reason="needs SUPERATOM_DATA_MIRROR with element-and-mixing-tables")
def test_mixing_enthalpies_of_all_our_pairs() -> None:
    rows = (line.split() for line in TABLE.read_text(encoding="utf-8").splitlines()[1:])
    table = {frozenset((a, b)): float(value) for a, b, value in rows}
    deviations = {
        (a, b): abs(mixing_enthalpy_kJ_per_mol(a, b) - table[frozenset((a, b))]) for a, b in combinations(METALS, 2)
    }
    assert len(table) == 2628
    assert len(deviations) == 136
    usual = [d for pair, d in deviations.items() if set(pair) not in COPPER_EXCEPTIONS]
    assert max(usual) < 0.55  # the table is rounded to whole kJ/mol
    assert sum(usual) / len(usual) < 0.25
    assert max(deviations.values()) == pytest.approx(5.6, abs=0.05)  # Cu/Hg


@given(st.sampled_from(METALS), st.sampled_from(METALS), st.floats(0, 1))
def test_mixing_is_symmetric_and_vanishes_at_the_ends(a: str, b: str, x: float) -> None:
    forward, backward = mixing_enthalpy_kJ_per_mol(a, b, x), mixing_enthalpy_kJ_per_mol(b, a, 1 - x)
    assert forward == pytest.approx(backward, abs=1e-6)
    assert mixing_enthalpy_kJ_per_mol(a, b, 0) == mixing_enthalpy_kJ_per_mol(a, b, 1) == 0


def test_refusals() -> None:
    with pytest.raises(UnknownNameError, match="no metal data for 'Xx'"):
        mixing_enthalpy_kJ_per_mol("Au", "Xx")
    with pytest.raises(ChemistryError, match=r"mole fraction is 1\.2"):
        mixing_enthalpy_kJ_per_mol("Au", "Ag", 1.2)
    with pytest.raises(UnknownNameError, match="no electronegativity for 'He'"):
        electronegativity("He")


def test_has_log_p_tells_beforehand() -> None:
    for ligand in ligand_table():
        if has_log_p(ligand):
            assert -20 < log_p(ligand).value < 40
        else:
            with pytest.raises(UnknownNameError):
                log_p(ligand)


def test_log_p_says_where_it_is_from() -> None:
    assert [log_p(name).value for name in ("PPh3", "PET", "Cp*")] == [5.69, 2.87, 0.40]
    assert not log_p("PET").is_fallback
    fallback = log_p("dppm")
    assert (fallback.method, fallback.is_fallback) == ("Crippen", True)
    assert fallback.value == pytest.approx(5.21, abs=0.01)
    with pytest.raises(UnknownNameError, match="no sourced log P for dppm"):
        log_p("dppm", allow_fallback=False)
    with pytest.raises(UnknownNameError, match="is an ion"):
        log_p("Cl")
    with pytest.raises(UnknownNameError, match="group is not specified"):
        log_p("SR")
    with pytest.raises(UnknownLigandError):
        log_p("no such ligand")

"""Formula notation both ways, on the field's own formulas and on anything else a keyboard produces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.errors import ChemistryError, FormulaError, SuperatomError, UnknownLigandError
from superatom.structures.elements import METALS
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster

# formula, canonical formula, valence electrons as stated in the literature (doi in the comment where printed there)
FIELD = [
    ("[Au25(PET)18]-", "[Au25(PET)18]-", 8),
    ("Au38(SC12H25)24", "Au38(SC12H25)24", 14),
    ("[Au25(PPh3)10(SC2H4Ph)5Cl2]2+", "[Au25(PPh3)10(PET)5Cl2]2+", 16),
    ("[Ag44(p-MBA)30]4-", "[Ag44(p-MBA)30]4-", 18),
    ("[Au12Ru(dppm)6]2+", "[RuAu12(dppm)6]2+", 8),
    ("Au36Ag38((CF3)2PhC≡C)30Cl10", "Au36Ag38((CF3)2PhC≡C)30Cl10", 34),
    ("[Cu25H22(PPh3)12]+", "[Cu25H22(PPh3)12]+", 2),
    ("Au22(SG)18", "Au22(SG)18", 4),
    ("[Au25(SR)18]-", "[Au25(SR)18]-", 8),
    ("Au11(PR3)7Cl3", "Au11(PR3)7Cl3", 8),
    ("PtAu24(PET)18", "PtAu24(PET)18", 6),
    ("CdAu24(PET)18", "CdAu24(PET)18", 8),
    ("PdAg20{S2P(OnPr)2}12", "PdAg20(S2P(OnPr)2)12", 8),
    ("[Au13(dppe)5Cl2]3+", "[Au13(dppe)5Cl2]3+", 8),
    ("[(Ph3P)CuH]6", "Cu6H6(PPh3)6", 0),
    ("[Au@Cu14(SPhtBu)12(PPh(C2H4CN)2)6]+", "[AuCu14(PPh(C2H4CN)2)6(TBBT)12]+", 2),
    ("[Ag115S34(SCH2C6H4tBu)47(dpph)6]", "Ag115(dpph)6(SCH2Ph-tBu)47S34", 0),
    ("Au(I)SR", "Au(SR)", 0),
    ("[Au(SR)2]-", "[Au(SR)2]-", 0),
    ("Au102(p-MBA)44", "Au102(p-MBA)44", 58),
]


@pytest.mark.parametrize(("text", "canonical", "electrons"), FIELD)
def test_reads_the_formulas_of_the_field(text: str, canonical: str, electrons: int) -> None:
    cluster = Nanocluster.parse(text)
    assert cluster.formula == canonical
    assert cluster.valence_electrons == electrons
    assert Nanocluster.parse(cluster.formula) == cluster


@pytest.mark.parametrize(
    "text",
    [
        "[Au₂₅(PET)₁₈]⁻",
        "[Au$_{25}$(PET)$_{18}$]$^-$",
        r"$\mathrm{[Au_{25}(PET)_{18}]^{-}}$",
        r"\ce{[Au25(PET)18]-}",
        "[Au25(PET)18]1-",
        "[Au25(PET)18]-1",
        "[Au25(PET)18]^-",
        "Au25(PET)18-",
        "Au25(PET)18^-",
        "Au25(PET)18(1-)",
        "[ Au25 (SCH2CH2Ph)18 ]–",
        "[Au25(2-phenylethanethiol)18]−",
    ],
)
def test_one_cluster_however_typed(text: str) -> None:
    assert Nanocluster.parse(text) == Nanocluster.parse("[Au25(PET)18]-")


@pytest.mark.parametrize(
    ("text", "charge"), [("[Ag₄₄(p-MBA)₃₀]⁴⁻", -4), ("Ag44(p-MBA)30⁴⁻", -4), ("[Au13(dppe)5Cl2]+++", 3)]
)
def test_charge_is_never_swallowed_by_a_count(text: str, charge: int) -> None:
    cluster = Nanocluster.parse(text)
    assert cluster.charge == charge
    assert cluster.n_ligands in (30, 7)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", FormulaError, "empty"),
        ("hello world", FormulaError, "cannot read"),
        ("NaCl", FormulaError, "no metal superatom knows"),
        ("Uu25(PET)18", FormulaError, "no metal superatom knows"),
        ("-", ChemistryError, "holds no metal"),
        ("(PET)18", ChemistryError, "holds no metal"),
        ("Au25(PTE)18", UnknownLigandError, "Did you mean"),
        ("[Au25(PET)18", FormulaError, "never closed"),
        ("Au0(PET)18", FormulaError, "not between 1"),
        ("Au25(PET)999999999999999999999", FormulaError, "not between 1"),
        ("[Au25-xAgx(SR)18]-", FormulaError, "variable composition"),
        ("[Au25(TePh)n(SC8H17)18-n]-", FormulaError, "variable composition"),
        ("[Au25(PET)18]q", FormulaError, "is no charge"),
        ("[Au25(PET)18]2-2", FormulaError, "given twice"),
        ("[Au25(PET)18]Cl", FormulaError, "give the cluster ion alone"),
        ("Au" * 300, FormulaError, "characters"),
        ("Au25\x00(PET)18", FormulaError, "control characters"),
        ("((((((Au25))))))", FormulaError, "four deep"),
        ("Au25(PET)18·H2O", FormulaError, "after the dot"),
        ("Au25\u200b(PET)18", FormulaError, "control characters"),
        ("[Au25(PET)18]" + "-" * 50, FormulaError, "beyond any cluster"),
    ],
)
def test_bad_formulas_get_one_sentence(text: str, error: type[SuperatomError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        Nanocluster.parse(text)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


clusters = st.builds(
    Nanocluster.of,
    metals=st.dictionaries(st.sampled_from(METALS), st.integers(1, 300), min_size=1, max_size=3),
    ligands=st.dictionaries(st.sampled_from(list(ligand_table())), st.integers(1, 100), max_size=4),
    charge=st.integers(-9, 9),
)


@given(clusters)
def test_writing_then_reading_changes_nothing(cluster: Nanocluster) -> None:
    assert Nanocluster.parse(cluster.formula) == cluster


@given(clusters)
def test_one_electron_per_charge(cluster: Nanocluster) -> None:
    assert cluster.with_charge(cluster.charge - 1).valence_electrons == cluster.valence_electrons + 1


@settings(max_examples=400)
@given(st.text(max_size=60) | st.text(alphabet="AuAgPtCd0123456789()[]{}^+-_$\\⁻²₂@xPETSRCl ", max_size=60))
def test_any_text_gives_a_cluster_or_one_sentence(text: str) -> None:
    try:
        cluster = Nanocluster.parse(text)
    except SuperatomError as error:
        assert "\n" not in str(error).replace(repr(text), "")  # noqa: PT017 -- either outcome is legal
    else:
        assert cluster.n_metals >= 1

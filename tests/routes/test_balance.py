"""Balanced equations: the ones the field writes, and what must hold for any."""

from __future__ import annotations

from math import gcd

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.data.records import Equation, Species
from superatom.errors import BalanceError
from superatom.routes.balance import balance, delta_electrons, metal_electrons, with_donor
from superatom.routes.chemicals import (
    ELECTRON,
    chemical,
    disulfide,
    free_ligand,
    ligand_anion,
    salt,
)
from superatom.routes.chemicals import (
    cluster_species as c,
)
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster

SR = ligand_table().find("SR")
WATER, BASE = chemical("H2O"), chemical("OH-")


def coefficients(equation: Equation) -> dict[str, int]:
    return {s.formula: -n for s, n in equation.reactants} | {s.formula: n for s, n in equation.products}


def test_reduction_to_au25_is_written_as_in_the_review() -> None:
    found = balance([c("Au(SR)"), ELECTRON], [c("[Au25(SR)18]-"), c("[Au(SR)2]-")])
    assert coefficients(found) == {"Au(SR)": -32, "e-": -8, "[Au25(SR)18]-": 1, "[Au(SR)2]-": 7}


def test_two_au25_fuse_to_au38() -> None:
    found = balance([c("Au25(SR)18")], [c("Au38(SR)24"), c("Au(SR)")])
    assert coefficients(found) == {"Au25(SR)18": -2, "Au38(SR)24": 1, "Au(SR)": 12}
    assert delta_electrons(found, c("Au38(SR)24")) == 0


def test_co_growth_of_the_review() -> None:
    """Lyu et al., fig. 7a: the reduction step, the growth step, and their sum."""
    co, carbonate, thiolate = chemical("CO"), chemical("CO3_2-"), ligand_anion(SR)
    overall = balance([c("Au6(SR)6"), c("Au5(SR)5"), co, BASE], [c("Au11(SR)9"), thiolate, carbonate, WATER])
    assert coefficients(overall) == {
        "Au6(SR)6": -1, "Au5(SR)5": -1, "CO": -1, "OH-": -4,
        "Au11(SR)9": 1, "RS-": 2, "CO3(2-)": 1, "H2O": 2,
    }  # fmt: skip
    assert delta_electrons(overall, c("Au11(SR)9")) == 2
    reduction = balance([c("Au6(SR)6"), co], [c("Au6(SR)4")], side_species=[thiolate, carbonate, WATER, BASE])
    assert coefficients(reduction)["RS-"] == 2
    assert str(balance([c("Au6(SR)4"), c("Au5(SR)5")], [c("Au11(SR)9")])) == "Au6(SR)4 + Au5(SR)5 → Au11(SR)9"


def test_gold_salt_and_thiol_make_complex_disulfide_and_acid() -> None:
    found = balance([salt("HAuCl4"), free_ligand(SR)], [c("Au(SR)"), disulfide(SR), chemical("HCl")])
    assert coefficients(found) == {"HAuCl4": -1, "HSR": -3, "Au(SR)": 1, "RSSR": 1, "HCl": 4}
    assert delta_electrons(found, c("Au(SR)")) == 2  # Au(III) to Au(I)


def test_thiol_etching_takes_two_electrons_from_au25() -> None:
    found = balance([c("[Au25(SR)18]-"), free_ligand(SR)], [c("Au25(SR)19")], side_species=[chemical("H+"), ELECTRON])
    assert coefficients(found) == {"[Au25(SR)18]-": -1, "HSR": -1, "Au25(SR)19": 1, "H+": 1, "e-": 2}
    assert delta_electrons(found, c("Au25(SR)19")) == -2


def test_borohydride_supplies_exactly_the_electrons() -> None:
    growth = balance([c("Au(SR)"), ELECTRON], [c("[Au25(SR)18]-"), c("[Au(SR)2]-")])
    half = balance([chemical("NaBH4")], [chemical("NaB(OH)4"), ELECTRON], side_species=[WATER, BASE])
    whole = with_donor(growth, half)
    assert whole.imbalance() == {}
    assert coefficients(whole)["NaBH4"] == -1
    assert not any(s.kind == "electron" for s, _ in (*whole.reactants, *whole.products))


def test_hydrides_cost_two_electrons_each_beyond_the_metal_count() -> None:
    cluster = c("[Cu25H22(PPh3)12]+")
    found = balance(
        [salt("CuCl"), free_ligand(ligand_table().find("PPh3")), ELECTRON],
        [cluster],
        side_species=[chemical("Cl-"), WATER, BASE],
        fixed={cluster: 1},
    )
    assert coefficients(found)["e-"] == -(2 + 2 * 22)
    assert delta_electrons(found, cluster) == 2


@pytest.mark.parametrize(
    ("reactants", "products", "named"),
    [(["Au(SR)"], ["Ag25(SR)18"], "Ag"), (["Au(SR)"], ["[Au25(SR)18]-"], "charge"), (["Au(SR)"], ["Au(PET)"], "PET")],
)
def test_what_cannot_be_conserved_is_named(reactants: list[str], products: list[str], named: str) -> None:
    with pytest.raises(BalanceError, match=named):
        balance([c(f) for f in reactants], [c(f) for f in products])


def test_impossible_ratio_is_refused_with_the_open_unit() -> None:
    with pytest.raises(BalanceError, match=r"cannot conserve (Au|SR)"):
        balance([c("Au(SR)")], [c("Au25(SR)18")])


def test_species_on_both_sides_and_empty_sides_are_refused() -> None:
    with pytest.raises(BalanceError, match="both sides"):
        balance([c("Au(SR)")], [c("Au(SR)")])
    with pytest.raises(BalanceError, match="at least one"):
        balance([], [c("Au(SR)")])


def test_electron_count_of_salts_follows_the_oxidation_state() -> None:
    assert [metal_electrons(salt(n)) for n in ("HAuCl4", "AgNO3", "Cd(NO3)2", "H2PtCl6", "Me2SAuCl")] == [
        -2,
        0,
        0,
        -4,
        0,
    ]


@settings(max_examples=40, deadline=None)
@given(
    metal=st.sampled_from(["Au", "Ag", "Cu"]),
    n=st.integers(2, 60),
    ligands=st.integers(0, 60),
    charge=st.integers(-4, 4),
)
def test_any_thiolate_cluster_is_balanced_from_its_complex(metal: str, n: int, ligands: int, charge: int) -> None:
    counts = {SR: ligands} if ligands else {}
    cluster = Nanocluster.of({metal: n}, counts, charge)
    product = Species.of_cluster(cluster)
    feed = c(f"{metal}(SR)")
    if product == feed:
        return
    found = balance([feed], [product], side_species=[ligand_anion(SR), ELECTRON])
    numbers = [k for _, k in (*found.reactants, *found.products)]
    assert found.imbalance() == {}
    assert gcd(*numbers) == 1
    assert all(k > 0 for k in numbers)
    assert found == balance([feed], [product], side_species=[ligand_anion(SR), ELECTRON])
    assert delta_electrons(found, product) == cluster.valence_electrons

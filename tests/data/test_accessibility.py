"""The accessibility index reproduces the printed numbers of Gu et al. 2025 and says what it assumed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.data.accessibility import accessibility_index, metal_distance_A
from superatom.errors import ChemistryError, SuperatomError, UnknownNameError
from superatom.structures.elements import METALS
from superatom.structures.nanocluster import Nanocluster
from superatom.structures.structure import Structure


@pytest.mark.parametrize(("metal", "d_reduced"), [("Ru", 0.259), ("Re", 0.333), ("Os", 0.280)])
def test_reduced_distance_of_the_gold_clusters(metal: str, d_reduced: float) -> None:
    found = accessibility_index(f"Au4{metal}2(PET)8(PPh3)2", distance_A=3.5)
    assert found.d_reduced == pytest.approx(d_reduced, abs=5e-4)
    assert found.favourable
    assert not found.distance_is_assumed


@pytest.mark.parametrize(
    ("metal", "distance_A", "phi"), [("Ir", 4.93, -0.53), ("Re", 5.00, -0.55), ("Os", 4.45, -0.54)]
)
def test_phi_of_the_zeolites(metal: str, distance_A: float, phi: float) -> None:
    found = accessibility_index(f"Cu{metal}", environment="zeolite", distance_A=distance_A)
    assert found.phi == pytest.approx(phi, abs=5e-3)
    assert not found.favourable


def test_phi_of_gold_silver_clusters() -> None:
    assert accessibility_index("Au4Ag2(PPh3)8").phi == pytest.approx(-0.150, abs=1e-3)
    assert accessibility_index("Au4Ag2(PET)8").phi == pytest.approx(-0.142, abs=1e-3)
    assert accessibility_index("Au4Ag2(PET)8").d_reduced == 1
    assert accessibility_index("Au4Ag2(PET)8", substrate="coordinating").phi == pytest.approx(-0.345, abs=1e-3)
    assert accessibility_index("Au4Ag2(PPh3)8", substrate="coordinating").phi == pytest.approx(0.045, abs=1e-3)


def test_what_was_assumed_is_said() -> None:
    generic = accessibility_index("[Au25(SR)18]-")
    assert generic.substrate == "coordinating"
    assert generic.distance_is_assumed
    assert any("SR is not specified" in remark for remark in generic.remarks)
    assert any("distance assumed: 2.88" in remark for remark in generic.remarks)
    trimetallic = accessibility_index("AgRhAu9(PPh3)8Cl2")
    assert any("more than two metals" in remark for remark in trimetallic.remarks)
    assert trimetallic.favourable  # the cluster was made (Gu et al.)


def test_a_real_structure_needs_no_charge() -> None:
    # two gold atoms 2.9 Å apart under one methanethiolate
    symbols = ("Au", "Au", "S", "C", "H", "H", "H")
    positions = np.array(
        [[0, 0, 0], [2.9, 0, 0], [1.45, 1.8, 0], [1.45, 3.6, 0], [2.5, 4.0, 0], [0.9, 4.0, 0.9], [0.9, 4.0, -0.9]]
    )
    found = accessibility_index(Structure(symbols, positions))
    assert found.distance_A == pytest.approx(2.9)
    assert not found.distance_is_assumed
    assert found.substrate == "all_ligand"
    assert found.chi_substrate == pytest.approx((2.58 + 2.55 + 3 * 2.20) / 5)


def test_fluorinated_ligands_are_flagged() -> None:
    found = accessibility_index("Au36Ag38((CF3)2PhC≡C)30Cl10")
    assert found.phi == pytest.approx(-0.715, abs=1e-3)
    assert any("fluorine" in remark for remark in found.remarks)


def test_structure_measures_the_distance() -> None:
    square = np.array([[0.0, 0, 0], [2.9, 0, 0], [0, 3.1, 0], [20.0, 0, 0]])
    geometry = Structure(("Au", "Ag", "Ag", "S"), square, charge=0)
    assert metal_distance_A(geometry) == pytest.approx(3.0)
    far = Structure(("Cu", "Ir", "O"), np.array([[0.0, 0, 0], [4.9, 0, 0], [2, 0, 0]]))
    assert metal_distance_A(far) == pytest.approx(4.9)
    with pytest.raises(ChemistryError, match="needs two metal atoms; found 1"):
        metal_distance_A(Structure(("Au", "S"), square[:2]))


@pytest.mark.parametrize(
    ("cluster", "options", "error", "sentence"),
    [
        ("Au25", {}, ChemistryError, "no ligands.*zeolite"),
        ("AuNi", {"environment": "nitrogen_carbon"}, ChemistryError, "no default distance"),
        ("AuNi", {"environment": "zeolite", "substrate": "all_ligand"}, ChemistryError, "needs ligands"),
        ("Au4Ag2(PET)8", {"substrate": "some"}, UnknownNameError, "unknown substrate 'some'"),
        ("Au4Ag2(PET)8", {"environment": "zeolit"}, UnknownNameError, "Did you mean zeolite"),
        ("Au4Ag2(PET)8", {"radii": "covalent"}, UnknownNameError, "unknown radii 'covalent'"),
        ("Au4Ag2(PET)8", {"distance_A": 0.1}, ChemistryError, "distance of 0.1 Å is impossible"),
        ("Au4Ag2(PET)8", {"scale": 0.0}, ChemistryError, "scale c is 0.0"),
    ],
)
def test_refusals(cluster: str, options: dict[str, object], error: type[SuperatomError], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        accessibility_index(cluster, **options)  # type: ignore[arg-type]


@given(st.sampled_from(METALS), st.sampled_from(METALS), st.floats(2.0, 6.0))
def test_bounds(a: str, b: str, distance_A: float) -> None:
    metals = {a: 1, b: 1} if a != b else {a: 2}
    ligand = Nanocluster.parse("Au(PET)").ligands[0][0]
    found = accessibility_index(Nanocluster.of(metals, {ligand: 2}), distance_A=distance_A)
    assert 0 < found.d_reduced <= 1
    assert abs(found.phi) <= abs(found.chi_env)
    assert found.phi == pytest.approx(found.d_reduced * (found.chi_metal - found.chi_substrate))

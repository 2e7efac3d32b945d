"""Core and staples of clusters with a published structure, read from the local mirror of the public data sets."""

import os
from collections import Counter
from pathlib import Path

import pytest

from superatom.structures.description import describe
from superatom.structures.files import read

MIRROR = Path(os.environ.get("SUPERATOM_DATA_MIRROR") or "/nowhere")
pytestmark = pytest.mark.skipif(
    not (MIRROR / "canela-lpnc-dft").is_dir(), reason="SUPERATOM_DATA_MIRROR names no mirror with canela-lpnc-dft"
)
MONO, DI, TRI, TETRA = "SR-Au-SR monomeric", "(SR-Au)2-SR dimeric", "(SR-Au)3-SR trimeric", "(SR-Au)4-SR tetrameric"
RING = "(SR-Au)8 octameric ring"
CANELA, MISC = "canela-lpnc-dft", "mpc-structures-misc"
SCH3, FULL = f"{CANELA}/sch3_protected", f"{CANELA}/fully_protected"

# file, core, staples, source of the core/staple description
KNOWN = [
    (f"{SCH3}/018_14_cp2k_opt.xyz", "Au9", {TETRA: 1, DI: 1, MONO: 3}, "Das et al., Angew. Chem. 2015, 54, 3140"),
    (f"{SCH3}/020_16_cp2k_opt.xyz", "Au7", {RING: 1, TRI: 1, MONO: 2}, "Zeng et al., JACS 2014, 136, 11922"),
    (f"{SCH3}/024_20_cp2k_opt.xyz", "Au8", {TETRA: 4}, "Das et al., Nanoscale 2014, 6, 6458"),
    (f"{FULL}/au25_pet18_-1_opt.xyz", "Au13", {DI: 6}, "Zhu et al., JACS 2008, 130, 5883"),
    (f"{MISC}/au25_pet18_neutral_COD-1540567.cif", "Au13", {DI: 6}, "Tofanelli et al., Chem. Sci. 2016, 7, 1882"),
    (f"{SCH3}/030_18_cp2k_opt.xyz", "Au18", {DI: 6}, "Higaki et al., Angew. Chem. 2016, 55, 6694"),
    (f"{FULL}/au38_pet24q_opt.xyz", "Au23", {DI: 6, MONO: 3}, "Qian et al., JACS 2010, 132, 8280"),
    (f"{FULL}/au40_ombt24_opt.xyz", "Au25", {TRI: 3, MONO: 6}, "Zeng et al., Sci. Adv. 2015, 1, e1500425"),
    (f"{FULL}/au102_mba44_opt.xyz", "Au79", {DI: 2, MONO: 19}, "Jadzinsky et al., Science 2007, 318, 430"),
    (f"{SCH3}/130_50_cp2k_opt.xyz", "Au105", {MONO: 25}, "Chen et al., JACS 2015, 137, 10076"),
    (f"{FULL}/au133_tbbt52_opt.xyz", "Au107", {MONO: 26}, "Zeng et al., Sci. Adv. 2015, 1, e1500045"),
    (f"{MISC}/nanomodeler/AU144SR60__au144SR60.pdb", "Au114", {MONO: 30}, "Lopez-Acevedo et al., JPCC 2009, 113, 5035"),
]  # fmt: skip
# the Au4 double-helix series, two Au4 more per step (review section 2.1.1); Au28: two crossed Au7 (Zeng et al., JACS
# 2013, 135, 10011), Au36: two tri-tetrahedral Au10 (Dass et al., J. Phys. Chem. C 2017, 121, 14914)
HELIX = [("au28_tbbt20", 14), ("au36_tbbt24", 20), ("au44_tbbt28", 26), ("au52_tbbt32", 32)]


@pytest.mark.parametrize(
    ("file", "core", "staples", "source"), KNOWN, ids=lambda x: x.split("/")[-1] if isinstance(x, str) else None
)
def test_core_and_staples_as_published(file: str, core: str, staples: dict[str, int], source: str) -> None:
    p = read(MIRROR / file).partition
    assert p.formula(p.metal_core) == core, source
    assert Counter(m.name for m in p.staples) == staples, source


@pytest.mark.parametrize(("name", "n_core"), HELIX)
def test_kernels_of_the_double_helix_series(name: str, n_core: int) -> None:
    answer = describe(read(MIRROR / CANELA / "fully_protected" / f"{name}_opt.xyz", charge=0))
    assert answer["metal_core"]["n_atoms"] == n_core
    assert answer["motifs"][0].endswith("two-electron blocks")
    assert answer["ligands"][0]["name"] == "TBBT"


def test_au23_is_a_bitetrahedron_with_two_triangles() -> None:
    # review section 2.1.1: the Au13 core of [Au23(SR)16]- arises from Au3 additions to a bitetrahedral Au7
    answer = describe(read(MIRROR / CANELA / "fully_protected" / "au23_schex16_-1_opt.xyz", charge=-1))
    assert answer["formula"] == "[Au23(S-c-C6H11)16]-"
    assert answer["motifs"] == ["2 Au4 + 2 Au3 two-electron blocks", "bitetrahedron"]


def test_au38_is_two_icosahedra_on_one_face() -> None:
    answer = describe(read(MIRROR / CANELA / "fully_protected" / "au38_pet24q_opt.xyz", charge=0))
    assert answer["motifs"] == ["2 icosahedra", "face-sharing bi-icosahedron"]
    assert answer["point_group"] == "D3"


def test_sulfides_are_told_from_thiolates() -> None:
    p = read(MIRROR / CANELA / "structures_without_db_row" / "au60_s6_pmt36_opt.xyz").partition
    assert p.formula(p.inorganic_core) == "Au60S6"
    assert Counter(b.ligand_class for b in p.ligands) == {"thiolate": 36, "sulfide": 6}


def test_toluene_in_the_crystal_is_no_ligand() -> None:
    s = read(MIRROR / "mpc-structures-misc" / "au25_pet18_neutral_COD-1540567.cif")
    assert [b.name for b in s.partition.ligands] == ["PET"] * 18
    assert len(s.partition.solvents_and_counter_ions) == 2

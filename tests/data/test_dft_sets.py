"""Readers of published DFT energies: small hand-made mirrors with the quirks of the real files, then the real ones."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from superatom.data import dft_sets
from superatom.data.dft_sets import coinage_functional_energies, dft_set, mixing_energies
from superatom.data.sources import MIRROR_VARIABLE
from superatom.errors import DataSourceError, UnknownNameError

MIRROR = os.environ.get(MIRROR_VARIABLE, "")
needs_mirror = pytest.mark.skipif(not MIRROR, reason=f"{MIRROR_VARIABLE} names no local copy of the data sets")
POSCAR = "frame\n1\n20.0 0.0 0.0\n0.0 20.0 0.0\n0.0 0.0 20.0\nAu S\n2 1\nCartesian\n{x} 2 2\n4.7 2 2\n3 4 2\n"


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(MIRROR_VARIABLE, str(tmp_path))
    return tmp_path


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_an_unknown_set_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean au-thiolate-md"):
        dft_set("au-thiolates-md")


def test_a_set_that_is_not_here_says_how_to_get_it(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERATOM_CACHE", str(mirror / "cache"))
    with pytest.raises(DataSourceError, match="superatom data fetch canela-lpnc-dft"):
        dft_set("au-ag-orderings")


def test_a_public_copy_without_the_curated_table_is_named(mirror: Path) -> None:
    (mirror / "canela-lpnc-dft").mkdir()
    with pytest.raises(DataSourceError, match=r"NC_Data\.csv"):
        dft_set("au-ag-orderings")


def test_orderings_take_the_composition_from_the_geometry(mirror: Path) -> None:
    put(
        mirror / "canela-lpnc-dft",
        {
            "NC_Data.csv": "NC,path,E_q_eV,q,ligands\nx,AuAg_NCs/36_24-Ag-30_6-000001-PBE_opt.xyz,-12.5,0,sch3\n"
            "y,AuAg_NCs/36_24-Ag-30_6-000002-PBE_opt.xyz,-1,0,sch3\nz,other/a.xyz,-7,0,PET\n",
            "AuAg_NCs/36_24-Ag-30_6-000001-PBE_opt.xyz": "3\n\nAu 0 0 0\nAg 2.8 0 0\nS 1.4 2 0\n",
        },
    )
    [point] = dft_set("au-ag-orderings")  # the second has no file: held back
    assert (point.family, point.group, point.energy_eV) == ("36/24", "36/24 Ag 50 %", -12.5)
    assert point.structure.charge == 0


def test_md_labels_meet_steps_of_both_spacings_and_frames_without_file_are_left_out(mirror: Path) -> None:
    table = "unit\nau1_200k,,\n,DFT,LAMMPS\n0,-3.0,0\n10,-2.5,0\n20,-2.0,0\n,,mean\nau2_300k,,\n10,-9.0,0\n20,-8.0,0\n"
    put(
        mirror / "au-sr-gp-mlff-validation",
        {
            "energy/validation-energy.csv": "\ufeff" + table,
            "md-frame/au1_200k/au1.0": POSCAR.format(x=2.0),
            "md-frame/au1_200k/au1.999": POSCAR.format(x=1.9),
            "md-frame/au2_300k/au2.2000": POSCAR.format(x=1.8),
        },
    )
    points = dft_set("au-thiolate-md")
    assert [(p.id, p.energy_eV) for p in points] == [
        ("au1_200k/0", -3.0),
        ("au1_200k/999", -2.5),
        ("au2_300k/2000", -8.0),
    ]
    assert points[1].structure.positions[0, 0] == 1.9
    assert points[0].structure.cell is None


def test_hydride_energies_and_frames_must_pair_up(mirror: Path) -> None:
    frame = (
        '2\nLattice="30 0 0 0 30 0 0 0 30" Properties=species:S:1:pos:R:3 energy=-5.5 free_energy=-5.6 pbc="T T T"\n'
    )
    atoms = "Au 1 1 1\nH 2.6 1 1\n"
    file = "OTC-4_Database.xyz"
    put(mirror / "au-hydride-dft", {file: (frame + atoms) * 2})
    assert [(p.id, p.energy_eV) for p in dft_set("au-hydride-frames")] == [("AuH/000", -5.5), ("AuH/001", -5.5)]
    put(mirror / "au-hydride-dft", {file: frame + atoms + "2\nno energy\n" + atoms})
    with pytest.raises(DataSourceError, match="2 frames but 1 energies"):
        dft_set("au-hydride-frames")


def test_isomers_are_unwrapped_and_their_energy_combines_three_calculations(mirror: Path) -> None:
    contcar = "ag2\\n1.0\\n20 0 0\\n0 20 0\\n0 0 20\\nAg\\n2\\nDirect\\n0.95 0.5 0.5\\n0.08 0.5 0.5\\n"
    record = f'{{"cluster": "Ag2", "isomer": "1", "functional": "pbe", "contcar": "{contcar}"}}\n'
    head = "cluster,isomer,calc_index,basis_in_MINP,total_LNO-CCSD(T)_with_MP2corr_hartree\n"
    put(
        mirror / "coinage-cluster-functional-benchmark",
        {
            "contcars.jsonl": record * 2,
            "lno_ccsdt_energies.csv": head + "Ag2,1,1,TZ,-1.0\nAg2,1,2,TZ,-1.1\nAg2,1,3,QZ,-2.0\n",
            "dft_energies.csv": "cluster,isomer,functional,energy_sigma0_eV\nAg2,1,pbe,-4.5\n",
        },
    )
    [point] = dft_set("coinage-isomers")
    assert np.linalg.norm(np.diff(point.structure.positions, axis=0)) == pytest.approx(0.13 * 20)
    assert point.energy_eV == pytest.approx(-2.1 * 27.211386245988)
    assert coinage_functional_energies() == {"pbe": {"Ag2 isomer 1": -4.5}}


def test_particles_compare_with_the_pure_ones_and_say_whether_they_are_relaxed(mirror: Path) -> None:
    put(
        mirror / "np147-bimetallic-dft",
        {
            "NP_energies.csv": "name,type,energy_eV\nRESTART_Au73Pt74,OPT,-147\nAu147,OPT,0\nPt147,OPT,-147\n"
            "Pd74Pt73,OPT,-5\n",
            "PtAu/Au73Pt74.xyz": "2\n i = 1, E = -1.0\nAu 0 0 0\nPt 2.7 0 0\n"
            "2\n i = 2, E = -1.5\nAu 0 0 0\nPt 2.8 0 0\n",
        },
    )
    [particle] = mixing_energies()  # PdPt has no geometry here
    assert particle.metals == (("Au", 73), ("Pt", 74))
    assert particle.is_relaxed
    assert particle.structure.positions[1, 0] == 2.8
    assert particle.mixing_energy_eV_per_atom == pytest.approx((-147 + 74) / 147)


@needs_mirror
@pytest.mark.parametrize(
    ("name", "n_points", "n_groups"),
    [("au-ag-orderings", 311, 36), ("dopant-sites", 10, 4), ("au-thiolate-md", 114, 11), ("au-hydride-frames", 550, 2),
     ("coinage-isomers", 31, 9)],
)  # fmt: skip
def test_the_real_sets_are_read_whole(name: str, n_points: int, n_groups: int) -> None:
    points = dft_set(name)
    assert len(points) == len({p.id for p in points}) == n_points
    formulas: dict[str, set[str]] = {}
    for point in points:
        formulas.setdefault(point.group, set()).add(point.structure.formula)
    assert len(formulas) == n_groups
    assert all(len(found) == 1 for found in formulas.values())  # energies compare within a group
    spreads = [np.std([p.energy_eV for p in points if p.group == g]) for g in formulas]
    assert max(spreads) < 3.0


@needs_mirror
def test_the_real_particles_mix_as_alloys_do() -> None:
    particles = mixing_energies()
    assert Counter(p.is_relaxed for p in particles) == {True: 6, False: 14}
    by_pair = {tuple(metal for metal, _ in p.metals): p.mixing_energy_eV_per_atom for p in particles}
    assert by_pair["Au", "Pt"] > 0 > by_pair["Ag", "Au"]
    assert set(dft_sets.DFT_SETS) >= {"au-ag-orderings"}

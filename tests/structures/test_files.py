import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superatom.errors import StructureError, SuperatomError
from superatom.structures.files import read, read_all
from superatom.structures.structure import Structure
from worlds_structures import au25, xyz_text

BROKEN = sorted((Path(__file__).parent / "broken").iterdir())
FORMATS = ("xyz", "extxyz", "cif", "pdb", "mol2", "gro", "poscar", "txt")


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.name)
def test_every_broken_file_gets_one_clear_sentence(path: Path) -> None:
    with pytest.raises(StructureError) as caught:
        read(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StructureError, match="cannot open"):
        read(tmp_path / "nowhere.xyz")
    with pytest.raises(StructureError, match="folder"):
        read(tmp_path)


def test_an_announced_crowd_is_refused() -> None:
    with pytest.raises(StructureError, match="at most 100000"):
        read(next(p for p in BROKEN if "million" in p.name))


def test_xyz_round_trip_keeps_atoms_and_charge(tmp_path: Path) -> None:
    world = au25()
    file = tmp_path / "au25.xyz"
    file.write_text(xyz_text(world, "charge=-1 energy=-3.2"))
    again = read(file)
    assert again.symbols == world.symbols
    assert np.allclose(again.positions, world.positions, atol=1e-6)
    assert again.charge == -1
    assert "comment" in again.charge_basis
    assert read(file, charge=0).charge == 0


@pytest.mark.parametrize("head", ["", "\n", "62\n", " \n\n"])
def test_missing_or_blank_counts_are_read_by_element_lines(tmp_path: Path, head: str) -> None:
    world = au25()
    body = "\n".join(xyz_text(world).split("\n")[2:])
    file = tmp_path / "x.xyz"
    file.write_text(head + body if head != "62\n" else f"{world.n_atoms}\n\n{body}")
    structure = read(file)
    assert structure.symbols == world.symbols
    assert bool(structure.notes) == (head != "62\n")


def test_frames_are_all_read_and_the_first_is_named(tmp_path: Path) -> None:
    file = tmp_path / "two.xyz"
    file.write_text(xyz_text(au25()) * 2)
    assert len(read_all(file)) == 2
    assert "first of 2" in read(file).notes[-1]


def test_columns_follow_the_properties_of_extended_xyz(tmp_path: Path) -> None:
    file = tmp_path / "x.extxyz"
    file.write_text('2\nProperties=pos:R:3:species:S:1 pbc="F F F" Lattice="9 0 0 0 9 0 0 0 9"\n0 0 0 Au\n0 0 2.3 S\n')
    structure = read(file)
    assert structure.symbols == ("Au", "S")
    assert structure.cell is None


def test_gro_is_converted_from_nanometres(tmp_path: Path) -> None:
    lines = [f"{1:5d}{'CLU':<5}{s:>5}{i:5d}{x / 10:8.3f}{y / 10:8.3f}{z / 10:8.3f}"
             for i, (s, (x, y, z)) in enumerate(zip(au25().symbols, au25().positions, strict=True), 1)]  # fmt: skip
    file = tmp_path / "x.gro"
    file.write_text("\n".join(["t", str(len(lines)), *lines, "   5.0 5.0 5.0"]) + "\n")
    assert np.allclose(read(file).positions, au25().positions, atol=0.006)
    assert "nm" in read(file).notes[0]


def test_mol2_and_poscar_and_pdb_say_the_same(tmp_path: Path) -> None:
    world = au25("S")
    order = sorted(range(world.n_atoms), key=lambda i: world.symbols[i])
    symbols = [world.symbols[i] for i in order]
    xyz = world.positions[order] + 12
    (tmp_path / "a.mol2").write_text(
        f"@<TRIPOS>MOLECULE\nau25\n {len(order)} 0\nSMALL\nNO_CHARGES\n\n@<TRIPOS>ATOM\n"
        + "\n".join(
            f"{i} {s}{i} {x:.5f} {y:.5f} {z:.5f} {s}"
            for i, (s, (x, y, z)) in enumerate(zip(symbols, xyz, strict=True), 1)
        )
    )
    (tmp_path / "POSCAR").write_text(
        "au25\n1.0\n40 0 0\n0 40 0\n0 0 40\nAu S\n25 18\nCartesian\n"
        + "\n".join("{:.5f} {:.5f} {:.5f}".format(*p) for p in xyz)
    )
    (tmp_path / "a.pdb").write_text(
        "REMARK   1 charge: -1\n"
        + "".join(
            f"HETATM{i:5d} {s.upper():<4} CLU A   1    {x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00          {s.upper():>2}\n"
            for i, (s, (x, y, z)) in enumerate(zip(symbols, xyz, strict=True), 1)
        )
        + "END\n"
    )
    structures = [read(tmp_path / n) for n in ("a.mol2", "POSCAR", "a.pdb")]
    assert {s.formula for s in structures} == {"Au25S18"}
    assert {s.partition.formula(s.partition.metal_core) for s in structures} == {"Au13"}
    assert structures[2].charge == -1


def test_alternative_locations_of_a_pdb_are_alternatives(tmp_path: Path) -> None:
    row = "HETATM{:5d} AU  {}CLU A   1    {:8.3f}   0.000   0.000  {:.2f}  0.00          AU\n"
    file = tmp_path / "x.pdb"
    file.write_text(row.format(1, " ", 0, 1) + row.format(2, "A", 2.8, 0.4) + row.format(3, "B", 3.1, 0.6) + "END\n")
    assert read(file).positions[1, 0] == pytest.approx(3.1)
    assert "alternative B of 2 kept" in read(file).notes[0]
    assert read(file, alternative="A").positions[1, 0] == pytest.approx(2.8)
    with pytest.raises(StructureError, match="no alternative 'C'"):
        read(file, alternative="C")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), suffix=st.sampled_from(FORMATS))
def test_any_bytes_give_a_structure_or_a_structure_error(tmp_path: Path, content: bytes, suffix: str) -> None:
    file = tmp_path / f"x.{suffix}"
    file.write_bytes(content)
    with contextlib.suppress(StructureError):
        assert isinstance(read(file), Structure)


PIECES = [
    "2", "Au 0 0 0", "S 2.3 0 0", "-1", "data_x", "loop_", "_atom_site_label", "_atom_site_fract_x", "Au1 0 0 0",
    "nan", "_cell_length_a 10", "HETATM    1 AU   UNK     1       0.000   0.000   0.000", "@<TRIPOS>ATOM", "1.0",
    "1 Au 0 0 0 Au", 'Lattice="9 0 0 0 9 0 0 0 9"', "9 0 0", "0 9 0", "0 0 9", "Au S", "1 1", "Direct", "",
]  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=12), suffix=st.sampled_from(FORMATS))
def test_shuffled_file_pieces_give_a_structure_or_a_structure_error(
    tmp_path: Path, lines: list[str], suffix: str
) -> None:
    file = tmp_path / f"x.{suffix}"
    file.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with contextlib.suppress(StructureError):
        assert read(file).n_atoms > 0


def test_gaff_types_are_not_metals(tmp_path: Path) -> None:
    path = tmp_path / "ether.mol2"
    path.write_text(
        "@<TRIPOS>MOLECULE\nx\n3 2\nSMALL\n\n@<TRIPOS>ATOM\n1 AU1 0 0 0 Au\n2 O1 2.1 0 0 os\n3 C1 2.8 1.2 0 c3\n"
        "@<TRIPOS>BOND\n1 1 2 1\n2 2 3 1\n",
        encoding="utf-8",
    )
    assert read(path).symbols == ("Au", "O", "C")
    path.write_text(path.read_text(encoding="utf-8").replace("2 2 3 1", "2 2 99 1"), encoding="utf-8")
    with pytest.raises(StructureError, match="names no two atoms"):
        read(path)


def test_an_absurd_charge_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "au2.xyz"
    path.write_text("2\n\nAu 0 0 0\nAu 2.8 0 0\n", encoding="utf-8")
    with pytest.raises(SuperatomError, match="beyond any cluster"):
        read(path, charge=999_999)

from pathlib import Path

import numpy as np
import pytest

from superatom.errors import StructureError
from superatom.structures.files import read, read_all
from worlds_structures import au25, cif


def written(folder: Path, text: str) -> Path:
    file = folder / "x.cif"
    file.write_text(text)
    return file


def half(world_positions: np.ndarray) -> tuple[int, ...]:
    """One atom of every inversion pair, and the atom on the centre."""
    keep: list[int] = []
    for i, p in enumerate(world_positions):
        if not any(np.allclose(p, -world_positions[k], atol=1e-3) for k in keep):
            keep.append(i)
    return tuple(keep)


def test_symmetry_is_expanded_and_the_cluster_made_whole(tmp_path: Path) -> None:
    world = au25("S")
    asymmetric = half(world.positions)
    assert len(asymmetric) < world.n_atoms
    structure = read(written(tmp_path, cif(world, operations=("x,y,z", "-x,-y,-z"), keep=asymmetric)))
    assert structure.formula == "Au25S18"  # the gold on the inversion centre once, nothing cut at the cell border
    assert structure.positions.max() - structure.positions.min() < 14
    assert [m.name for m in structure.partition.staples] == ["(SR-Au)2-SR dimeric"] * 6
    assert any("symmetry" in n for n in structure.notes)


def test_one_of_two_clusters_with_its_counter_ion(tmp_path: Path) -> None:
    world = au25("S")
    ion = "Na1 Na 0.01 0.01 0.30 1.0 . .\nNa2 Na 0.51 0.51 0.80 1.0 . .\n"
    text = cif(world, ion, operations=("x,y,z", "x+1/2,y+1/2,z+1/2"))
    text = text.replace("Na2 Na 0.51 0.51 0.80 1.0 . .\n", "")
    structure = read(written(tmp_path, text))
    assert structure.formula == "Au25NaS18"
    assert any("one of 2 clusters" in n for n in structure.notes)
    assert structure.partition.charge == -1
    assert "sodium" in structure.partition.charge_basis
    assert structure.nanocluster.formula == "[Au25(SR)18]-"


def test_disorder_keeps_the_major_alternative_unless_asked(tmp_path: Path) -> None:
    extra = "".join(
        f"C{k} C 0.3 0.3 {z} {occ} A {g}\n" for k, (z, occ, g) in enumerate([(0.30, 0.6, 1), (0.305, 0.4, 2)])
    )
    file = written(tmp_path, cif(au25("S"), extra))
    kept = read(file)
    assert kept.formula == "Au25CS18"
    assert any("alternative 1 of 1, 2 kept (occupancy 0.60)" in n for n in kept.notes)
    assert not np.allclose(kept.positions[-1], read(file, alternative="2").positions[-1])
    with pytest.raises(StructureError, match="no alternative '3'; the disorder groups are 1, 2"):
        read(file, alternative="3")


def test_ordering_of_a_mixed_site_is_chosen_by_group(tmp_path: Path) -> None:
    world = au25("S")
    rest = tuple(range(1, world.n_atoms))
    extra = "Au0 Au 0 0 0 0.3 A 1\nPd0 Pd 0 0 0 0.7 A 2\n"
    assert read(written(tmp_path, cif(world, extra, keep=rest))).formula == "PdAu24S18"
    assert read(written(tmp_path, cif(world, extra, keep=rest)), alternative="1").formula == "Au25S18"


def test_solvent_disordered_about_an_inversion_centre_is_kept_once(tmp_path: Path) -> None:
    world = au25("S")
    # acetonitrile on the inversion centre at (1/2, 1/2, 1/2): its image lies in it, tail to head
    extra = "".join(
        f"{e}9{k} {e} {0.5 + x / 30:.5f} 0.5 0.5 0.5 . -1\n"
        for k, (e, x) in enumerate([("C", -1.3), ("C", 0.15), ("N", 1.3)])
    )
    text = cif(world, extra, operations=("x,y,z", "-x,-y,-z"), keep=half(world.positions))
    structure = read(written(tmp_path, text))
    assert structure.formula == "Au25C2NS18"
    assert [f.name for f in structure.partition.solvents_and_counter_ions] == ["acetonitrile"]
    assert any("symmetry element" in n for n in structure.notes)


def test_partly_occupied_solvent_is_left_out_with_a_note(tmp_path: Path) -> None:
    structure = read(written(tmp_path, cif(au25("S"), "O1 O 0.4 0.4 0.4 0.5 . .\n")))
    assert structure.formula == "Au25S18"
    assert any("partly occupied and left out: O" in n for n in structure.notes)


def test_partial_metal_of_the_cluster_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StructureError, match="partly occupied"):
        read(written(tmp_path, cif(au25("S"), occupancy={5: 0.8})))


def test_every_data_block_is_a_structure(tmp_path: Path) -> None:
    text = cif(au25("S"))
    assert len(read_all(written(tmp_path, text + text.replace("data_test", "data_other")))) == 2

"""A plan shows the geometry a chemist gives, or one from a data set that is at hand, and says what differs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from superatom.campaign.geometry import given_geometry, local_geometry
from superatom.campaign.planning import plan
from superatom.data.structure_files import find_structure, local_file, structure_files
from superatom.errors import StructureError
from superatom.structures.nanocluster import Nanocluster

MIRROR = os.environ.get("SUPERATOM_DATA_MIRROR", "")
needs_mirror = pytest.mark.skipif(not MIRROR, reason="SUPERATOM_DATA_MIRROR names no local copy of the data sets")
AU3 = "5\n\nS -2.3 0 0\nAu 0 0 0\nS 2.3 0 0\nAu -2.3 0 -2.4\nAu 2.3 0 -2.4\n"


def test_without_the_data_set_the_card_says_where_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SUPERATOM_DATA_MIRROR", raising=False)
    monkeypatch.setenv("SUPERATOM_CACHE", str(tmp_path))
    geometry, remark = local_geometry(Nanocluster.parse("[Au25(PET)18]-"))
    assert geometry is None
    assert "superatom data fetch" in remark
    assert local_geometry(Nanocluster.parse("Au17(PET)13")) == (None, "")


def test_a_given_file_must_hold_the_metals_of_the_target(tmp_path: Path) -> None:
    path = tmp_path / "au3.xyz"
    path.write_text(AU3, encoding="utf-8")
    geometry = given_geometry(path, Nanocluster.parse("Au3(PET)2"))
    assert geometry.structure.charge == 0
    assert "Au3(SR)2" in geometry.caption
    with pytest.raises(StructureError, match="not the metals of"):
        given_geometry(path, Nanocluster.parse("[Au25(PET)18]-"))


def test_the_entry_nearest_in_charge_is_taken() -> None:
    for charge, file in ((-1, "au25_pet18_-1_opt.xyz"), (0, "au25_pet18_neutral_COD-1540567.cif")):
        entry = find_structure(Nanocluster.parse("[Au25(SC6H13)18]-").with_charge(charge))
        assert entry is not None
        assert entry.file == file


@needs_mirror
@pytest.mark.parametrize("entry", structure_files(), ids=lambda e: e.cluster.formula)
def test_every_listed_file_holds_its_cluster(entry: object) -> None:
    from superatom.data.structure_files import StructureFile

    assert isinstance(entry, StructureFile)
    path = local_file(entry)
    assert path is not None
    found = given_geometry(path, entry.cluster).structure.partition.nanocluster(entry.cluster.charge)
    assert found.n_ligands == entry.cluster.n_ligands
    if "SCH3" not in entry.notes:
        assert found == entry.cluster


@needs_mirror
def test_a_plan_measures_and_draws_the_local_geometry() -> None:
    structure = plan("PtAu24(PET)18", routes=1).to_dict()["target"]["structure"]
    assert structure["metal_core"]["formula"] == "PtAu12"
    assert "SCH3" in structure["source"]
    assert structure["xyz"].startswith("115\n")

"""The packed reference set: what goes in comes out bit for bit, the same bytes each time, and damage is noticed."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superatom.data.packing import pack
from superatom.data.reference_set import ReferenceSet, load_reference_set
from superatom.data.runs import read_runs
from superatom.data.shards import read_shard, to_units, write_shard
from superatom.data.summary import summary
from superatom.errors import JournalError, ReferenceDataError, UnknownNameError
from superatom.physics.configuration import Label
from superatom.physics.labelling.journal import read_lines
from superatom.structures.structure import Structure
from worlds_runs import E_FORM, copy_of, label, minimum, rounded, small_run, write_run


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("runs") / "world")


@pytest.fixture(scope="module")
def packed(run_folder: Path) -> Path:
    out = run_folder.parent / "packed"
    pack([run_folder], out)
    return out


@pytest.fixture(scope="module")
def found(packed: Path) -> ReferenceSet:
    return load_reference_set(packed)


def test_configurations_and_labels_come_back_bit_for_bit(run_folder: Path, found: ReferenceSet) -> None:
    runs = read_runs([run_folder])
    assert [entry.id for entry in found] == sorted(runs.configurations)
    for i, entry in enumerate(found):
        written = runs.configurations[entry.id].to_record()
        assert found.configuration(i).to_record() == {**written, "seconds": 0.0}
    for level in found.levels:
        read = {one.id: one.to_record() for one in found.labels(level) if one}
        assert read == {id_: one.to_record() for id_, one in runs.labels[level].items()}


def test_energies_are_those_that_count(found: ReferenceSet) -> None:
    energies = found.energies("gfn1")
    usable = [i for i, entry in enumerate(found) if np.isfinite(energies[i])]
    assert len(usable) == 7  # three minima, four copies; not the filtered or failed labels, not the geometries without
    assert all(found.table[i].status == "converged" for i in usable)
    assert np.isfinite(found.gaps("gfn1")[usable]).all()


def test_formation_energies_are_computed_from_raw_energies(found: ReferenceSet) -> None:
    dimer = found.formation_energies("gfn1")
    radical = found.formation_energies("gfn1", convention="radical")
    shifted = found.formation_energies("gfn1", atoms={"Au": 0.0, "Pd": 0.0})
    for i, entry in enumerate(found):
        if np.isfinite(dimer[i]):
            expected = E_FORM[entry.dopant] + (0.1 if entry.kind == "off_equilibrium" else 0.0)
            assert dimer[i] == pytest.approx(expected)
            assert radical[i] - dimer[i] == pytest.approx(8 * (113 - 115) / 6)
            assert np.isfinite(shifted[i]) == (entry.dopant == "Pd")


def test_a_level_without_free_atoms_has_energies_but_no_formation_energies(found: ReferenceSet) -> None:
    assert np.isfinite(found.energies("emt")).sum() == 1
    own = found.formation_energies("emt", atoms={"Au": 0.0, "Pd": 0.0})
    assert np.isnan(own).all()  # its reference molecules were not computed
    assert np.isnan(found.formation_energies("emt")).all()
    why = found.card["without_formation_energy"]
    assert why == {"emt": {"no energies of free atoms are packaged for the level 'emt'": 1}}
    assert summary(found)["without_formation_energy"] == why


def test_charge_transfer_is_that_of_the_metals(found: ReferenceSet) -> None:
    moved = found.charge_transfers("gfn1")
    assert np.nanmin(moved) == pytest.approx(0.2, abs=0.02)
    assert np.isnan(found.charge_transfers("emt")).all()


def test_atoms_for_ase(found: ReferenceSet) -> None:
    i = found.index("lantern/Au4Pd2(SH)8/axial2/m000")
    atoms, entry = found.atoms(i), found.table[i]
    assert atoms.get_chemical_formula() == "H8Au4Pd2S8"
    assert tuple(atoms.get_chemical_symbols()[: entry.n_metals]) == entry.metals
    assert atoms.info["prototype"] == "lantern Au4Pd2(SH)8"
    with pytest.raises(UnknownNameError, match="Did you mean lantern/Au4Pd2"):
        found.index("lantern/Au4Pd2(SH)8/axial2/m0000")
    with pytest.raises(UnknownNameError, match="Did you mean gfn1"):
        found.labels("gfn2")


def test_the_index_is_a_table_for_people(packed: Path) -> None:
    import csv

    with (packed / "index.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["id"]: row for row in csv.DictReader(lines)}
    row = rows["lantern/Au4Ru2(SH)8/axial2/m000"]
    assert (row["n_metals"], row["n_atoms"], row["ligands"], row["seed"]) == ("6", "22", "thiolate=SH", str(2**62))
    assert float(row["formation_energy_eV_per_atom.gfn1.dimer"]) == pytest.approx(E_FORM["Ru"])
    assert row["label.gfn1"] == "converged"
    assert row["notes.gfn1"] == "electronic temperature 1000 K, as 300 K failed"
    assert rows["lantern/Au4Pd2(SH)8/axial2/m002"]["label.gfn1"] == ""
    assert {one["notes.gfn1"] for id_, one in rows.items() if "Au4Ru2" not in id_} == {""}


def test_same_journals_same_bytes_whatever_the_order_of_their_lines(run_folder: Path, tmp_path: Path) -> None:
    shuffled = tmp_path / "world"
    shuffled.mkdir()
    for file in run_folder.iterdir():
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        (shuffled / file.name).write_text("".join(lines[::-1]), encoding="utf-8")
    for n, folder in enumerate((run_folder, shuffled, shuffled)):
        pack([folder], tmp_path / f"pack{min(n, 1)}")
    first, second = ({f.name: f.read_bytes() for f in (tmp_path / f"pack{n}").iterdir()} for n in range(2))
    assert first == second


def test_how_a_geometry_was_relaxed_is_kept(tmp_path: Path) -> None:
    how = ("gfnff crude: converged in 9 cycles", "gfn1 crude: electronic temperature 1000 K, as 300 K failed")
    warm = replace(minimum("Ru"), notes=how)
    pack([write_run(tmp_path / "run", [warm, minimum("Pd")], {"gfn1": [label(warm)]})], tmp_path / "pack")
    found = load_reference_set(tmp_path / "pack")
    assert [found.configuration(i).notes for i in range(2)] == [(), how]
    remark = {"gfn… crude: electronic temperature … K, as … K failed": 1}
    assert summary(found)["notes"]["geometry"] == found.card["notes"]["geometry"] == remark


def test_runs_of_before_there_were_notes_still_pack_and_agree_with_those_after(tmp_path: Path) -> None:
    now = write_run(tmp_path / "now", [replace(minimum("Ru"), notes=("gfn1 crude: converged in 9 cycles",))], {})
    before = write_run(tmp_path / "before", [minimum("Ru")], {})
    journal = before / "configurations.jsonl"
    journal.write_text(journal.read_text(encoding="utf-8").replace(', "notes": []', ""), encoding="utf-8")
    pack([before, now], tmp_path / "pack")
    assert [one.notes for one in load_reference_set(tmp_path / "pack")] == [()]
    assert "notes" not in (tmp_path / "pack/index.csv").read_text(encoding="utf-8").splitlines()[0]


def test_the_summary_counts_every_outcome(found: ReferenceSet) -> None:
    told = summary(found)
    assert (told["n_configurations"], told["n_prototypes"], told["n_labels"]) == (11, 3, 8)
    assert told["labels_per_level"] == {"emt": 1, "gfn1": 7}
    assert told["failures"] == {
        "geometry": {"the geometry did not converge in … cycles": 1},
        "gfn1": {"gfn…: the charges did not converge at … or … K": 1},
    }
    assert told["filtered"]["geometry"] == {"P… is … Å from its nearest metal": 1}
    assert told["notes"] == {"gfn1": {"electronic temperature … K, as … K failed": 3}}
    assert told["per_tier"]["B"] == {"configurations": 6, "labels": {"emt": 0, "gfn1": 4}}
    assert [one["parameters_sha256"] for one in told["levels"]["gfn1"]] == ["ab" * 32]
    assert json.loads(json.dumps(told)) == told


# -- rules of the whole set -------------------------------------------------------------------------------------------


def test_a_geometry_made_twice_is_filtered_once(tmp_path: Path) -> None:
    one = minimum("Pd")
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    again = rounded(Structure(one.structure.symbols, one.structure.positions @ turn + 3.0, charge=0))
    twin = replace(one, id=one.id.replace("m000", "m001"), structure=again)
    third = replace(one, id=one.id.replace("m000", "m002"), structure=again)
    write_run(tmp_path / "run", [third, twin, one], {"gfn1": [label(third), label(twin), label(one)]})
    pack([tmp_path / "run"], tmp_path / "out")
    found = load_reference_set(tmp_path / "out")
    assert [entry.status for entry in found] == ["converged", "filtered", "filtered"]
    assert found.table[1].why == f"same geometry as {one.id}"
    assert np.isfinite(found.energies("gfn1")).tolist() == [True, False, False]
    assert summary(found)["n_labels"] == 1


def test_a_collapsed_energy_is_filtered_within_its_series(tmp_path: Path) -> None:
    series = [minimum("Pd"), minimum("Ru"), minimum("Ag"), *(copy_of(minimum("Pd"), n) for n in range(3))]
    labels = [label(one) for one in series]
    labels[1] = label(series[1], above_eV=-26.0)  # Au9Pt at -306 instead of -151 Eh, per metal atom
    write_run(tmp_path / "run", series, {"gfn1": labels})
    pack([tmp_path / "run"], tmp_path / "out")
    found = load_reference_set(tmp_path / "out")
    outlier = found.labels("gfn1")[found.index(series[1].id)]
    assert outlier is not None
    assert (outlier.status, outlier.energy_eV) == ("filtered", labels[1].energy_eV)
    assert "its series has -3.50" in outlier.why
    assert np.isfinite(found.energies("gfn1")).sum() == 5


def test_runs_are_merged_and_a_retried_label_replaces_the_old_one(tmp_path: Path) -> None:
    one, two = minimum("Pd"), minimum("Ru")
    failed = Label(one.id, "gfn1", "failed", "out of time")
    write_run(tmp_path / "a", [one], {"gfn1": [failed, label(one)]})
    write_run(tmp_path / "b", [replace(one, seconds=9.0), two], {"gfn1": [label(two)]})
    card = pack([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    assert (card["n_configurations"], card["labels_per_level"], card["failures"]) == (2, {"gfn1": 2}, {})
    assert {"design-a.toml", "design-b.toml"} < set(card["files"])


# -- damage and misuse ------------------------------------------------------------------------------------------------


def test_two_runs_that_disagree_are_refused(tmp_path: Path) -> None:
    one = minimum("Pd")
    write_run(tmp_path / "a", [one], {})
    write_run(tmp_path / "b", [replace(one, structure=copy_of(one, 1).structure)], {})
    with pytest.raises(ReferenceDataError, match="another configuration"):
        pack([tmp_path / "a", tmp_path / "b"], tmp_path / "out")


def test_a_run_that_goes_on_while_it_is_read_is_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = minimum("Pd"), minimum("Ru")
    run = write_run(tmp_path / "run", [one], {"gfn1": [label(one)]})

    def slow(path: Path) -> list[Any]:
        lines = list(read_lines(path))
        if path.name.startswith("labels"):  # meanwhile another geometry and its label are written
            write_run(run, [one, two], {"gfn1": [label(one), label(two)]})
        return lines

    monkeypatch.setattr("superatom.data.runs.read_lines", slow)
    runs = read_runs([run])
    assert set(runs.labels["gfn1"]) <= set(runs.configurations) == {one.id, two.id}


def test_what_is_no_run_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match="no run folder"):
        pack([tmp_path], tmp_path / "out")
    write_run(tmp_path / "a", [minimum("Pd")], {"gfn1": [label(minimum("Ru"))]})
    with pytest.raises(ReferenceDataError, match=r"labels lantern/Au4Ru2"):
        pack([tmp_path / "a"], tmp_path / "out")
    (tmp_path / "a/configurations.jsonl").write_text("{half a line}\n", encoding="utf-8")
    with pytest.raises(JournalError, match="line 1"):
        pack([tmp_path / "a"], tmp_path / "out")


def test_a_folder_with_other_things_is_not_overwritten(run_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=r"thesis\.tex"):
        pack([run_folder], tmp_path)
    pack([run_folder], tmp_path / "out")
    (tmp_path / "out/notes.md").write_text("precious too", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=r"notes\.md"):
        pack([run_folder], tmp_path / "out")


def test_a_pack_that_cannot_be_finished_leaves_the_old_one(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack([run_folder], tmp_path / "out")

    def broken(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("superatom.data.packing.write_shard", broken)
    with pytest.raises(OSError, match="no space"):
        pack([run_folder], tmp_path / "out")
    assert len(load_reference_set(tmp_path / "out")) == 11
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_an_absent_set_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match="superatom data pack"):
        load_reference_set(tmp_path)


@pytest.mark.parametrize("name", ["index.csv", "geometries.npz", "labels-gfn1.npz", "references.json"])
def test_a_changed_or_missing_file_is_noticed(run_folder: Path, tmp_path: Path, name: str) -> None:
    pack([run_folder], tmp_path / "out")
    file = tmp_path / "out" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ReferenceDataError, match="SHA-256"):
        load_reference_set(tmp_path / "out")
    file.unlink()
    with pytest.raises(ReferenceDataError, match="missing"):
        load_reference_set(tmp_path / "out")


def test_several_packs_are_one_set_unless_they_overlap(tmp_path: Path) -> None:
    for name in ("Pd", "Ru"):
        write_run(tmp_path / name, [minimum(name)], {"gfn1": [label(minimum(name))]})
        pack([tmp_path / name], tmp_path / "set" / name.lower())
    found = load_reference_set(tmp_path / "set")
    assert [entry.dopant for entry in found] == ["Pd", "Ru"]
    assert found.formation_energies("gfn1") == pytest.approx([E_FORM["Pd"], E_FORM["Ru"]])
    assert found.configuration(1).to_record() == {**minimum("Ru").to_record(), "seconds": 0.0}
    assert found.labels("gfn1")[1] == label(minimum("Ru"))
    assert len(found.cards) == 2
    with pytest.raises(ReferenceDataError, match="2 packs"):
        found.card  # noqa: B018
    pack([tmp_path / "Pd"], tmp_path / "set" / "again")
    with pytest.raises(ReferenceDataError, match="two packs hold"):
        load_reference_set(tmp_path / "set")


# -- arrays -----------------------------------------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 1), max_size=50))
def test_shards_keep_what_they_are_given(tmp_path: Path, values: list[int]) -> None:
    array = np.array(values, dtype=np.int32)
    write_shard(tmp_path / "a.npz", {"b": array, "a": array * 0.5})
    first = (tmp_path / "a.npz").read_bytes()
    read = read_shard(tmp_path / "a.npz")
    assert np.array_equal(read["b"], array)
    assert np.array_equal(read["a"], array * 0.5)
    write_shard(tmp_path / "a.npz", {"a": array * 0.5, "b": array})
    assert (tmp_path / "a.npz").read_bytes() == first


def test_shards_carry_no_code_and_numbers_must_fit(tmp_path: Path) -> None:
    np.savez(tmp_path / "code.npz", a=np.array([object()], dtype=object))
    with pytest.raises(ReferenceDataError, match="cannot read"):
        read_shard(tmp_path / "code.npz")
    for bad in (1e6, math.nan):
        with pytest.raises(ReferenceDataError, match="does not fit"):
            to_units([bad], 1e-4, np.int32)

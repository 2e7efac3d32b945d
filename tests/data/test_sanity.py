"""Geometries that make no sense are found from what a pack stores, and filtered when it is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from superatom.data.packing import pack
from superatom.data.reference_set import ReferenceSet, load_reference_set
from superatom.data.sanity import fractions_expected, geometry_problems, nearest_metal_distances_A
from superatom.physics.configuration import Configuration
from superatom.physics.filters import NOT_ITS_LIGANDS
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.assembly.census import has_its_ligands
from superatom.structures.structure import Structure
from worlds_runs import copy_of, label, minimum, rounded, write_run


def fused(one: Configuration) -> Configuration:
    """Return the configuration with a second thiolate pushed onto the first, at the distance of a disulfide."""
    symbols, positions = one.structure.symbols, one.structure.positions.copy()
    first, second = [i for i, symbol in enumerate(symbols) if symbol == "S"][:2]
    hydrogens = [i for i, symbol in enumerate(symbols) if symbol == "H"]
    own = min(hydrogens, key=lambda i: float(np.linalg.norm(positions[i] - positions[second])))
    away = positions[first] - positions[[i for i, s in enumerate(symbols) if s != "S"]].mean(axis=0)
    move = positions[first] + 2.05 * away / np.linalg.norm(away) - positions[second]
    positions[[second, own]] += move
    return replace(one, structure=rounded(Structure(symbols, positions, charge=0)))


def packed(tmp_path: Path, *ones: Configuration) -> ReferenceSet:
    write_run(tmp_path / "run", ones, {"gfn1": [label(one) for one in ones]})
    pack([tmp_path / "run"], tmp_path / "pack")
    return load_reference_set(tmp_path / "pack")


def test_a_cluster_whose_ligands_met_is_filtered_with_its_copies(tmp_path: Path) -> None:
    good, bad = minimum("Pd"), fused(minimum("Ru"))
    assert has_its_ligands(good.structure, good.blueprint)
    assert not has_its_ligands(bad.structure, bad.blueprint)
    found = packed(tmp_path, good, copy_of(good, 1), bad, copy_of(bad, 1))
    said = {entry.id: entry.why for entry in found}
    assert said == {good.id: "", copy_of(good, 1).id: "", bad.id: NOT_ITS_LIGANDS, copy_of(bad, 1).id: NOT_ITS_LIGANDS}
    assert np.isfinite(found.energies("gfn1")).sum() == 2
    assert NOT_ITS_LIGANDS in geometry_problems(found, found.index(bad.id))


def test_what_has_no_known_ligands_is_not_judged_by_them() -> None:
    structure = minimum("Pd").structure
    assert has_its_ligands(structure, Blueprint("file:kernel.cif", ("Au",), (("thiolate", "SH"),)))
    assert has_its_ligands(structure, Blueprint("carbon_n6", ("Ni", "Pt")))


def test_distances_are_those_of_each_kind_of_atom(tmp_path: Path) -> None:
    found = packed(tmp_path, minimum("Pd"))
    nearest = nearest_metal_distances_A(found, [0])
    assert {kind: len(values) for kind, values in nearest.items()} == {"S": 8, "P": 0, "metal": 6}
    assert nearest["S"] == pytest.approx(2.3, abs=0.2)
    inside = fractions_expected(found, [0])
    assert inside["S"] == 1.0
    assert np.isnan(inside["P"])


def test_a_torn_copy_is_found(tmp_path: Path) -> None:
    good = minimum("Pd")
    positions = good.structure.positions.copy()
    positions[-1] += 3.0
    torn = replace(copy_of(good, 1), structure=rounded(Structure(good.structure.symbols, positions, charge=0)))
    found = packed(tmp_path, good, torn)
    assert geometry_problems(found, 0) == ()
    assert any("broke" in said for said in geometry_problems(found, 1))

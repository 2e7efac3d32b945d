"""Parts are disjoint and cover; keys stay whole; what is the same on two sides is refused by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.data.reference_set import Entry
from superatom.data.splits import SCHEMES, Split, SplitItem, split, split_items, splits
from superatom.errors import SplitError
from superatom.structures.structure import Structure

LIGANDS = (("SCH3",), ("SCH3", "PMe3"), ("SH",), ("PMe3", "Cl"))
GROUPED = tuple(name for name in SCHEMES if name != "random")
HALVES = (0.5, 0.0, 0.5)


def table(seed: int, n_minima: int = 24, n_copies: int = 3) -> list[SplitItem]:
    """Return minima of random small clusters, each with off-equilibrium copies."""
    rng = np.random.default_rng(seed)
    rows = []
    for m in range(n_minima):
        dopant, topology = ("", "Pd", "Cu", "Ru")[m % 4], ("lantern", "centred", "bipyramid")[m % 3]
        ligands = LIGANDS[rng.integers(len(LIGANDS))]
        n_metals = int(rng.integers(3, 9))
        symbols = ("Au",) * (n_metals - 1) + (dopant or "Au",) + ("S",) * 3
        minimum = rng.normal(0.0, 3.0, (len(symbols), 3))
        for copy in range(1 + n_copies):
            positions = minimum + rng.normal(0.0, 0.1, minimum.shape) * bool(copy)
            rows.append(
                SplitItem(
                    id=f"m{m:02d}/d{copy}" if copy else f"m{m:02d}",
                    structure=Structure(symbols, positions),
                    prototype=f"{topology} Au{n_metals - 1}{dopant or 'Au'} {'+'.join(ligands)}",
                    topology=topology,
                    dopants=(dopant,) if dopant else (),
                    ligands=ligands,
                    parent=f"m{m:02d}" if copy else "",
                    n_metals=n_metals,
                )
            )
    return rows


def parts(made: Split) -> dict[str, list[int]]:
    return {name: getattr(made, name).tolist() for name in ("train", "validation", "test")}


def by_id(made: Split, rows: Sequence[SplitItem]) -> dict[str, set[str]]:
    return {name: {rows[i].id for i in indices} for name, indices in parts(made).items()}


def keys_of(scheme: str, item: SplitItem) -> tuple[object, ...]:
    return {
        "random": (item.id,),
        "prototype": (item.prototype,),
        "leave-dopant-out": item.dopants,
        "leave-ligand-out": item.ligands,
        "leave-topology-out": (item.topology,),
        "leave-parent-out": (item.parent or item.id,),
        "size-metals": (item.n_metals,),
        "size-atoms": (item.structure.n_atoms,),
    }[scheme]


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=20, deadline=None)
@given(world=st.integers(0, 2**32 - 1), seed=st.integers(0, 1000))
def test_parts_are_disjoint_cover_and_keep_keys_whole(scheme: str, world: int, seed: int) -> None:
    rows = table(world)
    made = split(rows, scheme, seed=seed)
    everything = [i for part in parts(made).values() for i in part]
    assert sorted(everything) == list(range(len(rows)))
    assert all(parts(made).values())
    assert all(a < b for part in parts(made).values() for a, b in pairwise(part))
    tested = {key for i in made.test for key in keys_of(scheme, rows[i])}
    # a row with two ligands is tested for one of them; the other one may be known
    left_out = tested - {key for i in (*made.train, *made.validation) for key in keys_of(scheme, rows[i])}
    assert all(left_out.intersection(keys_of(scheme, rows[i])) for i in made.test)


@pytest.mark.parametrize("scheme", GROUPED)
@given(world=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_validation_rows_share_no_prototype_or_parent_with_training(scheme: str, world: int) -> None:
    rows = table(world)
    made = split(rows, scheme)
    together = (lambda i: rows[i].parent or rows[i].id) if scheme == "leave-parent-out" else lambda i: rows[i].prototype
    assert not {together(i) for i in made.train} & {together(i) for i in made.validation}


@pytest.mark.parametrize("scheme", SCHEMES)
@given(world=st.integers(0, 2**32 - 1), seed=st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_does_not_matter(scheme: str, world: int, seed: int) -> None:
    rows = table(world)
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    assert by_id(split(rows, scheme, seed=seed), rows) == by_id(split(shuffled, scheme, seed=seed), shuffled)


def test_the_seed_decides_and_only_the_seed() -> None:
    rows = table(1)
    first, again, other = (split(rows, "prototype", seed=seed) for seed in (3, 3, 4))
    assert parts(first) == parts(again) != parts(other)


def test_the_fractions_are_met_where_keys_are_small() -> None:
    rows = table(2, n_minima=50)
    made = split(rows, "random")
    assert {name: len(part) for name, part in parts(made).items()} == {"train": 160, "validation": 20, "test": 20}
    near = split(rows, "leave-parent-out")
    assert abs(len(near.test) - 20) <= 2
    assert abs(len(near.validation) - 20) <= 4


def test_no_validation_part_when_none_is_wanted() -> None:
    made = split(table(3), "prototype", fractions=HALVES)
    assert len(made.validation) == 0
    assert "0 validation" in made.description


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("leave-dopant-out", ["Cu", "Pd", "Ru"]),
        ("leave-ligand-out", ["Cl", "PMe3", "SCH3", "SH"]),
        ("leave-topology-out", ["bipyramid", "centred", "lantern"]),
    ],
)
def test_folds_hold_out_every_key_in_turn(scheme: str, expected: list[str]) -> None:
    rows = table(4)
    folds = list(splits(rows, scheme))
    assert len(folds) == len(expected)
    for key, made in zip(expected, folds, strict=True):
        assert f"{key} left out" in made.description
        assert set(made.test.tolist()) == {i for i, row in enumerate(rows) if key in keys_of(scheme, row)}


def test_a_key_that_all_rows_bear_is_passed_over() -> None:
    rows = [replace(row, ligands=(*row.ligands, "PET")) for row in table(5)]
    assert not any("PET left out" in made.description for made in splits(rows, "leave-ligand-out"))
    with pytest.raises(SplitError, match="nothing is left for train"):
        split(rows, "leave-ligand-out", held_out="PET")


def test_the_largest_clusters_are_tested() -> None:
    rows = table(6)
    made = split(rows, "size-metals", held_out=7)
    assert {rows[i].n_metals for i in made.test} == {7, 8}
    drawn = split(rows, "size-atoms")
    assert min(rows[i].structure.n_atoms for i in drawn.test) > max(rows[i].structure.n_atoms for i in drawn.train)


@pytest.mark.parametrize("scheme", ["random", "prototype", "leave-topology-out", "size-metals"])
def test_the_same_geometry_on_two_sides_is_refused_by_name(scheme: str) -> None:
    rows = table(7)
    made = split(rows, scheme)
    rng = np.random.default_rng(7)
    tested, trained = rows[made.test[0]], made.train[0]
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    copy = Structure(tested.structure.symbols, tested.structure.positions @ turn + rng.uniform(-1e-4, 1e-4, 3))
    rows[trained] = replace(rows[trained], structure=copy)
    with pytest.raises(SplitError, match="one geometry within") as raised:
        split(rows, scheme) if scheme != "size-metals" else split(rows, scheme, held_out=rows[made.test[0]].n_metals)
    assert tested.id in str(raised.value)
    assert rows[trained].id in str(raised.value)


def test_near_identical_rows_on_one_side_are_allowed() -> None:
    rows = table(8)
    copies = [replace(row, id=f"{row.id} again") for row in rows]
    made = split([*rows, *copies], "prototype")
    assert len(made.test) % 2 == 0


def test_a_metal_left_out_may_not_stay_under_another_name() -> None:
    rows = table(9)
    hidden = next(i for i, row in enumerate(rows) if row.dopants == ("Cu",))
    rows[hidden] = replace(rows[hidden], dopants=())
    with pytest.raises(SplitError, match="contains Cu, which is left out"):
        split(rows, "leave-dopant-out", held_out="Cu")


@pytest.mark.parametrize(
    ("scheme", "options", "message"),
    [
        ("leave-dopants-out", {}, "Did you mean leave-dopant-out"),
        ("leave-dopant-out", {"held_out": "Rh"}, "no row has 'Rh'.* Known: Cu, Pd, Ru"),
        ("leave-dopant-out", {"held_out": 44}, "names no group"),
        ("random", {"held_out": "m00"}, "names no group"),
        ("size-metals", {"held_out": "large"}, "whole number"),
        ("size-metals", {"held_out": 3}, "nothing is left for train"),
        ("random", {"fractions": (0.8, 0.1, 0.2)}, "together 1"),
        ("random", {"fractions": (0.0, 0.5, 0.5)}, "train > 0"),
        ("random", {"fractions": (0.9, 0.1, 0.0)}, "nothing is left for test"),
    ],
)
def test_bad_requests_get_a_sentence(scheme: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(SplitError, match=message):
        split(table(10), scheme, **options)  # type: ignore[arg-type]


def test_tables_that_cannot_be_split_get_a_sentence() -> None:
    rows = table(11)
    with pytest.raises(SplitError, match="two rows have the id 'm00'"):
        split([*rows, rows[0]], "random")
    with pytest.raises(SplitError, match="more than one size"):
        split([replace(row, n_metals=6) for row in rows], "size-metals")
    with pytest.raises(SplitError, match="nothing is left"):
        split([], "random")
    with pytest.raises(SplitError, match="no folds of its own"):
        next(splits(rows, "random"))


class Pair:
    """A reference set of a minimum, its grafted cluster, and a copy of that."""

    table = tuple(
        Entry(
            id=name, tier="A", prototype=f"lantern {ligand}", topology="lantern", host="Au", dopant="Pd",
            placement="axial2", metals=("Pd", "Pd", "Au", "Au", "Au", "Au"), ligands=(("thiolate", ligand),), charge=0,
            kind=kind, parent=parent, seed=1, geometry="", status="converged", why="", n_atoms=6,
        )
        for name, ligand, kind, parent in (
            ("m0", "SCH3", "minimum", ""),
            ("m0/g", "PET", "grafted", "m0"),
            ("m0/g/d0", "PET", "off_equilibrium", "m0/g"),
        )
    )  # fmt: skip

    def __len__(self) -> int:
        return len(self.table)

    def structure(self, i: int) -> Structure:
        return Structure(self.table[i].metals, np.random.default_rng(i).normal(size=(6, 3)))


def test_rows_of_the_reference_set_know_their_metals_and_the_beginning_of_their_chain() -> None:
    items = split_items(Pair())  # type: ignore[arg-type]
    assert [item.parent for item in items] == ["", "m0", "m0"]
    assert {(item.dopants, item.n_metals, item.topology) for item in items} == {(("Pd",), 6, "lantern")}
    assert [item.ligands for item in items] == [("SCH3",), ("PET",), ("PET",)]
    assert [item.id for item in split_items(Pair(), [2, 0])] == ["m0/g/d0", "m0"]  # type: ignore[arg-type]


def test_copies_of_two_minima_with_one_geometry_have_one_parent() -> None:
    class Twins(Pair):
        table = (
            *Pair.table,
            replace(Pair.table[0], id="m1", status="filtered", why="same geometry as m0"),
            replace(Pair.table[2], id="m1/d0", parent="m1"),
        )

    assert split_items(Twins(), [4])[0].parent == "m0"  # type: ignore[arg-type]

"""One geometry stays one however it is moved; a rattled copy is another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.data.duplicates import TOLERANCE_A, drop_duplicates, duplicates
from superatom.errors import SplitError
from superatom.structures.structure import Structure

SEEDS = st.integers(0, 2**32 - 1)
SYMBOLS = ("Au",) * 4 + ("Pd",) * 2 + ("S",) * 8 + ("C",) * 8 + ("H",) * 24


def cluster(rng: np.random.Generator, symbols: tuple[str, ...] = SYMBOLS) -> Structure:
    return Structure(symbols, rng.normal(0.0, 4.0, (len(symbols), 3)))


def moved(structure: Structure, rng: np.random.Generator) -> Structure:
    """Turn or mirror, shift, and draw a new order of the atoms."""
    order = rng.permutation(structure.n_atoms)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return Structure(
        tuple(structure.symbols[i] for i in order), (structure.positions @ turn)[order] + rng.normal(0, 5, 3)
    )


def shifted(structure: Structure, rng: np.random.Generator, length_A: float) -> Structure:
    """Move every atom by exactly `length_A` in its own direction."""
    steps = rng.normal(size=(structure.n_atoms, 3))
    steps *= length_A / np.linalg.norm(steps, axis=1, keepdims=True)
    return Structure(structure.symbols, structure.positions + steps)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, n_atoms=st.integers(1, len(SYMBOLS)))
def test_the_same_geometry_is_found_however_moved(seed: int, n_atoms: int) -> None:
    rng = np.random.default_rng(seed)
    one = cluster(rng, SYMBOLS[:n_atoms])
    assert duplicates([one, moved(one, rng)], tolerance_A=1e-8) == ((0, 1),)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, length=st.floats(0.0, TOLERANCE_A / 2))
def test_a_copy_within_half_the_tolerance_is_always_found(seed: int, length: float) -> None:
    rng = np.random.default_rng(seed)
    one = cluster(rng)
    assert duplicates([one, moved(shifted(one, rng, length), rng)]) == ((0, 1),)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_stored_decimals_do_not_hide_a_copy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = cluster(rng)
    rattled = Structure(one.symbols, one.positions + rng.uniform(-1e-4, 1e-4, one.positions.shape))
    assert duplicates([one, rattled]) == ((0, 1),)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_an_off_equilibrium_rattle_is_another_geometry(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = cluster(rng)
    assert duplicates([one, Structure(one.symbols, one.positions + rng.normal(0, 0.02, one.positions.shape))]) == ()


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_the_tree_finds_what_comparing_everything_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    originals = [cluster(rng, SYMBOLS[:12]) for _ in range(3)]
    table = [moved(shifted(originals[k % 3], rng, length), rng) for k, length in enumerate(rng.uniform(0, 0.02, 12))]
    pairs = set(duplicates(table))
    assert pairs == {(i, j) for i in range(12) for j in range(i + 1, 12) if duplicates([table[i], table[j]])}


def test_swapped_metals_are_another_geometry() -> None:
    positions = np.array([[0, 0, 0], [2.8, 0, 0], [1.4, 2.2, 0]])
    assert duplicates([Structure(("Au", "Au", "Pd"), positions), Structure(("Au", "Pd", "Au"), positions)]) == ()


def test_swapped_metals_on_equivalent_sites_are_the_same_geometry() -> None:
    positions = np.array([[0, 0, 0], [2.8, 0, 0], [1.4, 1.4 * np.sqrt(3), 0]])
    assert duplicates([Structure(("Au", "Au", "Pd"), positions), Structure(("Au", "Pd", "Au"), positions)]) == ((0, 1),)


def test_single_atoms_are_all_alike() -> None:
    atoms = [Structure((symbol,), [[x, 0, 0]]) for symbol, x in (("Au", 0), ("Ag", 0), ("Au", 3))]
    assert duplicates(atoms) == ((0, 2),)
    assert duplicates([]) == ()


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_dropping_leaves_no_pair_and_ignores_the_order_of_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = cluster(rng, SYMBOLS[:10])
    table = [shifted(one, rng, length) for length in (0.0, 0.003, 0.006, 0.05, 0.1)]
    ids = [f"row {k}" for k in range(5)]
    kept = drop_duplicates(table, ids)
    assert duplicates([table[i] for i in kept]) == ()
    assert 0 in kept
    assert {3, 4} <= set(kept.tolist())
    order = rng.permutation(5)
    again = drop_duplicates([table[i] for i in order], [ids[i] for i in order])
    assert {ids[order[i]] for i in again} == {ids[i] for i in kept}


def test_a_tolerance_is_a_length() -> None:
    with pytest.raises(SplitError, match="0 or more"):
        duplicates([], tolerance_A=-0.1)


def test_rows_without_atoms_are_no_duplicates() -> None:
    nothing = Structure((), np.zeros((0, 3)))
    assert duplicates([nothing, nothing]) == ()

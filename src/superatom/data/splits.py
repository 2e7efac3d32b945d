"""Splits of a data set into train, validation and test rows, each checked for leaks before it is handed out.

One idea serves all schemes: rows that share a key stay together. The key is the row itself (random), its prototype,
its dopants, its ligands, its topology or its parent; the size schemes keep the largest clusters for the test. A scheme
other than random says what a model is asked to know nothing about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from superatom.data.duplicates import SAME_GEOMETRY, TOLERANCE_A, duplicates
from superatom.errors import SplitError, did_you_mean
from superatom.structures.structure import Structure

if TYPE_CHECKING:
    from superatom.data.reference_set import ReferenceSet

IntArray = npt.NDArray[np.int64]
Fractions = tuple[float, float, float]

EIGHT_ONE_ONE: Fractions = (0.8, 0.1, 0.1)  # train, validation, test, as in Gu et al., doi:10.1039/d5sc04386g


@dataclass(frozen=True, slots=True, eq=False)
class SplitItem:
    """What a split needs to know of one row of any table.

    Attributes
    ----------
    id
        Unique in the table.
    structure
        The geometry: no split is made without looking at it.
    prototype
        Composition x topology x ligands.
    topology
        How metals and ligands are arranged.
    dopants
        Every metal a model is not to know when that metal is left out; empty for a monometallic cluster.
    ligands
        Names of all its ligands.
    parent
        What it was made from: the minimum of an off-equilibrium copy, or the parent cluster of an ordering; empty for a
        row that is its own parent.
    n_metals
        Number of metal atoms.
    """

    id: str
    structure: Structure
    prototype: str
    topology: str = ""
    dopants: tuple[str, ...] = ()
    ligands: tuple[str, ...] = ()
    parent: str = ""
    n_metals: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Sorted row numbers of the three parts, which are disjoint and cover the table; `description` is for people."""

    train: IntArray
    validation: IntArray
    test: IntArray
    scheme: str
    description: str


_KEYS: Mapping[str, Callable[[SplitItem], tuple[str, ...]]] = {
    "random": lambda item: (item.id,),
    "prototype": lambda item: (item.prototype,),
    "leave-dopant-out": lambda item: item.dopants,
    "leave-ligand-out": lambda item: item.ligands,
    "leave-topology-out": lambda item: (item.topology,),
    "leave-parent-out": lambda item: (item.parent or item.id,),
}
_SIZES: Mapping[str, Callable[[SplitItem], int]] = {
    "size-metals": lambda item: item.n_metals,
    "size-atoms": lambda item: item.structure.n_atoms,
}
SCHEMES = (*_KEYS, *_SIZES)


def split(
    items: Sequence[SplitItem],
    scheme: str,
    *,
    seed: int = 0,
    held_out: str | int | None = None,
    fractions: Fractions = EIGHT_ONE_ONE,
) -> Split:
    """Split a table once; raise where the same geometry would stand on two sides.

    Parameters
    ----------
    items
        The rows. Their order has no influence on who goes where.
    scheme
        ``random``, ``prototype``, ``leave-dopant-out``, ``leave-ligand-out``, ``leave-topology-out``,
        ``leave-parent-out``, ``size-metals`` or ``size-atoms``.
    seed
        Decides which keys are drawn.
    held_out
        The key that makes the test set, such as ``"Ru"`` (every row that bears it); for a size scheme the smallest size
        of the test set. Without it whole keys are drawn, or the largest sizes taken, up to the test fraction.
    fractions
        Of train, validation and test, together 1. With `held_out` the first two are shares of what remains. Keys stay
        whole, so the parts come as near to the fractions as the keys allow.

    Returns
    -------
    Split
        Validation rows are drawn from what the test leaves: single rows (random), whole parents (leave-parent-out),
        else whole prototypes.

    Raises
    ------
    SplitError
        If two sides would hold the same geometry within `superatom.data.duplicates.TOLERANCE_A`, if a metal left out
        is in a row that stays, if a part would be empty, or if an argument cannot be used.

    Examples
    --------
    >>> from superatom.structures.structure import Structure
    >>> def row(metal, distance):
    ...     s = Structure(("Au", metal), [[0, 0, 0], [0, 0, distance]])
    ...     return SplitItem(f"{metal} {distance}", s, f"Au{metal}", dopants=(metal,), n_metals=2)
    >>> rows = [row(metal, d) for metal in ("Ag", "Cu", "Pd") for d in (2.6, 2.7)]
    >>> found = split(rows, "leave-dopant-out", held_out="Cu", fractions=(0.5, 0.5, 0.0))
    >>> [rows[i].id for i in found.test]
    ['Cu 2.6', 'Cu 2.7']
    >>> split([*rows, row("Cu", 2.6001)], "random")
    Traceback (most recent call last):
    superatom.errors.SplitError: random: ...
    """
    _check(items, scheme, fractions, held_out)
    left_out: list[str] = []
    if scheme in _SIZES:
        test, what = _largest([_SIZES[scheme](item) for item in items], held_out, fractions[2])
    elif held_out is not None:
        left_out, what = [str(held_out)], f"{held_out} left out"
        test = {i for i, item in enumerate(items) if held_out in _KEYS[scheme](item)}
        if not test:
            known = sorted({key for item in items for key in _KEYS[scheme](item)})
            hint = did_you_mean(str(held_out), known)
            raise SplitError(f"{scheme}: no row has {held_out!r}.{hint} Known: {_few(known)}")
    else:
        test, left_out = _draw(items, range(len(items)), _KEYS[scheme], fractions[2] * len(items), seed)
        what = f"seed {seed}" if scheme == "random" else f"{_few(sorted(left_out))} left out, seed {seed}"
    rest = [i for i in range(len(items)) if i not in test]
    share = fractions[1] / (fractions[0] + fractions[1])
    by = scheme if scheme in ("random", "leave-parent-out") else "prototype"
    validation, _ = _draw(items, rest, _KEYS[by], share * len(rest), seed)
    train = set(rest) - validation
    for name, part, wanted in (("train", train, 1.0), ("validation", validation, share), ("test", test, 1.0)):
        if wanted and not part:
            raise SplitError(
                f"{scheme} ({what}): nothing is left for {name}; the test set has {len(test)} of {len(items)} rows, "
                f"and {by} groups stay whole. Hold something else out, or give other fractions"
            )
    train_rows, validation_rows, test_rows = (np.array(sorted(p), dtype=np.int64) for p in (train, validation, test))
    sizes = f"{len(train)} train, {len(validation)} validation, {len(test)} test"
    made = Split(train_rows, validation_rows, test_rows, scheme, f"{scheme} ({what}): {sizes}")
    _guard(made, items, left_out if scheme == "leave-dopant-out" else [])
    return made


def splits(
    items: Sequence[SplitItem], scheme: str, *, seed: int = 0, fractions: Fractions = EIGHT_ONE_ONE
) -> Iterator[Split]:
    """Iterate over the folds that hold out every key of a scheme in turn, in the order of the keys.

    A key that every row bears is passed over: without it there would be nothing to learn from. Raises `SplitError` as
    `split` does, and for schemes without keys to name (random and the size schemes).
    """
    _check(items, scheme, fractions, None)
    if scheme in _SIZES or scheme == "random":
        legal = ", ".join(name for name in _KEYS if name != "random")
        raise SplitError(f"{scheme} has no folds of its own; use split with several seeds or sizes, or one of: {legal}")
    bearers = Counter(key for item in items for key in set(_KEYS[scheme](item)))
    for key in sorted(bearers):
        if bearers[key] < len(items):
            yield split(items, scheme, seed=seed, held_out=key, fractions=fractions)


def split_items(reference_set: ReferenceSet, rows: Iterable[int] | None = None) -> tuple[SplitItem, ...]:
    """Return what a split needs to know of rows of the reference set (all without `rows`), in the order given.

    Dopants are all metals but gold, so that a metal left out is known from nowhere. The parent of an off-equilibrium or
    grafted configuration is the minimum at the beginning of its chain; of two minima with one geometry, the one kept.
    """
    parents = {
        entry.id: entry.why.removeprefix(SAME_GEOMETRY) if entry.why.startswith(SAME_GEOMETRY) else entry.parent
        for entry in reference_set.table
    }

    def first(parent: str) -> str:
        return first(parents[parent]) if parents.get(parent) else parent

    def item(i: int) -> SplitItem:
        entry = reference_set.table[i]
        return SplitItem(
            id=entry.id,
            structure=reference_set.structure(i),
            prototype=entry.prototype,
            topology=entry.topology,
            dopants=tuple(sorted(set(entry.metals) - {"Au"})),
            ligands=tuple(sorted({name for _, name in entry.ligands})),
            parent=first(entry.parent),
            n_metals=entry.n_metals,
        )

    return tuple(item(i) for i in (range(len(reference_set)) if rows is None else rows))


def _check(items: Sequence[SplitItem], scheme: str, fractions: Fractions, held_out: str | int | None) -> None:
    if scheme not in SCHEMES:
        hint = did_you_mean(scheme, list(SCHEMES))
        raise SplitError(f"unknown scheme {scheme!r}.{hint} Known: {', '.join(SCHEMES)}")
    again = [key for key, n in Counter(item.id for item in items).items() if n > 1]
    if again:
        raise SplitError(f"two rows have the id {again[0]!r}; ids decide who goes where and must be unique")
    if len(fractions) != 3 or not min(fractions) >= 0 or not abs(sum(fractions) - 1) < 1e-6 or not fractions[0]:
        raise SplitError(f"fractions are {fractions}; give train > 0, validation and test, together 1")
    if scheme in _SIZES:
        if held_out is not None and not isinstance(held_out, int):
            raise SplitError(
                f"{scheme}: held_out is the smallest size of the test set, a whole number, not {held_out!r}"
            )
    elif held_out is not None and (scheme == "random" or not isinstance(held_out, str)):
        raise SplitError(f"{scheme}: held_out={held_out!r} names no group of rows; random takes none, others a name")


def _draw(
    items: Sequence[SplitItem],
    among: Sequence[int],
    keys: Callable[[SplitItem], tuple[str, ...]],
    wanted: float,
    seed: int,
) -> tuple[set[int], list[str]]:
    """Take whole keys in an order drawn by the seed, each if it brings the number of rows nearer to `wanted`."""
    bearers: dict[str, set[int]] = {}
    for i in among:
        for key in keys(items[i]):
            bearers.setdefault(key, set()).add(i)
    order = sorted(bearers, key=lambda key: blake2b(f"{seed}/{key}".encode(), digest_size=16).digest())
    taken: set[int] = set()
    drawn: list[str] = []
    for key in order:
        more = len(bearers[key] - taken)
        if more and abs(len(taken) + more - wanted) < abs(len(taken) - wanted):
            taken |= bearers[key]
            drawn.append(key)
    if wanted > 0 and not taken and order:  # all keys are too large: the smallest is nearest
        drawn = [min(order, key=lambda key: len(bearers[key]))]
        taken = bearers[drawn[0]]
    return taken, drawn


def _largest(sizes: list[int], smallest: str | int | None, fraction: float) -> tuple[set[int], str]:
    """Return the rows of at least the smallest test size, which without one is chosen by the fraction."""
    if not isinstance(smallest, int):
        steps = sorted(set(sizes))[1:]
        if not steps:
            raise SplitError(f"size extrapolation needs more than one size; all rows have {_few(sorted(set(sizes)))}")
        smallest = min(steps, key=lambda s: abs(sum(n >= s for n in sizes) - fraction * len(sizes)))
    return {i for i, n in enumerate(sizes) if n >= smallest}, f"{smallest} and larger left out"


def _guard(made: Split, items: Sequence[SplitItem], left_out_metals: Sequence[str]) -> None:
    side = np.empty(len(items), dtype=object)
    for name in ("train", "validation", "test"):
        side[getattr(made, name)] = name
    if left_out_metals:
        for i, item in enumerate(items):
            kept = [] if side[i] == "test" else [m for m in left_out_metals if m in item.structure.symbols]
            if kept:
                raise SplitError(
                    f"{made.scheme}: {item.id} is on the {side[i]} side and contains {kept[0]}, which is left out; "
                    f"name {kept[0]} among the dopants of that row"
                )
    leaks = [(i, j) for i, j in _near_identical(tuple(item.structure for item in items)) if side[i] != side[j]]
    if leaks:
        i, j = leaks[0]
        raise SplitError(
            f"{made.scheme}: {items[i].id} ({side[i]}) and {items[j].id} ({side[j]}) are one geometry within "
            f"{TOLERANCE_A} Å; such pairs: {len(leaks)}. Keep the rows that drop_duplicates returns, or split by a key "
            f"that the pairs share"
        )


@lru_cache(maxsize=2)
def _near_identical(structures: tuple[Structure, ...]) -> tuple[tuple[int, int], ...]:
    """Return the duplicates of a table; the same table is split many times."""
    return duplicates(structures)


def _few(values: Sequence[object]) -> str:
    shown = ", ".join(str(value) for value in values[:8])
    return f"{shown} and {len(values) - 8} more" if len(values) > 8 else shown

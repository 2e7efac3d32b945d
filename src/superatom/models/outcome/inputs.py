"""What every outcome learner sees: an array with gaps, its scaling, SMILES of the chemicals, folds of a validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from superatom.errors import SplitError
from superatom.models.extras import need
from superatom.models.outcome.descriptors import (
    ROLES,
    Descriptor,
    FloatArray,
    canonical,
    describe,
    smiles,
    structure,
)
from superatom.models.outcome.examples import Example

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Scheme = Literal["random", "series", "ligand"]
SCHEMES: tuple[Scheme, ...] = ("random", "series", "ligand")


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The rows of a table.

    Attributes
    ----------
    x
        Shape (n, n_columns): values in bench units, NaN where not known.
    is_log
        Shape (n_columns,): which columns a scale-sensitive learner takes the logarithm of.
    molecules
        Per row the SMILES of ligand, solvent and reductant; an empty text where not known.
    """

    x: FloatArray
    is_log: BoolArray
    molecules: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.x)

    def rows(self, which: IntArray) -> Inputs:
        """Return the rows `which`."""
        return Inputs(self.x[which], self.is_log, tuple(self.molecules[i] for i in which))

    def scaled(self) -> FloatArray:
        """Return `x` with logarithmic columns as log10; anything below 0.001 (a zero dose) counts as 0.001."""
        x = self.x.copy()
        for j in np.flatnonzero(self.is_log):
            x[:, j] = np.log10(np.maximum(x[:, j], 1e-3))
        return x


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """What was learnt to fill gaps and to scale, of shape (n_columns,); `is_masked`: which masks are columns too."""

    fill: FloatArray
    centre: FloatArray
    spread: FloatArray
    is_masked: BoolArray

    @classmethod
    def of(cls, x: FloatArray) -> Scaling:
        """Learn from training rows: the median fills a gap; a column never stated becomes zero."""
        known = np.isfinite(x)
        fill = np.array([np.median(x[k, j]) if k.any() else 0.0 for j, k in enumerate(known.T)])
        filled = np.where(known, x, fill)
        spread = filled.std(axis=0)
        mixed = np.asarray(known.any(axis=0) & ~known.all(axis=0))
        return cls(fill, filled.mean(axis=0), np.where(spread > 1e-12, spread, 1.0), mixed)

    def apply(self, x: FloatArray) -> FloatArray:
        """Return shape (n, n_columns + n_masks), clipped at six spreads."""
        known = np.isfinite(x)
        scaled = (np.where(known, x, self.fill) - self.centre) / self.spread
        return np.hstack([np.clip(scaled, -6, 6), (~known[:, self.is_masked]).astype(float)])


def inputs(examples: Sequence[Example], columns: Sequence[Descriptor]) -> Inputs:
    """Return examples as inputs.

    >>> from superatom.models.outcome.descriptors import TABLE_1
    >>> inputs([Example("1", None, ("PET",))], TABLE_1).molecules
    (('SCCc1ccccc1', '', ''),)
    """
    return Inputs(
        describe(examples, columns),
        np.array([c.is_logarithmic for c in columns], dtype=bool),
        tuple(tuple(smiles(e, role) for role in ROLES) for e in examples),
    )


def outcomes(examples: Sequence[Example]) -> BoolArray:
    """Return success or failure, shape (n,)."""
    return np.array([bool(e.success) for e in examples])


def groups(examples: Sequence[Example], columns: Sequence[Descriptor], scheme: Scheme) -> IntArray:
    """Return a group number per example; rows of one number stay together.

    ``series`` and ``ligand`` keep examples of one series or of one ligand together (by structure, whatever its name),
    and with them every row whose inputs are those of a row of theirs: a model cannot tell them apart, so to hold one
    out and not the other would be no test.

    Raises `SplitError` when a scheme has fewer than two groups, such as ``ligand`` where no example names one.
    """
    if scheme not in SCHEMES:
        raise SplitError(f"unknown split {scheme!r}; legal: {', '.join(SCHEMES)}")
    if scheme == "random":
        numbers = np.arange(len(examples))
    else:
        keys = np.unique(_keys(examples, scheme), return_inverse=True)[1]
        numbers = _joined(keys, alike(inputs(examples, columns)))
    if numbers.max(initial=0) < 1:
        raise SplitError(f"a split by {scheme} needs at least two groups; all examples are of one")
    return numbers.astype(np.int64)


def usable_schemes(examples: Sequence[Example], columns: Sequence[Descriptor]) -> tuple[Scheme, ...]:
    """Return the splits that say something of these examples: ``random``, and what has two groups, one not of one row.

    >>> usable_schemes([Example(str(i), True, settings={"x": i}) for i in range(4)], [])
    ('random',)
    """
    found: list[Scheme] = ["random"]
    for scheme in SCHEMES[1:]:
        n_keys = len(set(_keys(examples, scheme)))
        if 1 < n_keys < len(examples) and groups(examples, columns, scheme).max() > 0:
            found.append(scheme)
    return tuple(found)


def alike(items: Inputs) -> IntArray:
    """Return a number per row, the same for rows that no model can tell apart, shape (n,)."""
    rows = [
        (x.tobytes(), molecules)
        for x, molecules in zip(np.nan_to_num(items.x, nan=np.inf), items.molecules, strict=True)
    ]
    numbers = {row: i for i, row in enumerate(dict.fromkeys(rows))}
    return np.array([numbers[row] for row in rows], dtype=np.int64)


def _keys(examples: Sequence[Example], scheme: Scheme) -> list[str]:
    if scheme == "series":
        return [e.series or f"alone {e.id}" for e in examples]
    return [_ligand(e) for e in examples]


def _ligand(example: Example) -> str:
    """Return the ligands of an example by structure where all have one, else by name."""
    known = [structure("ligand", name) for name in example.ligands]
    return " + ".join(sorted(map(canonical, known) if all(known) else example.ligands))


def _joined(one: IntArray, other: IntArray) -> IntArray:
    """Return numbers that rows share which share a number in either, directly or through other rows."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = int(one.max(initial=0)) + 1
    n_all = n + int(other.max(initial=0)) + 1
    links = coo_array((np.ones(len(one)), (one, other + n)), shape=(n_all, n_all))
    component = connected_components(links, directed=False)[1][one]
    return np.asarray(np.unique(component, return_inverse=True)[1])


def folds(y: BoolArray, group: IntArray, n_folds: int, seed: int) -> list[IntArray]:
    """Return the held-out rows of each fold: whole groups, with about the same share of successes everywhere.

    >>> y = np.array([True, False] * 4)
    >>> sorted(np.concatenate(folds(y, np.arange(8) // 2, 2, 0)).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    need("sklearn")
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    n_groups = len(np.unique(group))
    n = min(n_folds, n_groups)
    if n_groups == len(y):
        n = min(n, int(y.sum()), int((~y).sum()))
        if n < 2:
            raise SplitError("at least two successes and two failures are needed to validate a model")
        parts = StratifiedKFold(n, shuffle=True, random_state=seed).split(y, y)
    else:
        if n < 2:
            raise SplitError("at least two groups are needed to validate a model")
        parts = StratifiedGroupKFold(n, shuffle=True, random_state=seed).split(y, y, group)
    return [test.astype(np.int64) for _, test in parts]


def others(n: int, held_out: IntArray) -> IntArray:
    """Return the rows that are not held out."""
    return np.setdiff1d(np.arange(n), held_out)
